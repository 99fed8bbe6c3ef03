"""A document of a feed -> the bytes of RSS 2.0 with content, dc and atom elements; deterministic."""

from email.utils import format_datetime
from typing import Final

from lxml import etree

from feeds import envelope
from feeds.atom import media_type
from feeds.document import Document, stamp
from feeds.entry import TOPIC_SCHEME, Entry
from feeds.topic import Topic

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_DC: Final = f"{{{envelope.DUBLIN_CORE}}}"
_CONTENT: Final = "{http://purl.org/rss/1.0/modules/content/}encoded"


def render(document: Document) -> bytes:
    """Give the feed document. RSS has no word for an entry that has left: it is no longer in it, that is all."""
    root = envelope.rss(document)
    channel = root[0]
    if document.hub and document.base:
        etree.SubElement(channel, _ATOM + "link", {"rel": "hub", "href": document.hub})
    for entry in document.entries:
        _item(channel, entry, document.topic)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _item(channel: etree._Element, entry: Entry, topic: Topic) -> None:
    item = etree.SubElement(channel, "item")
    _sub(item, "title", entry.title)
    if entry.url:
        _sub(item, "link", entry.url)
    _sub(item, "guid", entry.id, isPermaLink="false")
    if entry.published:
        _sub(item, "pubDate", format_datetime(entry.published, usegmt=True))
    _sub(item, _ATOM + "updated", stamp(entry.updated))
    for author in entry.authors:
        _sub(item, _DC + "creator", author.name)
    _sub(item, _DC + "language", entry.language or "und")
    _sub(item, "category", topic.name, domain=TOPIC_SCHEME)
    for category in entry.categories:
        _sub(item, "category", category.term, domain=category.scheme or "")
    _sub(item, "description", entry.summary)
    if entry.content:
        _sub(item, _CONTENT, entry.content)
    for enclosure in entry.enclosures[:1]:  # RSS has room for one, and wants type and length
        kind = media_type(enclosure) or "application/octet-stream"
        etree.SubElement(item, "enclosure", {"url": enclosure.url, "type": kind, "length": str(enclosure.length or 0)})
    if entry.origin.url:
        _sub(item, "source", entry.origin.title, url=entry.origin.url)


def _sub(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text
