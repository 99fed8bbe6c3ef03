"""A tagged story -> the entry that is published, whatever the format: ids, dates, texts, carriers; knows no table and no format."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Final, overload
from uuid import UUID, uuid5

from yarl import URL

from feeds.model import Classification, RelatedItem
from feeds.publication.reason import why_line
from feeds.tagging.topic.model import Content, Topic
from ingest.identity import later_fields, significance
from ingest.model import Author, Category, Enclosure, Place, Sighting, Source, SourceKind, StoredItem
from ingest.text.sanitize import escape, sentences, shorten
from ingest.text.urls import iri, without_secrets

TOPIC_SCHEME: Final = "urn:x-topicwire:topic"
_OURS: Final = UUID("6f1d2f0a-3c57-5b0e-9d52-7c1f6a0e4b11")  # the name space of ids that we give
_IN_IRI: Final = r"(?:[^\x00-\x20<>\"{}|\\^`\[\]#%\x7f-\x9f]|%[0-9A-Fa-f]{2})"
_IRI: Final = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*:{_IN_IRI}+(?:#{_IN_IRI}*)?")
_ADDRESS: Final = re.compile(r"https?://[^/?#]+/.*", re.ASCII)
_NAME: Final = re.compile(
    r"(?:urn:[a-z0-9][a-z0-9-]{1,31}|tag:[a-z0-9.@_-]+,\d{4}[0-9-]*):(?:[\w.~!$&'()*+,;=:@/?#-]|%[0-9A-F]{2})+", re.ASCII
)
_SUMMARY: Final = 600  # characters
_DIGEST_RULES: Final = "2:"  # by which a digest was made; another number, another rule


# A story


@dataclass(frozen=True, slots=True)
class StoryEntry:
    """One story: its lead, the copies, and the reason why it is in a topic."""

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
        """A hash of the significant part of the article: while it is the same, an entry's `updated` stays."""
        return f"{_DIGEST_RULES}{significance(self.lead.item)}"

    @property
    def digest(self) -> str:
        """A hash of everything published from the publisher: the significant part, then the rest."""
        item = self.lead.item
        believed = item.published if item.published and item.published <= self.lead.first_seen else None
        files = [(file.url.partition("?")[0], file.type, file.length) for file in item.enclosures]  # what follows may be a ticket
        said = (item.url, item.language, believed, item.authors, item.categories, files, item.places, item.title_inferred)
        return f"{self.significant}.{_hash(repr((*said, *later_fields(item))))}"  # stored digests stay

    def is_significantly(self, digest: str) -> bool:
        """Return whether the article is what it was when it had this digest, for its readers."""
        if digest.startswith(_DIGEST_RULES):
            return digest.partition(".")[0] == self.significant
        item = self.lead.item  # made before markup and addresses, and numbers that only count, stopped to count
        return digest == _hash("\x00".join((item.title, item.text, item.summary, item.content, item.url or "")))

    def is_exactly(self, digest: str) -> bool:
        """Return whether the publisher has made no correction either."""
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


