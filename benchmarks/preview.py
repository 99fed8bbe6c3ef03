"""`topics preview` over many stored items, as a ratio to a bare pass of the tokeniser over the same texts in the same run.

    python benchmarks/preview.py [--items 10000] [--words 150]

The items are those of `match.py`: sentences of the seeds and of the shipped topic's examples, mixed by a seeded random
number generator. Three wordings are previewed: a small one, the largest shipped one, and that one against the one in force.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from match import ROOT, items, timed  # it lies beside this file

sys.path.insert(0, str(ROOT))

from feeds.model import Document
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.matching.segments import segments
from feeds.tagging.preview_pass import preview
from feeds.tagging.topic.loader import parse_topic, read_topic
from feeds.tagging.topic.model import Topic
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SMALL = """\
title = "Small"
require = ["subject", "medium"]
[group.subject]
any = ["antisemit*", "racis*"]
[group.medium]
any = ["TikTok", "online", "social media"]
"""
_SOURCES = 20
_DOCUMENT = 500  # items that come together


def fill(facts: Facts, rows: list[Document]) -> None:
    """Store the rows as items of some sources."""
    for number in range(0, len(rows), _DOCUMENT):
        source = Source(f"http://feed{number // _DOCUMENT % _SOURCES}.example/feed.xml", title=f"Feed {number}")
        made = tuple(_item(n, row) for n, row in enumerate(rows[number : number + _DOCUMENT], number))
        at = NOON + timedelta(minutes=number)
        facts.polls.record([(Outcome(source, at, feed=ParsedFeed(document_keys(made))), SourceState(last_poll=at))])


def _item(number: int, row: Document) -> Item:
    return Item(
        guid=f"urn:item:{number}",
        url=f"http://feed.example/{number}",
        title=f"{row.title} {number}",
        text=row.text,
        language=row.language,
        language_from="declared",
    )


def main() -> None:
    """Print the seconds and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=150)
    options = parser.parse_args()
    large = read_topic(ROOT / "feeds" / "topics" / "antisemitism-online.toml")
    rows = items(large, options.items, options.words)
    bare = timed(lambda: [segments(row.title, row.text) for row in rows])
    print(f"{options.items} items of {options.words} words; processor time\ntokeniser alone   {bare:6.2f} s")
    with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
        fill(facts, rows)
        classify_new(facts, Classifications(facts), (large,), NOON)  # as in a home where it is in force
        changed = replace(large, version="changed", near=large.near - 5)
        small = parse_topic(SMALL, "small", "small.toml")
        reading = timed(lambda: _read(facts))
        print(f"reading the items {reading:6.2f} s, ratio {reading / bare:.2f}")
        wordings: tuple[tuple[str, Topic, Topic | None], ...] = (
            ("small wording", small, None),
            ("large wording", replace(large, name="other"), None),
            ("against another", changed, large),
        )
        for name, topic, in_force in wordings:
            found = []
            seconds = timed(lambda: found.append(preview(facts, topic, in_force)))  # noqa: B023 - called at once
            print(f"{name:17} {seconds:6.2f} s, ratio {seconds / bare:.2f}; {found[0].tagged} tagged, {found[0].near} near misses")


def _read(facts: Facts) -> None:
    last = None
    while batch := facts.items.newest(last, None, 200):
        last = batch[-1].row


if __name__ == "__main__":
    main()
