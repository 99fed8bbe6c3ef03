"""What grouping one new item into stories costs, with more and more items stored, and how large its index is.

    python benchmarks/stories.py [--sizes 10000,100000,1000000] [--new 1000] [--rate 20000] [--real ROWS.jsonl]

The stored items came at `--rate` a day, so a larger database reaches further back; sketches older than
the window are dropped, as the service does. Stored items are unlike each other: their keys are drawn as
those of unlike texts are. The new ones are a synthetic wire with copies, footers and twins, and, with
`--real`, the titles and summaries of a file. The first size is the baseline of the growth.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from benchmarks.wire import wire
from feeds.store.stories import Sketch, StoryTables
from feeds.stories.features import StoryDocument, extract
from feeds.stories.grouping_pass import GroupingPass, group_new
from feeds.stories.pair import VERSION, keys
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

NOW = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
_HORIZON = timedelta(days=14)
_BLOCK = 20_000
_WARM = 200  # items grouped before the clock starts


def main() -> None:
    """Measure each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--rate", type=int, default=20_000)
    parser.add_argument("--real", type=Path)
    options = parser.parse_args()
    for _, item in arrivals(options.new, options.real):  # what Python remembers of words is no part of the growth
        keys(extract([StoryDocument("x", item.title, item.text, NOW)]))
    first = None
    for size in map(int, options.sizes.split(",")):
        with tempfile.TemporaryDirectory() as folder, Facts(Path(folder) / "topicwire.db") as facts:
            indexed, index = fill(facts, size, options.rate)
            taken, stories = cost(facts, arrivals(options.new, options.real))
            first = first or taken
            print(f"{size:>9} stored, {indexed:>7} in the window: {taken * 1000:5.2f} ms a new item,", end=" ")
            print(f"{taken / first:4.2f} times the first; {stories} stories found; index {index:.0f} bytes an item", flush=True)


def fill(facts: Facts, size: int, rate: int) -> tuple[int, float]:
    """Store `size` items that came at `rate` a day, and the keys of those in the window; give their number and bytes of index."""
    tables = StoryTables(facts)
    execute = facts.database.connection
    execute.execute("PRAGMA synchronous=OFF")
    facts.sources.add([Source("http://old.example/feed")], NOW)
    chance = random.Random(size)
    vocabulary = [f"w{number}" for number in range(50_000)]
    for start in range(0, size, _BLOCK):
        rows = range(start + 1, min(start + _BLOCK, size) + 1)
        moments = {row: NOW - timedelta(days=(size - row + 1) / rate) for row in rows}
        with facts.transaction():
            _store(facts, moments, vocabulary, chance)
    before = _bytes(facts)
    kept = [row for row in range(1, size + 1) if (size - row + 1) / rate <= _HORIZON.days]
    each = len(keys(extract([StoryDocument("x", "Eight words make a title of usual length", " ".join(vocabulary[:250]), NOW)]))[0])
    for start in range(0, len(kept), _BLOCK):
        with facts.transaction():
            for row in kept[start : start + _BLOCK]:
                moment = NOW - timedelta(days=(size - row + 1) / rate)
                tables.keep(Sketch(row, tuple(chance.getrandbits(63) for _ in range(each)), moment))
    with facts.transaction():
        tables.mark(VERSION)
        tables.put_mark(size)
    return len(kept), (_bytes(facts) - before) / max(len(kept), 1)


def _store(facts: Facts, moments: dict[int, datetime], vocabulary: list[str], chance: random.Random) -> None:
    many = facts.database.executemany
    said = {row: rfc3339(moment) for row, moment in moments.items()}
    many("insert into item (id, uid, seq, first_seen, changed) values (?1, printf('%016x', ?1), ?1, ?2, ?2)", said.items())
    many(
        """insert into version (id, item_id, source_id, content_key, seen, title, title_inferred, summary, content, text, cut,
        published, authors, categories, enclosures) values (?1, ?1, 1, ?1, ?2, ?3, 0, '', '', ?4, '', ?2, '[]', '[]', '[]')""",
        (
            (row, moment, " ".join(chance.choices(vocabulary, k=8)), " ".join(chance.choices(vocabulary, k=20)))
            for row, moment in said.items()
        ),
    )
    many("update item set version_id = id where id = ?", ((row,) for row in said))
    many(
        """insert into sighting (item_id, source_id, version_id, guid, url, url_key, fingerprint, reason, first_seen)
        values (?1, 1, ?1, ?1, 'http://old.example/' || ?1, 'old.example/' || ?1, ?1, 'first', ?2)""",
        said.items(),
    )


def _bytes(facts: Facts) -> int:
    pages, size = (facts.database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * size)


def arrivals(count: int, real: Path | None) -> list[tuple[str, Item]]:
    """Return new items with the name of their source: of the wire, and of a file of real rows."""
    pieces = wire(count // 5 + 40, seed=9)
    made = [
        (
            piece.source,
            Item(guid=piece.id, url=piece.url, title=piece.title, text=piece.text, language="en", published=piece.published),
        )
        for piece in sorted(pieces, key=lambda piece: piece.published)
    ]
    found = list(_real(real)) if real else []
    half = (count + _WARM) // (2 if found else 1)
    return [*made[:half], *found[:half]]


def _real(path: Path) -> Iterator[tuple[str, Item]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines()):
        row: dict[str, Any] = json.loads(line)
        title, summary = str(row.get("title") or ""), str(row.get("summary") or "")
        yield (
            "real",
            Item(guid=f"r{number}", url=f"http://real.example/{number}", title=title, text=summary, language=row.get("lang")),
        )


def cost(facts: Facts, new: list[tuple[str, Item]]) -> tuple[float, int]:
    """Store new items and group them; give the seconds an item and the number of stories."""
    facts.database.execute("PRAGMA synchronous=FULL")
    by_source: dict[str, list[Item]] = {}
    for source, item in new:
        by_source.setdefault(source, []).append(item)
    for name, items in by_source.items():
        carrier = Source(f"http://{name.lower()}.example/feed", title=name)
        facts.polls.record([(Outcome(carrier, NOW, feed=ParsedFeed(document_keys(tuple(items)))), SourceState(last_poll=NOW))])
    GroupingPass(facts).batch()
    begun = time.process_time()  # the machine may have other work
    looked = group_new(facts, NOW)
    return (time.process_time() - begun) / looked, facts.database.execute("select count(distinct story_id) from story").fetchone()[
        0
    ]


if __name__ == "__main__":
    main()
