"""A document of a feed -> the bytes of Atom (RFC 4287), with archives (RFC 5005) and tombstones (RFC 6721); deterministic."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Final

from lxml import etree

from feeds.model import Evidence
from feeds.publication.document import FeedDocument, stamp
from feeds.publication.entry import TOPIC_SCHEME, FeedEntry, Origin, Tombstone, is_iri
from feeds.publication.formats import envelope
from feeds.publication.formats.envelope import HISTORY
from feeds.publication.formats.xml import branch, empty, filled, leaf
from feeds.tagging.topic.model import Topic
from ingest.model import Author, Category, Enclosure, Place
from ingest.text.urls import destination, iri

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_HTML: Final = {"type": "html"}
_GEORSS: Final = {"xmlns:georss": "http://www.georss.org/georss"}
_MEDIA: Final = {"xmlns:media": "http://search.yahoo.com/mrss/"}
_PODCAST: Final = {"xmlns:podcast": "https://podcastindex.org/namespace/1.0"}
_ITUNES: Final = {"xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd"}
# What publishers write there is not always one; a feed with another would be invalid.
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w.+-]+=[\w.+-]+)*", re.ASCII)
_RELATED: Final = 3  # links to other carriers and articles: some readers list all of them above the text
_MAILBOX: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def render(document: FeedDocument) -> bytes:
    """Return the feed as bytes of Atom; equal documents give equal bytes."""
    root = envelope.atom(document)
    _history_links(root, document)
    said = [_entry(entry, document.topic) for entry in document.entries]
    said += map(_tombstone, document.tombstones)
    return filled(envelope.written(root), "feed", said, 1)


def media_type(enclosure: Enclosure) -> str | None:
    """Return what an enclosure is, where its publisher named a media type."""
    return enclosure.type if enclosure.type and _MEDIA_TYPE.fullmatch(enclosure.type) else None


def written_place(place: Place) -> str:
    """Return the place of an entry as a GeoRSS element that declares its own namespace, since few entries have one."""
    return leaf(f"georss:{place.form}", place.value, _GEORSS)


def written_media(entry: FeedEntry) -> Iterator[str]:
    """Return small pictures, transcripts and how long it takes, as elements that name their own namespaces."""
    for one in entry.enclosures:
        if one.kind == "thumbnail":
            yield empty("media:thumbnail", {**_MEDIA, "url": one.url})
        elif one.kind == "transcript":
            kind = media_type(one)
            yield empty("podcast:transcript", {**_PODCAST, "url": one.url, **({"type": kind} if kind else {})})
    if entry.duration:
        yield leaf("itunes:duration", str(entry.duration), _ITUNES)


def _history_links(root: etree._Element, document: FeedDocument) -> None:
    """Add the links to older entries; an archive document has no link to one that did not exist when it was written."""
    links = {"prev-archive": document.previous, "next-archive": document.next}
    if document.number is not None:
        etree.SubElement(root, f"{{{HISTORY}}}archive")
        _link(root, {"rel": "current", "href": document.address()})
    for rel, number in links.items():
        if number is not None:
            _link(root, {"rel": rel, "href": document.address(number)})


def _link(parent: etree._Element, attributes: dict[str, str]) -> None:
    etree.SubElement(parent, _ATOM + "link", attributes)


def _entry(entry: FeedEntry, topic: Topic) -> str:
    said = [leaf("id", entry.id), leaf("title", entry.title), leaf("updated", stamp(entry.updated))]
    if entry.published:
        said.append(leaf("published", stamp(entry.published)))
    said += _links(entry)
    said += map(_author, entry.authors)
    said += map(_category, (Category(topic.name, TOPIC_SCHEME, topic.title), *entry.categories))
    said += map(written_place, entry.places)
    said += written_media(entry)
    said.append(leaf("summary", entry.summary, _HTML))
    if entry.content:
        said.append(leaf("content", entry.content, _HTML))
    said += _evidence(entry)
    said.append(_source(entry.origin))  # last: some readers take a leading source's title for the entry's
    # The language is written even when unknown: else the entry would inherit the feed's own English.
    return branch("entry", said, 1, {"xml:lang": entry.language or "und"})


# What entries of one source share is written once.


@lru_cache(maxsize=512)
def _author(author: Author) -> str:
    email = author.email if author.email and _MAILBOX.fullmatch(author.email) else None
    uri = author.uri if is_iri(author.uri) else None
    known = (("name", author.name), ("uri", uri), ("email", email))
    return branch("author", [leaf(name, value) for name, value in known if value], 2)


@lru_cache(maxsize=512)
def _category(category: Category) -> str:
    known = {"term": category.term, "scheme": category.scheme, "label": category.label}
    return empty("category", {name: value for name, value in known.items() if value})


@lru_cache(maxsize=512)
def _via(url: str, title: str) -> str:
    return empty("link", {"rel": "via", "href": url, "title": title})


@lru_cache(maxsize=512)
def _source(origin: Origin) -> str:
    said = [leaf("id", origin.id), leaf("title", origin.title), leaf("updated", stamp(origin.updated))]
    links = (("self", origin.url), ("alternate", origin.site_url))
    return branch("source", [*said, *(empty("link", {"rel": rel, "href": href}) for rel, href in links if href)], 2)


def _links(entry: FeedEntry) -> Iterator[str]:
    if entry.link:
        about = {"hreflang": entry.language} if entry.url and entry.language else {}
        yield empty("link", {"rel": "alternate", "href": entry.link, **about})
    if entry.evidence:
        yield empty("link", {"rel": "describedby", "href": entry.evidence, "type": "text/html", "title": "Evidence"})
    if entry.origin.url:
        yield _via(entry.origin.url, entry.origin.title)
    yield from islice(_related(entry), _RELATED)
    for enclosure in entry.files:
        length = "" if enclosure.length is None else str(enclosure.length)
        link = {"rel": "enclosure", "href": enclosure.url, "type": media_type(enclosure) or "", "length": length}
        yield empty("link", {name: value for name, value in link.items() if value})


def _related(entry: FeedEntry) -> Iterator[str]:
    for carrier in entry.carriers[1:]:
        if carrier.url:
            yield empty("link", {"rel": "related", "href": iri(destination(carrier.url)), "title": carrier.name})
    for one in entry.related:
        yield empty("link", {"rel": "related", "href": one.url, "title": f"{one.relation}: {one.name}"})


def _evidence(entry: FeedEntry) -> Iterator[str]:
    """Return the evidence for programs; the last line of the summary is the one for people."""
    classification = entry.classification
    about = {
        "topic": classification.topic,
        "version": classification.version,
        "grade": str(classification.grade),
        "score": f"{classification.score:g}",
    }
    yield branch("tw:tag", map(_hit, classification.hits), 2, about)
    for carrier in entry.carriers:
        known = {"title": carrier.name, "first-seen": stamp(carrier.first_seen), "reason": carrier.reason}
        if carrier.url:
            known["href"] = carrier.url
        if carrier.language:
            known["hreflang"] = carrier.language
        yield empty("tw:carrier", known)
    for one in entry.related:
        yield empty("tw:related", {"relation": one.relation, "title": one.name, "href": one.url})
    if entry.title_inferred:
        yield empty("tw:inferred", {"field": "title"})


def _hit(hit: Evidence) -> str:
    where = {"group": hit.group, "term": hit.term, "field": hit.field, "start": str(hit.start), "end": str(hit.end)}
    return leaf("tw:hit", hit.text, where)


def _tombstone(tombstone: Tombstone) -> str:
    comment = leaf("at:comment", tombstone.reason, {"xml:lang": "en"})
    return branch("at:deleted-entry", [comment], 1, {"ref": tombstone.id, "when": stamp(tombstone.deleted_at)})
