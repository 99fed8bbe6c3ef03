"""When to poll a source next; pure arithmetic on (state, outcome, cost, chance), knows no clock and no database."""

import math
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Final, NamedTuple

from ingest.model import Hints
from ingest.planner.backoff import delay_with_retry_after, retry_delay
from ingest.planner.hours_of_week import DAY, HOUR, HOURS, hour_of, unpack
from ingest.planner.polling_cost import BLIND, INVITED, SHORTEST, PollingCost
from ingest.planner.publishing_rate import entries_per_second, observe_document, recent_entries_per_second, with_weekly_shape
from ingest.planner.validators import has_trusted_validators
from ingest.poll_state import Outcome, PublishingRate, SourceState

_LOOSER: Final = 1.25
_WASTED: Final = 3  # full answers in a row, for nothing
_NO_HINTS: Final = Hints()
_JITTER: Final = 0.05
_RETRY_JITTER: Final = 0.2  # wider: what failed together must not come back together
_WEBSUB: Final = 50.0  # times the cost, for a source whose hub announces its changes
_WEBSUB_LONGEST: Final = DAY


class PollReason(StrEnum):
    """Why a source is polled when it is."""

    PUBLISHING_RATE = "rhythm"  # what may have piled up there is worth a request
    SHORTEST = "shortest"  # not more often
    LONGEST = "longest"  # not less often
    WINDOW = "window"  # its document holds few entries for what it posts
    GAP = "gap"  # something may have been missed lately
    ASKED = "asked"  # its server asked to wait
    SKIPPED = "skipped"  # its own skipHours or skipDays
    FAILED = "failed"  # soon at first, later each time
    WEBSUB = "pushed"  # its hub announces changes; this poll is a safeguard


class IntervalBounds(NamedTuple):
    """The seconds between two polls: never below, never above unless its server asks for it."""

    shortest: float
    longest: float


class PollSituation(NamedTuple):
    """What a source's next poll depends on, as it is after an answer."""

    failures: int
    read: bool  # whether a look at it ever went well
    publishing_rate: PublishingRate | None
    checkable: bool  # its server gives validators, and they work


class _Learned(NamedTuple):
    """What an answer shows of its source."""

    publishing_rate: PublishingRate | None
    wasted: int
    gap: bool = False


def next_state(
    state: SourceState, outcome: Outcome, cost: PollingCost, chance: float, *, websub_active: bool = False
) -> SourceState:
    """Return the source's state after `outcome`; `chance` in [0, 1) spreads polls apart.

    `websub_active`: a hub has announced its changes lately. A failure keeps what was known.
    """
    kept = state if outcome.error else outcome
    failures = state.failures + 1 if outcome.error else 0
    learned = _learned(state, outcome, cost)
    checkable = (
        (kept.etag is not None or kept.last_modified is not None)
        and learned.wasted < _WASTED
        and has_trusted_validators(state, outcome.at)
    )
    standing = PollSituation(failures, state.last_success is not None, learned.publishing_rate, checkable)
    delay, why = plan_interval(standing, outcome, cost, chance, websub_active=websub_active)
    return replace(  # one copy: a pass over thousands of sources makes little else
        state,
        last_poll=outcome.at,
        last_success=state.last_success if outcome.error else outcome.at,
        next_poll=outcome.at + timedelta(seconds=round(delay)),
        why=why,
        http_status=outcome.http_status,
        error=outcome.error,
        failure=outcome.failure,
        failures=failures,
        polls=state.polls + 1,
        not_modified=state.not_modified + (outcome.http_status == HTTPStatus.NOT_MODIFIED),
        etag=kept.etag,
        last_modified=kept.last_modified,
        body_hash=kept.body_hash,
        wasted=learned.wasted,
        publishing_rate=learned.publishing_rate,
        gaps=state.gaps + learned.gap,
        last_gap=outcome.at if learned.gap else state.last_gap,
    )


