"""The feedparser reader: markup that is not well-formed -> RawFeed; its two parsers find elements, our vocabulary reads them.

The reader of last resort. Its sanitiser, its resolving of links and its reading of dates stay off, and so does what it makes of
elements: it takes whatever is inside an element of another vocabulary for the entry's own, and the last of several for the one.
"""

import io
import re
import xml.sax
from collections import Counter
from collections.abc import Callable
from typing import Any, Final
from xml.sax.saxutils import unescape

from feedparser.api import PREFERRED_XML_PARSERS, LooseFeedParser, StrictFeedParser
from feedparser.sanitizer import replace_doctype

from ingest.errors import ParseError
from ingest.faults import Faults
from ingest.formats import atom
from ingest.formats.xml import vocabulary
from ingest.formats.xml.extensions import ITUNES_SCHEME, MEDIA_SCHEME
from ingest.formats.xml.georss import SHAPES
from ingest.formats.xml.values import link_address, link_text, parse_person, raw_file, resolve, split_commas
from ingest.raw import RawCategory, RawDate, RawEntry, RawFeed, RawHints, RawLink, RawPerson, RawPoint, RawText
from ingest.text.sanitize import one_line, shorten

_MOST_TAGS: Final = 400_000  # `<` in a document: it takes tens of microseconds for each
# Its time grows with the square of the attributes of one element.
_LONGEST_TAG: Final = re.compile(rb"<[^!?<>][^<>]{100000}")
_MANY_ATTRIBUTES: Final = re.compile(rb"""<[^!?<>\s]+(?:\s+[^\s=<>"']+\s*=\s*(?:"[^"]*"|'[^']*')){1001}""")
_VOID_TWICE: Final = re.compile(r"</(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)>")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][^\s<>/]*+)([^<>]*+)>")
_XML: Final = {"&quot;": '"', "&apos;": "'"}
_HOLDERS: Final = frozenset(
    {"author", "group", "categories", "geographic_point"}
)  # and media:content: what their children say counts

_Parsed = dict[str, Any]  # what feedparser keeps: untyped, and unknown outside this module


def read(data: bytes, language: str | None, most: int) -> RawFeed:
    """Read a document in UTF-8, its first `most` entries; raises ParseError when there is nothing to read in it."""
    if data.count(b"<") > _MOST_TAGS:
        raise ParseError(f"not well-formed, and more than {_MOST_TAGS} tags", "tell its publisher")
    if _LONGEST_TAG.search(data) or _MANY_ATTRIBUTES.search(data):
        raise ParseError("not well-formed, with a tag of more than 1000 attributes or 100 kB", "tell its publisher")
    parsed, fault = _parsed(data, language)
    if not parsed.entries and (not parsed.version or fault):
        raise ParseError(f"not RSS, Atom or RDF ({_described(fault)})", "open the address in a browser to see what it is")
    faults = Faults()
    numbered = enumerate(parsed.entries[:most], 1)
    entries = [faults.attempt(f"entry {number} left out", _entry, entry, None) for number, entry in numbered]
    return _feed(parsed, tuple(entry for entry in entries if entry), fault, faults)


def _feed(parsed: Any, entries: tuple[RawEntry, ...], fault: Exception | None, faults: Faults) -> RawFeed:
    feed, is_atom = parsed.feeddata, parsed.version.startswith("atom")
    return RawFeed(
        form="atom" if is_atom else "rss",
        entries=entries,
        total=len(parsed.entries),
        titles=tuple(text for text in _all(feed, "texts") if text.role in vocabulary.TITLES),
        links=_all(feed, "links"),
        id=_get(feed, "id") or "",
        id_is_link=bool(_get(feed, "id is link")),
        dates=_all(feed, "dates"),
        language=_get(feed, "language"),
        authors=_all(feed, "authors") if is_atom else (),
        hints=RawHints(
            **{role: said for role in ("ttl", "period", "frequency") if (said := _get(feed, f"hint {role}"))},
            hours=_all(feed, "hours"),
            days=_all(feed, "days"),
        ),
        notes=(f"repaired: {_described(fault)}",) if fault else (),
        faults=tuple(faults.found),
    )


def _parsed(data: bytes, language: str | None) -> tuple[Any, Exception | None]:
    """Return the parser that has read the document, and the error that stopped the strict one.

    No base address is given: guids must not depend on where the feed lies today; links are resolved later.
    """
    try:
        version, plain, entities = replace_doctype(data)
        strict = _Strict("", language, "utf-8")
        fault = _strictly(strict, plain)
        parsed = strict
        if fault:
            parsed = _Loose("", language, "utf-8", entities)
            _set_up(parsed, _closed(text := plain.decode("utf-8", "replace")))
            parsed.feed(text)
        parsed.version = version or parsed.version
    except (MemoryError, RecursionError):
        raise
    except Exception as failed:
        raise ParseError(
            f"not RSS, Atom or RDF ({_described(failed)})", "tell its publisher, or the makers of topicwire"
        ) from failed
    return parsed, fault