# An entry


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
    language: str | None = None  # of what it carried


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One article as every format publishes it."""

    id: str
    title: str
    title_inferred: bool
    url: str | None
    published: datetime | None
    updated: datetime
    language: str | None
    excerpt: str  # plain text; may be empty
    body: str  # HTML; empty unless the whole text is asked for or there is no address
    whole: bool  # whether content is written: the body and the why-line
    why: str  # one line of plain text: why it is here, and who carried it
    authors: tuple[Author, ...]
    categories: tuple[Category, ...]
    enclosures: tuple[Enclosure, ...]
    carriers: tuple[Carrier, ...]
    origin: Origin
    classification: Classification
    related: tuple[RelatedItem, ...] = ()
    places: tuple[Place, ...] = ()
    evidence: str = ""  # the address of the page that shows all evidence; empty where readers can reach none

    @property
    def link(self) -> str | None:
        """Where a reader goes: to the article, else to the page with its text and its evidence."""
        return self.url or self.evidence or None

    @property
    def summary(self) -> str:
        """HTML: the excerpt, the why-line last, on a line of its own also where a reader takes the markup away."""
        return f"<p>{escape(self.excerpt)}</p>\n{self._why}" if self.excerpt else self._why

    @property
    def content(self) -> str:
        """HTML: the whole text, the why-line last; empty where only a summary is published."""
        if not self.whole:
            return ""
        return f"{self.body}\n{self._why}" if self.body else self._why

    @property
    def files(self) -> tuple[Enclosure, ...]:
        """What belongs to the article itself, without small pictures of it and transcripts."""
        return tuple(one for one in self.enclosures if one.kind not in {"thumbnail", "transcript"})

    @property
    def duration(self) -> int | None:
        """The length of its first audio or video, in seconds."""
        return next((one.duration for one in self.enclosures if one.duration), None)

    @property
    def _why(self) -> str:
        more = f' <a href="{escape(self.evidence)}">All evidence</a>' if self.evidence else ""
        return f"<p><small>{escape(self.why)}{more}</small></p>"

    @property
    def changed(self) -> datetime:
        """The time of the newest change in it, such as a late carrier, also where `updated` stays."""
        return max(self.updated, *(carrier.first_seen for carrier in self.carriers))


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that has left a feed (RFC 6721)."""

    id: str
    deleted_at: datetime
    reason: str


def permanent_id(guid: str | None) -> str | None:
    """Return the publisher's id if it is an absolute URI in normal form, which may stand for ever (RFC 4287, 4.2.6), else None."""
    return guid if guid and (_NAME.fullmatch(guid) or _is_normal_address(guid)) else None


def _is_normal_address(guid: str) -> bool:
    try:
        return bool(_ADDRESS.fullmatch(guid)) and str(URL(guid)) == guid
    except ValueError:
        return False


def is_iri(text: str | None) -> bool:
    """Return whether a text is an absolute IRI (RFC 3987), as Atom wants wherever it wants an address."""
    return bool(text and _IRI.fullmatch(text))


def own_id(uid: str) -> str:
    """Return the id that we make for an item: the same from the same item, on every machine."""
    return uuid5(_OURS, f"item:{uid}").urn


def feed_id(instance: UUID, topic: str) -> str:
    """Return a topic feed's id: permanent for one database, wherever it moves."""
    return uuid5(instance, f"topic:{topic}").urn


@dataclass(frozen=True, slots=True)
class PublishingPolicy:
    """The permanent name under which a home publishes, whether with the whole text where a topic has no setting, and its pages."""

    instance: UUID
    full: bool
    pages: str = ""  # the address of the folder of the pages, a slash last; empty where readers can reach none


def item_href(uid: str) -> str:
    """Return the address of an item's page, relative to the folder of the pages."""
    return f"item/{uid}.html"


def make_entry(
    story: StoryEntry, topic: Topic, atom_id: str, policy: PublishingPolicy, updated: datetime | None = None
) -> FeedEntry:
    """Return what to publish of a story; `updated` is its last significant change, where that is known better."""
    item, first = story.lead.item, story.lead.carrier
    # As it was when the item came: else every poll of a lively source would change every entry.
    origin = _origin(first.source, first.feed_updated or first.first_seen, policy.instance)
    carriers = carriers_of(story.sightings)
    content = topic.publish.content or (Content.FULL if policy.full else Content.SUMMARY)
    # An entry without any address has nothing but its content (RFC 4287, 4.1.2).
    body = content is Content.FULL or (content is Content.SUMMARY and item.url is None)
    return FeedEntry(
        id=atom_id,
        title=item.title or public_url(item.url) or origin.title,
        title_inferred=item.title_inferred,
        url=public_url(item.url),
        published=item.published if item.published and item.published <= story.lead.first_seen else None,
        updated=updated or last_change(story.lead),
        language=item.language,
        excerpt=_excerpt(item.text) if content is not Content.LINKS else "",
        body=public_address(item.content or item.summary) if body else "",  # its links were made absolute on the feed's address
        whole=body or item.url is None,
        why=_why(topic, story, carriers),
        # A reader that ignores `source` still sees whose it is.
        authors=item.authors or (Author(origin.title),),
        categories=tuple(_schemed(category, origin) for category in item.categories),
        enclosures=tuple(replace(enclosure, url=public_url(enclosure.url)) for enclosure in item.enclosures),
        carriers=carriers,
        origin=origin,
        classification=story.classification,
        related=tuple(one for one in story.related if one.url),
        places=item.places,
        evidence=policy.pages + item_href((story.tagged or story.lead).id) if policy.pages and topic.has_item_pages else "",
    )


