"""Bytes of a seed document -> ParsedFeed: chooses the reader by the file's ending or its look; opens nothing."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import Final

from ingest.dates import note_of_unread, unread
from ingest.documents import email, html, markdown, mhtml, pdf, text
from ingest.draft import Reading
from ingest.errors import ParseError
from ingest.formats import parse_feed
from ingest.identity import document_keys, known_by_words
from ingest.item import ParsedFeed

CURE: Final = "save the text as .txt, .md or .html, or give a feed (.xml, .rss, .atom, .json)"
FEEDS: Final = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})


def _text(body: bytes, name: str, _now: datetime) -> Reading:
    return Reading((text.parse(body, name),))


_READERS: Final[dict[str, tuple[str, Callable[[bytes, str, datetime], Reading]]]] = {
    **dict.fromkeys((".txt", ".text", ""), ("text", _text)),
    **dict.fromkeys((".md", ".markdown"), ("markdown", markdown.parse)),
    **dict.fromkeys((".html", ".htm", ".xhtml"), ("html", html.parse)),
    **dict.fromkeys((".mht", ".mhtml"), ("mhtml", mhtml.parse)),
    ".eml": ("email", email.parse),
    ".pdf": ("pdf", pdf.parse),
}
_LOOKS: Final = (  # of what has no ending, as a pipe has none
    (re.compile(rb"<!doctype html|<html\b", re.IGNORECASE), ".html"),
    (re.compile(rb"%PDF-"), ".pdf"),
    (re.compile(rb"<\?xml|<rss\b|<feed\b|\{", re.IGNORECASE), ".xml"),
    (re.compile(rb"(?:---|\+\+\+)\r?\n"), ".md"),
    (re.compile(rb"From: <Saved by |(?:[^\n]*\n){0,8}?Snapshot-Content-Location:", re.IGNORECASE), ".mht"),
    (re.compile(rb"(?:Return-Path|Received|Delivered-To|MIME-Version):\s", re.IGNORECASE), ".eml"),
)


def is_document(name: str) -> bool:
    """Say whether a file called `name` is of a kind that is read."""
    return _ending(name) in _READERS.keys() | FEEDS


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def parse_document(body: bytes, name: str, now: datetime) -> ParsedFeed:
    """Translate a file called `name`. Raises ParseError for what cannot be read."""
    suffix = _ending(name)
    if suffix == "":
        suffix = next((ending for look, ending in _LOOKS if look.match(body.lstrip()[:200])), "")
    if suffix in FEEDS:
        return parse_feed(body, {}, "", now)
    if suffix not in _READERS:
        raise ParseError(f"{suffix} files are not read", CURE)
    parser, read = _READERS[suffix]
    reading = read(body, name, now)
    items = tuple((item, known_by_words(item, key)) for item, key in document_keys(reading.items))
    notes = (*reading.notes, *note_of_unread(unread(reading.items, now)))
    return ParsedFeed(items=items, notes=notes, parser=parser)
