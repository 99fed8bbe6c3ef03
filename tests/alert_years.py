"""Makes years of a topic's stories by the hour: quiet nights, slow weekends, days that differ more than chance alone makes them."""

import math
import random
from datetime import UTC, datetime, timedelta
from typing import Final

START: Final = datetime(2025, 11, 3, tzinfo=UTC)  # a Monday
_DAYS: Final = (1.15, 1.2, 1.2, 1.15, 1.05, 0.6, 0.65)  # made up
_HOURS: Final = (
    0.3,
    0.2,
    0.2,
    0.2,
    0.25,
    0.4,
    0.7,
    1,
    1.3,
    1.6,
    1.7,
    1.7,
    1.6,
    1.6,
    1.6,
    1.6,
    1.5,
    1.4,
    1.2,
    1.1,
    1,
    0.8,
    0.6,
    0.45,
)


def rate(per_day: float, hour: datetime) -> float:
    """Return the stories that are expected in an hour."""
    return per_day * _DAYS[hour.weekday()] * _HOURS[hour.hour] / sum(_HOURS)


def drawn(chance: random.Random, mean: float) -> int:
    """Draw a number by the Poisson distribution."""
    if mean > 50:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def year(seed: int, per_day: float, days: int, noise: float = 0.35) -> dict[datetime, int]:
    """Return the stories by hour; the days vary around the weekly shape, and one day is like the next."""
    chance, state, counts = random.Random(seed), 0.0, {}
    for number in range(days * 24):
        hour = START + timedelta(hours=number)
        if hour.hour == 0:
            state = 0.6 * state + 0.8 * chance.gauss(0, noise)
        if count := drawn(chance, rate(per_day, hour) * math.exp(state - noise * noise / 2)):
            counts[hour] = count
    return counts
