"""From rhythm and price to the seconds until the next poll, and the reason in a word; pure, stores nothing."""

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from ingest.model import Hints
from ingest.planner.backoff import asked_for, retry
from ingest.planner.hours_of_week import DAY, HOUR, HOURS, hour_of, unpack
from ingest.planner.polling_cost import BLIND, INVITED, SHORTEST, PollingCost
from ingest.planner.publishing_rate import burst_rate, rate
from ingest.poll_state import Outcome, PublishingRate

_NO_HINTS: Final = Hints()
_JITTER: Final = 0.05
_RETRY_JITTER: Final = 0.2  # wider: what failed together must not come back together
_PUSHED: Final = 50.0  # times the price, for a source whose hub tells of its changes
_PUSHED_LONGEST: Final = DAY


class PollReason(StrEnum):
    """Why a source is polled when it is."""

    RHYTHM = "rhythm"  # what may have piled up there is worth a request
    SHORTEST = "shortest"  # not more often
    LONGEST = "longest"  # not less often
    WINDOW = "window"  # its document holds few entries for what it posts
    GAP = "gap"  # something may have been missed lately
    ASKED = "asked"  # its server asked to wait
    SKIPPED = "skipped"  # its own skipHours or skipDays
    FAILED = "failed"  # soon at first, later each time
    PUSHED = "pushed"  # its hub tells of changes; this is to be sure


class IntervalBounds(NamedTuple):
    """The seconds between two polls: never below, never above unless its server asks for it."""

    shortest: float
    longest: float


class Standing(NamedTuple):
    """What a source's next poll depends on, as it is after an answer."""

    failures: int
    read: bool  # whether a look at it ever went well
    rhythm: PublishingRate | None
    checkable: bool  # its server gives validators, and they work


def plan(standing: Standing, outcome: Outcome, price: PollingCost, chance: float, *, pushed: bool) -> tuple[float, PollReason]:
    """Give the seconds from `outcome` to the next poll, and why.

    Freshness and hours to skip are only ever a reason to come later; after a failure Retry-After is the plan.
    """
    bounds = _bounds(standing, outcome, price)
    planned, why = _wanted(standing, outcome.at, price, bounds, pushed=pushed)
    if standing.failures:
        delay, why = _after_failure(standing, outcome, planned, chance)
    else:
        delay = _spread(planned, bounds, chance, why)
        fresh = max(outcome.wait or 0.0, min(outcome.fresh or 0.0, bounds.longest))
        delay, why = (fresh, PollReason.ASKED) if fresh > delay else (delay, why)
    skipped = _after_skipped(outcome.at, delay, _hints(standing), chance)
    return (skipped, PollReason.SKIPPED) if skipped > delay else (delay, why)


def _after_failure(standing: Standing, outcome: Outcome, planned: float, chance: float) -> tuple[float, PollReason]:
    """Give the seconds until the next try, and why then; never sooner than the source's owner wishes."""
    own = outcome.source.settings.shortest or 0.0
    if outcome.wait is not None:
        asked = asked_for(outcome.wait, standing.failures, planned, outcome.failure, read=standing.read)
        return max(asked, own), PollReason.ASKED
    delay = retry(standing.failures, planned, outcome.failure, read=standing.read)
    return max(delay * (1 + _RETRY_JITTER * (2 * chance - 1)), own), PollReason.FAILED


def _spread(delay: float, bounds: IntervalBounds, chance: float, why: PollReason) -> float:
    """Part what was polled together; at a bound to its one side only, or all would meet there again."""
    spread = -chance if why is PollReason.LONGEST else 2 * chance - 1
    return max(delay * (1 + _JITTER * spread), bounds.shortest * (1 + _JITTER * chance))


def _bounds(standing: Standing, outcome: Outcome, price: PollingCost) -> IntervalBounds:
    settings = outcome.source.settings
    shortest = settings.shortest
    if shortest is None:
        invited = [seconds for seconds in (_hints(standing).interval, outcome.fresh) if seconds and seconds < SHORTEST]
        shortest = max(min(invited, default=SHORTEST), INVITED)
        shortest = shortest if standing.checkable else max(shortest, BLIND)
    longest = settings.longest or price.rule.longest
    return IntervalBounds(max(shortest, INVITED), max(longest, shortest, INVITED))


def _hints(standing: Standing) -> Hints:
    return standing.rhythm.hints if standing.rhythm else _NO_HINTS


def _wanted(
    standing: Standing, now: datetime, price: PollingCost, bounds: IntervalBounds, *, pushed: bool
) -> tuple[float, PollReason]:
    """Give what price, window and gaps want, within the bounds."""
    if pushed:
        delay = walk(price.value * _PUSHED, rate(standing.rhythm, now), _shape(standing, price), now, _PUSHED_LONGEST)
        return max(delay, bounds.shortest), PollReason.PUSHED
    delay, why = walk(price.value, rate(standing.rhythm, now), _shape(standing, price), now, bounds.longest), PollReason.RHYTHM
    for seconds, reason in ((_overrun(standing, now), PollReason.WINDOW), (_tight(standing), PollReason.GAP)):
        if seconds < delay:
            delay, why = seconds, reason
    if delay <= bounds.shortest:
        return bounds.shortest, PollReason.SHORTEST
    return (bounds.longest, PollReason.LONGEST) if delay >= bounds.longest else (delay, why)


def _shape(standing: Standing, price: PollingCost) -> tuple[float, ...]:
    return unpack(standing.rhythm.shape) if standing.rhythm and standing.rhythm.shape else price.shape


def _overrun(standing: Standing, now: datetime) -> float:
    """Give the seconds until half of its document will have been replaced."""
    rhythm = standing.rhythm
    if rhythm is None or not rhythm.window:
        return math.inf
    return 0.5 * rhythm.window / max(rate(rhythm, now), burst_rate(rhythm, now))


def _tight(standing: Standing) -> float:
    return standing.rhythm.tight if standing.rhythm and standing.rhythm.tight else math.inf


def walk(price: float, per_second: float, shape: tuple[float, ...], now: datetime, longest: float) -> float:
    """Give the seconds until what piles up has waited `price` seconds in all, at most `longest`.

    Solves for the first t where the integral of rate(s) (t - s) ds from now is the price, hour by
    hour in closed form: within an hour the rate is constant, the pile linear, its wait a parabola.
    """
    hour = hour_of(now)
    left = HOUR - (now.minute * 60 + now.second)
    passed = pile = waited = 0.0
    while passed < longest:
        here = per_second * shape[hour]
        after = waited + pile * left + here * left * left / 2
        if after >= price:
            step = _root(here / 2, pile, price - waited)
            return min(passed + step, longest)
        pile, waited, passed = pile + here * left, after, passed + left
        hour, left = (hour + 1) % HOURS, HOUR
    return longest


def _root(a: float, b: float, c: float) -> float:
    """Give the x >= 0 where a x^2 + b x = c, in the form that loses no digits for a small a."""
    return 2 * c / (b + math.sqrt(b * b + 4 * a * c)) if c > 0 else 0.0


def _after_skipped(now: datetime, delay: float, hints: Hints, chance: float) -> float:
    """Move a poll out of the hours and days in which the feed asks not to be read; it comes somewhere in the next hour.

    A feed that leaves no hour free is not believed.
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
