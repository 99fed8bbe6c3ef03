"""The polling cost that all sources share, adjusted so that the wanted number of requests is met; pure, plans no single poll."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ingest.planner.hours_of_week import DAY, FLAT, HOUR, HOURS, hour_of, pooled_shape
from ingest.planner.publishing_rate import counts, entries_per_second
from ingest.poll_state import PollingRule, PublishingRate

SHORTEST: Final = 15 * 60.0
INVITED: Final = 5 * 60.0
BLIND: Final = HOUR  # for a source whose validators do not work
_ASLEEP: Final = 2 * HOUR
_MEMORY: Final = DAY  # half-life of what was spent
_GAIN: Final = 0.04  # an hour
_TYPICAL: Final = 5.5 / DAY  # entries a second of a source that has shown nothing yet: the mean of thousands (Hmedeh et al.)
_SAMPLE: Final = 500  # sources are enough to see what they all do
_TRIM: Final = (0.25, 4.0)


@dataclass(frozen=True, slots=True)
class PollingCost:
    """The cost of a request, in seconds of waiting: a source is polled when its new entries have waited that long in total.

    All sources share it: for a given number of requests that makes the sum of waits smallest.
    """

    rule: PollingRule = PollingRule()  # noqa: RUF009 - frozen
    value: float = 0.0
    trim: float = 1.0  # what the cost was found to need beyond the model
    at: datetime | None = None  # when it was last set
    spent: float = 0.0  # requests, discounted by half every day
    owed: float = 0.0  # requests that the rule allowed, likewise
    shape: tuple[float, ...] = FLAT  # relative rate of all sources together, by hour of the week


def is_stale(cost: PollingCost, now: datetime) -> bool:
    """Return whether the cost must be adjusted: once an hour, and when the clock was put back."""
    return cost.at is None or not 0 <= (now - cost.at).total_seconds() < HOUR


def adjust_cost(cost: PollingCost, publishing_rates: Sequence[PublishingRate | None], now: datetime) -> PollingCost:
    """Return the cost at which sources with these publishing rates meet the rule.

    The model computes it; the requests made in the last days correct it slowly.
    Time in which nothing ran counts for two hours at most: after a sleep nothing is caught up on.
    """
    rates = [entries_per_second(publishing_rate, now) if publishing_rate else _TYPICAL for publishing_rate in publishing_rates] or [
        _TYPICAL
    ]
    elapsed = 0.0 if cost.at is None else min(max((now - cost.at).total_seconds(), 0.0), _ASLEEP)
    left = 0.5 ** (elapsed / _MEMORY)
    per_day = cost.rule.per_day
    spent, owed = cost.spent * left, cost.owed * left
    trim = cost.trim
    if per_day is not None:
        owed += len(publishing_rates) * per_day * _busy(cost.shape, now) * elapsed / DAY
        trim = min(max(trim * _error(spent, owed) ** (_GAIN * elapsed / HOUR), _TRIM[0]), _TRIM[1])
    known = [publishing_rate for publishing_rate in publishing_rates if publishing_rate]
    sample = known[:: len(known) // _SAMPLE + 1]
    return replace(
        cost,
        value=_value(cost.rule, rates) * trim,
        trim=trim,
        at=now,
        spent=spent,
        owed=owed,
        shape=pooled_shape([counts(publishing_rate) for publishing_rate in sample]),
    )


def with_requests(cost: PollingCost, requests: int) -> PollingCost:
    """Return the cost with so many more requests counted."""
    return replace(cost, spent=cost.spent + requests)


def _busy(shape: Sequence[float], now: datetime) -> float:
    """Return an hour's share of requests, mean 1: it follows the square root of the rate, so nights and weekends get fewer."""
    return math.sqrt(shape[hour_of(now)]) * HOURS / sum(map(math.sqrt, shape))


def _error(spent: float, owed: float) -> float:
    return min(max((spent + 1) / (owed + 1), 0.5), 2.0)


def _value(rule: PollingRule, rates: Sequence[float]) -> float:
    """Return the cost at which the rates bring what the rule asks: more requests or longer waits, found by halving."""
    low, high = math.log(1e-3), math.log(1e12)
    for _ in range(40):
        middle = (low + high) / 2
        intervals = [min(max(math.sqrt(2 * math.exp(middle) / r), SHORTEST), rule.longest) for r in rates]
        if _too_cheap(rule, rates, intervals):
            low = middle
        else:
            high = middle
    return math.exp(high)


def _too_cheap(rule: PollingRule, rates: Sequence[float], intervals: Sequence[float]) -> bool:
    if rule.delay is not None:
        waits = sum(r * t / 2 for r, t in zip(rates, intervals, strict=True))
        return waits < rule.delay * sum(rates)
    return sum(DAY / t for t in intervals) > (rule.per_day or 0.0) * len(rates)
