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
    """Give the hour of the week that an aware moment (UTC) lies in."""
    return moment.weekday() * 24 + moment.hour


def pack(values: Sequence[float]) -> bytes:
    """Give 168 numbers as half floats."""
    return _PACKED.pack(*(min(value, _MOST) for value in values))


def unpack(data: bytes) -> tuple[float, ...]:
    """Give the 168 numbers of `pack`; none at all as zeros."""
    return _PACKED.unpack(data) if data else (0.0,) * HOURS


def shaped(counts: Sequence[float], pooled: Sequence[float]) -> tuple[float, ...]:
    """Give the relative rate of each hour, mean 1: smoothed counts, with what all sources do where there are few.

    A kernel of three hours; half of it is shared with the same hour of the other days.
    """
    near = [(counts[hour - 1] + counts[hour] + counts[(hour + 1) % HOURS]) / 3 for hour in range(HOURS)]
    daily = [sum(near[hour::24]) / 7 for hour in range(24)]
    scale = HOURS / (sum(counts) + _BORROWED)
    return tuple(((near[hour] + daily[hour % 24]) / 2 + _BORROWED * pooled[hour] / HOURS) * scale for hour in range(HOURS))


def pool(every: Sequence[bytes]) -> tuple[float, ...]:
    """Give the shape of all sources together, from the packed counts of each."""
    if not every:
        return FLAT
    return shaped([sum(hour) for hour in zip(*map(unpack, every), strict=True)], FLAT)
