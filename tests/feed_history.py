"""Publishes a small newsroom step by step, and offers feed clients that read all documents: for tests of feeds and archives."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from unittest.mock import patch
from uuid import UUID

from lxml import etree
from making import about, carry, classification, revised, tagged, topic
from schema import valid
from support import NOON

from feeds.model import StoryEvidence, Tagging
from feeds.publication import edition
from feeds.publication.document import FeedDocument
from feeds.publication.edition import Editor, Target, feed_name
from feeds.publication.formats import atom
from feeds.store import ledger
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.stories.story import Grouping, Ungrouped
from feeds.tagging.topic.model import Topic
from ingest.settings import Publish, Settings
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339

ATOM: Final = "{http://www.w3.org/2005/Atom}"
DELETED: Final = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
HISTORY: Final = "{http://purl.org/syndication/history/1.0}archive"


@dataclass
class Groups:
    """Copies as a test says they are: items that share a group."""

    together: tuple[tuple[int, ...], ...] = ()

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Return the group of each item."""
        left = list(dict.fromkeys(next((group for group in self.together if row in group), (row,)) for row in rows))
        return iter(left)

    def grouped(self) -> Iterable[int]:
        """Return all that share a group."""
        return (row for group in self.together for row in group)

    def evidence(self, _: Iterable[tuple[int, ...]]) -> dict[int, StoryEvidence]:
        """Return no reasons."""
        return {}


class _UndoneError(Exception):
    """Takes a transaction back."""


@dataclass
class Newsroom:
    """One topic, one source, a clock, and what its feed shows; `publish` writes no files."""

    facts: Facts
    topic: Topic = field(default_factory=topic)
    entries: int = 4
    days: int = 1000
    now: datetime = NOON
    grouping: Grouping = field(default_factory=Ungrouped)
    head: bytes = b""
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Open the classifications."""
        self.classifications = Classifications(self.facts)
        self.ledger = Ledger(self.facts, feed_name(self.topic))

    @property
    def target(self) -> Target:
        """Say how to publish now."""
        settings = Settings(publish=Publish(entries=self.entries, days=self.days))
        return Target(Path("public"), UUID(int=1), settings, self.now, grouping=self.grouping)

    def pass_time(self, **amount: float) -> None:
        """Let time pass."""
        self.now += timedelta(**amount)

    def write(self, number: int, words: str = "ferry in the harbour") -> None:
        """Carry an item, or a changed version of it."""
        carry(self.facts, [about(number, words)], at=self.now)

    def row(self, number: int) -> int:
        """Return an item's number in the database."""
        return self.facts.items.find(f"urn:item:{number}")[0].row

    def tag(self, *numbers: int, again: bool = False) -> None:
        """Tag items; `again`: in the course of a new classification."""
        for number in numbers:
            stored = self.facts.items.by_rows([self.row(number)])[0]
            said = replace(classification(stored, self.topic), tagged=True)
            self.classifications.record(
                [(stored, Tagging((said,), frozenset()))], {self.topic.name: self.topic.version}, {}, self.now, again=again
            )

    def untag(self, *numbers: int) -> None:
        """Take the tag off items."""
        stored = self.facts.items.by_rows([self.row(number) for number in numbers])
        self.classifications.record(
            [(one, Tagging((), frozenset())) for one in stored], {self.topic.name: self.topic.version}, {}, self.now
        )

    def add(self, *numbers: int) -> None:
        """Carry and tag items."""
        for number in numbers:
            self.write(number)
        self.tag(*numbers)

    def publish(self, looked: int = 1_000) -> FeedDocument:
        """Bring the feed up to the database, a page or some items in each transaction."""
        document = None
        with self.facts.transaction():
            self.ledger.note_all(self.topic.name, self.target.grouping.grouped())
        with patch.object(edition, "_PAGES", 1), patch.object(edition, "_LOOKED", looked):
            while document is None:
                with self.facts.transaction():
                    editor = Editor(self.facts, self.classifications, self.topic, self.target)
                    document, self.until = editor.revise()
        self.head = atom.render(document)
        return document

    def publish_plainly(self) -> tuple[bytes, dict[str, bytes]]:
        """Return the head and the pages that would be if nothing were passed over; nothing of it is kept."""
        with suppress(_UndoneError), patch.object(ledger, "_SETTLED", "0"), self.facts.transaction():
            document, _ = revised(self.facts, self.classifications, self.topic, self.target)
            made = atom.render(document), self.pages()
            raise _UndoneError
        return made

    def pages(self) -> dict[str, bytes]:
        """Return the sealed pages by their addresses."""
        known = self.ledger
        base = f"{Settings().base_url}/{self.topic.name}"
        return {f"{base}.archive-{page.number}.atom": known.page(page.number) for page in known.pages()}

    def says(self) -> dict[str, str]:
        """Return what the database says is in the topic: titles by id."""
        rows = [one.row for one in tagged(self.classifications, self.topic.name)]
        return {item.item.guid or "": item.item.title for item in self.facts.items.by_rows(rows)}


def walk(room: Newsroom, known: Iterable[str] = ()) -> list[etree._Element]:
    """Read the head and follow `prev-archive` up to what is known or the beginning: documents, oldest first."""
    pages, documents = room.pages(), [valid(room.head)]
    while (address := link(documents[-1], "prev-archive")) and address not in set(known):
        documents.append(valid(pages[address]))
    return documents[::-1]


def link(document: etree._Element, rel: str) -> str | None:
    """Return the address of a link of a feed."""
    return next((found.get("href") for found in document.findall(f"{ATOM}link") if found.get("rel") == rel), None)


def ids(document: etree._Element) -> list[str]:
    """Return the ids of a document's entries, in order."""
    return [entry.findtext(f"{ATOM}id") or "" for entry in document.iterchildren(f"{ATOM}entry")]


def deleted(document: etree._Element) -> dict[str, str]:
    """Return what a document says has left: reasons by id."""
    return {one.get("ref") or "": one.findtext("{*}comment") or "" for one in document.iterchildren(DELETED)}


@dataclass
class Client:
    """A reader that keeps everything. The newest word on an id counts, in whatever order it is heard."""

    heard: dict[str, tuple[datetime, str | None]] = field(default_factory=dict)
    in_order: dict[str, str] = field(default_factory=dict)  # as a simpler client has it, which believes what comes last
    read: set[str] = field(default_factory=set)

    def poll(self, room: Newsroom) -> None:
        """Read the head and every page that was not read before."""
        for document in walk(room, self.read):
            self.read |= {link(document, "self") or ""} if document.find(HISTORY) is not None else set()
            for entry in document.iterchildren(f"{ATOM}entry"):
                identifier, title = entry.findtext(f"{ATOM}id") or "", entry.findtext(f"{ATOM}title") or ""
                self._hear(identifier, entry.findtext(f"{ATOM}updated"), title)
                self.in_order[identifier] = title
            for one in document.iterchildren(DELETED):
                self._hear(one.get("ref") or "", one.get("when"), None)
                self.in_order.pop(one.get("ref") or "", None)

    def _hear(self, identifier: str, said: str | None, title: str | None) -> None:
        when = from_rfc3339(said)
        assert when is not None
        if identifier not in self.heard or when >= self.heard[identifier][0]:
            self.heard[identifier] = (when, title)

    @property
    def has(self) -> dict[str, str]:
        """Return what it believes to be in the feed: titles by id."""
        return {identifier: title for identifier, (_, title) in self.heard.items() if title is not None}
