"""What each step costs in a home of 10,000 sources, with 10,000, 100,000 and (`--large`) a million stored items.

`python benchmarks/large_home.py [--large] [--folder DIR] [--only WORD]` builds the homes through the stores: invented words,
a thousand items a day, one in ten of them tagged by a topic, one in fifty a copy of another, and a topic that has everything.
Each step runs in a process of its own. It prints the processor time of each, the best of three runs where a step can
be repeated, and its ratio to the smallest home: a step whose cost follows what has changed stays at 1. With `--folder`
homes are kept and used again.
"""

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from feeds.cli.home import target_of, topics_of
from feeds.model import document_of
from feeds.site.publish import publish
from feeds.store.classifications import Classifications, Progress
from feeds.store.stories import StoryTables
from feeds.stories.pair import VERSION
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.classifier import tag
from feeds.tagging.matching.matcher import Matcher
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.home import Home
from ingest.store.facts import Facts

SOURCES: Final = 10_000
A_DAY: Final = 1_000  # items
SIZES: Final = (10_000, 100_000, 1_000_000)
_OF_A_SOURCE: Final = 5  # items that a poll brings
_LANGUAGES: Final = ("en",) * 12 + ("de", "fr", "es", "it", "he", "pl", "nl", "hu")
_NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
_TOPIC: Final = """title = "Ferries"
description = "What sails."
means = ["Ships."]
does_not_mean = ["Ports of computers."]
limits = ["Misses rowing."]
contact = "desk@harbour.example"
updated = 2026-01-05
require = ["ship"]
[group.ship]
any = ["ferry"]
"""
_SETTINGS: Final = '[topics]\nshipped = ["planet-of-everything"]\n'
_STEPS: dict[str, tuple[str, Callable[[Home], Iterator[None]]]] = {}  # by name: the words for it, and what does it


def home_at(folder: Path, now: datetime = _NOW) -> Home:
    """Return a home with a clock that stands still."""
    return Home(folder, {}, lambda: now)


# Building


def source(number: int) -> Source:
    """Return one of the sources."""
    return Source(f"https://paper{number}.example/feed.xml", title=f"Paper {number}", site_url=f"https://paper{number}.example/")


def words(chance: random.Random, number: int) -> str:
    """Return invented words, a few of them common."""
    return " ".join(f"w{int(one**3 * 40_000)}" for one in (chance.random() for _ in range(number)))


def article(chance: random.Random, number: int, at: datetime) -> Item:
    """Return one of the items; one in ten is about a ferry."""
    about = " the ferry" if number % 10 == 0 else ""
    text = f"{words(chance, 30)}{about} harbour." if number % 3 else f"{words(chance, 30)}{about}."
    url = f"https://paper{number // _OF_A_SOURCE % SOURCES}.example/{number}"
    title = f"Story {number} {words(chance, 4)}"
    return Item(url, url, title, content=f"<p>{text}</p>", text=text, language=_LANGUAGES[number % 20], published=at)


def built(folder: Path, size: int) -> None:
    """Fill a home, the oldest items first; it is published once."""
    (folder / "topics").mkdir(parents=True)
    (folder / "topics" / "ferries.toml").write_text(_TOPIC)
    (folder / "topicwire.toml").write_text(_SETTINGS)
    home = home_at(folder)
    with home.facts() as facts:
        facts.database.execute("pragma synchronous=off")
        begin = _NOW - timedelta(days=size / A_DAY)
        facts.sources.add(map(source, range(SOURCES)), begin)
        chance = random.Random(size)
        for first in range(0, size, A_DAY):
            at = begin + timedelta(days=(first + A_DAY) / A_DAY)
            polled(facts, [article(chance, n, at - timedelta(minutes=n % 1_000)) for n in range(first, first + A_DAY)], at)
            judged(facts, home)
    published(home)


def polled(facts: Facts, items: list[Item], at: datetime) -> None:
    """Store items as if their sources had been polled at one moment."""
    outcomes = []
    for address, some in groupby(items, lambda item: str(item.url).rpartition("/")[0]):
        carrier = source(int(address.removeprefix("https://paper").partition(".")[0]))
        feed = ParsedFeed(document_keys(tuple(some)), carrier.title, carrier.site_url, None, at)
        outcomes.append((Outcome(carrier, at, feed=feed), SourceState(last_poll=at, last_success=at, next_poll=at)))
    facts.polls.record(outcomes)


