"""How a story is shown as one entry: its lead, who carried it, why it is tagged; knows no table and no format."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from feeds.model import Classification, RelatedItem
from ingest.identity import significance
from ingest.model import Sighting, StoredItem

_RULES: Final = "2:"  # by which a digest was made; another number, another rule


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One story: the item that stands for it, its copies, and why it is in a topic."""

    lead: StoredItem
    classification: Classification
    copies: tuple[tuple[StoredItem, str], ...] = ()  # each with the evidence that it is one
    tagged: StoredItem | None = None  # the copy that the classification is about; None: the lead
    related: tuple[RelatedItem, ...] = ()

    @property
    def sightings(self) -> tuple[Sighting, ...]:
        """Who carried it, the lead's carriers first, then those of its copies in the order in which they came."""
        return carried(self.lead, self.copies)

    @property
    def significant(self) -> str:
        """A hash of what a reader would call the article: while it stays, an entry's `updated` stays."""
        return f"{_RULES}{significance(self.lead.item)}"

    @property
    def digest(self) -> str:
        """A hash of all that is published of what the publisher says: what is significant, then the rest."""
        item = self.lead.item
        believed = item.published if item.published and item.published <= self.lead.first_seen else None
        files = [(file.url.partition("?")[0], file.type, file.length) for file in item.enclosures]  # what follows may be a ticket
        said = (item.url, item.language, believed, item.authors, item.categories, files, item.places, item.title_inferred)
        return f"{self.significant}.{_hash(repr(said))}"

    def is_significantly(self, digest: str) -> bool:
        """Return whether the article is what it was when it had this digest, for its readers."""
        if digest.startswith(_RULES):
            return digest.partition(".")[0] == self.significant
        item = self.lead.item  # made before markup and addresses, and numbers that only count, stopped to count
        return digest == _hash("\x00".join((item.title, item.text, item.summary, item.content, item.url or "")))

    def is_exactly(self, digest: str) -> bool:
        """Return whether the publisher has corrected nothing either."""
        return digest == self.digest if "." in digest else self.is_significantly(digest)


def carried(lead: StoredItem, copies: Iterable[tuple[StoredItem, str]]) -> tuple[Sighting, ...]:
    """Return who carried an item, then who carried its copies, in the order in which they came.

    The source that had a copy first carried the story for the reason that makes it a copy.
    """
    others = [
        replace(seen, reason=why) if seen.reason == "first" else seen for copy, why in copies for seen in _once(copy.sightings)
    ]
    return (*_once(lead.sightings), *sorted(others, key=attrgetter("first_seen")))


def _once(sightings: Iterable[Sighting]) -> Iterable[Sighting]:
    """Return the first sighting by each source: an item that its source served again is no copy of itself."""
    found: dict[str, Sighting] = {}
    for seen in sightings:
        found.setdefault(seen.source.url, seen)
    return found.values()


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
