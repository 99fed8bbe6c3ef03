"""RSS, Atom and RDF -> ParsedFeed: feedparser reads, one translation makes Items; its sanitiser and link resolving stay off."""

import io
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from time import struct_time
from typing import Any

import feedparser

from ingest import dates, identity, language
from ingest.errors import ParseError
from ingest.item import Author, Category, Enclosure, Item, ParsedFeed
from ingest.text import one_line, paragraphs, plain, safe_html, shorten, title_text, xml_safe
from ingest.urls import absolute

_MOST_ENTRIES = 5_000
_MOST_TEXT = 2_000_000  # characters of one body
_TITLE_LENGTH = 120
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_REFERENCE_DIGITS = 7
_MAILBOX = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
_WINDOWS_1252 = range(0x80, 0xA0)  # feedparser knows what their writers meant
_LENGTH_DIGITS = 15  # more is no file's length and no SQLite integer
_HARMLESS = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)

_Parsed = dict[str, Any]  # what feedparser gives: untyped, and unknown outside this module


def parse(body: bytes, headers: dict[str, str], url: str, now: datetime) -> ParsedFeed:
    """Translate a syndication document; raises ParseError when there is nothing to read in it."""
    parsed = _read(body, headers)
    fault = parsed.get("bozo_exception") if parsed.get("bozo") else None
    if not parsed.entries and (not parsed.get("version") or (fault and not isinstance(fault, _HARMLESS))):
        raise ParseError(f"not RSS, Atom or RDF ({_fault(fault)})", "open the address in a browser to see what it is")
    translation = _Translation(parsed, url, now)
    items = tuple(translation.items(parsed.entries))
    return ParsedFeed(
        items=identity.document_keys(items),
        title=translation.title,
        site_url=absolute(_get(parsed.feed, "link"), url),
        feed_id=one_line(_get(parsed.feed, "id") or "") or None,
        updated=translation.date(parsed.feed, "updated")[0],
        language=language.primary(_get(parsed.feed, "language")),
        notes=(*((f"repaired: {_fault(fault)}",) if fault and not isinstance(fault, _HARMLESS) else ()), *translation.notes),
    )


