"""A document of a topic's feed, whatever its format: what it is called, what is in it, when it changed; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from feeds.publication.entry import Deleted, FeedEntry
from feeds.tagging.topic.model import Topic
from ingest.text.dates import rfc3339


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """The newest entries of a topic's feed, or one sealed page of its archive (RFC 5005, 4)."""

    topic: Topic
    id: str  # of the feed: the same in all its documents
    base: str  # the address of the folder that it lies in, a slash last; empty for a private feed: its links are relative
    site: str  # the address of the service
    entries: tuple[FeedEntry, ...]
    deleted: tuple[Deleted, ...] = ()
    number: int | None = None  # of a page of the archive; None: the feed itself
    previous: int | None = None  # the page of the archive before this document
    next: int | None = None  # the page after this one, where it was sealed together with it
    hub: str = ""

    def address(self, number: int | None = None, suffix: str = "atom") -> str:
        """Return where the feed is, or a page of its archive, or another form of it."""
        return self.base + file_name(self.topic.name, number, suffix)

    @property
    def updated(self) -> datetime:
        """The newest change in it, of the topic's file for an empty feed; never the time of writing."""
        moments = [entry.updated for entry in self.entries] + [one.when for one in self.deleted]
        said = self.topic.updated
        empty = datetime(said.year, said.month, said.day, tzinfo=UTC) if said else datetime(1970, 1, 1, tzinfo=UTC)
        return max(moments, default=empty)

    @property
    def changed(self) -> datetime:
        """The newest moment that it tells of, also where `updated` stays."""
        return max([self.updated, *(entry.changed for entry in self.entries)])

    @property
    def subtitle(self) -> str:
        """What the feed means, and what it does not: it must not be taken for a verdict."""
        topic = self.topic
        means = f"Means: {' '.join(topic.means)}" if topic.means else ""
        does_not = f"Does not mean: {' '.join(topic.does_not_mean)}" if topic.does_not_mean else ""
        limits = f"Limits: {' '.join(topic.limits)}" if topic.limits else ""
        contact = f"Contact: {topic.contact}" if topic.contact else ""
        return "\n".join(part for part in (topic.description, means, does_not, limits, contact) if part)


def file_name(topic: str, number: int | None = None, suffix: str = "atom") -> str:
    """Return the name of a feed's file, or of page `number` of its archive: with a dot, which no topic's name has."""
    return f"{topic}.{suffix}" if number is None else f"{topic}.archive-{number}.{suffix}"


def stamp(moment: datetime) -> str:
    """Write a moment as all formats but RSS do: RFC 3339, UTC."""
    return rfc3339(moment) or ""
