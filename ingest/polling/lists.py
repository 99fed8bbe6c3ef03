"""Lists of feeds at an address, read again once a day: what they name is polled, what they name no longer is not."""

import logging
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from ingest.errors import TopicwireError
from ingest.formats.opml import SourceList
from ingest.http.conditional import request_for
from ingest.http.message import Response
from ingest.log import log_event
from ingest.model import Source, SourceKind, SourceSettings
from ingest.poll_state import Outcome, SourceState
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import current_cost, failed_outcome, state_after
from ingest.polling.sources import parse_list, replace_listed
from ingest.store.facts import Facts
from ingest.text.urls import without_secrets

_LOG: Final = logging.getLogger(__name__)
_DAILY = SourceSettings(shortest=86_400.0, longest=86_400.0)


def read_lists(home: Home, facts: Facts, engine: Engine, *, everything: bool = False) -> None:
    """Read the lists that are due, or all; say a line for each that could not be read and each refused line of a new one."""
    for source, state in facts.sources.due(home.clock(), kind=SourceKind.LIST, everything=everything):
        now, shown = home.clock(), without_secrets(source.url)
        outcome = Outcome(source, now)
        try:
            fetched = engine.submit(engine.fetch(request_for(source, state, now, engine.environment))).result()
            outcome = _outcome(source, state, fetched, home)
            if fetched.status != HTTPStatus.NOT_MODIFIED:
                listed = without_access(parse_list(fetched.body, source.url, shown), shown)
                replace_listed(facts, listed, {source.url}, now)
                for line in listed.said:
                    log_event(_LOG, logging.WARNING, "source_refused", line, list=shown)
        except TopicwireError as fault:
            outcome = failed_outcome(outcome, fault)
            log_event(_LOG, logging.WARNING, "list_failed", f"{shown}: {outcome.error}", list=shown)
        planned = outcome if outcome.error else replace(outcome, source=replace(source, settings=_DAILY))
        facts.polls.record([(outcome, state_after(state, planned, current_cost(facts, home.settings, now), 0.5))])


def without_access(listed: SourceList, where: str) -> SourceList:
    """Take from a list of somebody else what would send secrets of this computer, or trust an authority, at its word."""
    own = [source for source in listed.sources if _names_access(source.settings)]
    sources = (
        replace(one, settings=replace(one.settings, auth=None, header=None, ca_file=None)) if one in own else one
        for one in listed.sources
    )
    refused = tuple(
        f"{where}: {without_secrets(one.url)}: tw:auth, tw:header and tw:ca count in lists of your own alone" for one in own
    )
    return replace(listed, sources=tuple(sources), refused=listed.refused + refused)


def _names_access(own: SourceSettings) -> bool:
    return bool(own.auth or own.header or own.ca_file)


def _outcome(source: Source, state: SourceState, fetched: Response, home: Home) -> Outcome:
    unchanged = fetched.status == HTTPStatus.NOT_MODIFIED
    return Outcome(
        source,
        home.clock(),
        http_status=fetched.status,
        etag=fetched.etag or (state.etag if unchanged else None),
        last_modified=fetched.last_modified or (state.last_modified if unchanged else None),
        moved=fetched.moved,
    )
