"""RSS, Atom and RDF -> RawFeed: by the lxml reader what it understands, by the feedparser reader the rest; opens nothing."""

from typing import Final

from msgspec.structs import replace

from ingest.faults import Faults
from ingest.formats.xml import encodings, lxml_reader
from ingest.formats.xml.context import NotUnderstoodError
from ingest.raw import RawFeed

# What the readers are called where it is stored and shown.
LXML: Final = "topicwire"
FEEDPARSER: Final = "feedparser"


def read(body: bytes, headers: dict[str, str], most: int) -> tuple[RawFeed, str]:
    """Read a document, its first `most` entries, and say which reader did. Raises ParseError for what is none."""
    kind, language = headers.get("content-type", ""), headers.get("content-language")
    faults = Faults()
    plain = encodings.plain_utf8(body, kind)
    raw = _read_with_lxml(plain, language, most, faults) if plain is not None else None
    if raw:
        return raw, LXML
    data, notes = encodings.to_utf8(body, kind)
    raw, parser = _read_with_lxml(data, language, most, faults) if data != plain else None, LXML
    if raw is None:
        raw, parser = _read_with_feedparser(data, language, most), FEEDPARSER
    return replace(raw, notes=notes + raw.notes, faults=(*faults.found, *raw.faults)), parser


def read_with_feedparser(body: bytes, headers: dict[str, str], most: int) -> RawFeed:
    """Read a document by the feedparser reader, whatever the other would say. Raises ParseError."""
    data, notes = encodings.to_utf8(body, headers.get("content-type", ""))
    raw = _read_with_feedparser(data, headers.get("content-language"), most)
    return replace(raw, notes=notes + raw.notes)


def _read_with_feedparser(data: bytes, language: str | None, most: int) -> RawFeed:
    from ingest.formats.xml import feedparser_reader  # noqa: PLC0415 - feedparser, which one document in a hundred needs

    return feedparser_reader.read(data, language, most)


def _read_with_lxml(data: bytes, language: str | None, most: int, faults: Faults) -> RawFeed | None:
    """Read by the lxml reader; None for what it does not understand, also where it fails itself."""
    try:
        return faults.attempt("read by feedparser", lambda data: lxml_reader.read(data, language, most), data, None)
    except NotUnderstoodError:
        return None
