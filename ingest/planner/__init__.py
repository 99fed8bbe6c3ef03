"""When to poll a source next; pure arithmetic on (state, outcome, price, chance), knows no clock and no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ingest.item import Outcome, Rhythm, SourceState
from ingest.planner.plan import Reason, plan
from ingest.planner.price import Price, Rule, is_stale, paid, steer
from ingest.planner.rhythms import observe, reshaped
from ingest.planner.weeks import DAY

__all__ = ["Price", "Reason", "Rule", "is_stale", "next_state", "paid", "steer"]

_NOT_MODIFIED: Final = 304
_LOOSER: Final = 1.25


def next_state(state: SourceState, outcome: Outcome, price: Price, chance: float, *, pushed: bool = False) -> SourceState:
    """Give the source's state after `outcome`; `chance` in [0, 1) spreads polls apart.

    `pushed` says that a hub has told of its changes lately. A failure keeps what was known.
    """
    after = _answered(state, outcome)
    after = after if outcome.error else _learned(after, state, outcome, price)
    delay, why = plan(after, outcome, price, chance, pushed=pushed)
    return replace(after, next_poll=outcome.at + timedelta(seconds=round(delay)), why=why)


def _answered(state: SourceState, outcome: Outcome) -> SourceState:
    """Count a poll; one copy, since a pass over thousands of sources makes little else."""
    kept = state if outcome.error else outcome
    return replace(
        state,
        last_poll=outcome.at,
        last_success=state.last_success if outcome.error else outcome.at,
        http_status=outcome.http_status,
        error=outcome.error,
        failures=state.failures + 1 if outcome.error else 0,
        polls=state.polls + 1,
        not_modified=state.not_modified + (outcome.http_status == _NOT_MODIFIED),
        etag=kept.etag,
        last_modified=kept.last_modified,
        body_hash=kept.body_hash,
        wasted=state.wasted if outcome.error else _wasted(state, outcome),
    )


def _wasted(state: SourceState, outcome: Outcome) -> int:
    if outcome.http_status == _NOT_MODIFIED:
        return 0
    return state.wasted + 1 if outcome.body_hash == state.body_hash and outcome.conditional else state.wasted


def _learned(state: SourceState, before: SourceState, outcome: Outcome, price: Price) -> SourceState:
    """Take in what a new document says of the source's rhythm; unchanged ones cost nothing."""
    if outcome.feed is None:
        return state
    news = observe(before.rhythm, outcome.feed, before.last_success, outcome.at)
    rhythm = reshaped(_tightened(news.rhythm, before, outcome.at, gap=news.gap), price.shape)
    # Who has never answered 304, and whose bytes change though no entry is new, cannot be asked cheaply either.
    for_nothing = not news.new and outcome.conditional and not state.not_modified
    after = replace(state, rhythm=rhythm, wasted=state.wasted + for_nothing)
    return replace(after, gaps=state.gaps + 1, last_gap=outcome.at) if news.gap else after


def _tightened(rhythm: Rhythm, before: SourceState, now: datetime, *, gap: bool) -> Rhythm:
    """After a gap halve the interval; give it back step by step while documents overlap again."""
    if gap and before.last_success:
        elapsed = max((now - before.last_success).total_seconds(), 1.0)
        return replace(rhythm, tight=min(elapsed, rhythm.tight or elapsed) / 2)
    looser = (rhythm.tight or DAY) * _LOOSER
    return replace(rhythm, tight=looser if looser < DAY else None)
