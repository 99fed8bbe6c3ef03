"""The element tree of an item or entry -> Entry, in a single walk; raises Unsure for whatever may mean more than it knows."""

from collections.abc import Callable
from typing import Final, NoReturn

from lxml.etree import _Element

from ingest.formats import vocabulary
from ingest.formats.markup import inner_markup
from ingest.formats.places import spots
from ingest.formats.scope import Scope, Unsure, attributes, bounded, local
from ingest.formats.served import Body, Entry, File, Person, Spot, Tag
from ingest.formats.tags import Tags
from ingest.formats.values import joined, link_text, looks_like_html


class EntryReader:
    """The state of reading one entry; what comes later may replace what came before, as feeds mean it."""

    __slots__ = (
        "alternates", "authors", "base", "contents", "depth", "files", "has_content", "has_summary", "id", "id_is_link", "language",
        "link", "one_line_author", "original", "published", "scope", "spots", "summary", "tags", "title", "title_depth",
        "title_held", "title_language", "tongue", "updated",
    )  # fmt: skip

    def __init__(self, scope: Scope, base: str, tongue: str | None) -> None:
        """Begin, with the base address and the language that hold around the entry."""
        self.scope, self.base, self.tongue = scope, base, tongue
        self.id = self.title = ""
        self.link: str | None = None
        self.original = ""
        self.id_is_link: bool | None = None
        self.alternates: list[str] = []
        self.files: list[File] = []
        self.summary: Body | None = None
        self.contents: list[Body] = []
        self.has_summary = self.has_content = False
        self.published: str | None = None
        self.updated: str | None = None
        self.authors: list[Person] = []
        self.one_line_author = False
        self.tags = Tags()
        self.spots: list[Spot] = []
        self.language: str | None = None
        self.title_language: str | None = None
        self.title_depth, self.title_held, self.depth = 0, 99, 1

    def read(self, element: _Element) -> Entry:
        """Read the entry. Raises Unsure."""
        if element.attrib:
            bounded(element)
            self.base, self.tongue = self.scope.base(element, self.base), self.scope.language(element, self.tongue)
            self.id = element.get(vocabulary.RDF_ABOUT) or ""
            if not vocabulary.CDF_ATTRIBUTES.isdisjoint(element.attrib):
                raise Unsure("an item with attributes of its own")
        self._walk(element)
        return self._made()

    def _walk(self, element: _Element) -> None:
        actions = self.scope.actions
        for child in element:
            action = actions.get(child.tag)
            if action is None:
                action = actions[child.tag] = _ACTIONS[self.scope.kind(child)]
            action(self, child)

    def _made(self) -> Entry:
        return Entry(
            self.id,
            self.title,
            self.original or self.link or "",
            not self.original and bool(self.id_is_link) and self.link == self.id,
            tuple(self.alternates),
            self.summary,
            tuple(self.contents),
            self.published,
            self.updated,
            tuple(self.authors),
            self.tags.all(),
            tuple(self.files),
            self.language,
            self.title_language,
            tuple(self.spots),
        )

    # Title

    def _title(self, element: _Element) -> None:
        bare = not element.attrib
        text = self.scope.text(element) if bare else self.marked(element)
        if not 0 < self.title_depth <= self.depth:
            if self.depth <= self.title_held:
                self.title, self.title_held = text, self.depth
            self.title_language = self.tongue if bare else self.scope.language(element, self.tongue)
        if text:
            self.title_depth = self.depth

    def _media_title(self, element: _Element) -> None:
        held = self.title_depth
        self._title(element)
        self.title_depth = held

    def marked(self, element: _Element) -> str:
        """Give the text of an element that may hold markup."""
        return self._marked(element)[0]

    # Bodies

    def _description(self, element: _Element) -> None:
        if self.has_summary and not self.has_content:
            self._content(element)
        else:
            self.summary = self._body(element, "text/html")
            self.has_summary = True

    def _abstract(self, element: _Element) -> None:
        self.summary = self._body(element, "text/plain")
        self.has_summary = True

    def _summary(self, element: _Element) -> None:
        if self.has_summary and not self.has_content:
            self._content(element)
        else:
            self._abstract(element)

    def _content(self, element: _Element, usual: str = "text/plain") -> None:
        self.contents.append(self._body(element, usual))
        self.has_summary = self.has_content = True

    def _encoded(self, element: _Element) -> None:
        self._content(element, "text/html")

    def _body(self, element: _Element, usual: str) -> Body:
        if not element.attrib:
            value = self.scope.text(element)
            plain = usual == "text/plain" and (self.scope.is_atom or not looks_like_html(value))
            return Body(value, plain, self.base, self.tongue)
        value, kind = self._marked(element, usual)
        plain = kind == "text/plain" and (self.scope.is_atom or not looks_like_html(value))
        return Body(value, plain, self.scope.base(element, self.base), self.scope.language(element, self.tongue))

    def _marked(self, element: _Element, usual: str = "text/plain") -> tuple[str, str]:
        """Give the text of an element that may hold markup, and its media type."""
        kind = usual
        if element.attrib:
            said = element.get("type")
            kind = usual if said is None else vocabulary.TYPES.get(said.lower(), "")
            if not kind or element.get("mode") == "base64":
                raise Unsure(f"{local(element)} of an unusual type")
        if kind != vocabulary.XHTML:
            return self.scope.text(element), kind
        text = inner_markup(element, drop_div=self.scope.drops_div)
        return self.scope.mended(text), kind

    # Addresses and identity

    def _link(self, element: _Element) -> None:
        if not element.attrib:
            self._link_in_words(element, self.base)
            self.alternates.append(self.link or "")
            return
        said = attributes(element)
        rel, kind = said.get("rel", "alternate").lower(), said.get("type", "text/html").lower()
        href = said.get("url", said.get("uri", said.get("href")))
        base = self.scope.base(element, self.base)
        if href is None:
            self._link_in_words(element, base)
        else:
            href = joined(base, href) if href else said.get("href", "")
            self.scope.ignore(element)
            if rel == "alternate" and kind in {"text/html", "html", "xhtml", vocabulary.XHTML}:
                self.link = href
        self._linked(rel, File(self.link or "" if href is None else href, kind, said.get("length", "")))

    def _link_in_words(self, element: _Element, base: str) -> None:
        text = self.scope.text(element)
        self.link = link_text(joined(base, text)) if text else ""

    def _original(self, element: _Element) -> None:
        self.original = link_text(joined(self.base, self.scope.text(element)))

    def _linked(self, rel: str, file: File) -> None:
        if rel == "alternate":
            self.alternates.append(file.url)
        elif rel == "enclosure":
            self.files.append(file)

    def _identifier(self, element: _Element) -> None:
        is_link = not element.attrib or attributes(element).get("ispermalink", "true") == "true"
        text = self.scope.text(element)
        self.id = joined(self.scope.base(element, self.base), text) if is_link and text else text
        if self.id_is_link is None:
            self.id_is_link = is_link and self.link is None
        if is_link and self.link is None:
            self.link = self.id

    def _published(self, element: _Element) -> None:
        self.published = self.scope.text(element)

    def _updated(self, element: _Element) -> None:
        self.updated = self.scope.text(element)

    def _author(self, element: _Element) -> None:
        if len(element) and self.one_line_author:
            raise Unsure("authors in two ways")
        self.one_line_author = not len(element)
        base = self.scope.base(element, self.base) if element.attrib else self.base
        self.authors.append(self.scope.person(element, base, titled=self.title_depth == 1))

    def _language(self, element: _Element) -> None:
        self.language = self.scope.text(element)

    def _enclosure(self, element: _Element) -> None:
        said = attributes(element)
        self.scope.ignore(element)
        href = said.get("url", said.get("uri", said.get("href"))) or ""
        self.files.append(File(href, said.get("type", "").lower(), said.get("length", "")))

    def _category(self, element: _Element, scheme: str | None = None) -> None:
        text = self.scope.text(element)
        if element.attrib:
            said = attributes(element)
            self.tags.add(Tag(said.get("term"), said.get("scheme", said.get("domain", scheme)), said.get("label")))
        elif scheme:
            self.tags.add(Tag(None, scheme, None))
        if text:
            self.tags.name(text)

    def _media_category(self, element: _Element) -> None:
        self._category(element, vocabulary.MEDIA_SCHEME)

    def _itunes_category(self, element: _Element) -> None:
        if (element.text or "").strip():
            raise Unsure("text in a category of iTunes")
        self.tags.add(Tag(attributes(element).get("text"), vocabulary.ITUNES_SCHEME, None))
        self._walk(element)

    def _keywords(self, element: _Element, scheme: str | None = None) -> None:
        for word in () if element.attrib else self.scope.text(element).split(","):
            if word.strip():
                self.tags.add(Tag(word.strip(), scheme, None))

    def _itunes_keywords(self, element: _Element) -> None:
        self._keywords(element, vocabulary.ITUNES_SCHEME)

    def _place(self, element: _Element) -> None:
        self.scope.ignore(element)
        self.spots += spots(element)

    def _source(self, element: _Element) -> None:
        self.title_depth = 0
        for part in element:
            kind = self.scope.kind(part)
            if kind in {"content", "encoded", "description", "summary", "entry", "container"}:
                raise Unsure(f"{local(part)} inside source")
            if kind == "title" and (part.text or "").strip():
                self.title_depth = self.depth + 1

    def _image(self, element: _Element) -> None:
        self.title_depth = 0
        self.depth += 1
        for part in element:
            if local(part) not in vocabulary.IMAGE or (local(part) == "link" and part.attrib):
                raise Unsure("an image with parts of its own")
            if local(part) == "title":
                self._title(part)
        self.depth -= 1

    def _container(self, element: _Element) -> None:
        """Read what a group of media says as the entry's own, except what it alone can have."""
        before = self.base, self.tongue
        self.base, self.tongue = self.scope.base(element, self.base), self.scope.language(element, self.tongue)
        self.depth += 1
        for child in element:
            kind = self.scope.kind(child)
            if kind in vocabulary.NEVER_IN_MEDIA:
                raise Unsure(f"{local(child)} inside {local(element)}")
            _ACTIONS[kind](self, child)
        self.depth -= 1
        self.base, self.tongue = before

    def _other(self, element: _Element) -> None:
        """Pass over what is not read; categories may stand in a list of their own."""
        if len(element) and all(self.scope.kind(inner) in vocabulary.LISTED for inner in element.iterdescendants()):
            self._walk(element)
        else:
            self.scope.ignore(element, titled=self.title_depth == 1)

    def _skip(self, element: _Element) -> None:
        self.scope.ignore(element)

    def _sharing(self, element: _Element) -> None:
        if any(self.scope.kind(part) not in vocabulary.SHARED or len(part) for part in element):
            raise Unsure("more inside og than is shared")

    def _unsure(self, element: _Element) -> NoReturn:
        raise Unsure(f"{local(element)} in an entry")


_ACTIONS: Final[dict[str, Callable[[EntryReader, _Element], None]]] = {
    kind: getattr(EntryReader, f"_{kind}", EntryReader._unsure)  # noqa: SLF001 - its own module
    for kind in {*vocabulary.KINDS.values(), "other"}
}
