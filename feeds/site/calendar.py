"""Days and counts -> charts and calendars of a topic; pure, Monday first, UTC."""

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from feeds.site.models import Day, Month, TimelineLine

_CALENDAR: Final = Calendar(firstweekday=0)


def daily(days: Iterable[date], last: date, number: int) -> tuple[int, ...]:
    """Count the days of a stretch of `number` days that ends with `last`."""
    counts = Counter(days)
    return tuple(counts[last - timedelta(days=back)] for back in reversed(range(number)))


def month_href(topic: str, first: date) -> str:
    """Give the address of a month's page, relative to the site's root."""
    return f"{topic}/{first:%Y-%m}.html"


def chart(topic: str, counts: tuple[int, ...], last: date, *, linked: bool = True) -> tuple[Day, ...]:
    """Give the days of a chart that ends with `last`, each, where `linked`, with the way to its stories."""
    first = last - timedelta(days=len(counts) - 1)
    days = (_day(topic, first + timedelta(days=n), count) for n, count in enumerate(counts))
    return tuple(day if linked else Day(day.date, day.count) for day in days)


def _day(topic: str, day: date, count: int) -> Day:
    return Day(day, count, f"{month_href(topic, day)}#d{day.day}" if count else "")


def by_month(lines: Iterable[TimelineLine]) -> dict[date, tuple[TimelineLine, ...]]:
    """Put lines into their months, the newest month first, each by day, newest first."""
    found: defaultdict[date, list[TimelineLine]] = defaultdict(list)
    for line in lines:
        found[line.day.replace(day=1)].append(line)
    return {first: tuple(sorted(found[first], key=lambda line: line.day, reverse=True)) for first in sorted(found, reverse=True)}


def month(topic: str, first: date, lines: Iterable[TimelineLine]) -> Month:
    """Give a month as a calendar."""
    counts = Counter(line.day for line in lines)
    weeks = tuple(
        tuple(_day(topic, day, counts[day]) if day.month == first.month else None for day in week)
        for week in _CALENDAR.monthdatescalendar(first.year, first.month)
    )
    return Month(first, month_href(topic, first), counts.total(), weeks)


def by_day(lines: Iterable[TimelineLine]) -> tuple[tuple[date, tuple[TimelineLine, ...]], ...]:
    """Put the lines of a month into its days, newest day first."""
    found: defaultdict[date, list[TimelineLine]] = defaultdict(list)
    for line in lines:
        found[line.day].append(line)
    return tuple((day, tuple(found[day])) for day in sorted(found, reverse=True))
