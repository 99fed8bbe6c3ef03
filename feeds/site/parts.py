"""The parts of a topic that have a page of their own: its languages and its busiest sources; pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, TypeVar

from feeds.site.models import PageLink, TaggedLine
from ingest.text.language.names import UNKNOWN, name

Key = TypeVar("Key", str, tuple[str, str])

_SOURCES: Final = 20  # with a page of their own, for each topic


def languages(topic: str, items: Iterable[TaggedLine]) -> tuple[PageLink, ...]:
    """Give the languages of a topic's items, the most frequent first."""
    counts = Counter(item.line.language or UNKNOWN for item in items)
    return tuple(PageLink(name(code), f"{topic}/lang-{code}.html", count, key=code) for code, count in _ranked(counts))


def sources(topic: str, items: Iterable[TaggedLine]) -> tuple[PageLink, ...]:
    """Give the sources of a topic's items, the busiest first; those beyond the first twenty as one, without a page."""
    counts: Counter[tuple[str, str]] = Counter((item.line.source, item.source) for item in items)
    ranked = _ranked(counts)
    found = [PageLink(title, f"{topic}/source-{key}.html", count, key=key) for (title, key), count in ranked[:_SOURCES]]
    rest = ranked[_SOURCES:]
    if rest:
        found.append(PageLink(f"{len(rest)} more sources", "", sum(count for _, count in rest)))
    return tuple(found)


def _ranked(counts: "Counter[Key]") -> "list[tuple[Key, int]]":
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def by_key(items: Iterable[TaggedLine]) -> dict[str, list[TaggedLine]]:
    """Give the items that each link's page shows, by the key of the link, in their order."""
    found: dict[str, list[TaggedLine]] = {}
    for item in items:
        for key in (item.line.language or UNKNOWN, item.source):
            found.setdefault(key, []).append(item)
    return found


def chosen(links: Iterable[PageLink], part: PageLink | None) -> tuple[PageLink, ...]:
    """Mark the link whose page is being made."""
    return tuple(replace(link, current=part is not None and link.href == part.href) for link in links)
