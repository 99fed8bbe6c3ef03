"""A document of a topic's feed, whatever its format: its names and addresses, what is in it, when it changed; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from feeds.publication.entry import FeedEntry, Tombstone
from feeds.tagging.topic.model import Topic
from ingest.text.dates import rfc3339


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """The subscription document of a topic's feed, with its newest entries, or one of its archive documents (RFC 5005, 4)."""

    topic: Topic
    id: str  # of the feed: the same in all its documents
    base: str  # the address of the folder that it lies in, a slash last; empty for a private feed: its links are relative
    site: str  # the address of the service
    entries: tuple[FeedEntry, ...]
    tombstones: tuple[Tombstone, ...] = ()
    number: int | None = None  # of an archive document; None: the subscription document
    previous: int | None = None  # the archive document before this one
    next: int | None = None  # the archive document after this one, where both were written together
    hub: str = ""

    def address(self, number: int | None = None, suffix: str = "atom") -> str:
        """Return the address of the subscription document, or of archive document `number`, in the format with `suffix`."""
        return self.base + file_name(self.topic.name, number, suffix)

    @property
    def updated(self) -> datetime:
        """The newest change in it, of the topic's file for an empty feed; never the time of writing."""
        moments = [entry.updated for entry in self.entries] + [one.deleted_at for one in self.tombstones]
        said = self.topic.updated
        empty = datetime(said.year, said.month, said.day, tzinfo=UTC) if said else datetime(1970, 1, 1, tzinfo=UTC)
        return max(moments, default=empty)

    @property
    def changed(self) -> datetime:
        """The time of the newest change in it, also where `updated` stays."""
        return max([self.updated, *(entry.changed for entry in self.entries)])

    @property
    def subtitle(self) -> str:
        """What the feed is about, in a sentence; what it means and does not mean stands on the topic's page."""
        return self.topic.description


def file_name(topic: str, number: int | None = None, suffix: str = "atom") -> str:
    """Return the name of a feed's file, or of that of archive document `number`: with a dot, which no topic's name has."""
    return f"{topic}.{suffix}" if number is None else f"{topic}.archive-{number}.{suffix}"


def stamp(moment: datetime) -> str:
    """Write a moment as all formats but RSS do: RFC 3339, UTC."""
    return rfc3339(moment) or ""
