"""How fast documents become items, beside feedparser, on the documents of a folder, one core.

    python benchmarks/parse.py --corpus DIR

DIR holds `feeds/`. "reader" stops where feedparser stops: at values, with nothing sanitised and no link resolved.
"everything" goes on to items: sanitised, as plain text, with dates, language and keys; its rival is feedparser with its
own sanitiser and link resolving, which does less. "again" is everything for a source whose entries are known. Each figure
is the best of several rounds, in seconds of processor time; ratios are of the same run.
"""

import argparse
import io
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import feedparser

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest.errors import ParseError
from ingest.formats.feed import parse_feed
from ingest.formats.xml import reader
from ingest.model import Before, ParsedFeed
from ingest.normalize import MOST_ENTRIES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "http://host.example/feed"


def best(work: Callable[[bytes], object], documents: list[bytes], rounds: int) -> float:
    """Return the seconds of the fastest round over all documents."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        for document in documents:
            work(document)
        seconds.append(time.process_time() - start)
    return min(seconds)


def theirs(document: bytes, *, everything: bool) -> object:
    """Let feedparser read."""
    return feedparser.parse(io.BytesIO(document), sanitize_html=everything, resolve_relative_uris=everything)


def read_only(document: bytes) -> object:
    """Read as far as feedparser does."""
    try:
        return reader.read(document, {}, MOST_ENTRIES)
    except ParseError:
        return None


def items(document: bytes, before: Before | None = None) -> ParsedFeed | None:
    """Make items."""
    try:
        return parse_feed(document, {}, URL, NOW, before or Before())
    except ParseError:
        return None


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--rounds", type=int, default=3)
    chosen = options.parse_args()
    documents = [path.read_bytes() for path in sorted((chosen.corpus / "feeds").iterdir())]
    made = [items(document) for document in documents]
    known = {document: Before(feed.parser, dict(feed.served)) for document, feed in zip(documents, made, strict=True) if feed}
    readers = [feed.parser for feed in made if feed]
    entries = sum(len(feed.items) for feed in made if feed)
    size = sum(map(len, documents)) / 1e6
    print(f"{len(documents)} documents, {size:.1f} MB, {entries} items; {readers.count('feedparser')} read by feedparser")
    theirs_alone = best(lambda d: theirs(d, everything=False), documents, chosen.rounds)
    ours_alone = best(read_only, documents, chosen.rounds)
    theirs_all = best(lambda d: theirs(d, everything=True), documents, 1)
    ours_all = best(items, documents, chosen.rounds)
    ours_again = best(lambda d: items(d, known.get(d)), documents, chosen.rounds)
    print(f"reader      feedparser {theirs_alone:6.2f} s   topicwire {ours_alone:6.3f} s   ratio {theirs_alone / ours_alone:5.1f}")
    print(f"everything  feedparser {theirs_all:6.2f} s   topicwire {ours_all:6.3f} s   ratio {theirs_all / ours_all:5.1f}")
    print(f"again       everything {ours_all:6.2f} s   known     {ours_again:6.3f} s   ratio {ours_all / ours_again:5.1f}")


if __name__ == "__main__":
    main()
