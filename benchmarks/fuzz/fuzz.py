"""Fuzz targets: `python benchmarks/fuzz/fuzz.py syndication|dates|sanitise|seeds [libFuzzer options]`; see README.md."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path[0:1] = [str(ROOT)]

with atheris.instrument_imports(include=["ingest", "feedparser"]):
    from ingest.documents.document import parse_document
    from ingest.errors import ParseError
    from ingest.formats.feed import parse_feed
    from ingest.model import ParsedFeed
    from ingest.text import dates
    from ingest.text.sanitize import plain, safe_html, xml_safe
    from ingest.text.urls import absolute

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
URL = "http://host.example/feed.xml"
NAMES = ("a.txt", "a.md", "a.html", "a.eml", "a.json", "-")


def fit(feed: ParsedFeed) -> None:
    """Demand that everything in a feed may be stored and published."""
    for item, key in feed.items:
        texts = (item.guid, item.url, item.title, item.summary, item.content, item.text, item.published_raw, item.updated_raw)
        assert all(text is None or xml_safe(text) == text for text in texts), item
        assert item.url is None or absolute(item.url, None) == item.url, item.url
        assert all(absolute(one.url, None) for one in item.enclosures), item
        assert all(moment is None or moment.tzinfo is UTC for moment in (item.published, item.updated)), item
        assert key.fingerprint


def syndication(data: bytes) -> None:
    """Read bytes as a feed, twice."""
    try:
        feed = parse_feed(data, {}, URL, NOW)
    except ParseError:
        return
    fit(feed)
    assert parse_feed(data, {}, URL, NOW).items == feed.items


def seeds(data: bytes) -> None:
    """Read bytes as a document of some kind."""
    try:
        fit(parse_document(data[1:], NAMES[data[0] % len(NAMES)] if data else "a.txt", NOW))
    except ParseError:
        return


def sanitise(data: bytes) -> None:
    """Sanitise a text; again changes nothing, and nothing runs."""
    text = data.decode("utf-8", "surrogatepass" if b"\xed" in data else "replace") if _decodes(data) else data.decode("latin-1")
    clean = safe_html(text, URL)
    assert safe_html(clean, URL) == clean, (text, clean)
    assert "<script" not in clean
    assert xml_safe(plain(clean)) == plain(clean)


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def moments(data: bytes) -> None:
    """Understand a date: nothing, or a moment in the believed range that is written and read back the same."""
    moment = dates.parse_date(data.decode("utf-8", "replace"), NOW)
    assert moment is None or dates.from_rfc3339(dates.rfc3339(moment)) == moment


TARGETS = {"syndication": syndication, "dates": moments, "sanitise": sanitise, "seeds": seeds}
SEEDS = {
    "syndication": ROOT / "tests" / "golden" / "feeds",
    "seeds": ROOT / "seeds",
}


def main() -> None:
    """Hand over to libFuzzer; a corpus of our own files is the start."""
    name = sys.argv.pop(1)
    arguments = [*sys.argv, *([str(SEEDS[name])] if name in SEEDS else [])]
    if name in SEEDS:  # the first folder is written to: never ours
        arguments.insert(len(arguments) - 1, str(Path(sys.argv[0]).parent / f"corpus-{name}"))
        Path(arguments[-2]).mkdir(exist_ok=True)
    atheris.Setup(arguments, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
