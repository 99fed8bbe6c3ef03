"""JSON Feed 1.0 and 1.1 -> ParsedFeed: takes what is there and of the right kind; knows no other format."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from ingest import identity, language
from ingest.dates import note_of_unread, unread
from ingest.draft import MOST_ENTRIES, Draft, categories, finish, says_something
from ingest.errors import ParseError
from ingest.item import Author, Enclosure, Item, ParsedFeed
from ingest.text import one_line, paragraphs, shorten, title_text, xml_safe
from ingest.urls import absolute

_VERSION: Final = "jsonfeed.org/version/"
_MOST_NUMBER: Final = 10**15  # more is no file's length and no SQLite integer

_Object = dict[str, Any]  # what a publisher wrote: any value may be of any kind


def parse(body: bytes, url: str, now: datetime) -> ParsedFeed:
    """Translate a JSON Feed served at `url` (jsonfeed.org, versions 1 and 1.1); raises ParseError for what is none.

    An item of the wrong kind is left out with a note; a value of the wrong kind counts as absent.
    """
    feed = _read(body)
    entries = feed.get("items")
    version = feed.get("version")
    if not isinstance(entries, list) or not (_VERSION in str(version) or _looks_like_items(entries)):
        raise ParseError("a JSON document, not a JSON Feed", "look for the feed's own address, JSON or XML")
    notes = [] if _VERSION in str(version) else ["repaired: it does not say that it is a JSON Feed"]
    if len(entries) > MOST_ENTRIES:
        notes.append(f"{len(entries)} entries: the first {MOST_ENTRIES} were taken")
    if _text(feed, "next_url"):
        notes.append("it names a next page, which is not followed")
    items = tuple(_items(feed, entries[:MOST_ENTRIES], url, now, notes))
    notes += note_of_unread(unread(items, now))
    return ParsedFeed(
        items=identity.document_keys(items),
        title=title_text(_text(feed, "title")),
        site_url=absolute(_text(feed, "home_page_url"), url),
        feed_id=one_line(_text(feed, "feed_url")) or None,
        language=language.primary(_text(feed, "language")),
        notes=tuple(notes),
        parser="jsonfeed",
    )


def _read(body: bytes) -> _Object:
    try:
        # One wrong byte or a bare line break in a string spoils that place alone.
        value = json.loads(body.decode(json.detect_encoding(body), "replace").lstrip("\ufeff"), strict=False)
    except RecursionError:
        raise ParseError("JSON that is nested too deeply", "no feed needs that") from None
    except ValueError as fault:
        raise ParseError(f"JSON that cannot be read ({shorten(one_line(str(fault)), 100)})", "tell its publisher") from fault
    return value if isinstance(value, dict) else {}


def _looks_like_items(entries: list[Any]) -> bool:
    keys = {"content_html", "content_text", "date_published"}
    return bool(entries) and all(isinstance(entry, dict) and keys & entry.keys() for entry in entries)


def _items(feed: _Object, entries: list[Any], url: str, now: datetime, notes: list[str]) -> Iterator[Item]:
    inherited = _authors(feed, url)
    for number, entry in enumerate(entries, 1):
        item = finish(_draft(entry, feed, url, inherited), now) if isinstance(entry, dict) else None
        if item and says_something(item):
            yield item
        else:
            notes.append(f"entry {number} left out: it says nothing")


def _draft(entry: _Object, feed: _Object, url: str, inherited: tuple[Author, ...]) -> Draft:
    as_text = paragraphs(xml_safe(_text(entry, "content_text")).strip())
    return Draft(
        guid=_text(entry, "id"),
        url=next((link for key in ("url", "external_url") if (link := absolute(_text(entry, key), url))), None),
        base=url,
        title=title_text(_text(entry, "title")),
        summary=paragraphs(xml_safe(_text(entry, "summary")).strip()),
        content=_text(entry, "content_html") or as_text,
        languages=(_text(entry, "language"), _text(feed, "language")),
        published=_text(entry, "date_published") or None,
        updated=_text(entry, "date_modified") or None,
        authors=_authors(entry, url) or inherited,
        categories=categories(_list(entry, "tags")),
        enclosures=tuple(_enclosures(entry, url)),
    )


def _text(of: _Object, key: str) -> str:
    """Give a value as text: some publishers write ids as numbers."""
    value = of.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if isinstance(value, str) else str(value) if is_number else ""


def _list(of: _Object, key: str) -> list[Any]:
    value = of.get(key)
    return value if isinstance(value, list) else []


def _authors(of: _Object, url: str) -> tuple[Author, ...]:
    """Give the authors: a list in 1.1, one object in 1.0."""
    said = [one for one in (*_list(of, "authors"), of.get("author")) if isinstance(one, dict)]
    named = ((one_line(_text(one, "name") or _text(one, "url")), absolute(_text(one, "url"), url)) for one in said)
    return tuple(dict.fromkeys(Author(name, uri) for name, uri in named if name))


def _enclosures(entry: _Object, url: str) -> Iterator[Enclosure]:
    for one in _list(entry, "attachments"):
        address = absolute(_text(one, "url"), url) if isinstance(one, dict) else None
        if address:
            size = one.get("size_in_bytes")
            sound = isinstance(size, int) and not isinstance(size, bool) and 0 <= size < _MOST_NUMBER
            yield Enclosure(address, one_line(_text(one, "mime_type")) or None, size if sound else None)
