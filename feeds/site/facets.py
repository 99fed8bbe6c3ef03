"""The facets of a topic, by which its stories are listed and counted: languages, sources, months and days (in UTC); pure."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeVar

from feeds.site.models import Day, ItemLine, Month, PageLink
from ingest.text.language.names import name

Key = TypeVar("Key", str, tuple[str, str])

_SOURCES: Final = 20  # with a page of their own, for each topic
_CALENDAR: Final = Calendar(firstweekday=0)  # Monday


def languages(topic: str, counts: Mapping[str, int]) -> tuple[PageLink, ...]:
    """Return the languages of a topic's stories, the most frequent first."""
    return tuple(PageLink(name(code), f"{topic}/lang-{code}.html", count, key=code) for code, count in _ranked(counts))


def sources(topic: str, counts: Mapping[tuple[str, str], int]) -> tuple[PageLink, ...]:
    """Return the sources of a topic's stories, counted by (title, key), the busiest first.

    Those after the first twenty stand together as one, without a page.
    """
    ranked = _ranked(counts)
    found = [PageLink(title, f"{topic}/source-{key}.html", count, key=key) for (title, key), count in ranked[:_SOURCES]]
    rest = ranked[_SOURCES:]
    if rest:
        found.append(PageLink(f"{len(rest)} more sources", "", sum(count for _, count in rest)))
    return tuple(found)


def _ranked(counts: "Mapping[Key, int]") -> "list[tuple[Key, int]]":
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def chosen(links: Iterable[PageLink], facet: PageLink | None) -> tuple[PageLink, ...]:
    """Return the links, the one to `facet` marked as current."""
    return tuple(replace(link, current=facet is not None and link.href == facet.href) for link in links)


def daily(counts: Mapping[date, int], last: date, number: int) -> tuple[int, ...]:
    """Return the counts of the `number` days that end with `last`, oldest first."""
    return tuple(counts.get(last - timedelta(days=back), 0) for back in reversed(range(number)))


def month_href(topic: str, first: date) -> str:
    """Return the address of a month's page, relative to the site's root."""
    return f"{topic}/{first:%Y-%m}.html"


def chart(topic: str, counts: tuple[int, ...], last: date, *, linked: bool = True) -> tuple[Day, ...]:
    """Return the days of a chart that ends with `last`, each, where `linked`, with a link to its stories."""
    first = last - timedelta(days=len(counts) - 1)
    days = (_day(topic, first + timedelta(days=n), count) for n, count in enumerate(counts))
    return tuple(day if linked else Day(day.date, day.count) for day in days)


def _day(topic: str, day: date, count: int) -> Day:
    return Day(day, count, f"{month_href(topic, day)}#d{day.day}" if count else "")


def months(topic: str, counts: Mapping[date, int]) -> tuple[Month, ...]:
    """Return the months in which any of a topic's stories are, as calendars, the newest first, from the counts of days."""
    found: defaultdict[date, dict[date, int]] = defaultdict(dict)
    for day, count in counts.items():
        found[day.replace(day=1)][day] = count
    return tuple(_month(topic, first, found[first]) for first in sorted(found, reverse=True))


def _month(topic: str, first: date, counts: Mapping[date, int]) -> Month:
    weeks = tuple(
        tuple(_day(topic, day, counts.get(day, 0)) if day.month == first.month else None for day in week)
        for week in _CALENDAR.monthdatescalendar(first.year, first.month)
    )
    return Month(first, month_href(topic, first), sum(counts.values()), weeks)


def by_day(lines: Iterable[ItemLine]) -> tuple[tuple[date, tuple[ItemLine, ...]], ...]:
    """Return the lines of each day, the newest day first."""
    found: defaultdict[date, list[ItemLine]] = defaultdict(list)
    for line in lines:
        found[line.day].append(line)
    return tuple((day, tuple(found[day])) for day in sorted(found, reverse=True))
