"""The element tree of an item or entry -> RawEntry, in a single walk over its own children; guesses nothing.

Only the entry's own children count, and inside them an author's parts, the media of a group and a list of categories
(RFC 4287, 6.4.2). NotUnderstoodError is raised for what is not certain.
"""

from collections.abc import Callable
from typing import Final

from lxml.etree import _Element

from ingest.formats import atom, rdf, rss
from ingest.formats.xml import vocabulary
from ingest.formats.xml.context import NotUnderstoodError, ParseContext, attributes, check_attributes, local
from ingest.formats.xml.extensions import ITUNES_SCHEME, MEDIA_SCHEME
from ingest.formats.xml.georss import geographic_points
from ingest.formats.xml.values import link_address, link_text, looks_like_html, raw_file, resolve, split_commas
from ingest.formats.xml.xhtml import inner_markup
from ingest.raw import RawCategory, RawDate, RawEntry, RawFile, RawLink, RawPerson, RawPoint, RawText


class EntryReader:
    """The state of reading one entry."""

    __slots__ = (
        "authors", "base", "categories", "context", "dates", "duration", "files", "id", "id_is_link", "language", "links",
        "points", "texts", "xml_lang",
    )  # fmt: skip

    def __init__(self, context: ParseContext, base: str, xml_lang: str | None) -> None:
        """Start with the base address and the language that hold around the entry."""
        self.context, self.base, self.xml_lang = context, base, xml_lang
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
        """Read the entry. Raises NotUnderstoodError."""
        if element.attrib:
            check_attributes(element)
            self.base, self.xml_lang = self.context.base(element, self.base), self.context.language(element, self.xml_lang)
            self.id = element.get(rdf.ABOUT) or ""
            if not rss.CDF_ATTRIBUTES.isdisjoint(element.attrib):
                raise NotUnderstoodError("an item with attributes of its own")
        actions = self.context.actions
        for child in element:
            found = actions.get(child.tag)
            if found is None:
                action, role = self.context.kind(child)
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
        """Pass over an element: what is inside is not the entry's."""
        if element.attrib:
            check_attributes(element)

    def _not_understood(self, element: _Element, _role: str) -> None:
        raise NotUnderstoodError(f"{local(element)} in an entry")

    # Texts

    def text(self, element: _Element, role: str) -> None:
        """Read a title or a body."""
        context, usual = self.context, "text/html" if role in vocabulary.HTML_BY_CUSTOM else "text/plain"
        if not element.attrib:
            value, kind, base, language = context.text(element), usual, self.base, self.xml_lang
        else:
            value, kind = self._marked(element, usual)
            base, language = context.base(element, self.base), context.language(element, self.xml_lang)
        plain = kind == "text/plain" and (context.is_atom or not looks_like_html(value))
        self.texts.append(RawText(role, value, plain, base, language))

    def _marked(self, element: _Element, usual: str) -> tuple[str, str]:
        """Return the text of an element that may hold markup, and its media type (RFC 4287, 3.1.1)."""
        check_attributes(element)
        media_type = element.get("type")
        kind = usual if media_type is None else atom.TEXT_TYPES.get(media_type.lower(), "")
        if not kind or element.get("mode") == "base64":
            raise NotUnderstoodError(f"{local(element)} of an unusual type")
        if kind != atom.XHTML:
            return self.context.text(element), kind
        return self.context.repair(inner_markup(element, drop_div=self.context.drops_div)), kind

    # Addresses and identity

    def link(self, element: _Element, _role: str) -> None:
        """Read a link: that of RSS is its text, that of Atom stands in attributes (RFC 4287, 4.2.7)."""
        if not element.attrib:
            text = self.context.text(element)
            self.links.append(RawLink(link_text(resolve(self.base, text)) if text else "", "element"))
            return
        named, base = attributes(element), self.context.base(element, self.base)
        text = "" if "href" in named else self.context.text(element)
        address, rel = link_address(named, text)
        if rel == "enclosure":
            self.files.append(raw_file(named, resolve(base, address) if address else "", "enclosure"))
        else:
            self.links.append(RawLink(resolve(base, address) if address else "", rel, named.get("type", "").lower()))

    def _original(self, element: _Element, _role: str) -> None:
        self.links.append(RawLink(link_text(self.context.text(element)), "original"))

    def _identifier(self, element: _Element, _role: str) -> None:
        is_link = not element.attrib or attributes(element).get("ispermalink", "true") == "true"
        text = self.context.text(element)
        self.id = resolve(self.context.base(element, self.base), text) if is_link and text else text
        self.id_is_link = is_link

    # Facts

    def _date(self, element: _Element, role: str) -> None:
        self.dates.append(RawDate(role, self.context.text(element)))

    def _author(self, element: _Element, _role: str) -> None:
        base = self.context.base(element, self.base) if element.attrib else self.base
        self.authors.append(self.context.person(element, base))

    def _language(self, element: _Element, _role: str) -> None:
        self.language = self.context.text(element)

    def _duration(self, element: _Element, _role: str) -> None:
        self.duration = self.context.text(element)

    def _geographic_point(self, element: _Element, _role: str) -> None:
        self.points += geographic_points(element)

    # Categories

    def _category(self, element: _Element, _role: str, scheme: str | None = None) -> None:
        named, text = attributes(element), self.context.text(element)
        term = named.get("term")
        self.categories.append(RawCategory(term or text, named.get("scheme", named.get("domain", scheme)), named.get("label")))
        if term and text and term != text:
            self.categories.append(RawCategory(text, scheme))

    def _media_category(self, element: _Element, role: str) -> None:
        self._category(element, role, MEDIA_SCHEME)

    def _itunes_category(self, element: _Element, role: str) -> None:
        self.categories.append(RawCategory(attributes(element).get("text"), ITUNES_SCHEME))
        for part in element:
            if self.context.kind(part)[0] == "itunes_category":
                self._itunes_category(part, role)

    def _categories(self, element: _Element, role: str) -> None:
        for part in element:
            if self.context.kind(part)[0] == "category":
                self._category(part, role)

    def _keywords(self, element: _Element, _role: str, scheme: str | None = None) -> None:
        self.categories += [RawCategory(word, scheme) for word in split_commas(self.context.text(element))]

    def _itunes_keywords(self, element: _Element, role: str) -> None:
        self._keywords(element, role, ITUNES_SCHEME)

    # Files

    def _file(self, element: _Element, role: str) -> None:
        named = attributes(element)
        if address := named.get("url", named.get("uri", named.get("href"))):
            self.files.append(raw_file(named, resolve(self.context.base(element, self.base), address), role))
        if role == "media":
            self._group(element, role)

    def _group(self, element: _Element, _role: str) -> None:
        """Read what describes media: titles and texts under their own names, files, categories."""
        before = self.base, self.xml_lang
        self.base, self.xml_lang = self.context.base(element, self.base), self.context.language(element, self.xml_lang)
        for part in element:
            action, role = self.context.kind(part)
            if (action, role) in vocabulary.IN_MEDIA:
                _ACTIONS[action](self, part, role)
        self.base, self.xml_lang = before


_ACTIONS: Final[dict[str, Callable[[EntryReader, _Element, str], None]]] = {
    "text": EntryReader.text,
    "link": EntryReader.link,
    **{
        name: getattr(EntryReader, f"_{name}")
        for name in "original identifier date author category media_category itunes_category categories keywords itunes_keywords"
        " language file group duration geographic_point not_understood".split()
    },
}
