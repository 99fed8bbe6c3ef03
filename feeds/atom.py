"""Entries -> the bytes of an Atom feed (RFC 4287): feedgen writes the envelope, one extension mends its entries; deterministic."""

import re
from dataclasses import dataclass
from typing import Final

from feedgen.entry import FeedEntry
from feedgen.ext.base import BaseEntryExtension, BaseExtension
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.entry import TOPIC_SCHEME, Entry, Origin, feed_updated
from feeds.topic import Topic
from ingest.dates import rfc3339

NAMESPACE: Final = "urn:x-topicwire:evidence:1"  # described in docs/evidence-namespace.md
_XML: Final = "{http://www.w3.org/XML/1998/namespace}"
_GENERATOR: Final = "topicwire"
# What publishers write there is not always one; a feed with another would be invalid.
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]+/[\w.+-]+(?:\s*;\s*[\w.+-]+=[\w.+-]+)*", re.ASCII)
_MAILBOX: Final = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a feed will be found: its permanent id and its address."""

    id: str
    url: str


class TwExtension(BaseExtension):  # type: ignore[misc]  # feedgen has no types
    """Feed level: the evidence namespace."""

    def extend_ns(self) -> dict[str, str]:
        """Declare the prefix once, at the root."""
        return {"tw": NAMESPACE}


class TwEntryExtension(BaseEntryExtension):  # type: ignore[misc]  # feedgen has no types
    """Entry level: what feedgen drops (T1) - language, links with their attributes, evidence, a full source."""

    def __init__(self) -> None:
        """Begin without an entry."""
        self.entry: Entry | None = None
        self.topic: Topic | None = None

    def set(self, entry: Entry, topic: Topic) -> None:
        """Name the entry to write."""
        self.entry, self.topic = entry, topic

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Rewrite the entry's links and source. Elements have no namespace: feedgen's root declares it as text."""
        if self.entry is None or self.topic is None:
            return element
        # Said even when unknown: else the entry would inherit the feed's own English.
        element.set(f"{_XML}lang", self.entry.language or "und")
        for old in element.findall("link") + element.findall("source"):
            element.remove(old)
        for attributes in _links(self.entry):
            etree.SubElement(element, "link", attributes)
        _evidence(element, self.entry)
        _source(element, self.entry.origin)  # last: some readers take a leading source's title for the entry's
        return element


def _links(entry: Entry) -> list[dict[str, str]]:
    links = [{"rel": "alternate", "href": entry.url}] if entry.url else []
    if links and entry.language:
        links[0]["hreflang"] = entry.language
    if entry.origin.url:
        links.append({"rel": "via", "href": entry.origin.url, "title": entry.origin.title})
    links += [{"rel": "related", "href": carrier.url, "title": carrier.name} for carrier in entry.carriers[1:] if carrier.url]
    for enclosure in entry.enclosures:
        kind = enclosure.type if enclosure.type and _MEDIA_TYPE.fullmatch(enclosure.type) else ""
        link = {"rel": "enclosure", "href": enclosure.url, "type": kind}
        link["length"] = "" if enclosure.length is None else str(enclosure.length)
        links.append({name: value for name, value in link.items() if value})
    return links


def _evidence(element: etree._Element, entry: Entry) -> None:
    """Say for programs what the last line of the summary says for people."""
    judgement = entry.judgement
    tag = etree.SubElement(
        element,
        f"{{{NAMESPACE}}}tag",
        {"topic": judgement.topic, "version": judgement.version, "grade": str(judgement.grade), "score": f"{judgement.score:g}"},
    )
    for hit in judgement.hits:
        where = {"group": hit.group, "term": hit.term, "field": hit.field, "start": str(hit.start), "end": str(hit.end)}
        etree.SubElement(tag, f"{{{NAMESPACE}}}hit", where).text = hit.text
    for carrier in entry.carriers:
        about = {"title": carrier.name, "first-seen": rfc3339(carrier.first_seen) or "", "reason": carrier.reason}
        etree.SubElement(element, f"{{{NAMESPACE}}}carrier", about | ({"href": carrier.url} if carrier.url else {}))
    if entry.title_inferred:
        etree.SubElement(element, f"{{{NAMESPACE}}}inferred", {"field": "title"})


def _source(element: etree._Element, origin: Origin) -> None:
    source = etree.SubElement(element, "source")
    for name, value in (("id", origin.id), ("title", origin.title), ("updated", rfc3339(origin.updated))):
        etree.SubElement(source, name).text = value
    for rel, href in (("self", origin.url), ("alternate", origin.site_url)):
        if href:
            etree.SubElement(source, "link", {"rel": rel, "href": href})


def render(topic: Topic, entries: tuple[Entry, ...], address: Address) -> bytes:
    """Give the feed document. The same arguments give the same bytes (P8)."""
    feed = FeedGenerator()
    feed.register_extension("tw", TwExtension, TwEntryExtension)
    feed.id(address.id)
    feed.title(topic.title)
    feed.subtitle(_subtitle(topic))
    feed.updated(feed_updated(topic, entries))
    feed.generator(_GENERATOR)
    feed.author({"name": _GENERATOR})  # of a feed without entries; each entry names its own
    feed.language("en")
    feed.link(href=address.url, rel="self", type="application/atom+xml")
    feed.category(term=topic.name, scheme=TOPIC_SCHEME, label=topic.title)
    for entry in entries:
        _add(feed.add_entry(order="append"), entry, topic)
    return bytes(feed.atom_str(pretty=True))


def _subtitle(topic: Topic) -> str:
    """Say what the feed means, and what it does not: it must not be taken for a verdict."""
    means = f"Means: {' '.join(topic.means)}" if topic.means else ""
    does_not = f"Does not mean: {' '.join(topic.does_not_mean)}" if topic.does_not_mean else ""
    limits = f"Limits: {' '.join(topic.limits)}" if topic.limits else ""
    contact = f"Contact: {topic.contact}" if topic.contact else ""
    return "\n".join(part for part in (topic.description, means, does_not, limits, contact) if part)


def _add(element: FeedEntry, entry: Entry, topic: Topic) -> None:
    element.id(entry.id)
    element.title(entry.title)
    element.updated(entry.updated)
    if entry.published:
        element.published(entry.published)
    if entry.url:
        element.link(href=entry.url, rel="alternate")
    if entry.content:
        element.content(entry.content, type="html")
    element.summary(entry.summary, type="html")
    for author in entry.authors:
        email = author.email if author.email and _MAILBOX.fullmatch(author.email) else None
        element.author({k: v for k, v in (("name", author.name), ("uri", author.uri), ("email", email)) if v})
    element.category(term=topic.name, scheme=TOPIC_SCHEME, label=topic.title)
    for category in entry.categories:
        known = {"term": category.term, "scheme": category.scheme, "label": category.label}
        element.category({k: v for k, v in known.items() if v})
    element.tw.set(entry, topic)