def _learned(state: SourceState, outcome: Outcome, cost: PollingCost) -> _Learned:
    """Return the state with what an answer shows of the publishing rate and the validators; skip unchanged documents."""
    if outcome.error:
        return _Learned(state.publishing_rate, state.wasted)
    if outcome.feed is None:
        return _Learned(state.publishing_rate, _wasted(state, outcome))
    news = observe_document(state.publishing_rate, outcome.feed, state.last_success, outcome.at)
    publishing_rate = with_weekly_shape(_tightened(news.publishing_rate, state, outcome.at, gap=news.gap), cost.shape)
    # A server that never answered 304 and changes bytes without new entries cannot be polled cheaply either.
    for_nothing = not news.new and outcome.conditional and not state.not_modified
    return _Learned(publishing_rate, _wasted(state, outcome) + for_nothing, news.gap)


def _wasted(state: SourceState, outcome: Outcome) -> int:
    if outcome.http_status == HTTPStatus.NOT_MODIFIED:
        return 0
    return state.wasted + 1 if outcome.body_hash == state.body_hash and outcome.conditional else state.wasted


def _tightened(publishing_rate: PublishingRate, before: SourceState, now: datetime, *, gap: bool) -> PublishingRate:
    """Halve the longest interval after a gap; lengthen it step by step while documents overlap again."""
    if gap and before.last_success:
        elapsed = max((now - before.last_success).total_seconds(), 1.0)
        return replace(publishing_rate, tight=min(elapsed, publishing_rate.tight or elapsed) / 2)
    looser = (publishing_rate.tight or DAY) * _LOOSER
    return replace(publishing_rate, tight=looser if looser < DAY else None)


# The interval


def plan_interval(
    standing: PollSituation, outcome: Outcome, cost: PollingCost, chance: float, *, websub_active: bool
) -> tuple[float, PollReason]:
    """Return the seconds from `outcome` to the next poll, and why.

    Freshness and hours to skip can only delay a poll; after a failure Retry-After decides.
    """
    bounds = _bounds(standing, outcome, cost)
    planned, why = _wanted(standing, outcome.at, cost, bounds, websub_active=websub_active)
    if standing.failures:
        delay, why = _after_failure(standing, outcome, planned, chance)
    else:
        delay = _spread(planned, bounds, chance, why)
        fresh = max(outcome.wait or 0.0, min(outcome.fresh or 0.0, bounds.longest))
        delay, why = (fresh, PollReason.ASKED) if fresh > delay else (delay, why)
    skipped = _after_skipped(outcome.at, delay, _hints(standing), chance)
    return (skipped, PollReason.SKIPPED) if skipped > delay else (delay, why)


def _after_failure(standing: PollSituation, outcome: Outcome, planned: float, chance: float) -> tuple[float, PollReason]:
    """Return the seconds until the next try, and why then; never sooner than the source's owner wishes."""
    own = outcome.source.settings.shortest or 0.0
    if outcome.wait is not None:
        asked = delay_with_retry_after(outcome.wait, standing.failures, planned, outcome.failure, read=standing.read)
        return max(asked, own), PollReason.ASKED
    delay = retry_delay(standing.failures, planned, outcome.failure, read=standing.read)
    return max(delay * (1 + _RETRY_JITTER * (2 * chance - 1)), own), PollReason.FAILED


def _spread(delay: float, bounds: IntervalBounds, chance: float, why: PollReason) -> float:
    """Spread sources that were polled together; at a bound to one side only, or all would meet there again."""
    spread = -chance if why is PollReason.LONGEST else 2 * chance - 1
    return max(delay * (1 + _JITTER * spread), bounds.shortest * (1 + _JITTER * chance))


def _bounds(standing: PollSituation, outcome: Outcome, cost: PollingCost) -> IntervalBounds:
    settings = outcome.source.settings
    shortest = settings.shortest
    if shortest is None:
        invited = [seconds for seconds in (_hints(standing).interval, outcome.fresh) if seconds and seconds < SHORTEST]
        shortest = max(min(invited, default=SHORTEST), INVITED)
        shortest = shortest if standing.checkable else max(shortest, BLIND)
    longest = settings.longest or cost.rule.longest
    return IntervalBounds(max(shortest, INVITED), max(longest, shortest, INVITED))


