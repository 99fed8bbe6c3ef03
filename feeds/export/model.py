"""An export of a topic as a frozen value: its stories as rows and as entries, its counts; pure."""

from dataclasses import dataclass
from datetime import datetime

from feeds.export.counts import ExportCounts
from feeds.export.rows import ExportRow
from feeds.publication.entry import FeedEntry
from feeds.tagging.topic.model import Topic


@dataclass(frozen=True, slots=True)
class Export:
    """A topic's stories up to a moment, oldest first."""

    topic: Topic  # with its own texts as they are published
    feed_id: str
    base: str  # the address of the folder that its feed lies in; empty for a private feed
    site: str  # the address of the service
    as_of: datetime | None  # the newest poll or sighting in the database, or the moment that was asked for
    rows: tuple[ExportRow, ...]
    entries: tuple[FeedEntry, ...]
    counts: ExportCounts
