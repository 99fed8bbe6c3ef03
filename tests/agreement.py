"""Compares our reader of syndication with feedparser, field by field, and names the differences that are meant."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ingest.formats import encodings, judge, quick
from ingest.formats.scope import Unsure
from ingest.formats.served import Entry, Served
from ingest.formats.translate import translate
from ingest.item import Item, Place

MOST: Final = 5_000
URL: Final = "http://host.example/feeds/all.xml"
_SHARING: Final = re.compile(rb"<og\b[^<>]*(?:/>|>.*?</og>)", re.DOTALL)
FEED_FIELDS: Final = "title site_url feed_id updated language".split()
_FOUR: Final = 4
ITEM_FIELDS: Final = (
    "guid url title summary content text language published published_raw updated updated_raw"
    " authors categories enclosures places".split()
)


@dataclass(frozen=True)
class Difference:
    """A field that the two readers fill differently; entry 0 is the feed itself."""

    entry: int
    field: str
    ours: Any
    judged: Any
    served: Entry | None = None  # what our reader found


@dataclass(frozen=True)
class Accepted:
    """A difference that is meant, with the reason why ours is right; docs/parsing.md lists the same."""

    name: str
    reason: str
    covers: Callable[[Difference], bool]


def _long_label(found: Difference) -> bool:
    if found.field != "authors" or len(found.ours) != len(found.judged):
        return False
    odd = [one for one, other in zip(found.ours, found.judged, strict=True) if one != other]
    return len(found.ours) > 1 and all(len((author.email or "").rpartition(".")[2]) > _FOUR for author in odd)


def _shared_address(found: Difference) -> bool:
    if found.field != "authors" or [author.name for author in found.ours] != [author.name for author in found.judged]:
        return False
    mails = [author.email for author in found.ours if author.email]
    return len(set(mails)) < len(mails)


def _empty_address(found: Difference) -> bool:
    return found.field == "url" and found.ours is None and found.served is not None and "" in found.served.alternates


def _as_written(found: Difference) -> bool:
    if found.field != "places" or not found.ours:
        return False
    (last, *_) = found.judged or found.ours[-1:]
    return last.form == found.ours[-1].form and _numbers(last) == _numbers(found.ours[-1])


def _numbers(place: Place) -> list[float]:
    return [float(number) for number in place.value.replace(",", " ").split()]


ACCEPTED: Final = (
    Accepted(
        "as-written",
        "Of several places of an entry feedparser keeps the last, of boxes in GML and of circles none, and its numbers are"
        " read and written again: ours has every place with the numbers as they were written.",
        _as_written,
    ),
    Accepted(
        "empty-address",
        "A link with an empty address names no article: feedparser resolves it to the address of the feed itself.",
        _empty_address,
    ),
    Accepted(
        "shared-address",
        "Two authors of one entry may have one address of mail: feedparser hands an author's address on to the next, so of"
        " what it says the second is not believed.",
        _shared_address,
    ),
    Accepted(
        "long-label",
        "Of an address of mail that ends in more than four letters feedparser takes four and leaves the others in the name,"
        " where an entry has several authors.",
        _long_label,
    ),
)


def ours(body: bytes, content_type: str = "") -> Served | None:
    """Read with our reader alone; None for what it leaves to the judge."""
    data, _ = encodings.utf8(body, content_type)
    try:
        return quick.read(data, None, MOST)
    except Unsure:
        return None


def judged(body: bytes, content_type: str = "") -> Served:
    """Read with the judge alone, without what a page says of itself for sharing: it takes that for the entry's own."""
    return judge.read(_SHARING.sub(b"", encodings.utf8(body, content_type)[0]), None, MOST)


def differences(mine: Served, other: Served, now: datetime, accepted: tuple[Accepted, ...] = ACCEPTED) -> list[Difference]:
    """Give the fields that differ once both are items, without those that are accepted."""
    a, b = translate(mine, URL, now), translate(other, URL, now)
    found = [Difference(0, name, getattr(a, name), getattr(b, name)) for name in FEED_FIELDS]
    left, right = ([item for item, _ in feed.items] for feed in (a, b))
    if len(left) != len(right):
        return [Difference(0, "entries", len(left), len(right))]
    entries = mine.entries if len(mine.entries) == len(left) else [None] * len(left)
    found += [d for n, pair in enumerate(zip(left, right, entries, strict=True), 1) for d in _fields(n, *pair)]
    return [d for d in found if d.ours != d.judged and not any(known.covers(d) for known in accepted)]


def _fields(number: int, mine: Item, other: Item, served: Entry | None) -> list[Difference]:
    return [Difference(number, name, getattr(mine, name), getattr(other, name), served) for name in ITEM_FIELDS]
