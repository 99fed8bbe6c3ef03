"""When to poll a source next; pure arithmetic on (state, outcome, price, chance), knows no clock and no database."""

from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final, NamedTuple

from ingest.planner.hours_of_week import DAY
from ingest.planner.plan import Standing, plan
from ingest.planner.polling_cost import PollingCost, is_stale, paid, steer
from ingest.planner.publishing_rate import observe, reshaped
from ingest.planner.validators import trusted
from ingest.poll_state import Outcome, PublishingRate, SourceState

__all__ = ["is_stale", "next_state", "paid", "steer"]

_LOOSER: Final = 1.25
_WASTED: Final = 3  # full answers in a row, for nothing


class _Learned(NamedTuple):
    """What an answer shows of its source."""

    rhythm: PublishingRate | None
    wasted: int
    gap: bool = False


def next_state(state: SourceState, outcome: Outcome, price: PollingCost, chance: float, *, pushed: bool = False) -> SourceState:
    """Give the source's state after `outcome`; `chance` in [0, 1) spreads polls apart.

    `pushed` says that a hub has told of its changes lately. A failure keeps what was known.
    """
    kept = state if outcome.error else outcome
    failures = state.failures + 1 if outcome.error else 0
    learned = _learned(state, outcome, price)
    checkable = (
        (kept.etag is not None or kept.last_modified is not None) and learned.wasted < _WASTED and trusted(state, outcome.at)
    )
    standing = Standing(failures, state.last_success is not None, learned.rhythm, checkable)
    delay, why = plan(standing, outcome, price, chance, pushed=pushed)
    return replace(  # one copy: a pass over thousands of sources makes little else
        state,
        last_poll=outcome.at,
        last_success=state.last_success if outcome.error else outcome.at,
        next_poll=outcome.at + timedelta(seconds=round(delay)),
        why=why,
        http_status=outcome.http_status,
        error=outcome.error,
        failures=failures,
        polls=state.polls + 1,
        not_modified=state.not_modified + (outcome.http_status == HTTPStatus.NOT_MODIFIED),
        etag=kept.etag,
        last_modified=kept.last_modified,
        body_hash=kept.body_hash,
        wasted=learned.wasted,
        rhythm=learned.rhythm,
        gaps=state.gaps + learned.gap,
        last_gap=outcome.at if learned.gap else state.last_gap,
    )


def _learned(state: SourceState, outcome: Outcome, price: PollingCost) -> _Learned:
    """Take in what an answer says of its source's rhythm and of its validators; an unchanged document costs nothing."""
    if outcome.error:
        return _Learned(state.rhythm, state.wasted)
    if outcome.feed is None:
        return _Learned(state.rhythm, _wasted(state, outcome))
    news = observe(state.rhythm, outcome.feed, state.last_success, outcome.at)
    rhythm = reshaped(_tightened(news.rhythm, state, outcome.at, gap=news.gap), price.shape)
    # Who has never answered 304, and whose bytes change though no entry is new, cannot be asked cheaply either.
    for_nothing = not news.new and outcome.conditional and not state.not_modified
    return _Learned(rhythm, _wasted(state, outcome) + for_nothing, news.gap)


def _wasted(state: SourceState, outcome: Outcome) -> int:
    if outcome.http_status == HTTPStatus.NOT_MODIFIED:
        return 0
    return state.wasted + 1 if outcome.body_hash == state.body_hash and outcome.conditional else state.wasted


def _tightened(rhythm: PublishingRate, before: SourceState, now: datetime, *, gap: bool) -> PublishingRate:
    """After a gap halve the interval; give it back step by step while documents overlap again."""
    if gap and before.last_success:
        elapsed = max((now - before.last_success).total_seconds(), 1.0)
        return replace(rhythm, tight=min(elapsed, rhythm.tight or elapsed) / 2)
    looser = (rhythm.tight or DAY) * _LOOSER
    return replace(rhythm, tight=looser if looser < DAY else None)
