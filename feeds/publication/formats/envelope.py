"""The Atom and RSS envelopes, a feed without its entries, written by feedgen; knows no entry."""

from typing import Any, ClassVar, Final

from lxml import etree

from feeds.publication.document import FeedDocument, stamp
from feeds.publication.entry import TOPIC_SCHEME

TW: Final = "urn:x-topicwire:evidence:1"  # described in docs/evidence-namespace.md
HISTORY: Final = "http://purl.org/syndication/history/1.0"  # RFC 5005
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
DUBLIN_CORE: Final = "http://purl.org/dc/elements/1.1/"
GENERATOR: Final = "topicwire"
_PARSER: Final = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)


class _Prefixes:
    """An extension, as feedgen expects it, that only declares prefixes at the root."""

    namespaces: ClassVar[dict[str, str]]

    def extend_ns(self) -> dict[str, str]:
        """Return namespaces by prefix."""
        return self.namespaces

    def extend_atom(self, feed: etree._Element) -> etree._Element:
        """Return the feed as it is."""
        return feed

    extend_rss = extend_atom


class AtomPrefixes(_Prefixes):
    """The prefixes of what our Atom entries hold beside Atom, declared once, at the root."""

    namespaces: ClassVar = {"tw": TW, "fh": HISTORY, "at": TOMBSTONES}


class RssPrefixes(_Prefixes):
    """The prefix of what RSS has no word for."""

    namespaces: ClassVar = {"dc": DUBLIN_CORE}


def atom(document: FeedDocument) -> etree._Element:
    """Return the root of an Atom feed without entries."""
    feed = _feed(document, "application/atom+xml", "atom")
    root = etree.fromstring(feed.atom_str(pretty=False), _PARSER)
    for updated in root.iterchildren("{*}updated"):
        updated.text = stamp(document.updated)  # as all other dates are written
    return root


def rss(document: FeedDocument) -> etree._Element:
    """Return the root of an RSS feed without items."""
    feed = _feed(document, "application/rss+xml", "rss")
    feed.lastBuildDate(document.updated)  # else feedgen writes the clock's time
    feed.docs("")
    return etree.fromstring(feed.rss_str(pretty=False), _PARSER)


def written(root: etree._Element) -> bytes:
    """Return the bytes of an envelope, indented."""
    return etree.tostring(root, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _feed(document: FeedDocument, media_type: str, suffix: str) -> Any:
    from feedgen.feed import FeedGenerator  # noqa: PLC0415 - most commands write no feed

    topic = document.topic
    feed = FeedGenerator()
    feed.register_extension("prefixes", AtomPrefixes, rss=False)
    feed.register_extension("names", RssPrefixes, atom=False)
    feed.id(document.id)
    feed.title(topic.title)
    feed.subtitle(document.subtitle or topic.title)
    feed.updated(document.updated)
    feed.generator(GENERATOR)
    feed.author({"name": GENERATOR})  # of a feed without entries; each entry names its own
    feed.language("en")
    feed.category(term=topic.name, scheme=TOPIC_SCHEME, label=topic.title)
    for link in _links(document, media_type, suffix):
        feed.link(**link)
    return feed


def _links(document: FeedDocument, media_type: str, suffix: str) -> list[dict[str, str]]:
    """Return the feed's own links. A private feed has none: a reader of a copy must not learn its address."""
    if not document.base:
        # RSS cannot do without any: the service itself.
        return [{"href": document.site, "rel": "alternate", "type": "text/html"}] if suffix == "rss" else []
    own = {"href": document.address(document.number, suffix), "rel": "self", "type": media_type}
    hub = {"href": document.hub, "rel": "hub"}
    page = {"href": document.address(suffix="html"), "rel": "alternate", "type": "text/html"}
    # The page last: feedgen takes the last link for that of an RSS channel.
    return [own, *([hub] if document.hub and document.number is None else []), page]
