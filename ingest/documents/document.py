"""Bytes of a seed document -> ParsedFeed: chooses the reader by the file's ending or its first bytes; opens nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Final

from ingest.documents import email, html, markdown, mhtml, pdf, text
from ingest.errors import ParseError
from ingest.formats.feed import beginning, parse_feed
from ingest.identity import with_words_key
from ingest.model import ParsedFeed
from ingest.normalize import Context, normalize
from ingest.raw import RawFeed

CURE: Final = "save the text as .txt, .md or .html, or give a feed (.xml, .rss, .atom, .json)"
FEEDS: Final = frozenset({".xml", ".rss", ".atom", ".rdf", ".json"})


@dataclass(frozen=True, slots=True)
class _Reader:
    """How a kind of document is read, and the error for one that has no words."""

    name: str
    read: Callable[[bytes, str], RawFeed]
    empty: tuple[str, str] = ("there are no words in it", "a seed document is plain text")
    titles_count: bool = False  # a title alone is something


_NO_WORDS_IN_PAGE: Final = (
    "a page without words",
    "it may be drawn by a script: save it from a browser as it looks, or its text as .txt",
)
_READERS: Final = {
    **dict.fromkeys((".txt", ".text", ""), _Reader("text", text.parse)),
    **dict.fromkeys(
        (".md", ".markdown"),
        _Reader("markdown", markdown.parse, ("there are no words in it", "write some below the front matter"), titles_count=True),
    ),
    **dict.fromkeys(
        (".html", ".htm", ".xhtml"),
        _Reader("html", html.parse, _NO_WORDS_IN_PAGE),
    ),
    **dict.fromkeys((".mht", ".mhtml"), _Reader("mhtml", mhtml.parse, _NO_WORDS_IN_PAGE)),
    ".eml": _Reader(
        "email",
        email.parse,
        ("an e-mail without words", "it should be a whole message, headers and all, as `save as` gives it"),
    ),
    ".pdf": _Reader("pdf", pdf.parse),
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
    """Return whether a file called `name` is of a kind that can be read."""
    return _ending(name) in _READERS.keys() | FEEDS


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()


def parse_document(body: bytes, name: str, now: datetime) -> ParsedFeed:
    """Parse a file called `name`. Raises ParseError for what cannot be read and what has no words."""
    suffix = _ending(name)
    if suffix == "":
        head = body.lstrip()[:200] if not body.lstrip().startswith(b"<!--") else beginning(body).lstrip()[:200]
        suffix = next((ending for look, ending in _LOOKS if look.match(head)), "")
    if suffix in FEEDS:
        return parse_feed(body, {}, "", now)
    if suffix not in _READERS:
        raise ParseError(f"{suffix} files are not read", CURE)
    reader = _READERS[suffix]
    feed = normalize(reader.read(body, name), Context(now))
    found = [
        (item, key) for item, key in feed.items if any(map(str.isalnum, (item.title if reader.titles_count else "") + item.text))
    ]
    if not found and not feed.faults:
        raise ParseError(*reader.empty)
    return replace(feed, items=tuple((item, with_words_key(item, key)) for item, key in found), parser=reader.name)