def _hints(standing: PollSituation) -> Hints:
    return standing.publishing_rate.hints if standing.publishing_rate else _NO_HINTS


def _wanted(
    standing: PollSituation, now: datetime, cost: PollingCost, bounds: IntervalBounds, *, websub_active: bool
) -> tuple[float, PollReason]:
    """Return the interval in seconds that cost, document window and gaps ask for, within the bounds, and which of them decided."""
    if websub_active:
        delay = walk(
            cost.value * _WEBSUB, entries_per_second(standing.publishing_rate, now), _shape(standing, cost), now, _WEBSUB_LONGEST
        )
        return max(delay, bounds.shortest), PollReason.WEBSUB
    delay, why = (
        walk(cost.value, entries_per_second(standing.publishing_rate, now), _shape(standing, cost), now, bounds.longest),
        PollReason.PUBLISHING_RATE,
    )
    for seconds, reason in ((_overrun(standing, now), PollReason.WINDOW), (_tight(standing), PollReason.GAP)):
        if seconds < delay:
            delay, why = seconds, reason
    if delay <= bounds.shortest:
        return bounds.shortest, PollReason.SHORTEST
    return (bounds.longest, PollReason.LONGEST) if delay >= bounds.longest else (delay, why)


def _shape(standing: PollSituation, cost: PollingCost) -> tuple[float, ...]:
    return unpack(standing.publishing_rate.shape) if standing.publishing_rate and standing.publishing_rate.shape else cost.shape


def _overrun(standing: PollSituation, now: datetime) -> float:
    """Return the seconds until half of its document will have been replaced."""
    publishing_rate = standing.publishing_rate
    if publishing_rate is None or not publishing_rate.window:
        return math.inf
    return (
        0.5
        * publishing_rate.window
        / max(entries_per_second(publishing_rate, now), recent_entries_per_second(publishing_rate, now))
    )


def _tight(standing: PollSituation) -> float:
    return standing.publishing_rate.tight if standing.publishing_rate and standing.publishing_rate.tight else math.inf


def walk(cost: float, per_second: float, shape: tuple[float, ...], now: datetime, longest: float) -> float:
    """Return the seconds until what piles up has waited `cost` seconds in all, at most `longest`.

    Solve for the first t where the integral of rate(s) (t - s) ds from now is the cost, hour by
    hour in closed form: within an hour the rate is constant, the pile linear, its wait a parabola.
    """
    hour = hour_of(now)
    left = HOUR - (now.minute * 60 + now.second)
    passed = pile = waited = 0.0
    while passed < longest:
        here = per_second * shape[hour]
        after = waited + pile * left + here * left * left / 2
        if after >= cost:
            step = _root(here / 2, pile, cost - waited)
            return min(passed + step, longest)
        pile, waited, passed = pile + here * left, after, passed + left
        hour, left = (hour + 1) % HOURS, HOUR
    return longest


def _root(a: float, b: float, c: float) -> float:
    """Return the x >= 0 where a x^2 + b x = c, in the form that loses no digits for a small a."""
    return 2 * c / (b + math.sqrt(b * b + 4 * a * c)) if c > 0 else 0.0


def _after_skipped(now: datetime, delay: float, hints: Hints, chance: float) -> float:
    """Move a poll out of the hours and days in which the feed asks not to be read; it comes somewhere in the next hour.

    A feed that leaves no hour free is ignored.
    """
    if not hints.skip_hours and not hints.skip_days:
        return delay
    moment = now + timedelta(seconds=delay)
    full = moment.replace(minute=0, second=0, microsecond=0)
    for ahead in range(HOURS):
        hour = full + timedelta(hours=ahead)
        if hour.hour not in hints.skip_hours and hour.weekday() not in hints.skip_days:
            return delay if ahead == 0 else (hour - now).total_seconds() + chance * HOUR / 2
    return delay
