"""Items classified a second by many topics, through the whole classification pass, with every processor.

    python benchmarks/many_topics.py [--topics 100] [--items 10000] [--words 300] [--processes 2]

The topics and items are those of `match.py`. Each pass begins in a home of its own, with processes that know nothing yet, so
each makes its phrase books anew. A pass over a tenth of the items comes first, or over as many as helping processes are
started for: what the rest takes beyond it is the time of items alone. Where the computer has other work, `--processes 1`
shows by its processor time what the items cost.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from match import ROOT, items, variants  # it lies beside this file, and says where the packages are

from feeds.model import Document
from feeds.store.classifications import Classifications
from feeds.tagging.classification_ahead import LEAST
from feeds.tagging.classification_pass import classify_new, classifying_ahead
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.home import Home
from ingest.polling.workers.pool import WorkerPool, helpers_beside
from ingest.store.facts import Facts
from scheduler import collect_garbage_rarely

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_OF_A_SOURCE = 3  # items: in more, a sentence of the few seeds would be what the source repeats


def store(facts: Facts, documents: list[Document]) -> None:
    """Store documents as items of many sources."""
    outcomes = []
    for number in range(0, len(documents), _OF_A_SOURCE):
        source = Source(f"https://paper{number}.example/feed")
        some = enumerate(documents[number : number + _OF_A_SOURCE])
        found = tuple(_item(f"https://paper{number}.example/{at}", one) for at, one in some)
        feed = ParsedFeed(document_keys(found), f"Paper {number}", None, None, NOW)
        outcomes.append((Outcome(source, NOW, feed=feed), SourceState()))
    facts.polls.record(outcomes)


def _item(url: str, document: Document) -> Item:
    return Item(url, url, document.title, text=document.text, language=document.language, published=NOW)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a pass took: seconds by the clock, processor seconds of this process, and the tags that it gave."""

    clock: float
    processor: float
    tags: int


def cost(topics: tuple[Topic, ...], documents: list[Document], processes: int) -> Cost:
    """Classify documents in a new home, by topics that no process knows."""
    own = tuple(replace(topic, title=f"Of {len(documents)} items") for topic in topics)  # nothing is remembered of the pass before
    with tempfile.TemporaryDirectory(prefix="many-topics-") as folder, Home(Path(folder), {}, clock=lambda: NOW).facts() as facts:
        store(facts, documents)
        classifications, helpers = Classifications(facts), WorkerPool(helpers_beside(processes))
        clock, processor = time.perf_counter(), time.process_time()
        with classifying_ahead(facts, classifications, own, helpers) as ahead:
            tags = classify_new(facts, classifications, own, NOW, ahead=ahead)
        return Cost(time.perf_counter() - clock, time.process_time() - processor, tags)


def main() -> None:
    """Print items per second, with the phrase books and without them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--topics", type=int, default=100)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.items <= LEAST:
        parser.error(f"--items must be more than {LEAST}: for fewer no helping process is started")
    collect_garbage_rarely()
    topic = read_topic(ROOT / "feeds" / "topics" / "antisemitism-online.toml")
    topics, rows = variants(topic, options.topics), items(topic, options.items, options.words)
    part = rows[: max(len(rows) // 10, LEAST)]
    few, full = cost(topics, part, options.processes), cost(topics, rows, options.processes)
    clock, processor, rest = full.clock - few.clock, full.processor - few.processor, len(rows) - len(part)
    print(f"{len(topics)} topics, {len(rows)} items of {options.words} words, {options.processes} processes: {full.tags} tags")
    print(f"the whole pass   {len(rows) / full.clock:7.0f} items/s: {full.clock:.1f} s, of this process {full.processor:.1f} s")
    print(f"books once made  {rest / clock:7.0f} items/s: {rest} items take {clock:.1f} s, of this process {processor:.1f} s")


if __name__ == "__main__":
    main()
