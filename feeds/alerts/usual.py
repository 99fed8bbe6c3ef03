"""What is usual for a topic at an hour of a weekday, and whether a time is far from it; pure, robust against earlier spikes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from math import exp, lgamma, log, sqrt
from statistics import median
from typing import Final

WEEKS: Final = 8  # of history that count
LEARNING: Final = timedelta(days=14)  # of history without which nothing is called usual
HOUR: Final = timedelta(hours=1)
_SPIKES: Final = (3, 6, 24)  # hours that are looked at
_QUIETS: Final = (24, 48, 96, 168)
_CHANCE: Final = 1e-4  # that such a count comes by itself, at one look
_LIVELY: Final = 3.0  # a spike is so many times what is usual ...
_MORE: Final = 6.0  # ... and so many stories more
_STILL: Final = 0.2  # a quiet topic has at most such a share of what is usual
_OUTLIER: Final = 3.0  # a day of history with more than so many times the median counts as that
_SHRINK: Final = 2.0  # days' worth of the average weekday that each weekday borrows
_TAIL: Final = 12.0  # the most that one span of history adds to the dispersion
_LONGEST: Final = 48  # hours of the spans by which the dispersion is measured

HourCounts = Mapping[datetime, int]
"""Stories by the hour (UTC) in which they are dated; an hour without any is left out."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A span of hours until now that is far from what is usual."""

    hours: int
    count: int
    expected: float

    @property
    def is_spike(self) -> bool:
        """True when there is more than usual."""
        return self.count > self.expected


def spike(counts: HourCounts, now: datetime) -> Deviation | None:
    """Return the shortest span until now in which far more stories came than is usual at these hours; None where none is."""
    return next((found for hours in _SPIKES if (found := _deviation(counts, now, hours, more=True))), None)


def quiet(counts: HourCounts, now: datetime) -> Deviation | None:
    """Return the shortest span until now in which far fewer came."""
    return next((found for hours in _QUIETS if (found := _deviation(counts, now, hours, more=False))), None)


def _deviation(counts: HourCounts, now: datetime, hours: int, *, more: bool) -> Deviation | None:
    begin = _hour(now) - (hours - 1) * HOUR  # the present hour is not over
    history = [(hour, count) for hour, count in counts.items() if begin - WEEKS * 7 * 24 * HOUR <= hour < begin]
    if not history or begin - min(hour for hour, _ in history) < LEARNING:
        return None
    seen = sum(count for hour, count in counts.items() if begin <= hour <= now)
    usual = _Usual(history, begin)
    mean = usual.expected(begin, now)
    found = Deviation(hours, seen, mean)
    if more:
        if seen < _LIVELY * mean or seen - mean < _MORE:
            return None
        return found if _at_least(seen, mean, usual.dispersion(hours)) < _CHANCE else None
    if seen > _STILL * mean:
        return None
    return found if 1 - _at_least(seen + 1, mean, usual.dispersion(hours)) < _CHANCE else None


class _Usual:
    """The expected number of stories of each hour: a level for each weekday, shared out by the hour of the day."""

    def __init__(self, history: Sequence[tuple[datetime, int]], end: datetime) -> None:
        """Learn from hours before `end`; a day that is an outlier counts as a busy day."""
        self._counts, self._end = dict(history), end
        self._begin = _hour(max(min(hour for hour, _ in history), end - WEEKS * 7 * 24 * HOUR))
        days = self._days()
        most = max(_OUTLIER * median(days.values()), _MORE)
        weights = {day: min(1.0, most / total) if total else 1.0 for day, total in days.items()}
        level = sum(total * weights[day] for day, total in days.items()) / len(days)
        self._weekdays = [self._level(days, weights, weekday, level) for weekday in range(7)]
        self._shares = self._shared_out(weights)

    def _days(self) -> dict[date, int]:
        """Return the number of stories of each whole day."""
        first = self._begin.date() + timedelta(days=1)
        days = {first + timedelta(days=number): 0 for number in range((self._end.date() - first).days)}
        for hour, count in self._counts.items():
            if hour.date() in days:
                days[hour.date()] += count
        return days

    @staticmethod
    def _level(days: Mapping[date, int], weights: Mapping[date, float], weekday: int, level: float) -> float:
        totals = [total * weights[day] for day, total in days.items() if day.weekday() == weekday]
        return (sum(totals) + _SHRINK * level) / (len(totals) + _SHRINK)

    def _shared_out(self, weights: Mapping[date, float]) -> list[float]:
        """Return the share of a day's stories that each hour has, smoothed over its neighbours."""
        sums = [1.0] * 24  # as if each hour had had one: an hour in which nothing ever came is no wonder at once
        for hour, count in self._counts.items():
            sums[hour.hour] += count * weights.get(hour.date(), 0.0)
        smooth = [0.25 * sums[hour - 1] + 0.5 * sums[hour] + 0.25 * sums[(hour + 1) % 24] for hour in range(24)]
        return [one / sum(smooth) for one in smooth]

    def _of(self, hour: datetime) -> float:
        return self._weekdays[hour.weekday()] * self._shares[hour.hour]

    def expected(self, begin: datetime, end: datetime) -> float:
        """Return the expected number of stories from the beginning of an hour to a moment."""
        last = _hour(end)
        whole = sum(self._of(begin + number * HOUR) for number in range((last - begin) // HOUR))
        return whole + self._of(last) * ((end - last) / HOUR)

    def dispersion(self, hours: int) -> float:
        """Return how much more than chance alone the counts of such spans vary: variance by mean, at least 1."""
        span = min(hours, _LONGEST)
        number = (self._end - self._begin) // (span * HOUR)
        first = self._end - number * span * HOUR
        steps = [first + step * HOUR for step in range(number * span)]
        seen = list(accumulate((self._counts.get(hour, 0) for hour in steps), initial=0))
        mean = list(accumulate(map(self._of, steps), initial=0.0))
        terms = []
        for at in range(0, number * span, span):
            expected = mean[at + span] - mean[at]
            terms.append(min((seen[at + span] - seen[at] - expected) ** 2 / max(expected, 0.1), _TAIL))
        return max(1.0, sum(terms) / len(terms)) * sqrt(hours / span)  # weeks differ more than days


def _at_least(count: int, mean: float, dispersion: float) -> float:
    """Return the probability of at least so many where `mean` are expected: Poisson, or negative binomial with more variance."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if dispersion < 1.01:  # noqa: PLR2004 - as good as none
        below = sum(exp(number * log(mean) - mean - lgamma(number + 1)) for number in range(count))
    else:
        size = mean / (dispersion - 1)
        fixed = -size * log(dispersion) - lgamma(size)
        step = log((dispersion - 1) / dispersion)
        below = sum(exp(lgamma(number + size) - lgamma(number + 1) + number * step + fixed) for number in range(count))
    return max(0.0, 1.0 - below)


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def by_hour(counts: Mapping[tuple[datetime, str], int], sources: frozenset[str] | None = None) -> dict[datetime, int]:
    """Return stories by hour, of some sources or of all, from stories by hour and source."""
    found: defaultdict[datetime, int] = defaultdict(int)
    for (hour, source), count in counts.items():
        if sources is None or source in sources:
            found[hour] += count
    return dict(found)
