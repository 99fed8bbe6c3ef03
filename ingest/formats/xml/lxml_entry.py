"""The element tree of an item or entry -> RawEntry, in a single walk over its own children; raises Unsure for what it cannot read.

Only the entry's own children speak for it, and of what is inside them: an author's parts, the media of a group, a list of
categories (RFC 4287, 6.4.2).
"""

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from ingest.formats.xml import vocabulary
from ingest.formats.xml.context import NotUnderstoodError, ParseContext, attributes, bounded, local
from ingest.formats.xml.georss import geographic_points
from ingest.formats.xml.values import file, joined, link_address, link_text, looks_like_html, words
from ingest.formats.xml.xhtml import inner_markup
from ingest.raw import RawCategory, RawDate, RawEntry, RawFile, RawLink, RawPerson, RawPoint, RawText


class EntryReader:
    """The state of reading one entry."""

    __slots__ = (
        "authors", "base", "categories", "dates", "duration", "files", "id", "id_is_link", "language", "links",
        "points", "scope", "texts", "tongue",
    )  # fmt: skip

    def __init__(self, scope: ParseContext, base: str, tongue: str | None) -> None:
        """Begin, with the base address and the language that hold around the entry."""
        self.scope, self.base, self.tongue = scope, base, tongue
        self.id = self.duration = ""
        self.id_is_link = False
        self.texts: list[RawText] = []
        self.links: list[RawLink] = []
        self.dates: list[RawDate] = []
        self.authors: list[RawPerson] = []
        self.categories: list[RawCategory] = []
        self.files: list[RawFile] = []
        self.points: list[RawPoint] = []
        self.language: str | None = None

    def read(self, element: _Element) -> RawEntry:
        """Read the entry. Raises Unsure."""
        if element.attrib:
            bounded(element)
            self.base, self.tongue = self.scope.base(element, self.base), self.scope.language(element, self.tongue)
            self.id = element.get(vocabulary.RDF_ABOUT) or ""
            if not vocabulary.CDF_ATTRIBUTES.isdisjoint(element.attrib):
                raise NotUnderstoodError("an item with attributes of its own")
        actions = self.scope.actions
        for child in element:
            found = actions.get(child.tag)
            if found is None:
                action, role = self.scope.kind(child)
                found = actions[child.tag] = (_ACTIONS.get(action, EntryReader._pass), role)
            found[0](self, child, found[1])
        return RawEntry(
            self.id,
            self.id_is_link,
            tuple(self.texts),
            tuple(self.links),
            tuple(self.dates),
            tuple(self.authors),
            tuple(self.categories),
            tuple(self.files),
            tuple(self.points),
            (self.language,) if self.language else (),
            self.duration,
        )

    def _pass(self, element: _Element, _role: str) -> None:
        """Pass over an element: whatever is inside is not the entry's."""
        if element.attrib:
            bounded(element)

    def _unsure(self, element: _Element, _role: str) -> None:
        raise NotUnderstoodError(f"{local(element)} in an entry")

    # Texts

    def text(self, element: _Element, role: str) -> None:
        """Read a title or a body."""
        scope, usual = self.scope, "text/html" if role in vocabulary.HTML_BY_CUSTOM else "text/plain"
        if not element.attrib:
            value, kind, base, tongue = scope.text(element), usual, self.base, self.tongue
        else:
            value, kind = self._marked(element, usual)
            base, tongue = scope.base(element, self.base), scope.language(element, self.tongue)
        plain = kind == "text/plain" and (scope.is_atom or not looks_like_html(value))
        self.texts.append(RawText(role, value, plain, base, tongue))

    def _marked(self, element: _Element, usual: str) -> tuple[str, str]:
        """Give the text of an element that may hold markup, and its media type."""
        bounded(element)
        said = element.get("type")
        kind = usual if said is None else vocabulary.TYPES.get(said.lower(), "")
        if not kind or element.get("mode") == "base64":
            raise NotUnderstoodError(f"{local(element)} of an unusual type")
        if kind != vocabulary.XHTML:
            return self.scope.text(element), kind
        return self.scope.mended(inner_markup(element, drop_div=self.scope.drops_div)), kind

    # Addresses and identity

    def link(self, element: _Element, _role: str) -> None:
        """Read a link: of RSS in words, of Atom by its attributes."""
        if not element.attrib:
            text = self.scope.text(element)
            self.links.append(RawLink(link_text(joined(self.base, text)) if text else "", "element"))
            return
        said, base = attributes(element), self.scope.base(element, self.base)
        text = "" if "href" in said else self.scope.text(element)
        address, rel = link_address(said, text)
        if rel == "enclosure":
            self.files.append(file(said, joined(base, address) if address else "", "enclosure"))
        else:
            self.links.append(RawLink(joined(base, address) if address else "", rel, said.get("type", "").lower()))

    def _original(self, element: _Element, _role: str) -> None:
        self.links.append(RawLink(link_text(self.scope.text(element)), "original"))

    def _identifier(self, element: _Element, _role: str) -> None:
        is_link = not element.attrib or attributes(element).get("ispermalink", "true") == "true"
        text = self.scope.text(element)
        self.id = joined(self.scope.base(element, self.base), text) if is_link and text else text
        self.id_is_link = is_link

    # Facts

    def _date(self, element: _Element, role: str) -> None:
        self.dates.append(RawDate(role, self.scope.text(element)))

    def _author(self, element: _Element, _role: str) -> None:
        base = self.scope.base(element, self.base) if element.attrib else self.base
        self.authors.append(self.scope.person(element, base))

    def _language(self, element: _Element, _role: str) -> None:
        self.language = self.scope.text(element)

    def _duration(self, element: _Element, _role: str) -> None:
        self.duration = self.scope.text(element)

    def _place(self, element: _Element, _role: str) -> None:
        self.points += geographic_points(element)

    # Categories

    def _category(self, element: _Element, _role: str, scheme: str | None = None) -> None:
        said, text = attributes(element), self.scope.text(element)
        term = said.get("term")
        self.categories.append(RawCategory(term or text, said.get("scheme", said.get("domain", scheme)), said.get("label")))
        if term and text and term != text:
            self.categories.append(RawCategory(text, scheme))

    def _media_category(self, element: _Element, role: str) -> None:
        self._category(element, role, vocabulary.MEDIA_SCHEME)

    def _itunes_category(self, element: _Element, role: str) -> None:
        self.categories.append(RawCategory(attributes(element).get("text"), vocabulary.ITUNES_SCHEME))
        for part in element:
            if self.scope.kind(part)[0] == "itunes_category":
                self._itunes_category(part, role)

    def _categories(self, element: _Element, role: str) -> None:
        for part in element:
            if self.scope.kind(part)[0] == "category":
                self._category(part, role)

    def _keywords(self, element: _Element, _role: str, scheme: str | None = None) -> None:
        self.categories += [RawCategory(word, scheme) for word in words(self.scope.text(element))]

    def _itunes_keywords(self, element: _Element, role: str) -> None:
        self._keywords(element, role, vocabulary.ITUNES_SCHEME)

    # Files

    def _file(self, element: _Element, role: str) -> None:
        said = attributes(element)
        if address := said.get("url", said.get("uri", said.get("href"))):
            self.files.append(file(said, joined(self.scope.base(element, self.base), address), role))
        if role == "media":
            self._group(element, role)

    def _group(self, element: _Element, _role: str) -> None:
        """Read what describes media: titles and texts under their own names, files, categories."""
        before = self.base, self.tongue
        self.base, self.tongue = self.scope.base(element, self.base), self.scope.language(element, self.tongue)
        for part in element:
            action, role = self.scope.kind(part)
            if (action, role) in vocabulary.IN_MEDIA:
                _ACTIONS[action](self, part, role)
        self.base, self.tongue = before


_ACTIONS: Final[dict[str, Callable[[EntryReader, _Element, str], None]]] = {
    "text": EntryReader.text,
    "link": EntryReader.link,
    **{
        name: getattr(EntryReader, f"_{name}")
        for name in "original identifier date author category media_category itunes_category categories keywords itunes_keywords"
        " language file group duration place unsure".split()
    },
}
