"""What feedparser makes of a document -> Served: the reader of last resort; its sanitiser and link resolving stay off."""

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import feedparser

from ingest.errors import ParseError
from ingest.formats.places import from_shape
from ingest.formats.served import Body, Entry, File, Person, Served, Tag
from ingest.formats.values import person
from ingest.text import one_line, shorten

_MOST_TAGS: Final = 400_000  # `<` in a document: it takes tens of microseconds for each
# Its time grows with the square of the attributes of one element.
_LONGEST_TAG: Final = re.compile(rb"<[^!?<>][^<>]{100000}")
_MANY_ATTRIBUTES: Final = re.compile(rb"""<[^!?<>\s]+(?:\s+[^\s=<>"']+\s*=\s*(?:"[^"]*"|'[^']*')){1001}""")
_VOID_TWICE: Final = re.compile(r"</(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr)>")
_HARMLESS: Final = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)

_Parsed = dict[str, Any]  # what feedparser gives: untyped, and unknown outside this module


def read(data: bytes, language: str | None, most: int) -> Served:
    """Read a document in UTF-8, its first `most` entries; raises ParseError when there is nothing to read in it."""
    if data.count(b"<") > _MOST_TAGS:
        raise ParseError(f"not well-formed, and more than {_MOST_TAGS} tags", "tell its publisher")
    if _LONGEST_TAG.search(data) or _MANY_ATTRIBUTES.search(data):
        raise ParseError("not well-formed, with a tag of more than 1000 attributes or 100 kB", "tell its publisher")
    parsed = _parsed(data, language)
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    fault = None if isinstance(fault, _HARMLESS) else fault
    if not parsed.entries and (not parsed.get("version") or fault):
        raise ParseError(f"not RSS, Atom or RDF ({_said(fault)})", "open the address in a browser to see what it is")
    feed = parsed.feed
    is_atom = str(_get(parsed, "version") or "").startswith("atom")
    return Served(
        is_atom=is_atom,
        entries=tuple(_entry(entry) for entry in parsed.entries[:most]),
        total=len(parsed.entries),
        title=_get(feed, "title") or "",
        link=_get(feed, "link") or "",
        id=_get(feed, "id") or "",
        updated=_text(feed, "updated"),
        language=_get(feed, "language"),
        authors=tuple(_authors(feed)) if is_atom else (),
        notes=(f"repaired: {_said(fault)}",) if fault else (),
    )


def _parsed(data: bytes, language: str | None) -> Any:
    """Let feedparser read; what makes it fail is no feed."""
    said = {"content-type": "application/xml; charset=utf-8"} | ({"content-language": language} if language else {})
    try:
        # A stream, not bytes: feedparser would open a file that short bytes happen to name. No base
        # either: guids must not depend on where the feed lies today; links are resolved later.
        return feedparser.parse(io.BytesIO(data), response_headers=said, sanitize_html=False, resolve_relative_uris=False)
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:
        raise ParseError(f"not RSS, Atom or RDF ({_said(fault)})", "tell its publisher, or the makers of topicwire") from fault


def _said(fault: object) -> str:
    return shorten(one_line(str(fault)), 100) if fault else "no such element found"


def _get(parsed: _Parsed, key: str) -> Any:
    """Read a key as it was served: feedparser's own look-up lends one date to another."""
    return dict.get(parsed, key)


def _text(parsed: _Parsed, key: str) -> str | None:
    value = _get(parsed, key)
    return None if value is None else str(value)


def _entry(entry: _Parsed) -> Entry:
    links = _get(entry, "links") or []
    summary = _get(entry, "summary_detail")
    original = next((said for name in ("feedburner_origlink", "pheedo_origlink") if (said := _get(entry, name))), "")
    return Entry(
        id=_get(entry, "id") or "",
        title=_get(entry, "title") or "",
        link=original or _get(entry, "link") or "",
        link_is_id=not original and bool(_get(entry, "guidislink")) and _get(entry, "link") == _get(entry, "id"),
        alternates=tuple(_get(link, "href") or "" for link in links if _get(link, "rel") == "alternate"),
        summary=_body(summary) if summary else None,
        contents=tuple(_body(detail) for detail in _get(entry, "content") or []),
        published=_text(entry, "published"),
        updated=_text(entry, "updated"),
        authors=tuple(_authors(entry)),
        tags=tuple(Tag(_get(tag, "term"), _get(tag, "scheme"), _get(tag, "label")) for tag in _get(entry, "tags") or []),
        files=tuple(_file(link) for link in links if _get(link, "rel") == "enclosure"),
        language=_get(entry, "language"),
        title_language=_get(_get(entry, "title_detail") or {}, "language"),
        spots=tuple(from_shape(_get(entry, "where") or {})),
    )


def _file(link: _Parsed) -> File:
    return File(_get(link, "href") or "", _get(link, "type") or "", str(_get(link, "length") or ""))


def _body(detail: _Parsed) -> Body:
    value, kind = _get(detail, "value") or "", _get(detail, "type")
    if kind == "application/xhtml+xml":
        value = _VOID_TWICE.sub("", value)  # it closes what HTML never closes: `<br></br>` would be two breaks
    return Body(value, kind == "text/plain", _get(detail, "base") or "", _get(detail, "language"))


def _authors(entry: _Parsed) -> Iterator[Person]:
    details = _get(entry, "authors") or [_get(entry, "author_detail") or {}]
    line, before = _get(entry, "author") or "", ""
    for detail in details:
        name, email = _get(detail, "name") or "", _get(detail, "email") or ""
        # Of `ann@site.online (Ann)` feedparser takes four letters of the last label for the address.
        cut = len(details) == 1 and email and line != f"{name} ({email})"
        name, _, email = person(line) if cut else (name, "", email)
        email = "" if before.startswith(email) else email  # it also hands one author's on to the next
        before = email or before
        yield Person(name, _get(detail, "href") or "", email)