def published_related(related: RelatedItem, stored: StoredItem) -> RelatedItem:
    """Return a related item with its publisher's name and its address, as both may be published."""
    return replace(related, name=_public_name(stored.carrier.source), url=public_url(stored.item.url) or "")


def last_change(stored: StoredItem) -> datetime:
    """Return the last significant change, never the time of a poll for an old item, never the future."""
    item = stored.item
    said = item.updated or (item.published if stored.versions == 1 or stored.changed == stored.first_seen else None)
    return min(said, stored.changed) if said else stored.changed


def _excerpt(text: str) -> str:
    flat = _beginning(text, _SUMMARY)
    if len(flat) <= _SUMMARY:
        return flat
    whole = [end for _, end in sentences(flat[:_SUMMARY]) if end < _SUMMARY]
    return flat[: whole[-1]] + " …" if whole and whole[-1] > _SUMMARY // 3 else shorten(flat, _SUMMARY)


def _beginning(text: str, limit: int) -> str:
    """Return a text with its spaces made one: all of it, or more than `limit` characters of it."""
    read = limit + limit // 4
    while read < len(text):
        flat = " ".join(text[:read].split())
        if len(flat) > limit:
            return flat
        read *= 2
    return " ".join(text.split())


def carriers_of(sightings: tuple[Sighting, ...]) -> tuple[Carrier, ...]:
    """Return who carried an article, as it may be published, first carrier first; one with two addresses for it has two."""
    found: dict[tuple[str, str | None], Carrier] = {}
    for seen in sightings:
        carrier = Carrier(_public_name(seen.source), public_url(seen.url), seen.first_seen, seen.reason, seen.language)
        # Documents come by several doors of one house: they are one carrier.
        found.setdefault((seen.source.url if seen.source.kind is SourceKind.FEED else "", carrier.url), carrier)
    return tuple(found.values())


def _public_name(source: Source) -> str:
    return public_address(source.name)


@overload
def public_address(url: str) -> str: ...
@overload
def public_address(url: None) -> None: ...
def public_address(url: str | None) -> str | None:
    """Return an address or a name as it may be published."""
    return without_secrets(url) if url else url


@overload
def public_url(url: str) -> str: ...
@overload
def public_url(url: None) -> None: ...
def public_url(url: str | None) -> str | None:
    """Return an address as it may be published: without secrets, and with nothing in it that an IRI may not hold."""
    return iri(without_secrets(url)) if url else url


def _why(topic: Topic, story: StoryEntry, carriers: tuple[Carrier, ...]) -> str:
    # The words may be in one copy alone: then the reason names its source.
    whose = _public_name(story.tagged.carrier.source) if story.tagged else ""
    names = tuple(dict.fromkeys(carrier.name for carrier in carriers))
    return why_line(topic.title, story.classification, topic.near, whose, names)


def _schemed(category: Category, origin: Origin) -> Category:
    """Return a category with a valid scheme, else that of the source that used it: the term is a word of its vocabulary."""
    if is_iri(category.scheme):
        return category
    return Category(category.term, origin.site_url or origin.url or origin.id, category.label)


@lru_cache(maxsize=512)  # most items of one look at a source share it
def _origin(source: Source, updated: datetime, instance: UUID) -> Origin:
    address = public_url(source.url if source.kind is SourceKind.FEED else None)
    return Origin(
        id=permanent_id(source.feed_id) or permanent_id(address) or uuid5(instance, f"source:{public_address(source.url)}").urn,
        title=_public_name(source),
        updated=updated,
        url=address,
        site_url=public_url(source.site_url),
    )


def source_key(source: Source) -> str:
    """Return a short key of a source, 10 hex digits, that does not reveal its address."""
    return hashlib.blake2b(source.url.encode(), digest_size=5).hexdigest()
