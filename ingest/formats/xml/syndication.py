"""RSS, Atom and RDF -> RawFeed: our own reader for what it understands, feedparser for the rest."""

from typing import Final

from msgspec.structs import replace

from ingest.faults import Faults
from ingest.formats.xml import encodings, feedparser_reader, lxml_reader
from ingest.formats.xml.context import NotUnderstoodError
from ingest.raw import RawFeed

QUICK: Final = "topicwire"
JUDGE: Final = "feedparser"


def read(body: bytes, headers: dict[str, str], most: int) -> tuple[RawFeed, str]:
    """Read a document, its first `most` entries, and say which reader did. Raises ParseError for what is none."""
    kind, language = headers.get("content-type", ""), headers.get("content-language")
    faults = Faults()
    sound = encodings.bare(body, kind)
    raw = _quick(sound, language, most, faults) if sound is not None else None
    if raw:
        return raw, QUICK
    data, notes = encodings.utf8(body, kind)
    raw, parser = _quick(data, language, most, faults) if data != sound else None, QUICK
    if raw is None:
        raw, parser = feedparser_reader.read(data, language, most), JUDGE
    return replace(raw, notes=notes + raw.notes, faults=(*faults.found, *raw.faults)), parser


def judged_alone(body: bytes, headers: dict[str, str], most: int) -> RawFeed:
    """Read a document as feedparser does, whatever our own reader would say. Raises ParseError."""
    data, notes = encodings.utf8(body, headers.get("content-type", ""))
    raw = feedparser_reader.read(data, headers.get("content-language"), most)
    return replace(raw, notes=notes + raw.notes)


def _quick(data: bytes, language: str | None, most: int, faults: Faults) -> RawFeed | None:
    """Read with our own reader; None for what it leaves to the other, also where it fails itself."""
    try:
        return faults.attempt("read by feedparser", lambda data: lxml_reader.read(data, language, most), data, None)
    except NotUnderstoodError:
        return None
