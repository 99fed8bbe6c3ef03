"""Bytes of a seed document -> ParsedFeed: chooses the reader by the file's ending or its first bytes; opens nothing."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from importlib import import_module
from typing import Final

from ingest.documents.kinds import CURE, FEED, KINDS, ending
from ingest.errors import ParseError
from ingest.formats.feed import beginning, parse_feed
from ingest.identity import with_words_key
from ingest.model import ParsedFeed
from ingest.normalize import Context, normalize
from ingest.raw import RawFeed


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is said of a document of one kind that has no words, and whether it may have none."""

    empty: tuple[str, str] = ("there are no words in it", "a seed document is plain text")
    titles_count: bool = False  # a title alone is something


_NO_WORDS_IN_PAGE: Final = (
    "a page without words",
    "it may be drawn by a script: save it from a browser as it looks, or its text as .txt",
)
_KINDS: Final = {
    "text": _Kind(),
    "markdown": _Kind(("there are no words in it", "write some below the front matter"), titles_count=True),
    "html": _Kind(_NO_WORDS_IN_PAGE),
    "mhtml": _Kind(_NO_WORDS_IN_PAGE),
    "email": _Kind(("an e-mail without words", "it should be a whole message, headers and all, as `save as` gives it")),
    "pdf": _Kind(),
}
_LOOKS: Final = (  # of what has no ending, as a pipe has none
    (re.compile(rb"<!doctype html|<html\b", re.IGNORECASE), ".html"),
    (re.compile(rb"%PDF-"), ".pdf"),
    (re.compile(rb"<\?xml|<rss\b|<feed\b|\{", re.IGNORECASE), ".xml"),
    (re.compile(rb"(?:---|\+\+\+)\r?\n"), ".md"),
    (re.compile(rb"From: <Saved by |(?:[^\n]*\n){0,8}?Snapshot-Content-Location:", re.IGNORECASE), ".mht"),
    (re.compile(rb"(?:Return-Path|Received|Delivered-To|MIME-Version):\s", re.IGNORECASE), ".eml"),
)


def parse_document(body: bytes, name: str, now: datetime) -> ParsedFeed:
    """Parse a file called `name`. Raises ParseError for what cannot be read and what has no words."""
    suffix = ending(name)
    if suffix == "":
        head = body.lstrip()[:200] if not body.lstrip().startswith(b"<!--") else beginning(body).lstrip()[:200]
        suffix = next((found for look, found in _LOOKS if look.match(head)), "")
    kind = KINDS.get(suffix)
    if kind is None:
        raise ParseError(f"{suffix} files are not read", CURE)
    if kind == FEED:
        return parse_feed(body, {}, "", now)
    about, feed = _KINDS[kind], normalize(_read(kind, body, name), Context(now))
    found = [
        (item, key) for item, key in feed.items if any(map(str.isalnum, (item.title if about.titles_count else "") + item.text))
    ]
    if not found and not feed.faults:
        raise ParseError(*about.empty)
    return replace(feed, items=tuple((item, with_words_key(item, key)) for item, key in found), parser=kind)


def _read(kind: str, body: bytes, name: str) -> RawFeed:
    """Read a document by the module of its kind, which is loaded with the first of them: some need large libraries."""
    raw: RawFeed = import_module(f"ingest.documents.{kind}").parse(body, name)
    return raw
