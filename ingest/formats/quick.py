"""A well-formed document -> Served, by our own walk over lxml's tree; raises Unsure for what the judge must read."""

import re
from typing import Final

from lxml import etree

from ingest.errors import ParseError
from ingest.formats.quick_entry import EntryReader
from ingest.formats.scope import Scope, Unsure, attributes, local
from ingest.formats.served import Entry, Person, Served
from ingest.formats.values import joined, link_text
from ingest.formats.vocabulary import ATOM_ROOTS, CDF_ATTRIBUTES, RDF_ROOT

# UTF-8 written twice, and Windows characters written as C1 or named by number: only then texts need mending.
_TWICE: Final = re.compile(rb"\xc3[\x82-\xb4]\xc2[\x80-\xbf]")
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_BY_NUMBER: Final = re.compile(rb"&#(?:0*(?:1[2-9]|2[0-5])\d|[xX]0*[89a-fA-F][0-9a-fA-F]);")
_C1_BY_NUMBER: Final = re.compile(rb"&#(?:0*1[2-5]\d|[xX]0*[89][0-9a-fA-F]);")
_SUBSET: Final = re.compile(rb"<!DOCTYPE[^>\[]*\[")
_LIMITS: Final = {
    "depth": "its elements are nested more than 256 deep",
    "huge": "one text in it is longer than 10 MB",
    "long": "one text in it is longer than 10 MB",
}


def read(data: bytes, language: str | None, most: int) -> Served:
    """Read a document in UTF-8, its first `most` entries; `language` is the server's word.

    Nothing is fetched, no DTD read, no entity expanded, no XInclude followed. Raises Unsure, with
    the reason, for what is not well-formed or not fully understood, ParseError for what no reader
    should be given.
    """
    root = _root(data)
    is_atom = root.tag in ATOM_ROOTS
    named = _BY_NUMBER.search(data) is not None
    second = b"\xc2" in data  # a byte of all that may need mending
    scope = Scope(
        is_atom=is_atom,
        drops_div="http://www.w3.org/2005/Atom" in root.nsmap.values(),
        twice=named or (second and _TWICE.search(data) is not None),
        windows=(named and _C1_BY_NUMBER.search(data) is not None) or (second and _C1.search(data) is not None),
    )
    reader = _FeedReader(scope, language, most)
    if is_atom:
        reader.channel(root)
    elif root.tag == RDF_ROOT or scope.kind(root) == "root":
        reader.outside(root)
    else:
        raise Unsure(f"the root is {local(root)}")
    return reader.served(root)


def _root(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise _reason(str(fault)) from fault
    if root.getroottree().docinfo.doctype and _SUBSET.search(data):
        raise Unsure("it declares entities of its own")
    return root


def _reason(fault: str) -> Exception:
    for word, limit in _LIMITS.items():
        if word in fault.lower() and "huge" in fault.lower():
            return ParseError(limit, "no feed needs that; tell its publisher")
    return Unsure(fault.partition(" (<string>")[0])


class _FeedReader:
    """What a document says of itself, and its entries."""

    def __init__(self, scope: Scope, language: str | None, most: int) -> None:
        self._scope, self._most = scope, most
        self._language, self._tongue = language or None, language or None
        self._base = ""
        self._title = self._id = ""
        self._title_held = False
        self._link: str | None = None
        self._updated: str | None = None
        self._authors: list[Person] = []
        self._entries: list[Entry] = []
        self._count = 0

    def served(self, root: etree._Element) -> Served:
        """Give what was read, if it is all: an entry in an unexpected place is for the judge."""
        if sum(1 for _ in root.iter("{*}item", "{*}entry")) != self._count:
            raise Unsure("entries in unexpected places")
        return Served(
            is_atom=self._scope.is_atom,
            entries=tuple(self._entries),
            total=self._count,
            title=self._title,
            link=self._link or "",
            id=self._id,
            updated=self._updated,
            language=self._language,
            authors=tuple(self._authors) if self._scope.is_atom else (),
        )

    def outside(self, root: etree._Element) -> None:
        """Read the root of RSS or RDF: channels and entries."""
        self._enter(root)
        for child in root:
            kind = self._scope.kind(child)
            if kind == "channel":
                self.channel(child)
            elif kind == "entry":
                self._entry(child)
            elif kind not in {"image", "unsure"} or local(child) not in {"image", "textinput"}:
                self._scope.ignore(child)

    def channel(self, element: etree._Element) -> None:
        """Read the element that describes the feed."""
        if not CDF_ATTRIBUTES.isdisjoint(element.attrib):
            raise Unsure("a channel with attributes of its own")
        self._enter(element)
        for child in element:
            kind = self._scope.kind(child)
            if kind == "entry":
                self._entry(child)
            else:
                self._about(kind, child)

    def _enter(self, element: etree._Element) -> None:
        self._base, self._tongue = self._scope.base(element, self._base), self._scope.language(element, self._tongue)
        if local(element) != "channel" and self._tongue:
            self._language = self._tongue

    def _entry(self, element: etree._Element) -> None:
        self._count += 1
        self._title_held = False
        if self._count <= self._most:
            self._entries.append(EntryReader(self._scope, self._base, self._tongue).read(element))

    def _about(self, kind: str, element: etree._Element) -> None:
        scope = self._scope
        if kind in {"title", "media_title"}:
            self._name(kind, element)
        elif kind == "link":
            self._address(element)
        elif kind == "identifier":
            self._identifier(element)
        elif kind == "updated":
            self._updated = scope.text(element)
        elif kind == "language":
            self._language = scope.text(element)
        elif kind == "author" and scope.is_atom:
            self._authors.append(scope.person(element, scope.base(element, self._base)))
        elif kind == "image" or local(element) == "textinput":
            self._title_held = False
        elif kind in {"unsure", "container", "channel", "root", "sharing"}:
            raise Unsure(f"{local(element)} in the channel")
        elif kind in {"other", "skip"}:
            scope.ignore(element)

    def _name(self, kind: str, element: etree._Element) -> None:
        text = EntryReader(self._scope, self._base, self._tongue).marked(element)
        if not self._title_held:
            self._title = text
        if text and kind == "title":
            self._title_held = True

    def _address(self, element: etree._Element) -> None:
        said = attributes(element)
        base = self._scope.base(element, self._base)
        href = said.get("url", said.get("uri", said.get("href")))
        if href is None:
            text = self._scope.text(element)
            self._link = link_text(joined(base, text)) if text else ""
        elif said.get("rel", "alternate").lower() == "alternate" and "html" in said.get("type", "text/html").lower():
            self._link = joined(base, href)

    def _identifier(self, element: etree._Element) -> None:
        text = self._scope.text(element)
        is_link = attributes(element).get("ispermalink", "true") == "true"
        self._id = joined(self._scope.base(element, self._base), text) if is_link and text else text
        if is_link and self._link is None:
            self._link = self._id