def judged(facts: Facts, home: Home) -> None:
    """Tag the newest items, and say of some that they are copies, without a look at most texts."""
    classifications, tables, topics = Classifications(facts), StoryTables(facts), topics_of(home)
    last, marks = facts.items.last_seq(), classifications.progress()
    items = facts.items.after(min((mark.seq for mark in marks.values()), default=0), 2 * A_DAY)
    rows = [one.row for one in items]
    with facts.transaction():
        tables.mark(VERSION)
        tables.put_mark(last)
        pairs = [frozenset(pair) for pair in zip(rows[::50], rows[10::50], strict=False)]
        tables.replace_stories([row for pair in pairs for row in pair], pairs)
    matcher = Matcher(topics)
    anything = tag(matcher, document_of(items[1]), frozenset())  # what the topic of everything says is always the same
    tagged = [(one, tag(matcher, document_of(one), frozenset()) if "ferry" in one.item.text else anything) for one in items]
    versions = {topic.name: topic.version for topic in topics}
    classifications.record(tagged, versions, {name: Progress(one, last) for name, one in versions.items()}, home.clock())


def published(home: Home) -> int:
    """Publish as a tick does; return how many files were written."""
    with home.facts() as facts:
        return len(publish(facts, Classifications(facts), topics_of(home), target_of(home, facts)).written)


# Steps: what comes before the first `yield` is not timed, nor what comes after the second


Step = Callable[[Home], Iterator[None]]


def step(name: str, said: str) -> Callable[[Step], Step]:
    """Register a step under a name and the words for it."""

    def registered(does: Step) -> Step:
        _STEPS[name] = said, does
        return does

    return registered


@step("unchanged", "publish, nothing changed")
def unchanged(home: Home) -> Iterator[None]:
    """Publish what is published."""
    with home.facts() as facts:
        classifications, topics = Classifications(facts), topics_of(home)
        publish(facts, classifications, topics, target_of(home, facts))
        yield
        publish(facts, classifications, topics, target_of(home, facts))
        yield


@step("news", "publish after 3 new tags")
def news(home: Home) -> Iterator[None]:
    """Publish three new items, each tagged."""
    with home.facts() as facts:
        classifications, topics = Classifications(facts), topics_of(home)
        publish(facts, classifications, topics, target_of(home, facts))
        first = facts.items.last_seq() * 10
        chance = random.Random(first)
        at = _NOW + timedelta(seconds=1)
        polled(facts, [article(chance, first + n * 10, at) for n in range(4)], at)
        judged(facts, home)
        yield
        done = publish(facts, classifications, topics, target_of(home, facts))
        yield
        assert done.written


def answered(home: Home, target: str, before: str = "/health") -> Iterator[None]:
    """Ask the application for an address."""
    import asyncio  # noqa: PLC0415

    from feeds.server.application import application  # noqa: PLC0415

    site = application(home)
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    async def ask(asked: dict[str, Any]) -> None:
        await site(asked, receive, send)

    asyncio.run(ask({**scope, "path": before, "raw_path": before.encode(), "query_string": b""}))
    sent.clear()
    yield
    asyncio.run(ask(scope))
    yield
    assert sent[0]["status"] == 200, (target, sent)


@step("form", "/search, the form")
def form(home: Home) -> Iterator[None]:
    """Ask for the form alone."""
    yield from answered(home, "/search")


@step("common", "/search?q=harbour, a common word, by anybody")
def common(home: Home) -> Iterator[None]:
    """Search for a word in two of three items."""
    yield from answered(home, "/search?q=harbour")


@step("relevant", "the same, the most relevant first")
def relevant(home: Home) -> Iterator[None]:
    """Search for a word in two of three items, by relevance."""
    yield from answered(home, "/search?q=harbour&order=relevance")


@step("scrape", "/metrics, states of sources judged anew")
def scrape(home: Home) -> Iterator[None]:
    """Ask for the metrics as the first scrape in a minute does."""
    yield from answered(home, "/metrics")


@step("rescrape", "/metrics again, within a minute")
def scrape_again(home: Home) -> Iterator[None]:
    """Ask for the metrics as the other scrapes of a minute do."""
    yield from answered(home, "/metrics", before="/metrics")


@step("owner", "the same by `topicwire search`")
def owner(home: Home) -> Iterator[None]:
    """Search everything that is stored."""
    from feeds.search.query import parse_query  # noqa: PLC0415
    from feeds.search.search import search  # noqa: PLC0415

    with home.facts() as facts:
        Classifications(facts)
        yield
        found = search(facts, parse_query({"q": "harbour"}), frozenset({"ferries"}), limit=20)
        yield
        assert found.results