def _strictly(parser: Any, data: bytes) -> Exception | None:
    _set_up(parser, None)
    sax = xml.sax.make_parser(PREFERRED_XML_PARSERS)  # noqa: S317 - in a bounded process, external entities off
    sax.setFeature(xml.sax.handler.feature_namespaces, True)
    sax.setFeature(xml.sax.handler.feature_external_ges, False)
    sax.setContentHandler(parser)
    sax.setErrorHandler(parser)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(data))
    try:
        sax.parse(source)
    except xml.sax.SAXException as fault:
        return parser.exc or fault
    return None


def _set_up(parser: Any, closed: frozenset[str] | None) -> None:
    parser.resolve_relative_uris = parser.sanitize_html = False
    parser.closed, parser.hidden, parser.hidden_depth, parser.inside = closed, "", 0, []
    parser.link_attributes = parser.category_attributes = parser.person_attributes = {}


def _closed(text: str) -> frozenset[str]:
    """Return the names of elements that are closed as often as they are opened: only these can hide what is inside."""
    opened: Counter[str] = Counter()
    for closing, name, said in _TAG.findall(text):
        opened[name.lower()] += -1 if closing else not said.endswith("/")
    return frozenset(name for name, number in opened.items() if number == 0)


def _described(fault: object) -> str:
    return shorten(one_line(str(fault)), 100) if fault else "no such element found"


