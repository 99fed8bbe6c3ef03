"""A tagged item as it is published, whatever the format: pure choices about ids, dates, texts and carriers."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, overload
from uuid import UUID, uuid5

from yarl import URL

from feeds.tag import Judgement
from feeds.topic import Topic
from ingest.dates import rfc3339
from ingest.item import Author, Category, Enclosure, Sighting, Source, SourceKind, StoredItem
from ingest.text import escape, sentences, shorten
from ingest.urls import without_secrets

TOPIC_SCHEME: Final = "urn:x-topicwire:topic"
_OURS: Final = UUID("6f1d2f0a-3c57-5b0e-9d52-7c1f6a0e4b11")  # the name space of ids that we give
_IN_IRI: Final = r"(?:[^\x00-\x20<>\"{}|\\^`\[\]#%\x7f-\x9f]|%[0-9A-Fa-f]{2})"
_IRI: Final = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_IN_IRI}+(?:#{_IN_IRI}*)?")
_ADDRESS: Final = re.compile(r"https?://[^/?#]+/.*", re.ASCII)
_NAME: Final = re.compile(
    r"(?:urn:[a-z0-9][a-z0-9-]{1,31}|tag:[a-z0-9.@_-]+,\d{4}[0-9-]*):(?:[\w.~!$&'()*+,;=:@/?#-]|%[0-9A-F]{2})+", re.ASCII
)
_SUMMARY: Final = 600  # characters


@dataclass(frozen=True, slots=True)
class Origin:
    """The feed that an entry came from (RFC 4287, 4.2.11)."""

    id: str
    title: str
    updated: datetime
    url: str | None  # of the feed itself
    site_url: str | None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A source that carried the item: its name and where."""

    name: str
    url: str | None
    first_seen: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """All that any format says of one item."""

    id: str
    title: str
    title_inferred: bool
    url: str | None
    published: datetime | None
    updated: datetime
    language: str | None
    summary: str  # HTML, the why-line last
    content: str  # HTML, the why-line last; empty unless asked for or without any address
    authors: tuple[Author, ...]
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]
    carriers: tuple[Carrier, ...]
    origin: Origin
    judgement: Judgement


def wanted_id(guid: str | None) -> str | None:
    """Give the publisher's id if it is an absolute URI in normal form, which may stand for ever (P1), else None."""
    return guid if guid and (_NAME.fullmatch(guid) or _is_normal_address(guid)) else None


def _is_normal_address(guid: str) -> bool:
    try:
        return bool(_ADDRESS.fullmatch(guid)) and str(URL(guid)) == guid
    except ValueError:
        return False


def own_id(uid: str) -> str:
    """Give the id that we make for an item: the same from the same item, on every machine."""
    return uuid5(_OURS, f"item:{uid}").urn


def feed_id(instance: UUID, topic: str) -> str:
    """Give a topic feed's id: permanent for one database, wherever it moves."""
    return uuid5(instance, f"topic:{topic}").urn


@dataclass(frozen=True, slots=True)
class Manner:
    """How a database publishes: under which permanent name, and whether with the whole text beside the summary."""

    instance: UUID
    full: bool


def make_entry(stored: StoredItem, judgement: Judgement, topic: Topic, atom_id: str, manner: Manner) -> Entry:
    """Choose what to publish of an item."""
    item, first = stored.item, stored.carrier
    origin = _origin(first, manner.instance)
    carriers = _carriers(stored.sightings)
    why = _why_line(topic, judgement, carriers)
    body = public_address(item.content or item.summary)  # its links were made absolute on the feed's address
    return Entry(
        id=atom_id,
        title=item.title or public_address(item.url) or origin.title,
        title_inferred=item.title_inferred,
        url=public_address(item.url),
        published=item.published if item.published and item.published <= stored.first_seen else None,
        updated=_updated(stored),
        language=item.language,
        summary=f"<p>{escape(_excerpt(item.text))}</p>{why}" if item.text else why,
        # An entry without any address has nothing but its content (RFC 4287, 4.1.2).
        content=body + why if manner.full or item.url is None else "",
        # A reader that ignores `source` still sees whose it is.
        authors=item.authors or (Author(origin.title),),
        categories=tuple(_schemed(category, origin) for category in item.categories),
        enclosures=tuple(replace(enclosure, url=public_address(enclosure.url)) for enclosure in item.enclosures),
        carriers=carriers,
        origin=origin,
        judgement=judgement,
    )


def _updated(stored: StoredItem) -> datetime:
    """Give the last significant change, never the time of a poll for an old item, never the future (P3)."""
    item = stored.item
    said = item.updated or (item.published if stored.versions == 1 else None)
    return min(said, stored.changed) if said else stored.changed


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    if len(flat) <= _SUMMARY:
        return flat
    whole = [end for _, end in sentences(flat[:_SUMMARY]) if end < _SUMMARY]
    return flat[: whole[-1]] + " …" if whole and whole[-1] > _SUMMARY // 3 else shorten(flat, _SUMMARY)


def _carriers(sightings: tuple[Sighting, ...]) -> tuple[Carrier, ...]:
    found: dict[str, Carrier] = {}
    for seen in sightings:
        carrier = Carrier(_called(seen.source), public_address(seen.url), seen.first_seen, seen.reason)
        # Documents come by several doors of one house: they are one carrier.
        found.setdefault(seen.source.url if seen.source.kind is SourceKind.FEED else "", carrier)
    return tuple(found.values())


def _called(source: Source) -> str:
    return public_address(source.name)


@overload
def public_address(url: str) -> str: ...
@overload
def public_address(url: None) -> None: ...
def public_address(url: str | None) -> str | None:
    """Give an address or a name as it may be published."""
    return without_secrets(url) if url else url


def _why_line(topic: Topic, judgement: Judgement, carriers: tuple[Carrier, ...]) -> str:
    first, *others = (escape(carrier.name) for carrier in carriers)
    also = f"; also by {', '.join(others)}" if others else ""
    return f"<p><small>Tagged “{escape(topic.title)}” because {escape(judgement.why)}. Carried by {first}{also}.</small></p>"


def _schemed(category: Category, origin: Origin) -> Category:
    """Give a term without a sound scheme that of the source that used it: it is a word of its vocabulary."""
    if category.scheme and _IRI.fullmatch(category.scheme):
        return category
    return Category(category.term, origin.site_url or origin.url or origin.id, category.label)


def _origin(first: Sighting, instance: UUID) -> Origin:
    source = first.source
    address = public_address(source.url if source.kind is SourceKind.FEED else None)
    return Origin(
        id=wanted_id(source.feed_id) or wanted_id(address) or uuid5(instance, f"source:{public_address(source.url)}").urn,
        title=_called(source),
        # As it was when the item came: else every poll of a lively source would change every entry.
        updated=first.feed_updated or first.first_seen,
        url=address,
        site_url=public_address(source.site_url),
    )


def feed_updated(topic: Topic, entries: tuple[Entry, ...]) -> str:
    """Give the newest change among the entries, or of the topic file for an empty feed, as RFC 3339."""
    newest = max((entry.updated for entry in entries), default=None)
    if newest is not None:
        return rfc3339(newest) or ""
    return f"{topic.updated:%Y-%m-%d}T00:00:00Z" if topic.updated else "1970-01-01T00:00:00Z"
