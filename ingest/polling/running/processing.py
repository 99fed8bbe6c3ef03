"""What is done with one batch, wherever that is: each source is requested and read; knows no database and no worker."""

import asyncio
import logging
import traceback
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Final

from ingest.errors import Failure, FetchError, ParseError, TopicwireError
from ingest.http.conditional import request_for
from ingest.http.message import Response
from ingest.log import log_fault
from ingest.poll_state import Outcome
from ingest.polling.batch import Batch, Poll
from ingest.polling.following import FollowedDocument as Read
from ingest.polling.following import read_document
from ingest.polling.parsers import Job
from ingest.polling.running.runner import Means
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

_LOG: Final = logging.getLogger(__name__)


async def poll_source(poll: Poll, means: Means) -> Outcome:
    """Poll one source, parse what is new and return the outcome; a failure is an outcome with its cause, never an exception."""
    source, state = poll.source, poll.state
    try:
        request = request_for(source, state, means.clock(), means.environment)
        document = await read_document(means, request, lambda got: _job(poll, got, means.clock()), state.body_hash)
        return _understood(poll, document, means.clock(), conditional=(request.etag or request.last_modified) is not None)
    except TopicwireError as fault:
        return failed_outcome(Outcome(source, means.clock()), fault)
    except Exception as fault:  # noqa: BLE001 - whatever one source does, its neighbours are served
        cause = one_line(f"{type(fault).__name__}: {fault}")
        log_fault(_LOG, f"{without_secrets(source.url)}: {cause}", traceback.format_exc())
        error = f"a fault of topicwire itself ({cause}); please report it"
        return Outcome(source, means.clock(), error=error, failure=Failure.OTHER)


def failed_outcome(outcome: Outcome, fault: TopicwireError) -> Outcome:
    """Return the outcome of a poll that failed: the cause, the kind of failure, and what it showed all the same."""
    outcome = replace(outcome, error=one_line(str(fault)))
    if isinstance(fault, FetchError):
        return replace(outcome, failure=fault.kind, http_status=fault.status, wait=fault.wait)
    feeds = fault.feeds if isinstance(fault, ParseError) else None
    return replace(outcome, failure=Failure.DOCUMENT, named_feeds=feeds)


def _understood(poll: Poll, document: Read, now: datetime, *, conditional: bool) -> Outcome:
    fetched, state = document.fetched, poll.state
    unchanged = fetched.status == HTTPStatus.NOT_MODIFIED
    if unchanged and not conditional:
        raise FetchError("the server says that nothing has changed (304), though no version was named", "tell its publisher")
    feed = document.feed
    told = feed is None or not feed.faults  # what a fault of topicwire left out is requested again until it is fixed
    return Outcome(
        source=poll.source,
        at=now,
        feed=feed,
        http_status=fetched.status,
        # A 304 may leave its validators out; those that it confirms then stay (RFC 9110, 15.4.5).
        etag=(fetched.etag or (state.etag if unchanged else None)) if told else None,
        last_modified=(fetched.last_modified or (state.last_modified if unchanged else None)) if told else None,
        body_hash=document.body_hash if told else None,
        fresh=fetched.fresh,
        conditional=conditional,
        moved=fetched.moved,
        led_to=fetched.url if document.led_by == "page" else None,
    )


def _job(poll: Poll, fetched: Response, now: datetime) -> Job:
    language = poll.source.language
    said = {"content-language": language} if language else {}  # the owner's word, where the server has none
    headers = tuple({**said, **fetched.headers}.items())
    return Job(fetched.body, now, without_secrets(fetched.url), headers=headers, before=poll.before)


async def process_batch(batch: Batch, means: Means) -> tuple[Outcome, ...]:
    """Poll every source of a batch: hosts concurrently, one request at a time for each host.

    It depends on its arguments and the network alone, and reads and writes no database.
    """
    return tuple(await asyncio.gather(*(poll_source(poll, means) for poll in batch.polls)))
