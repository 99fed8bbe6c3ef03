"""A document of a feed -> the bytes of RSS 2.0 with content, dc and atom elements; deterministic."""

from collections.abc import Iterator
from email.utils import format_datetime
from typing import Final

from lxml import etree

from feeds.publication.document import FeedDocument, stamp
from feeds.publication.entry import TOPIC_SCHEME, FeedEntry
from feeds.publication.formats import envelope
from feeds.publication.formats.atom import media_type, written_media, written_place
from feeds.publication.formats.xml import branch, empty, filled, leaf
from feeds.tagging.topic.model import Topic

_ATOM: Final = "{http://www.w3.org/2005/Atom}"


def render(document: FeedDocument) -> bytes:
    """Return the feed document. RSS has no word for an entry that has left: it is no longer in it, that is all."""
    root = envelope.rss(document)
    if document.hub and document.base:
        etree.SubElement(root[0], _ATOM + "link", {"rel": "hub", "href": document.hub})
    items = [branch("item", _item(entry, document.topic), 2) for entry in document.entries]
    return filled(envelope.written(root), "channel", items, 2)


def _item(entry: FeedEntry, topic: Topic) -> Iterator[str]:
    yield leaf("title", entry.title)
    if entry.link:
        yield leaf("link", entry.link)
    yield leaf("guid", entry.id, {"isPermaLink": "false"})
    if entry.published:
        yield leaf("pubDate", format_datetime(entry.published, usegmt=True))
    yield leaf("atom:updated", stamp(entry.updated))
    for author in entry.authors:
        yield leaf("dc:creator", author.name)
    yield leaf("dc:language", entry.language or "und")
    yield leaf("category", topic.name, {"domain": TOPIC_SCHEME})
    for category in entry.categories:
        yield leaf("category", category.term, {"domain": category.scheme or ""})
    yield from map(written_place, entry.places)
    yield leaf("description", entry.summary)
    if entry.content:
        yield leaf("content:encoded", entry.content)
    for enclosure in entry.files[:1]:  # RSS has room for one, and wants type and length
        kind = media_type(enclosure) or "application/octet-stream"
        yield empty("enclosure", {"url": enclosure.url, "type": kind, "length": str(enclosure.length or 0)})
    yield from written_media(entry)
    if entry.origin.url:
        yield leaf("source", entry.origin.title, {"url": entry.origin.url})