class _OwnVocabulary:
    """What our vocabulary makes of the elements that feedparser's parsers find."""

    _matchnamespaces: Final = {
        uri.lower(): prefix for uri, prefix in {**StrictFeedParser.namespaces, **vocabulary.NAMESPACES}.items()
    }
    closed: frozenset[str] | None  # elements that may hide what is inside; None: all
    hidden: str  # the element whose end is awaited
    hidden_depth: int
    inside: list[tuple[str, str]]  # elements whose children count: the name as it stands, and what it is read as

    # Elements

    def unknown_starttag(self: Any, tag: str, attrs: list[tuple[str, str]]) -> None:
        """Handle a tag unless an element of another vocabulary hides it."""
        kind = self._kind(tag)
        if kind[0] == "entry":
            self.hidden = ""
            self.inside.clear()
        elif self.hidden:
            self.hidden_depth += tag == self.hidden
            return
        elif not self.incontent and (self.closed is None or tag in self.closed):
            if self._is_foreign(kind):
                self.hidden, self.hidden_depth = tag, 1
                return
            if kind[0] in _HOLDERS or kind == ("file", "media"):
                self.inside.append((tag, kind[0]))
        if not self._begin_shape(tag):
            super().unknown_starttag(tag, attrs)  # type: ignore[misc] # feedparser's

    def unknown_endtag(self: Any, tag: str) -> None:
        """Handle a tag unless an element of another vocabulary hides it."""
        if self._kind(tag)[0] == "entry":
            self.hidden = ""
            self.inside.clear()
        elif self.hidden:
            self.hidden_depth -= tag == self.hidden
            self.hidden = self.hidden if self.hidden_depth else ""
            return
        if not self._end_shape(tag):
            super().unknown_endtag(tag)  # type: ignore[misc] # feedparser's
            self.baseuri = self.basestack[-1] if self.basestack else ""  # it keeps an element's base where there was none before
        if self.inside and self.inside[-1][0] == tag:
            self.inside.pop()

    def _kind(self: Any, tag: str) -> vocabulary.Kind:
        prefix, _, name = tag.rpartition(":")
        return vocabulary.named(self.namespacemap.get(prefix, prefix) if prefix else "", name.lower())

    def _is_foreign(self: Any, kind: vocabulary.Kind) -> bool:
        """Return whether an element belongs neither to its entry nor to its feed."""
        if not (self.inentry or self.infeed):
            return False
        holder = self.inside[-1][1] if self.inside else ""
        if holder == "author":
            return kind[0] != "person"
        if holder == "categories":
            return kind[0] != "category"
        if holder in {"group", "file"}:
            return kind not in vocabulary.IN_MEDIA
        return holder != "geographic_point" and (kind == vocabulary.OTHER or kind[0] == "person")

    def handle_data(self: Any, text: str, escape: int = 1) -> None:
        """Handle text unless an element of another vocabulary hides it."""
        if not self.hidden:
            super().handle_data(text, escape)  # type: ignore[misc] # feedparser's

    def handle_charref(self: Any, ref: str) -> None:
        """Handle a character reference unless an element of another vocabulary hides it."""
        if not self.hidden:
            super().handle_charref(ref)  # type: ignore[misc] # feedparser's

    def handle_entityref(self: Any, ref: str) -> None:
        """Handle a character reference unless an element of another vocabulary hides it."""
        if not self.hidden:
            super().handle_entityref(ref)  # type: ignore[misc] # feedparser's

    def _found(self: Any, what: str) -> list[Any]:
        return dict.setdefault(self._get_context(), f"raw {what}", [])

    def _begin(self: Any, what: str) -> None:
        self.push(what, 1)

    def _end(self: Any, what: str) -> str | None:
        """Return the text of an element that ends; None where another element was opened last."""
        text: str | None = self.pop(what)
        return text if text is None or self.closed is None else unescape(text, _XML)  # the looser parser leaves XML's own escapes

    # Texts

    def _open_text(self: Any, attrs: _Parsed, role: str) -> None:
        usual = "text/html" if role in vocabulary.HTML_BY_CUSTOM else "text/plain"
        self.push_content(f"text {role}", attrs, usual, 1)

    def _close_text(self: Any, role: str) -> None:
        self.pop_content(f"text {role}")
        detail = dict.pop(self._get_context(), f"text {role}_detail", None)
        if detail:
            self._found("texts").append(_text(role, detail))

    # Addresses and identity

    def _open_link(self: Any, attrs: _Parsed, _role: str) -> None:
        self.link_attributes = attrs
        if "href" in attrs:
            self._link("")
        else:
            self._begin("a link")

    def _close_link(self: Any, _role: str) -> None:
        text = self._end("a link")
        if text is not None:
            self._link(text)

    def _link(self: Any, text: str) -> None:
        address, rel = link_address(self.link_attributes, text)
        address = resolve(self.baseuri or "", address) if address else ""
        if rel == "enclosure":
            self._found("files").append(raw_file(self.link_attributes, address, rel))
        else:
            self._found("links").append(RawLink(address, rel, self.link_attributes.get("type", "").lower()))

    def _open_original(self: Any, _attrs: _Parsed, _role: str) -> None:
        self._begin("an original")

    def _close_original(self: Any, _role: str) -> None:
        self._found("links").append(RawLink(link_text(self._end("an original") or ""), "original"))

    def _open_identifier(self: Any, attrs: _Parsed, _role: str) -> None:
        self.guidislink = attrs.get("ispermalink", "true") == "true"
        self._begin("id")

    def _close_identifier(self: Any, _role: str) -> None:
        if (text := self._end("id")) is not None:
            context = self._get_context()
            context["id"], context["id is link"] = text, self.guidislink

    # Facts

    def _open_date(self: Any, _attrs: _Parsed, role: str) -> None:
        self._begin(f"date {role}")

    def _close_date(self: Any, role: str) -> None:
        text = self._end(f"date {role}")
        if text is not None:
            self._found("dates").append(RawDate(role, text))

    def _open_author(self: Any, _attrs: _Parsed, _role: str) -> None:
        self.person_attributes = dict[str, str]()
        self._begin("an author")

    def _close_author(self: Any, _role: str) -> None:
        text, said = self._end("an author"), self.person_attributes
        if text is not None:
            self._found("authors").append(RawPerson(**{"name": "", **said}) if said else parse_person(text))

    def _open_person(self: Any, _attrs: _Parsed, _role: str) -> None:
        self._begin("a part")

    def _close_person(self: Any, role: str) -> None:
        text = self._end("a part")
        if text is not None:
            self.person_attributes[role] = resolve(self.baseuri or "", text) if role == "uri" else text

    def _open_duration(self: Any, _attrs: _Parsed, _role: str) -> None:
        self._begin("duration")

    def _close_duration(self: Any, _role: str) -> None:
        self._get_context()["duration"] = self._end("duration")

    def _open_hint(self: Any, _attrs: _Parsed, role: str) -> None:
        self._begin(f"hint {role}")

    def _close_hint(self: Any, role: str) -> None:
        text = self._end(f"hint {role}")
        if text is not None and role in {"hours", "days"}:
            self._found(role).append(text)
        elif text is not None:
            self._get_context()[f"hint {role}"] = text

    # Categories

    def _open_category(self: Any, attrs: _Parsed, _role: str, scheme: str | None = None) -> None:
        self.category_attributes, self.category_scheme = attrs, scheme
        self._begin("category")

    def _close_category(self: Any, _role: str) -> None:
        text = self._end("category")
        if text is None:
            return
        said, scheme = self.category_attributes, self.category_scheme
        term = said.get("term")
        self._found("tags").append(RawCategory(term or text, said.get("scheme", said.get("domain", scheme)), said.get("label")))
        if term and text and term != text:
            self._found("tags").append(RawCategory(text, scheme))

    def _open_media_category(self: Any, attrs: _Parsed, role: str) -> None:
        self._open_category(attrs, role, MEDIA_SCHEME)

    _close_media_category = _close_category

    def _open_itunes_category(self: Any, attrs: _Parsed, _role: str) -> None:
        self._found("tags").append(RawCategory(attrs.get("text"), ITUNES_SCHEME))

    def _close_itunes_category(self: Any, _role: str) -> None:
        """Do nothing: the category stands in its attributes."""

    def _open_keywords(self: Any, _attrs: _Parsed, _role: str) -> None:
        self._begin("itunes_keywords")

    def _close_keywords(self: Any, _role: str, scheme: str | None = None) -> None:
        self._found("tags").extend(RawCategory(word, scheme) for word in split_commas(self._end("itunes_keywords") or ""))

    _open_itunes_keywords = _open_keywords

    def _close_itunes_keywords(self: Any, role: str) -> None:
        self._close_keywords(role, ITUNES_SCHEME)

    # Files and places

    def _open_file(self: Any, attrs: _Parsed, role: str) -> None:
        if address := attrs.get("url", attrs.get("uri", attrs.get("href"))):
            self._found("files").append(raw_file(attrs, resolve(self.baseuri or "", address), role))

    def _open_geographic_point(self: Any, _attrs: _Parsed, _role: str) -> None:
        self.push("a place", 0)

    def _close_geographic_point(self: Any, role: str) -> None:
        text = self._end("a place")
        if role != "where" and text is not None:
            self._found("points").append(RawPoint(role, text))

    def _begin_shape(self: Any, tag: str) -> bool:
        """Begin a shape of GML, if one is open to it; what is inside is its numbers."""
        if not self.inside or self.inside[-1][1] != "geographic_point" or tag == self.inside[-1][0]:
            return False
        if tag.rpartition(":")[2] in SHAPES and self.elementstack:
            self.elementstack[-1][2].clear()
        return True

    def _end_shape(self: Any, tag: str) -> bool:
        if not self.inside or self.inside[-1][1] != "geographic_point" or tag == self.inside[-1][0]:
            return False
        form = SHAPES.get(tag.rpartition(":")[2])
        if form and self.elementstack:
            said = " ".join(piece for piece in self.elementstack[-1][2] if isinstance(piece, str))
            self._found("points").append(RawPoint(form, said))
        return True


