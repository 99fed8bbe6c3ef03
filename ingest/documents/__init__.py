"""Bytes of a seed document -> ParsedFeed: chooses the reader by the file's ending; opens nothing."""

from datetime import datetime
from pathlib import PurePath

from ingest.documents import text
from ingest.errors import ParseError
from ingest.formats import parse_feed
from ingest.identity import document_keys, known_by_words
from ingest.item import ParsedFeed

TEXT = frozenset({".txt", ".text", ""})
FEEDS = frozenset({".xml", ".rss", ".atom", ".rdf"})


def is_document(name: str) -> bool:
    """Say whether a file called `name` is of a kind that is read."""
    return PurePath(name).suffix.lower() in TEXT | FEEDS


def parse_document(body: bytes, name: str, now: datetime) -> ParsedFeed:
    """Translate a file called `name`. Raises ParseError for what cannot be read."""
    suffix = PurePath(name).suffix.lower()
    if suffix in FEEDS or (suffix == "" and body.lstrip()[:5].lower() in {b"<?xml", b"<rss ", b"<feed"}):
        return parse_feed(body, {}, "", now)
    if suffix not in TEXT:
        raise ParseError(f"{suffix} files are not read", "save the text as .txt, or give a feed (.xml, .rss, .atom)")
    return ParsedFeed(items=tuple((item, known_by_words(item, key)) for item, key in document_keys((text.parse(body, name),))))
