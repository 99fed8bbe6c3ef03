"""Which stories the pages of topics list, kept in tables: brings them up to date, and says which pages are due; draws nothing."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from feeds.publication.entry import public_address, source_key
from feeds.site.models import ItemLine, TaggedItem
from feeds.store.changes import Changes
from feeds.store.tagged import ListedStory, TaggedItems, TaggedRow
from feeds.stories.story import Grouping
from ingest.model import Source
from ingest.store.facts import Facts


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """How the stories of one topic are listed."""

    grouping: Grouping  # as the readers of the topic may see it
    since: datetime | None = None  # since when an item must have been seen first; None: all of them are listed
    has_pages: bool = True  # a private topic has none: programs read its list


class Listing:
    """The tables of the stories that topics list: each story once, by its lead or by the first copy that is among them."""

    def __init__(self, facts: Facts, topics: Mapping[str, ListedTopic]) -> None:
        """Take the topics by name."""
        self._facts, self._topics = facts, topics
        self._tagged, self._changes = TaggedItems(facts), Changes(facts)

    def renew(self) -> None:
        """List everything again, in one transaction."""
        with self._facts.transaction():
            self._changes.take_items()
            self._tagged.unlist_all()
            for name, topic in self._topics.items():
                found = self._tagged.candidates(name, topic.since)
                groups = topic.grouping.groups(sorted({one.row for one in found}.intersection(topic.grouping.grouped())))
                self._tagged.relist((), _once(found, groups))

    def update(self) -> None:
        """List what was noted as changed, in one transaction, and record the pages that are due now."""
        with self._facts.transaction():
            rows = self._changes.take_items()
            due = {("item", str(row)) for row in rows}
            for name, topic in self._topics.items():
                looked = rows.union(self._tagged.expired(name, topic.since)) if topic.since else rows
                pages = set(self._relisted(name, topic, looked))
                due |= pages if topic.has_pages else set()
            self._changes.put_due(due)

    def _relisted(self, name: str, topic: ListedTopic, rows: frozenset[int]) -> Iterator[tuple[str, str]]:
        groups = list(topic.grouping.groups(sorted(rows)))
        around = rows.union(row for group in groups for row in group)
        before = {one.row: one for one in self._tagged.listed(name, around)}
        after = {one.row: one for one in _once(self._tagged.candidates(name, topic.since, around), groups)}
        changed = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}
        self._tagged.relist(
            (before[row] for row in changed & before.keys()),
            (after[row] for row in changed & after.keys()),
        )
        shown = [*before.values(), *after.values()]
        if shown:
            yield "topic", name
        yield from {("month", f"{name}/{one.month}") for one in shown}


def _once(found: Iterable[ListedStory], groups: Iterable[Collection[int]]) -> list[ListedStory]:
    """Return each story once, by the first of its items that is among those found."""
    known = {one.row: one for one in found}
    for group in groups:
        for copy in [row for row in group if row in known][1:]:
            del known[copy]
    return list(known.values())


def shown(rows: Iterable[TaggedRow]) -> list[TaggedItem]:
    """Return listed stories as pages show them."""
    found = []
    for row, uid, title, language, moment, url, name in rows:
        source, key = named(url, name)
        found.append(TaggedItem(row, ItemLine(uid, title or source, language, source, moment.date()), moment, key))
    return found


@lru_cache(maxsize=20_000)
def named(url: str, title: str) -> tuple[str, str]:
    """Return the name of a source as pages show it, and its key."""
    return public_address(title or url), source_key(Source(url))


def states(facts: Facts, topics: Iterable[str], rows: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Return (row, mark) of some items; the mark changes when what a page shows of the item does."""
    for row, state in TaggedItems(facts).states(topics, rows):
        yield row, hashlib.blake2b(repr(state).encode(), digest_size=12).hexdigest()


def by_day(counts: Mapping[str, int]) -> dict[date, int]:
    """Return counts of days by the days."""
    return {date.fromisoformat(day): number for day, number in counts.items()}
