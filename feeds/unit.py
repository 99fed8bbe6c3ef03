"""What becomes one entry: an item, or the copies of one article; knows no table and no format."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from feeds.tag import Judgement
from ingest.item import Sighting, StoredItem


@dataclass(frozen=True, slots=True)
class Unit:
    """One article: the item that speaks for it, its copies, and why it is in a topic."""

    lead: StoredItem
    judgement: Judgement
    copies: tuple[StoredItem, ...] = ()
    tagged: StoredItem | None = None  # the copy that the judgement is about; None: the lead

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Who carried it, the lead's carriers first, then those of its copies in the order in which they came."""
        copies = sorted((seen for copy in self.copies for seen in copy.sightings), key=lambda seen: seen.first_seen)
        return (*self.lead.sightings, *copies)

    @property
    def significant(self) -> str:
        """A hash of what a reader would call the article: while it stays, an entry's `updated` stays (P3)."""
        item = self.lead.item
        parts = "\x00".join((item.title, item.text, item.summary, item.content, item.url or ""))
        return hashlib.blake2b(parts.encode(), digest_size=12).hexdigest()


class Grouping(Protocol):
    """Which items are copies of one article."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give the group of every item in `rows`, each group once: the item that speaks for it first, then all others."""
        ...

    def state(self) -> str:
        """Give a text that changes whenever a group may have changed."""
        ...


class Alone:
    """Every item stands for itself."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give each item as its own group."""
        return ((row,) for row in rows)

    def state(self) -> str:
        """Give nothing: it never changes."""
        return ""
