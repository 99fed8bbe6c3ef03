"""JSON Feed 1.0 and 1.1 -> RawFeed: takes the values of the right kind; knows no other format."""

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from ingest.errors import ParseError
from ingest.faults import Faults
from ingest.raw import RawCategory, RawDate, RawEntry, RawFeed, RawFile, RawLink, RawPerson, RawText
from ingest.text.sanitize import one_line, shorten

_VERSION: Final = "jsonfeed.org/version/"

_Object = dict[str, Any]  # what a publisher wrote: any value may be of any kind


def read(body: bytes, most: int) -> RawFeed:
    """Read a JSON Feed (jsonfeed.org, versions 1 and 1.1), its first `most` entries; raises ParseError for what is none.

    A value of the wrong kind counts as absent, and an item of the wrong kind as an empty one.
    """
    feed = _read(body)
    entries = feed.get("items")
    version = feed.get("version")
    if not isinstance(entries, list) or not (_VERSION in str(version) or _looks_like_items(entries)):
        raise ParseError("a JSON document, not a JSON Feed", "look for the feed's own address, JSON or XML")
    notes = [] if _VERSION in str(version) else ["repaired: it does not say that it is a JSON Feed"]
    if _text(feed, "next_url"):
        notes.append("it names a next page, which is not followed")
    faults = Faults()
    read = [faults.attempt(f"entry {number} left out", _entry, one, None) for number, one in enumerate(entries[:most], 1)]
    return RawFeed(
        form="json",
        entries=tuple(entry for entry in read if entry),
        total=len(entries),
        titles=(RawText("title", _text(feed, "title")),),
        links=tuple(_links(feed)),
        id=_text(feed, "feed_url"),
        language=_text(feed, "language") or None,
        authors=tuple(_authors(feed)),
        notes=tuple(notes),
        faults=tuple(faults.found),
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


def _links(feed: _Object) -> Iterator[RawLink]:
    yield RawLink(_text(feed, "home_page_url"))
    yield RawLink(_text(feed, "feed_url"), "self")
    for hub in _list(feed, "hubs"):
        if isinstance(hub, dict) and _text(hub, "type").lower() in {"", "websub", "pubsubhubbub"}:
            yield RawLink(_text(hub, "url"), "hub")


def _entry(entry: Any) -> RawEntry:
    if not isinstance(entry, dict):
        return RawEntry()
    said = partial(_text, entry)
    return RawEntry(
        id=said("id"),
        texts=(
            RawText("title", said("title")),
            RawText("content", said("content_html"))
            if said("content_html")
            else RawText("content", said("content_text"), plain=True),
            RawText("summary", said("summary"), plain=True),
        ),
        links=(RawLink(said("url")), RawLink(said("external_url"), "external")),
        dates=(RawDate("published", said("date_published")), RawDate("updated", said("date_modified"))),
        authors=tuple(_authors(entry)),
        categories=tuple(RawCategory(tag) for tag in _list(entry, "tags") if isinstance(tag, str)),
        files=tuple(_files(entry)),
        languages=(said("language"),),
    )


def _text(of: _Object, key: str) -> str:
    """Return a value as text: some publishers write ids as numbers."""
    value = of.get(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if isinstance(value, str) else str(value) if is_number else ""


def _list(of: _Object, key: str) -> list[Any]:
    value = of.get(key)
    return value if isinstance(value, list) else []


def _authors(of: _Object) -> Iterator[RawPerson]:
    """Yield the authors: a list in 1.1, one object in 1.0."""
    for one in (*_list(of, "authors"), of.get("author")):
        if isinstance(one, dict):
            yield RawPerson(_text(one, "name") or _text(one, "url"), _text(one, "url"))


def _files(entry: _Object) -> Iterator[RawFile]:
    if image := _text(entry, "image"):
        yield RawFile(image, role="thumbnail")
    for one in _list(entry, "attachments"):
        if isinstance(one, dict):
            yield RawFile(
                _text(one, "url"), _text(one, "mime_type"), _text(one, "size_in_bytes"), _text(one, "duration_in_seconds")
            )