def _bound(own: Callable[..., None], *fixed: str) -> Callable[..., None]:
    return lambda self, *attrs: own(self, *attrs, *fixed)


def _nothing(_self: object, *_attrs: object) -> None:
    """Pass over an element whose children count."""


def _handlers() -> dict[str, Callable[..., None]]:
    """Return the methods by which feedparser's parsers call for each element that we read in our own way."""
    found: dict[str, Callable[..., None]] = {}
    for word, (action, role) in vocabulary.KINDS.items():
        name = word.replace(":", "_")
        if action == "geographic_point":
            role = name.rpartition("_")[2]  # noqa: PLW2901 - the form
        if start := getattr(_OwnVocabulary, f"_open_{action}", None):
            found[f"_start_{name}"] = _bound(start, role)
            end = getattr(_OwnVocabulary, f"_close_{action}", None)
            found[f"_end_{name}"] = _bound(end, role) if end else _nothing
        elif action in {"group", "categories", "hints"}:
            found[f"_start_{name}"] = found[f"_end_{name}"] = _nothing
    return found


_Strict: Final = type("_Strict", (type("_Named", (_OwnVocabulary,), _handlers()), StrictFeedParser), {})
_Loose: Final = type("_Loose", (type("_Named", (_OwnVocabulary,), _handlers()), LooseFeedParser), {})


# What was found


def _get(parsed: _Parsed, key: str) -> Any:
    """Return the value of a key as it was served: feedparser's own look-up falls back to other keys."""
    return dict.get(parsed, key)


def _all(parsed: _Parsed, what: str) -> tuple[Any, ...]:
    return tuple(_get(parsed, f"raw {what}") or ())


def _text(role: str, detail: _Parsed) -> RawText:
    value, kind = _get(detail, "value") or "", _get(detail, "type")
    if kind == atom.XHTML:
        value = _VOID_TWICE.sub("", value)  # it closes what HTML never closes: `<br></br>` would be two breaks
    return RawText(role, value, kind == "text/plain", _get(detail, "base") or "", _get(detail, "language"))


def _entry(entry: _Parsed) -> RawEntry:
    language = _get(entry, "language")
    return RawEntry(
        id=_get(entry, "id") or "",
        id_is_link=bool(_get(entry, "id is link")),
        texts=_all(entry, "texts"),
        links=_all(entry, "links"),
        dates=_all(entry, "dates"),
        authors=_all(entry, "authors"),
        categories=_all(entry, "tags"),
        files=_all(entry, "files"),
        points=_all(entry, "points"),
        languages=(language,) if language else (),
        duration=_get(entry, "duration") or "",
    )
