"""Makes what the tests of tagging and publishing need: a topic, items, classifications, a filled database, the command line."""

import asyncio
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import feedparser
from click.testing import CliRunner, Result
from support import NOON, Clock

import scheduler  # noqa: F401 - it joins the commands
from feeds.model import Classification, document_of
from feeds.publication.document import FeedDocument
from feeds.publication.edition import Editor, Target, feed_name
from feeds.publication.entry import FeedEntry, PublishingPolicy, StoryEntry, feed_id, make_entry
from feeds.store.classifications import Classifications, Tagged
from feeds.store.ledger import Ledger
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.loader import parse_topic
from feeds.tagging.topic.model import Topic
from ingest.cli.console import command
from ingest.identity import document_keys
from ingest.log import configure
from ingest.model import Item, ParsedFeed, Sighting, Source, SourceKind, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.parsers import Job, read
from ingest.polling.pipeline import poll_sources
from ingest.store.facts import Facts
from ingest.store.recorder import Counts

HARBOUR: Final = """\
title = "Harbour news"
description = "What happens at the quay."
means = ["Ships that come and go."]
does_not_mean = ["A port of a computer."]
limits = ["Misses rowing."]
contact = "desk@harbour.example"
updated = 2026-01-05

require = ["ship", "place"]

[group.ship]
any = ["ferry", "ferries", "boat*"]

[group.place]
any = ["harbour*"]

[[example]]
tagged = true
text = "The ferry left the harbour."

[[example]]
tagged = false
text = "The ferry is old."
"""
"""A topic file of our own."""

INSTANCE: Final = UUID("00000000-0000-4000-8000-000000000001")
POST: Final = Source("http://post.example/feed.xml", title="The Harbour Post", site_url="http://post.example/", feed_id="urn:post")
GAZETTE: Final = Source("http://gazette.example/rss", title="The Gazette", site_url="http://gazette.example/")
SEED: Final = Source("seeds:", SourceKind.DOCUMENT, title="Seed documents")
ITEM: Final = Item(
    guid="http://post.example/?p=1",
    url="http://post.example/ferry",
    title="The last ferry leaves the harbour",
    summary="<p>Forty passengers came to wave.</p>",
    text="Forty passengers came to wave.",
    language="en",
    language_from="declared",
    published=NOON - timedelta(hours=2),
)


def topic(text: str = HARBOUR, name: str = "harbour") -> Topic:
    """Return a topic by the text of its file."""
    return parse_topic(text, name, f"{name}.toml")


def item(**changes: Any) -> Item:
    """Return an item about a ferry in a harbour, with some fields changed."""
    return replace(ITEM, **changes)


def sighting(source: Source = POST, **changes: Any) -> Sighting:
    """Say that a source carried the item."""
    seen = Sighting(source, ITEM.guid, ITEM.url, "first", ITEM.title, ITEM.published, NOON, NOON - timedelta(hours=1))
    return replace(seen, **changes)


def stored(what: Item = ITEM, *sightings: Sighting, **changes: Any) -> StoredItem:
    """Return an item as if it came from a database."""
    kept = StoredItem(1, "a1b2c3d4e5f60718", 1, what, NOON, NOON, 1, sightings or (sighting(),))
    return replace(kept, **changes)


def classification(kept: StoredItem, by: Topic | None = None) -> Classification:
    """Return what a topic says of a stored item."""
    return classify(Matcher([by or topic()]), document_of(kept))[0]


def entry(
    kept: StoredItem | None = None, *, full: bool = False, by: Topic | None = None, atom_id: str = "urn:x:1", pages: str = ""
) -> FeedEntry:
    """Return what is published of a stored item; `pages` is the address of the folder of its page."""
    kept, by = kept or stored(), by or topic()
    return make_entry(StoryEntry(kept, classification(kept, by)), by, atom_id, PublishingPolicy(INSTANCE, full, pages))


def document(*entries: FeedEntry, by: Topic | None = None, **changes: Any) -> FeedDocument:
    """Return the head of a feed at http://feeds.example/."""
    by = by or topic()
    base = "http://feeds.example/"
    return replace(FeedDocument(by, feed_id(INSTANCE, by.name), base, base, entries), **changes)


def newest(classifications: Classifications, name: str, limit: int = 100) -> list[tuple[int, Classification]]:
    """Return what a topic tags as news, newest first: (item's number, classification)."""
    rows = [one.row for one in tagged(classifications, name) if not one.quiet][:limit]
    classified = classifications.some(name, rows)
    return [(row, classified[row]) for row in rows]