def _read(body: bytes, headers: dict[str, str]) -> Any:
    """Let feedparser read; what makes it fail is no feed."""
    try:
        # A stream, not bytes: feedparser would open a file that short bytes happen to name. No base
        # either: guids must not depend on where the feed lies today; links are resolved here.
        return feedparser.parse(
            io.BytesIO(_REFERENCE.sub(_reference, body)),
            response_headers={k: headers[k] for k in ("content-type", "content-language") if k in headers},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except (MemoryError, RecursionError):
        raise
    except Exception as fault:
        raise ParseError(f"not RSS, Atom or RDF ({_fault(fault)})", "tell its publisher, or the makers of topicwire") from fault


def _reference(found: re.Match[bytes]) -> bytes:
    """Keep a character reference, unless it names no character of XML: feedparser would fail at it."""
    digits = (found[1] or found[2]).lstrip(b"0")
    point = int(digits or b"0", 16 if found[1] else 10) if len(digits) <= _REFERENCE_DIGITS else -1
    meant = point in _WINDOWS_1252 or (0 <= point <= sys.maxunicode and xml_safe(chr(point)))
    return found[0] if meant else b""


def _fault(fault: object) -> str:
    return shorten(one_line(str(fault)), 100) if fault else "no such element found"


def _get(parsed: _Parsed, key: str) -> Any:
    """Read a key as it was served: feedparser's own look-up lends one date to another."""
    return dict.get(parsed, key)


class _Translation:
    """One feed's entries -> Items; collects what it could not read as notes."""

    def __init__(self, parsed: _Parsed, url: str, now: datetime) -> None:
        feed = parsed["feed"]
        self._url, self._now = url, now
        self._is_atom = str(_get(parsed, "version") or "").startswith("atom")
        # An entry without an author has its feed's (RFC 4287, 4.2.1).
        self._inherited = tuple(self._authors(feed)) if self._is_atom else ()
        self._language = _get(feed, "language")
        self.title = title_text(_get(feed, "title") or "", html=True)
        self.notes: list[str] = []

    def items(self, entries: list[_Parsed]) -> Iterator[Item]:
        if len(entries) > _MOST_ENTRIES:
            self.notes.append(f"{len(entries)} entries: the first {_MOST_ENTRIES} were taken")
        for number, entry in enumerate(entries[:_MOST_ENTRIES], 1):
            try:
                item = self._item(entry)
                if item.guid or item.url or item.title or item.text or item.enclosures:
                    yield item
                else:
                    self.notes.append(f"entry {number} left out: it says nothing")
            except Exception as fault:  # noqa: BLE001 - one bad entry must not lose its neighbours (S11)
                self.notes.append(f"entry {number} left out: {type(fault).__name__}: {_fault(fault)}")

    def date(self, parsed: _Parsed, key: str) -> tuple[datetime | None, str | None]:
        raw = _get(parsed, key)
        moment = _get(parsed, f"{key}_parsed")
        known = dates.understand(raw, moment if isinstance(moment, struct_time) else None, self._now)
        return known, one_line(str(raw)) if raw else None

    def _item(self, entry: _Parsed) -> Item:
        summary, content = self._bodies(entry)
        text = plain(content or summary)
        title, inferred = self._title(entry, text)
        published, published_raw = self.date(entry, "published")
        updated, updated_raw = self.date(entry, "updated")
        if published_raw is None and not self._is_atom:  # dc:date, which feedparser calls `updated`
            published, published_raw = updated, updated_raw
        said, how = language.decide(f"{title}. {text}", self._declared(entry), self._language)
        return Item(
            guid=one_line(_get(entry, "id") or "") or None,
            url=self._link(entry),
            title=title,
            title_inferred=inferred,
            summary=summary,
            content=content,
            text=text,
            language=said,
            language_from=how,
            published=published,
            published_raw=published_raw,
            updated=updated,
            updated_raw=updated_raw,
            authors=tuple(self._authors(entry)) or self._inherited,
            categories=tuple(self._categories(entry)),
            enclosures=tuple(self._enclosures(entry)),
        )

    @staticmethod
    def _declared(entry: _Parsed) -> str | None:
        bodies = _get(entry, "content") or [_get(entry, "summary_detail") or {}]
        of_title = _get(_get(entry, "title_detail") or {}, "language")
        said: str | None = _get(entry, "language") or _get(bodies[0], "language") or of_title
        return said

    def _title(self, entry: _Parsed, text: str) -> tuple[str, bool]:
        detail = _get(entry, "title_detail") or {}
        is_html = _get(detail, "type") in {"text/html", "application/xhtml+xml"}
        title = title_text(_get(entry, "title") or "", html=is_html)
        return (title, False) if title else (shorten(text.partition("\n")[0], _TITLE_LENGTH), True)

    def _bodies(self, entry: _Parsed) -> tuple[str, str]:
        contents = _get(entry, "content") or []
        content = max((self._body(detail) for detail in contents), key=len, default="")
        summary = self._body(_get(entry, "summary_detail") or {})
        return ("" if summary == content else summary), content

    def _body(self, detail: _Parsed) -> str:
        value = (_get(detail, "value") or "")[:_MOST_TEXT]
        if _get(detail, "type") == "text/plain":
            return paragraphs(xml_safe(value).strip())
        return safe_html(value, absolute(_get(detail, "base") or "", self._url) or self._url)

    def _link(self, entry: _Parsed) -> str | None:
        # A guid stands for a link only where it is an address: a relative one would be invented.
        is_guid = _get(entry, "guidislink") and _get(entry, "link") == _get(entry, "id")
        base = None if is_guid else self._url
        links = [
            _get(entry, "link"),
            *(_get(link, "href") for link in _get(entry, "links") or [] if _get(link, "rel") == "alternate"),
        ]
        return next((url for link in links if (url := absolute(link, base))), None)

    def _authors(self, entry: _Parsed) -> Iterator[Author]:
        details = _get(entry, "authors") or [_get(entry, "author_detail") or {}]
        before = ""
        for detail in details:
            name, email = _get(detail, "name") or "", _get(detail, "email") or ""
            # Of `ann@site.online (Ann)` feedparser takes four letters of the last label for the address.
            mailbox = _MAILBOX.search(_get(entry, "author") or "") if len(details) == 1 and email else None
            if mailbox:
                name, email = _get(entry, "author").replace(mailbox[0], "").strip(" ()<>"), mailbox[0]
            email = "" if before.startswith(email) else email  # it also hands one author's on to the next
            before = email or before
            if shown := one_line(name or email):
                yield Author(shown, absolute(_get(detail, "href"), self._url), one_line(email) or None)

    @staticmethod
    def _categories(entry: _Parsed) -> Iterator[Category]:
        for tag in _get(entry, "tags") or []:
            term = one_line(_get(tag, "term") or _get(tag, "label") or "")
            if term:
                yield Category(term, one_line(_get(tag, "scheme") or "") or None, one_line(_get(tag, "label") or "") or None)

    def _enclosures(self, entry: _Parsed) -> Iterator[Enclosure]:
        for link in _get(entry, "links") or []:
            if _get(link, "rel") == "enclosure" and (url := absolute(_get(link, "href"), self._url)):
                length = str(_get(link, "length") or "")
                kind = one_line(_get(link, "type") or "") or None
                yield Enclosure(url, kind, int(length) if length.isdecimal() and len(length) <= _LENGTH_DIGITS else None)
