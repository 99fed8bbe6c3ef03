"""When to poll a source next; pure arithmetic on (state, outcome, now), knows no clock and no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ingest.item import Outcome, SourceState

_DAY: Final = 86_400.0
_LONGEST: Final = 7 * _DAY
_SHORTEST: Final = 15 * 60.0
_JITTER: Final = 0.05


def next_state(state: SourceState, outcome: Outcome, requests_per_day: float, chance: float) -> SourceState:
    """Give the source's state after `outcome`; `chance` in [0, 1) spreads polls apart.

    A success polls at the asked rhythm, a failure twice as late each time, up to 7 days and never
    disabled for good (F7); what the server asked for is a lower bound (F5, F6).
    """
    failures = state.failures + 1 if outcome.error else 0
    interval = max(_DAY / requests_per_day, _SHORTEST) * 2.0 ** min(failures, 20)
    spread = 1 + _JITTER * (2 * chance - 1)
    delay = max(min(interval, _LONGEST) * spread, outcome.wait or 0.0)
    after = replace(
        state,
        last_poll=outcome.at,
        http_status=outcome.http_status,
        error=outcome.error,
        failures=failures,
        next_poll=outcome.at + timedelta(seconds=round(delay)),
    )
    return after if outcome.error else _succeeded(after, outcome)


def _succeeded(state: SourceState, outcome: Outcome) -> SourceState:
    return replace(
        state,
        last_success=outcome.at,
        etag=outcome.etag,
        last_modified=outcome.last_modified,
        body_hash=outcome.body_hash,
    )


def is_due(state: SourceState, now: datetime) -> bool:
    """Say whether a source may be polled now; one never polled is."""
    return state.next_poll is None or state.next_poll <= now
