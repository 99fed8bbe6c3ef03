"""The facets of a topic, by which its stories are listed and counted: languages, sources, months and days (in UTC); pure."""

from calendar import Calendar
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final, TypeVar

from feeds.site.models import Day, ItemLine, Month, PageLink, TaggedItem
from ingest.text.language.names import UNKNOWN, name

Key = TypeVar("Key", str, tuple[str, str])

_SOURCES: Final = 20  # with a page of their own, for each topic
_CALENDAR: Final = Calendar(firstweekday=0)  # Monday


def languages(topic: str, items: Iterable[TaggedItem]) -> tuple[PageLink, ...]:
    """Return the languages of a topic's items, the most frequent first."""
    counts = Counter(item.line.language or UNKNOWN for item in items)
    return tuple(PageLink(name(code), f"{topic}/lang-{code}.html", count, key=code) for code, count in _ranked(counts))


def sources(topic: str, items: Iterable[TaggedItem]) -> tuple[PageLink, ...]:
    """Return the sources of a topic's items, the busiest first; those after the first twenty together as one, without a page."""
    counts: Counter[tuple[str, str]] = Counter((item.line.source, item.source) for item in items)
    ranked = _ranked(counts)
    found = [PageLink(title, f"{topic}/source-{key}.html", count, key=key) for (title, key), count in ranked[:_SOURCES]]
    rest = ranked[_SOURCES:]
    if rest:
        found.append(PageLink(f"{len(rest)} more sources", "", sum(count for _, count in rest)))
    return tuple(found)


def _ranked(counts: "Counter[Key]") -> "list[tuple[Key, int]]":
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def by_key(items: Iterable[TaggedItem]) -> dict[str, list[TaggedItem]]:
    """Return the items of each language and of each source, by the key of its link, in their order."""
    found: dict[str, list[TaggedItem]] = {}
    for item in items:
        for key in (item.line.language or UNKNOWN, item.source):
            found.setdefault(key, []).append(item)
    return found


def chosen(links: Iterable[PageLink], facet: PageLink | None) -> tuple[PageLink, ...]:
    """Return the links, the one to `facet` marked as current."""
    return tuple(replace(link, current=facet is not None and link.href == facet.href) for link in links)


def daily(days: Iterable[date], last: date, number: int) -> tuple[int, ...]:
    """Return how often each of the `number` days that end with `last` occurs in `days`, oldest first."""
    counts = Counter(days)
    return tuple(counts[last - timedelta(days=back)] for back in reversed(range(number)))


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


def by_month(lines: Iterable[ItemLine]) -> dict[date, tuple[ItemLine, ...]]:
    """Return the lines of each month (by its first day), the newest month first, in it the newest day first."""
    found: defaultdict[date, list[ItemLine]] = defaultdict(list)
    for line in lines:
        found[line.day.replace(day=1)].append(line)
    return {first: tuple(sorted(found[first], key=lambda line: line.day, reverse=True)) for first in sorted(found, reverse=True)}


def month(topic: str, first: date, lines: Iterable[ItemLine]) -> Month:
    """Return a month as a calendar."""
    counts = Counter(line.day for line in lines)
    weeks = tuple(
        tuple(_day(topic, day, counts[day]) if day.month == first.month else None for day in week)
        for week in _CALENDAR.monthdatescalendar(first.year, first.month)
    )
    return Month(first, month_href(topic, first), counts.total(), weeks)


def by_day(lines: Iterable[ItemLine]) -> tuple[tuple[date, tuple[ItemLine, ...]], ...]:
    """Return the lines of each day, the newest day first."""
    found: defaultdict[date, list[ItemLine]] = defaultdict(list)
    for line in lines:
        found[line.day].append(line)
    return tuple((day, tuple(found[day])) for day in sorted(found, reverse=True))
