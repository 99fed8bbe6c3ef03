"""What becomes one entry: an item, or the copies of one article; knows no table and no format."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final, Protocol

from feeds.model import Classification
from ingest.identity import significance
from ingest.model import Sighting, StoredItem

_RULES: Final = "2:"  # by which a digest was made; another number, another rule


@dataclass(frozen=True, slots=True)
class Copy:
    """Another item of the same article, and the evidence that it is one."""

    item: StoredItem
    why: str

    @property
    def sightings(self) -> Iterable[Sighting]:
        """Who carried it: the source that had it first carried the article for the reason that makes it a copy."""
        once = _once(self.item.sightings)
        return (replace(seen, reason=self.why) if seen.reason == "first" else seen for seen in once)


def _once(sightings: Iterable[Sighting]) -> Iterable[Sighting]:
    """Give the first sighting by each source: an item that its source served again is no copy of itself."""
    found: dict[str, Sighting] = {}
    for seen in sightings:
        found.setdefault(seen.source.url, seen)
    return found.values()


@dataclass(frozen=True, slots=True)
class Relative:
    """An item that has to do with an article without being a copy of it."""

    relation: str  # "related" or "translation of?"
    item: StoredItem


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One article: the item that speaks for it, its copies, and why it is in a topic."""

    lead: StoredItem
    judgement: Classification
    copies: tuple[Copy, ...] = ()
    tagged: StoredItem | None = None  # the copy that the judgement is about; None: the lead
    relatives: tuple[Relative, ...] = ()

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Who carried it, the lead's carriers first, then those of its copies in the order in which they came."""
        copies = sorted((seen for copy in self.copies for seen in copy.sightings), key=attrgetter("first_seen"))
        return (*_once(self.lead.sightings), *copies)

    @property
    def significant(self) -> str:
        """A hash of what a reader would call the article: while it stays, an entry's `updated` stays (P3)."""
        return f"{_RULES}{significance(self.lead.item)}"

    @property
    def digest(self) -> str:
        """Hash all that is published of what the publisher says: what is significant, then the rest."""
        item = self.lead.item
        believed = item.published if item.published and item.published <= self.lead.first_seen else None
        files = [(file.url.partition("?")[0], file.type, file.length) for file in item.enclosures]  # what follows may be a ticket
        said = (item.url, item.language, believed, item.authors, item.categories, files, item.places, item.title_inferred)
        return f"{self.significant}.{_hash(repr(said))}"

    def is_significantly(self, digest: str) -> bool:
        """Say whether the article is what it was when it had this digest, for its readers."""
        if digest.startswith(_RULES):
            return digest.partition(".")[0] == self.significant
        item = self.lead.item  # made before markup and addresses, and numbers that only count, stopped to count
        return digest == _hash("\x00".join((item.title, item.text, item.summary, item.content, item.url or "")))

    def is_exactly(self, digest: str) -> bool:
        """Say whether the publisher has corrected nothing either."""
        return digest == self.digest if "." in digest else self.is_significantly(digest)


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Bonds:
    """What is known of the group of an item: why each member is in it, and what else has to do with it."""

    whys: Mapping[int, str]
    relatives: tuple[tuple[str, int], ...] = ()  # relation and number, the closest first


NO_BONDS: Final = Bonds({})


class Grouping(Protocol):
    """Which items are copies of one article."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give the group of every item in `rows`, each group once: the item that speaks for it first, then all others."""
        ...

    def grouped(self) -> Iterable[int]:
        """Give all items that have copies: every other one is a group of its own."""
        ...

    def bonds(self, groups: Iterable[tuple[int, ...]]) -> Mapping[int, Bonds]:
        """Give what is known of some groups, by the item that speaks for each; one without any has none."""
        ...

    def state(self) -> str:
        """Give a text that changes whenever a group may have changed."""
        ...


class Alone:
    """Every item stands for itself."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give each item as its own group."""
        return ((row,) for row in rows)

    def grouped(self) -> Iterable[int]:
        """Give none."""
        return ()

    def bonds(self, groups: Iterable[tuple[int, ...]]) -> Mapping[int, Bonds]:  # noqa: ARG002 - as the protocol has it
        """Give none."""
        return {}

    def state(self) -> str:
        """Give nothing: it never changes."""
        return ""
