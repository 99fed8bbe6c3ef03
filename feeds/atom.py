"""A document of a feed -> the bytes of Atom (RFC 4287), with archives (RFC 5005) and tombstones (RFC 6721); deterministic."""

import re
from typing import Final

from lxml import etree

from feeds import envelope
from feeds.document import Document, stamp
from feeds.entry import TOPIC_SCHEME, Deleted, Entry, Origin, is_iri
from feeds.envelope import HISTORY, TOMBSTONES, TW
from feeds.topic import Topic
from ingest.item import Author, Category, Enclosure

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_TW: Final = f"{{{TW}}}"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
# What publishers write there is not always one; a feed with another would be invalid.
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w.+-]+=[\w.+-]+)*", re.ASCII)
_MAILBOX: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


def render(document: Document) -> bytes:
    """Give the feed document. The same argument gives the same bytes (P8)."""
    root = envelope.atom(document)
    _history(root, document)
    for entry in document.entries:
        _entry(root, entry, document.topic)
    for deleted in document.deleted:
        _deleted(root, deleted)
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def media_type(enclosure: Enclosure) -> str | None:
    """Give what an enclosure is, where its publisher named a media type."""
    return enclosure.type if enclosure.type and _MEDIA_TYPE.fullmatch(enclosure.type) else None


def _sub(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, _ATOM + name).text = text


def _history(root: etree._Element, document: Document) -> None:
    """Say where older entries are. A sealed page has no link to one that was not there when it was sealed."""
    links = {"prev-archive": document.previous, "next-archive": document.next}
    if document.number is not None:
        etree.SubElement(root, f"{{{HISTORY}}}archive")
        _link(root, {"rel": "current", "href": document.address()})
    for rel, number in links.items():
        if number is not None:
            _link(root, {"rel": rel, "href": document.address(number)})


def _link(parent: etree._Element, attributes: dict[str, str]) -> None:
    etree.SubElement(parent, _ATOM + "link", attributes)


def _entry(root: etree._Element, entry: Entry, topic: Topic) -> None:
    # The language is said even when unknown: else the entry would inherit the feed's own English.
    element = etree.SubElement(root, _ATOM + "entry", {_LANG: entry.language or "und"})
    _sub(element, "id", entry.id)
    _sub(element, "title", entry.title)
    _sub(element, "updated", stamp(entry.updated))
    if entry.published:
        _sub(element, "published", stamp(entry.published))
    for link in _links(entry):
        _link(element, link)
    for author in entry.authors:
        _author(element, author)
    for category in (Category(topic.name, TOPIC_SCHEME, topic.title), *entry.categories):
        known = {"term": category.term, "scheme": category.scheme, "label": category.label}
        etree.SubElement(element, _ATOM + "category", {name: value for name, value in known.items() if value})
    _html(element, "summary", entry.summary)
    if entry.content:
        _html(element, "content", entry.content)
    _evidence(element, entry)
    _source(element, entry.origin)  # last: some readers take a leading source's title for the entry's


def _html(element: etree._Element, name: str, html: str) -> None:
    etree.SubElement(element, _ATOM + name, {"type": "html"}).text = html


def _author(element: etree._Element, author: Author) -> None:
    person = etree.SubElement(element, _ATOM + "author")
    email = author.email if author.email and _MAILBOX.fullmatch(author.email) else None
    uri = author.uri if is_iri(author.uri) else None
    for name, value in (("name", author.name), ("uri", uri), ("email", email)):
        if value:
            _sub(person, name, value)


def _links(entry: Entry) -> list[dict[str, str]]:
    links = [{"rel": "alternate", "href": entry.url}] if entry.url else []
    if links and entry.language:
        links[0]["hreflang"] = entry.language
    if entry.origin.url:
        links.append({"rel": "via", "href": entry.origin.url, "title": entry.origin.title})
    links += [{"rel": "related", "href": carrier.url, "title": carrier.name} for carrier in entry.carriers[1:] if carrier.url]
    links += [{"rel": "related", "href": one.url, "title": f"{one.relation}: {one.name}"} for one in entry.related]
    for enclosure in entry.enclosures:
        length = "" if enclosure.length is None else str(enclosure.length)
        link = {"rel": "enclosure", "href": enclosure.url, "type": media_type(enclosure) or "", "length": length}
        links.append({name: value for name, value in link.items() if value})
    return links


def _evidence(element: etree._Element, entry: Entry) -> None:
    """Say for programs what the last line of the summary says for people."""
    judgement = entry.judgement
    about = {"topic": judgement.topic, "version": judgement.version}
    tag = etree.SubElement(element, _TW + "tag", about | {"grade": str(judgement.grade), "score": f"{judgement.score:g}"})
    for hit in judgement.hits:
        where = {"group": hit.group, "term": hit.term, "field": hit.field, "start": str(hit.start), "end": str(hit.end)}
        etree.SubElement(tag, _TW + "hit", where).text = hit.text
    for carrier in entry.carriers:
        known = {"title": carrier.name, "first-seen": stamp(carrier.first_seen), "reason": carrier.reason}
        known |= {name: value for name, value in (("href", carrier.url), ("hreflang", carrier.language)) if value}
        etree.SubElement(element, _TW + "carrier", known)
    for one in entry.related:
        etree.SubElement(element, _TW + "related", {"relation": one.relation, "title": one.name, "href": one.url})
    if entry.title_inferred:
        etree.SubElement(element, _TW + "inferred", {"field": "title"})


def _source(element: etree._Element, origin: Origin) -> None:
    source = etree.SubElement(element, _ATOM + "source")
    for name, value in (("id", origin.id), ("title", origin.title), ("updated", stamp(origin.updated))):
        _sub(source, name, value)
    for rel, href in (("self", origin.url), ("alternate", origin.site_url)):
        if href:
            _link(source, {"rel": rel, "href": href})


def _deleted(root: etree._Element, deleted: Deleted) -> None:
    element = etree.SubElement(root, f"{{{TOMBSTONES}}}deleted-entry", {"ref": deleted.id, "when": stamp(deleted.when)})
    etree.SubElement(element, f"{{{TOMBSTONES}}}comment", {_LANG: "en"}).text = deleted.reason
