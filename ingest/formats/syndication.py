"""RSS, Atom and RDF -> ParsedFeed: our own reader for what it understands, feedparser as judge for the rest."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from ingest.draft import MOST_ENTRIES
from ingest.formats import encodings, judge, quick
from ingest.formats.scope import Unsure
from ingest.formats.served import Served
from ingest.formats.translate import translate
from ingest.item import NOTHING, Before, ParsedFeed

QUICK: Final = "topicwire"
JUDGE: Final = "feedparser"


def parse(body: bytes, headers: dict[str, str], url: str, now: datetime, before: Before = NOTHING) -> ParsedFeed:
    """Translate a syndication document; raises ParseError when there is nothing to read in it.

    Entries that `before` has are not made again. A source that feedparser read before changes hands
    with the first document whose entries both readers call the same.
    """
    served, parser = read(body, headers)
    if before.parser == JUDGE and parser == QUICK:
        judged = judged_alone(body, headers)
        if _identities(judged) != _identities(served):
            served, parser = judged, JUDGE
    return replace(translate(served, url, now, before), parser=parser)


def read(body: bytes, headers: dict[str, str]) -> tuple[Served, str]:
    """Read a document, and say which reader did. Raises ParseError."""
    kind, language = headers.get("content-type", ""), headers.get("content-language")
    sound = encodings.bare(body, kind)
    try:
        if sound is not None:
            return quick.read(sound, language, MOST_ENTRIES), QUICK
    except Unsure:
        pass
    data, notes = encodings.utf8(body, kind)
    try:
        served, parser = (quick.read(data, language, MOST_ENTRIES), QUICK) if data != sound else (None, JUDGE)
    except Unsure:
        served, parser = None, JUDGE
    served = served or judge.read(data, language, MOST_ENTRIES)
    return served._replace(notes=notes + served.notes), parser


def judged_alone(body: bytes, headers: dict[str, str]) -> Served:
    """Read a document as the judge does, whatever our own reader would say. Raises ParseError."""
    data, notes = encodings.utf8(body, headers.get("content-type", ""))
    served = judge.read(data, headers.get("content-language"), MOST_ENTRIES)
    return served._replace(notes=notes + served.notes)


def _identities(served: Served) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(entry.id, entry.link, entry.alternates) for entry in served.entries]
