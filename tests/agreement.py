"""Compares the lxml reader with the feedparser reader, field by field, and names the differences that are meant."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from ingest.formats.xml import encodings, feedparser_reader, lxml_reader
from ingest.formats.xml.context import NotUnderstoodError
from ingest.model import Item, ParsedFeed
from ingest.normalize import Context, normalize
from ingest.raw import RawEntry, RawFeed

MOST: Final = 5_000
URL: Final = "http://host.example/feeds/all.xml"
# What is compared is all but this: a field that is added later is, unless somebody says here why not.
NOT_OF_FEEDS: Final = {"items", "notes", "faults", "parser", "served"}  # compared one by one, or about the reader itself
NOT_OF_ITEMS: Final = {"title_inferred", "boilerplate", "language_from"}  # made of the others, whichever reader read them
FEED_FIELDS: Final = [one.name for one in fields(ParsedFeed) if one.name not in NOT_OF_FEEDS]
ITEM_FIELDS: Final = [one.name for one in fields(Item) if one.name not in NOT_OF_ITEMS]


@dataclass(frozen=True)
class Difference:
    """A field that the two readers fill differently; entry 0 is the feed itself."""

    entry: int
    field: str
    by_lxml: Any
    by_feedparser: Any
    served: RawEntry | None = None  # what the lxml reader found


@dataclass(frozen=True)
class Accepted:
    """A difference that is meant, with the reason why the lxml reader is right; docs/parsing.md lists the same."""

    name: str
    reason: str
    covers: Callable[[Difference], bool]


ACCEPTED: Final[tuple[Accepted, ...]] = ()


def lxml_read(body: bytes, content_type: str = "") -> RawFeed | None:
    """Read with the lxml reader alone; None for what it does not understand."""
    data, _ = encodings.to_utf8(body, content_type)
    try:
        return lxml_reader.read(data, None, MOST)
    except NotUnderstoodError:
        return None


def feedparser_read(body: bytes, content_type: str = "") -> RawFeed:
    """Read with the feedparser reader alone."""
    return feedparser_reader.read(encodings.to_utf8(body, content_type)[0], None, MOST)


def differences(mine: RawFeed, other: RawFeed, now: datetime, accepted: tuple[Accepted, ...] = ACCEPTED) -> list[Difference]:
    """Return the fields that differ once both are items, without those that are accepted."""
    a, b = (normalize(raw, Context(now, URL)) for raw in (mine, other))
    found = [Difference(0, name, getattr(a, name), getattr(b, name)) for name in FEED_FIELDS]
    left, right = ([item for item, _ in feed.items] for feed in (a, b))
    if len(left) != len(right):
        return [Difference(0, "entries", len(left), len(right))]
    entries = mine.entries if len(mine.entries) == len(left) else [None] * len(left)
    found += [d for n, pair in enumerate(zip(left, right, entries, strict=True), 1) for d in _fields(n, *pair)]
    return [d for d in found if d.by_lxml != d.by_feedparser and not any(known.covers(d) for known in accepted)]


def _fields(number: int, mine: Item, other: Item, served: RawEntry | None) -> list[Difference]:
    return [Difference(number, name, getattr(mine, name), getattr(other, name), served) for name in ITEM_FIELDS]
