"""The lxml reader: a well-formed feed -> RawFeed, by a walk over lxml's tree; guesses nothing, opens nothing."""

import re
from functools import partial
from typing import Final

from lxml import etree

from ingest.errors import ParseError
from ingest.faults import Faults
from ingest.formats import atom, rdf, rss
from ingest.formats.xml.context import NotUnderstoodError, ParseContext, attributes, local
from ingest.formats.xml.lxml_entry import EntryReader
from ingest.formats.xml.parser import hardened_parser
from ingest.formats.xml.values import resolve
from ingest.formats.xml.vocabulary import TITLES
from ingest.raw import RawDate, RawEntry, RawFeed, RawHints, RawLink, RawPerson, RawText

# UTF-8 encoded a second time, and Windows characters written as C1 or named by number: only then texts need repair.
_DOUBLE_UTF8: Final = re.compile(rb"\xc3[\x82-\xb4]\xc2[\x80-\xbf]")
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")
_BY_NUMBER: Final = re.compile(rb"&#(?:0*(?:1[2-9]|2[0-5])\d|[xX]0*[89a-fA-F][0-9a-fA-F]);")
_C1_BY_NUMBER: Final = re.compile(rb"&#(?:0*1[2-5]\d|[xX]0*[89][0-9a-fA-F]);")
_SUBSET: Final = re.compile(rb"<!DOCTYPE[^>\[]*\[")
_LIMITS: Final = {
    "depth": "its elements are nested more than 256 deep",
    "huge": "one text in it is longer than 10 MB",
    "long": "one text in it is longer than 10 MB",
}


def read(data: bytes, language: str | None, most: int) -> RawFeed:
    """Read a document in UTF-8, its first `most` entries; `language` is the server's word.

    Nothing is fetched, no DTD read, no entity expanded, no XInclude followed. Raises NotUnderstoodError,
    with the reason, for what is not well-formed or not fully understood, ParseError for what no reader
    should be given.
    """
    root = _root(data)
    is_atom = root.tag in atom.ROOTS
    named = _BY_NUMBER.search(data) is not None
    has_c2 = b"\xc2" in data  # a byte of all that may need repair
    context = ParseContext(
        is_atom=is_atom,
        drops_div=atom.NAMESPACE in root.nsmap.values(),
        has_double_utf8=named or (has_c2 and _DOUBLE_UTF8.search(data) is not None),
        has_c1=(named and _C1_BY_NUMBER.search(data) is not None) or (has_c2 and _C1.search(data) is not None),
    )
    reader = _FeedReader(context, language, most)
    if is_atom:
        reader.read_channel(root)
    elif root.tag == rdf.ROOT or context.kind(root)[0] == "root":
        reader.read_root(root)
    else:
        raise NotUnderstoodError(f"the root is {local(root)}")
    return reader.feed(root)


def _root(data: bytes) -> etree._Element:
    parser = hardened_parser(encoding="utf-8", recover=False, remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as fault:
        raise _reason(str(fault)) from fault
    if root.getroottree().docinfo.doctype and _SUBSET.search(data):
        raise NotUnderstoodError("it declares entities of its own")
    return root


def _reason(fault: str) -> Exception:
    for word, limit in _LIMITS.items():
        if word in fault.lower() and "huge" in fault.lower():
            return ParseError(limit, "no feed needs that; tell its publisher")
    return NotUnderstoodError(fault.partition(" (<string>")[0])


class _FeedReader:
    """What a document says of itself, and its entries."""

    def __init__(self, context: ParseContext, language: str | None, most: int) -> None:
        self._context, self._most = context, most
        self._language, self._xml_lang = language or None, language or None
        self._base = ""
        self._titles: list[RawText] = []
        self._links: list[RawLink] = []
        self._id, self._id_is_link = "", False
        self._dates: list[RawDate] = []
        self._authors: list[RawPerson] = []
        self._hints: dict[str, str] = {}
        self._hours: list[str] = []
        self._days: list[str] = []
        self._entries: list[RawEntry] = []
        self._count = 0
        self._faults = Faults()

    def feed(self, root: etree._Element) -> RawFeed:
        """Return what was read. Raises NotUnderstoodError where entries stand in unexpected places."""
        if sum(1 for _ in root.iter("{*}item", "{*}entry")) != self._count:
            raise NotUnderstoodError("entries in unexpected places")
        return RawFeed(
            form="atom" if self._context.is_atom else "rss",
            entries=tuple(self._entries),
            total=self._count,
            titles=tuple(self._titles),
            links=tuple(self._links),
            id=self._id,
            id_is_link=self._id_is_link,
            dates=tuple(self._dates),
            language=self._language,
            authors=tuple(self._authors),
            hints=RawHints(**self._hints, hours=tuple(self._hours), days=tuple(self._days)),
            faults=tuple(self._faults.found),
        )

    def read_root(self, root: etree._Element) -> None:
        """Read the root of RSS or RDF: channels and entries."""
        self._enter(root)
        for child in root:
            action, _ = self._context.kind(child)
            if action == "channel":
                self.read_channel(child)
            elif action == "entry":
                self._entry(child)

    def read_channel(self, element: etree._Element) -> None:
        """Read the element that describes the feed."""
        if not rss.CDF_ATTRIBUTES.isdisjoint(element.attrib):
            raise NotUnderstoodError("a channel with attributes of its own")
        self._enter(element)
        for child in element:
            action, role = self._context.kind(child)
            if action == "entry":
                self._entry(child)
            else:
                self._faults.attempt("a value of the feed's own left out", partial(self._about, action, role), child, None)

    def _enter(self, element: etree._Element) -> None:
        self._base, self._xml_lang = self._context.base(element, self._base), self._context.language(element, self._xml_lang)
        if local(element) != "channel" and self._xml_lang:
            self._language = self._xml_lang

    def _entry(self, element: etree._Element) -> None:
        self._count += 1
        if self._count <= self._most:
            reader = EntryReader(self._context, self._base, self._xml_lang)
            entry = self._faults.attempt(f"entry {self._count} left out", reader.read, element, None)
            if entry is not None:
                self._entries.append(entry)

    def _about(self, action: str, role: str, element: etree._Element) -> None:
        context = self._context
        if action == "text" and role in TITLES:
            self._reader().text(element, role)
        elif action == "link":
            self._reader().link(element, role)
        elif action == "identifier":
            self._identifier(element)
        elif action == "date":
            self._dates.append(RawDate(role, context.text(element)))
        elif action == "language":
            self._language = context.text(element)
        elif action == "author" and context.is_atom:
            self._authors.append(context.person(element, context.base(element, self._base)))
        elif action == "hint":
            self._hints[role] = context.text(element)
        elif action == "hints":
            said = self._hours if role == "hours" else self._days
            said += [context.text(part) for part in element if context.kind(part) == ("hint", role)]
        elif action in {"not_understood", "channel", "root"}:
            raise NotUnderstoodError(f"{local(element)} in the channel")

    def _reader(self) -> EntryReader:
        """Return a reader that reads a part of the channel as it would one of an entry."""
        reader = EntryReader(self._context, self._base, self._xml_lang)
        reader.texts, reader.links = self._titles, self._links
        return reader

    def _identifier(self, element: etree._Element) -> None:
        text = self._context.text(element)
        self._id_is_link = attributes(element).get("ispermalink", "true") == "true"
        self._id = resolve(self._context.base(element, self._base), text) if self._id_is_link and text else text
