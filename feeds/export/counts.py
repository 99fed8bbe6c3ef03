"""The counts of an export, by the rules of the pages; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from feeds.export.rows import ExportRow
from ingest.text.dates import rfc3339

UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class SourceShare:
    """How many of the polled sources are alive: those whose last poll succeeded and that are not silent."""

    polled: int
    alive: int

    @property
    def share(self) -> float | None:
        """The share of sources alive, from 0 to 1; None without sources."""
        return round(self.alive / self.polled, 4) if self.polled else None


@dataclass(frozen=True, slots=True)
class ExportCounts:
    """What is in an export, in figures."""

    topic: str
    version: str  # of the topic's wording
    as_of: datetime | None
    stories: int
    items: int  # with all copies that the topic tags
    carriers: int  # different ones
    owners: int  # different ones
    by_day: tuple[tuple[date, int], ...]  # stories
    by_language: tuple[tuple[str, int], ...]
    by_source: tuple[tuple[str, int], ...]  # the first carrier
    sources: SourceShare

    def as_json(self) -> dict[str, Any]:
        """Return the counts as they are written."""
        return {
            "topic": self.topic,
            "version": self.version,
            "as_of": rfc3339(self.as_of),
            "stories": self.stories,
            "items": self.items,
            "carriers": self.carriers,
            "owners": self.owners,
            "by_day": [{"day": day.isoformat(), "stories": count} for day, count in self.by_day],
            "by_language": [{"language": language, "stories": count} for language, count in self.by_language],
            "by_source": [{"source": source, "stories": count} for source, count in self.by_source],
            "sources": {"polled": self.sources.polled, "alive": self.sources.alive, "share_alive": self.sources.share},
        }


@dataclass(frozen=True, slots=True)
class Counted:
    """What cannot be counted from the rows alone."""

    topic: str
    version: str
    as_of: datetime | None
    items: int
    carriers: int
    owners: int
    sources: SourceShare


def counts_of(rows: Sequence[ExportRow], counted: Counted) -> ExportCounts:
    """Return the counts of an export; days in order, languages and sources by how often they occur."""
    return ExportCounts(
        counted.topic,
        counted.version,
        counted.as_of,
        len(rows),
        counted.items,
        counted.carriers,
        counted.owners,
        tuple(sorted(Counter(row.day for row in rows).items())),
        _ranked(Counter(row.language or UNKNOWN for row in rows)),
        _ranked(Counter(row.source for row in rows)),
        counted.sources,
    )


def _ranked(counts: "Counter[str]") -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))