def tagged(classifications: Classifications, name: str) -> tuple[Tagged, ...]:
    """Return all that a topic tags, newest arrival first."""
    return classifications.tagged_among(name, range(10_000))


def revised(facts: Facts, classifications: Classifications, by: Topic, target: Target) -> tuple[FeedDocument, datetime | None]:
    """Bring a topic's feed up to what is classified, in the caller's transaction; give what an editor gives in the end."""
    Ledger(facts, feed_name(by)).note_all(by.name, target.grouping.grouped())
    while True:
        document, until = Editor(facts, classifications, by, target).revise()
        if document is not None:
            return document, until


def shown(facts: Facts, classifications: Classifications, by: Topic, target: Target) -> tuple[FeedEntry, ...]:
    """Bring a topic's feed up to what is classified; give its entries."""
    with facts.transaction():
        return revised(facts, classifications, by, target)[0].entries


def carry(facts: Facts, what: Iterable[Item], source: Source = POST, at: datetime = NOON) -> Counts:
    """Store items as if a source had served them in one document, newest first."""
    feed = ParsedFeed(document_keys(tuple(what)), source.title, source.site_url, source.feed_id, at)
    return facts.polls.record([(Outcome(source, at, feed=feed), SourceState(last_poll=at))])


def about(number: int, words: str = "ferry in the harbour") -> Item:
    """Return one of many items, each with its own address, guid and title."""
    return item(
        guid=f"urn:item:{number}",
        url=f"http://post.example/{number}",
        title=f"Story {number}: {words}",
        text=f"This is story {number} and no other.",
        summary="",
        published=NOON - timedelta(minutes=number),
    )


def home_at(home: Path, settings: Mapping[str, str] | None = None, clock: Clock | None = None) -> Home:
    """Give the app of a home, with settings such as {"publish.entries": "2"}; the shipped topics only where they are asked for."""
    configure()
    usual = {"topics.shipped": "false", "fetch.contact": "desk@example.org", "log.format": "plain"}
    known = usual | dict(settings or {})
    environment = {f"TOPICWIRE_{key.upper().replace('.', '__')}": value for key, value in known.items()}
    return _QuickHome(home, environment, clock or Clock())


def listed_poll(made: Home, *urls: str) -> None:
    """Poll these sources of a home, due or not, without classifying what they bring."""
    with made.facts() as facts, made.engine() as engine:
        facts.sources.add([Source(url) for url in urls], made.clock())
        for _ in poll_sources(facts, engine, facts.sources.due(None), made.settings, lambda: 0.5):
            pass


def write_topic(home: Path, text: str = HARBOUR, name: str = "harbour") -> Path:
    """Put a topic file into a home."""
    path = home / "topics" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class _QuickEngine(Engine):
    """Parses in a thread: child processes are for hostile documents, take half a second to start, and are tested elsewhere."""

    async def parse(self, job: Job) -> ParsedFeed:
        """Parse here."""
        return await asyncio.to_thread(read, job)


class _QuickHome(Home):
    def engine(self) -> Engine:
        """Make the quick engine."""
        own = self.settings
        return _QuickEngine(own.fetch, self.clock, environment=self.environment, home=self.folder, parsing=own.parsing)


class _Stdin(io.BytesIO):
    name = "<stdin>"  # as the real one is called


@dataclass
class Cli:
    """The `topicwire` command, in this process, in one home: call it with its arguments."""

    home: Path
    settings: dict[str, str] = field(default_factory=lambda: {"fetch.host_pause": "0", "fetch.timeout": "10"})
    clock: Clock = field(default_factory=Clock)

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Result:
        """Run it; a fault that would end in a traceback fails the test at once."""
        made = home_at(self.home, self.settings, self.clock)
        result = CliRunner().invoke(command, [str(argument) for argument in arguments], input=_Stdin(stdin), obj=made)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def rows(self, *arguments: str | Path) -> list[dict[str, Any]]:
        """Run a command that writes JSON Lines; give its rows."""
        return [json.loads(line) for line in self(*arguments).stdout.splitlines()]

    def poll(self, *urls: str) -> None:
        """Put feeds into the home's own list."""
        outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
        (self.home / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")

    def published(self, name: str = "harbour") -> Any:
        """Read a published feed as a subscriber would."""
        return feedparser.parse(io.BytesIO((self.home / "public" / f"{name}.atom").read_bytes()))


def archiving_cli(home: Path) -> Cli:
    """Give the command in a home with one topic, whose feed archives early, and an empty list of sources."""
    write_topic(home)
    made = Cli(home)
    made.settings |= {"publish.entries": "4"}
    made.poll()
    return made