@step("find", "find an item by its address (`explain`)")
def find(home: Home) -> Iterator[None]:
    """Find an item as `explain` and `stories show` do."""
    with home.facts() as facts:
        (stored,) = facts.items.by_rows([facts.items.count() // 2])
        yield
        found = facts.items.find(stored.item.url or "")
        yield
        assert found


@step("diff", "topics diff --since 1d")
def diff(home: Home) -> Iterator[None]:
    """Compare a wording with itself on what is new."""
    from click.testing import CliRunner  # noqa: PLC0415

    from feeds.cli.topics import topics  # noqa: PLC0415

    yield
    done = CliRunner().invoke(topics, ["diff", "ferries", "ferries", "--since", "1d"], obj=home, catch_exceptions=False)
    yield
    assert done.exit_code == 0, done.output


@step("again", "classify 1,000 items again after a changed wording")
def again(home: Home) -> Iterator[None]:
    """Classify a slice again."""
    path = home.folder / "topics" / "ferries.toml"
    path.write_text(_TOPIC.replace('"ferry"', '"ferry", "ferries"'))
    try:
        with home.facts() as facts:
            classifications, topics = Classifications(facts), topics_of(home)
            classify_new(facts, classifications, topics, home.clock(), 1)
            yield
            classify_new(facts, classifications, topics, home.clock(), 2)
            yield
    finally:
        path.write_text(_TOPIC)


@step("due", "find which of the sources are due")
def due(home: Home) -> Iterator[None]:
    """Ask which sources are due."""
    with home.facts() as facts:
        yield
        facts.sources.due(_NOW, 400)
        yield


# Measuring


def child(name: str, folder: Path) -> None:
    """Run a step; print its seconds of the processor, and the most memory that the process had, in MB."""
    work = _STEPS[name][1](home_at(folder))
    next(work)
    began = time.process_time()
    next(work)
    seconds = time.process_time() - began
    for _ in work:
        pass
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024]))


def measured(name: str, folder: Path, runs: int) -> tuple[float, float]:
    """Run a step in processes of its own: the least of their seconds, the most of their megabytes."""
    found = []
    for _ in range(runs):
        done = subprocess.run(
            [sys.executable, __file__, "--child", name, "--folder", str(folder)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.stderr.write(done.stderr[-2_000:])
            return float("nan"), float("nan")
        found.append(json.loads(done.stdout.splitlines()[-1]))
    return min(one[0] for one in found), max(one[1] for one in found)


def pages_of(folder: Path) -> str:
    """Return how large a home is."""
    database = (folder / "topicwire.db").stat().st_size / 1e6
    files = [path for path in (folder / "public").rglob("*") if path.is_file()]
    sources = max((path.stat().st_size for path in (folder / "public").glob("sources*.html")), default=0)
    return f"database {database:,.0f} MB, {len(files):,} published files, page of sources {sources / 1e3:,.0f} kB"


def main() -> None:
    """Build the homes, and print the table."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--large", action="store_true")
    asked.add_argument("--folder", type=Path)
    asked.add_argument("--only", default="")
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--child")
    options = asked.parse_args()
    if options.child:
        child(options.child, options.folder)
        return
    sizes = SIZES if options.large else SIZES[:2]
    with tempfile.TemporaryDirectory() as temporary:
        root = options.folder or Path(temporary)
        homes = {size: root / str(size) for size in sizes}
        for size, folder in homes.items():
            if not folder.exists():
                began = time.process_time()
                try:
                    built(folder, size)
                except BaseException:
                    shutil.rmtree(folder, ignore_errors=True)
                    raise
                print(f"built {size:,} items in {time.process_time() - began:,.0f} s", flush=True)
            print(f"{size:,} items: {pages_of(folder)}")
        print(f"\n{'step':52}" + "".join(f"{f'{size:,}':>16}{'ratio':>7}{'MB':>6}" for size in sizes))
        for name, (said, _) in _STEPS.items():
            if options.only in name:
                found = [measured(name, folder, options.runs) for folder in homes.values()]
                cells = (f"{seconds * 1e3:>13,.1f} ms{seconds / found[0][0]:>7.1f}{memory:>6.0f}" for seconds, memory in found)
                print(f"{said:52}{''.join(cells)}", flush=True)


if __name__ == "__main__":
    main()
