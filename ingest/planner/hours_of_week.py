"""The 168 hours of a week, Monday 0 h UTC first: counts, relative rates, their packed form; knows no source and no clock."""

import struct
from collections.abc import Sequence
from datetime import datetime
from typing import Final

HOURS: Final = 168
DAY: Final = 86_400.0
HOUR: Final = 3_600.0
FLAT: Final = (1.0,) * HOURS
_PACKED: Final = struct.Struct(f"<{HOURS}e")
_MOST: Final = 60_000.0  # what a half float can hold
_BORROWED: Final = 40.0  # entries' worth of the shape that all sources have together


def hour_of(moment: datetime) -> int:
    """Return the hour of the week that an aware moment (UTC) lies in."""
    return moment.weekday() * 24 + moment.hour


def pack(values: Sequence[float]) -> bytes:
    """Return 168 numbers as half floats."""
    return _PACKED.pack(*(min(value, _MOST) for value in values))


def unpack(data: bytes) -> tuple[float, ...]:
    """Return the 168 numbers of `pack`; none at all as zeros."""
    return _PACKED.unpack(data) if data else (0.0,) * HOURS


def covered(now: datetime, seconds: float) -> list[float]:
    """Return how often each hour of the week was watched in the last `seconds`."""
    weeks, part = divmod(seconds / HOUR, HOURS)
    times, last = [weeks] * HOURS, hour_of(now)
    for back in range(round(part)):
        times[last - back] += 1
    return times


def expected(shape: Sequence[float], start: datetime, end: datetime) -> float:
    """Return the seconds from `start` to `end`, each weighted by the relative rate of its hour."""
    seconds = max((end - start).total_seconds(), 0.0)
    weeks, part = divmod(seconds, HOURS * HOUR)
    total, hour = weeks * HOUR * sum(shape), hour_of(start)
    left = HOUR - (start.minute * 60 + start.second)
    while part > 0:
        step = min(left, part)
        total, part, left, hour = total + step * shape[hour], part - step, HOUR, (hour + 1) % HOURS
    return total


def shaped(counts: Sequence[float], watched: Sequence[float], pooled: Sequence[float]) -> tuple[float, ...]:
    """Return the relative rate of each hour, about 1 on average, from entries counted in hours watched so many times.

    Smoothed by a kernel of three hours, half of which is shared with the same hour of the other days; what
    all sources do (`pooled`) weighs as much as 40 entries, and is all there is for hours never watched.
    """
    seen, borrowed = _smooth(counts), _BORROWED / HOURS
    even = sum(counts) / max(sum(watched), 1.0)
    times = _smooth(watched)
    return tuple((seen[hour] + borrowed * pooled[hour]) / (even * times[hour] + borrowed) for hour in range(HOURS))


def _smooth(values: Sequence[float]) -> list[float]:
    near = [(values[hour - 1] + values[hour] + values[(hour + 1) % HOURS]) / 3 for hour in range(HOURS)]
    daily = [sum(near[hour::24]) / 7 for hour in range(24)]
    return [(near[hour] + daily[hour % 24]) / 2 for hour in range(HOURS)]


def pooled_shape(every: Sequence[tuple[Sequence[float], Sequence[float]]]) -> tuple[float, ...]:
    """Return the shape of all sources together, from each one's counts and hours watched."""
    counts, expected = [0.0] * HOURS, [0.0] * HOURS
    for own, watched in every:
        even = sum(own) / max(sum(watched), 1.0)
        counts = [a + b for a, b in zip(counts, own, strict=True)]
        expected = [a + even * b for a, b in zip(expected, watched, strict=True)]
    return shaped(counts, expected, FLAT)
