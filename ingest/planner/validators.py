"""Validators (ETag, Last-Modified; RFC 9110, 8.8): which to send, and whether a server's can be relied on; pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from ingest.poll_state import Outcome, SourceState

_LONGEST_SILENCE: Final = timedelta(days=8)  # of 304s: then the whole document is requested
_DISTRUST: Final = timedelta(days=30)


def validators_to_send(state: SourceState, now: datetime) -> tuple[str | None, str | None]:
    """Return the ETag and Last-Modified to send (RFC 9110, 13.1), byte for byte as they came, or none.

    Send none to a server that has answered 304 for eight days, since some do so for ever, and none to one
    whose validators stayed the same while its document changed.
    """
    endless = state.unchanged_since is not None and now - state.unchanged_since >= _LONGEST_SILENCE
    return (state.etag, state.last_modified) if has_trusted_validators(state, now) and not endless else (None, None)


def has_trusted_validators(state: SourceState, now: datetime) -> bool:
    """Return whether no validator was found wrong in the last 30 days: unchanged while the document changed."""
    return state.distrusted is None or now - state.distrusted >= _DISTRUST


def learn_validators(before: SourceState, after: SourceState, outcome: Outcome) -> SourceState:
    """Return the state `after` an outcome with what it shows of the server's validators; `before` is the state until then.

    An error shows nothing: it does not end a run of 304s.
    """
    if outcome.error:
        return after
    if outcome.http_status == HTTPStatus.NOT_MODIFIED:
        return after if after.unchanged_since else replace(after, unchanged_since=outcome.at)
    return replace(after, unchanged_since=None, distrusted=outcome.at if _lied(before, outcome) else before.distrusted)


def _lied(before: SourceState, outcome: Outcome) -> bool:
    """Return whether the document changed while its validators did not."""
    if before.body_hash is None or outcome.body_hash == before.body_hash:
        return False
    if before.etag or outcome.etag:
        return before.etag == outcome.etag
    return before.last_modified is not None and before.last_modified == outcome.last_modified
