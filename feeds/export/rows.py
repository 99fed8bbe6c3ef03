"""A story of a topic as one row of a table; pure."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from feeds.publication.entry import FeedEntry
from ingest.text.dates import rfc3339
from ingest.text.urls import host_of

_SECOND_LEVEL: Final = frozenset("ac co com edu gob gov gouv go ne net nic nom or org sch".split())  # co.uk, com.au, or.jp
_COUNTRY: Final = 2  # letters
_PARTS: Final = 3

Value = str | int | float | date | datetime | None


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A story: the item that stands for it, and who else carried it. Every text is as the topic publishes it."""

    id: str  # of the entry in the feeds
    item: str  # the id by which `topicwire explain` finds it
    title: str
    url: str | None
    language: str | None
    day: date  # on which the pages show it (UTC)
    published: datetime | None
    first_seen: datetime
    updated: datetime
    source: str  # that carried it first
    carriers: int
    owners: int
    carrier_names: str
    carrier_urls: str
    grade: str
    score: float
    why: str
    summary: str
    authors: str
    categories: str


COLUMNS: Final = tuple(one.name for one in fields(ExportRow))


def row_of(entry: FeedEntry, item: str, first_seen: datetime, moment: datetime) -> ExportRow:
    """Return a published entry as a row; `moment` decides its day."""
    names = [carrier.name for carrier in entry.carriers]
    return ExportRow(
        id=entry.id,
        item=item,
        title=entry.title,
        url=entry.url,
        language=entry.language,
        day=moment.date(),
        published=entry.published,
        first_seen=first_seen,
        updated=entry.updated,
        source=names[0],
        carriers=len(names),
        owners=len(owners_of(entry)),
        carrier_names="; ".join(dict.fromkeys(names)),
        carrier_urls=" ".join(carrier.url for carrier in entry.carriers if carrier.url),
        grade=str(entry.classification.grade or ""),
        score=entry.classification.score,
        why=entry.classification.why,
        summary=entry.excerpt,
        authors="; ".join(author.name or "" for author in entry.authors),
        categories="; ".join(dict.fromkeys(category.label or category.term for category in entry.categories)),
    )


def owners_of(entry: FeedEntry) -> frozenset[str]:
    """Return the owners of those that carried a story: their domains, or the name of one without an address."""
    return frozenset(domain_of(carrier.url) if carrier.url else carrier.name for carrier in entry.carriers)


def domain_of(url: str) -> str:
    """Return the domain that somebody registered: the last two labels of the host, or three where the second is as in co.uk."""
    host = host_of(url).partition(":")[0]
    labels = host.split(".")
    if labels[-1].isdecimal():
        return host
    is_deep = len(labels) >= _PARTS and len(labels[-1]) == _COUNTRY and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-_PARTS if is_deep else -2 :])


def plain(row: ExportRow) -> dict[str, str | int | float | None]:
    """Return a row with its times as RFC 3339 in UTC."""
    return {name: _plain(getattr(row, name)) for name in COLUMNS}


def _plain(value: Value) -> str | int | float | None:
    if isinstance(value, datetime):
        return rfc3339(value)
    return value.isoformat() if isinstance(value, date) else value
