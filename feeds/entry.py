"""A tagged item as it is published, whatever the format: pure choices about ids, dates, texts and carriers."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from feeds.tag import Judgement
from feeds.topic import Topic
from ingest.dates import rfc3339
from ingest.item import Author, Category, Enclosure, Sighting, SourceKind, StoredItem
from ingest.text import escape, sentences, shorten

TOPIC_SCHEME: Final = "urn:x-topicwire:topic"
_OURS: Final = UUID("6f1d2f0a-3c57-5b0e-9d52-7c1f6a0e4b11")  # the name space of ids that we give
_SOUND: Final = re.compile(r"(?:https?://[^\s/]+\S*|urn:[a-z0-9][a-z0-9-]{1,31}:\S+|tag:[^\s,]+,\d{4}[^:\s]*:\S+)", re.IGNORECASE)
_IN_IRI: Final = r"(?:[^\x00-\x20<>\"{}|\\^`\[\]#%\x7f-\x9f]|%[0-9A-Fa-f]{2})"
_IRI: Final = re.compile(f"{_IN_IRI}+(?:#{_IN_IRI}*)?")
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
    """Give the publisher's id if it is an absolute IRI that may stand for ever (P1), else None."""
    return guid if guid and _SOUND.fullmatch(guid) and _IRI.fullmatch(guid) else None


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
    body = item.content or item.summary
    return Entry(
        id=atom_id,
        title=item.title or item.url or first.source.name,
        title_inferred=item.title_inferred,
        url=item.url,
        published=item.published if item.published and item.published <= stored.first_seen else None,
        updated=_updated(stored),
        language=item.language,
        summary=f"<p>{escape(_excerpt(item.text))}</p>{why}" if item.text else why,
        # An entry without any address has nothing but its content (RFC 4287, 4.1.2).
        content=body + why if manner.full or item.url is None else "",
        # A reader that ignores `source` still sees whose it is.
        authors=item.authors or (Author(first.source.name),),
        categories=tuple(_schemed(category, origin) for category in item.categories),
        enclosures=item.enclosures,
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
        found.setdefault(seen.source.url, Carrier(seen.source.name, seen.url, seen.first_seen, seen.reason))
    return tuple(found.values())


def _why_line(topic: Topic, judgement: Judgement, carriers: tuple[Carrier, ...]) -> str:
    first, *others = (escape(carrier.name) for carrier in carriers)
    also = f"; also by {', '.join(others)}" if others else ""
    return f"<p><small>Tagged “{escape(topic.title)}” because {escape(judgement.why)}. Carried by {first}{also}.</small></p>"


def _schemed(category: Category, origin: Origin) -> Category:
    """Give a term without a scheme that of the source that used it: it is a word of its vocabulary."""
    return category if category.scheme else Category(category.term, origin.site_url or origin.url or origin.id, category.label)


def _origin(first: Sighting, instance: UUID) -> Origin:
    source = first.source
    address = source.url if source.kind is SourceKind.FEED else None
    own = address or uuid5(instance, f"source:{source.url}").urn
    return Origin(
        id=wanted_id(source.feed_id) or own,
        title=source.name,
        # As it was when the item came: else every poll of a lively source would change every entry.
        updated=first.feed_updated or first.first_seen,
        url=address,
        site_url=source.site_url,
    )


def feed_updated(topic: Topic, entries: tuple[Entry, ...]) -> str:
    """Give the newest change among the entries, or of the topic file for an empty feed, as RFC 3339."""
    newest = max((entry.updated for entry in entries), default=None)
    if newest is not None:
        return rfc3339(newest) or ""
    return f"{topic.updated:%Y-%m-%d}T00:00:00Z" if topic.updated else "1970-01-01T00:00:00Z"
