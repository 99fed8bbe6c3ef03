"""Fetch, parse, recognise, commit: the one place where the parts of `ingest` meet; knows no topic."""

import asyncio
import hashlib
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from ingest.answers import UNCHANGED
from ingest.asking import request_for
from ingest.batch import Batch, Poll, cut
from ingest.documents import CURE, is_document
from ingest.engine import Engine
from ingest.errors import ExtraMissingError, FetchError, ParseError, TopicwireError
from ingest.exchange import Fetched
from ingest.item import Outcome, Source, SourceKind, SourceState, SourceStatus
from ingest.log import NAME, log_fault
from ingest.planner import Price, is_stale, next_state, paid, steer
from ingest.reader import Job
from ingest.settings import Settings
from ingest.store import Counts, Facts
from ingest.text import one_line
from ingest.urls import without_secrets
from ingest.validators import learned

SEEDS: Final = Source("seeds:", SourceKind.DOCUMENT, title="Seed documents", origin="seeds", status=SourceStatus.ONCE)
_BATCH: Final = 40  # sources a commit
_IN_FLIGHT: Final = 8  # batches
_COMPANY: Final = 3  # batches that may come along with a commit
_MOMENT: Final = 0.02  # seconds that it waits for them: each commit has a price of its own
_READER: Final = b"1"  # raise it to have every document read anew
_NOT_DOCUMENTS: Final = {"readme.md", "readme.txt", "readme"}
_MOST_BYTES: Final = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Report:
    """What a pass over sources or documents did."""

    looked: int = 0
    unchanged: int = 0
    failed: tuple[Outcome, ...] = ()
    faults: tuple[str, ...] = ()  # of our own: each cost an entry, or a value of one
    counts: Counts = Counts()  # noqa: RUF009 - frozen

    def __add__(self, other: "Report") -> "Report":
        """Sum two reports."""
        return Report(
            self.looked + other.looked,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
            self.faults + other.faults,
            self.counts + other.counts,
        )


# One look at one source


async def look(poll: Poll, engine: Engine) -> Outcome:
    """Ask one source and parse what is new; a failure is a value, with its cause, never an exception."""
    source, state = poll.source, poll.state
    try:
        request = request_for(source, state, engine.clock(), engine.environment)
        fetched = await engine.fetch(request)
        return await _understood(poll, fetched, engine, conditional=(request.etag or request.last_modified) is not None)
    except TopicwireError as fault:
        status, wait = (fault.status, fault.wait) if isinstance(fault, FetchError) else (None, None)
        feeds = fault.feeds if isinstance(fault, ParseError) else None
        return Outcome(source, engine.clock(), error=one_line(str(fault)), http_status=status, wait=wait, named_feeds=feeds)
    except Exception as fault:  # noqa: BLE001 - whatever one source does, its neighbours are served (S10, S11)
        cause = one_line(f"{type(fault).__name__}: {fault}")
        log_fault(f"{without_secrets(source.url)}: {cause}", traceback.format_exc())
        return Outcome(source, engine.clock(), error=f"a fault of topicwire itself ({cause}); please report it")


async def _understood(poll: Poll, fetched: Fetched, engine: Engine, *, conditional: bool) -> Outcome:
    now, state = engine.clock(), poll.state
    unchanged = fetched.status == UNCHANGED
    if unchanged and not conditional:
        raise FetchError("the server says that nothing has changed (304), though no version was named", "tell its publisher")
    body_hash = state.body_hash if unchanged else hashlib.blake2b(fetched.body, digest_size=16).hexdigest()
    feed = None
    if body_hash != state.body_hash:  # the same bytes cost no parse
        feed = await engine.parse(_job(poll, fetched, now))
    told = feed is None or not feed.faults  # what a fault of ours left out is asked for again, until it is mended
    return Outcome(
        source=poll.source,
        at=now,
        feed=feed,
        http_status=fetched.status,
        # A 304 may leave its validators out; those that it confirms then stay (F2).
        etag=(fetched.etag or (state.etag if unchanged else None)) if told else None,
        last_modified=(fetched.last_modified or (state.last_modified if unchanged else None)) if told else None,
        body_hash=body_hash if told else None,
        wait=fetched.wait,
        fresh=fetched.fresh,
        conditional=conditional,
        moved=fetched.moved,
    )


def _job(poll: Poll, fetched: Fetched, now: datetime) -> Job:
    language = poll.source.language
    said = {"content-language": language} if language else {}  # the owner's word, where the server has none
    headers = tuple({**said, **fetched.headers}.items())
    return Job(fetched.body, now, without_secrets(fetched.url), headers=headers, before=poll.before)


async def process_batch(batch: Batch, engine: Engine) -> tuple[Outcome, ...]:
    """Look at every source of a batch: hosts side by side, each in its turn (F12).

    A function of its arguments and the network alone: it reads and writes no database.
    """
    return tuple(await asyncio.gather(*(look(poll, engine) for poll in batch.polls)))


# Many sources


def poll_sources(
    facts: Facts,
    engine: Engine,
    due: Iterable[tuple[Source, SourceState]],
    settings: Settings,
    chance: Callable[[], float],
) -> Iterator[Report]:
    """Poll `due` sources and commit batch by batch; give a report after each commit.

    Killed at any point it loses nothing: what was not committed is still due.
    """
    due = list(due)
    states = {source.url: state for source, state in due}
    price, pushed = present_price(facts, settings, engine.clock()), facts.pushed(engine.clock())
    for outcomes in _in_order(cut(due, _BATCH), lambda batch: engine.submit(process_batch(_informed(batch, facts), engine))):
        rows = [(one, settled(states[one.source.url], one, price, chance(), pushed=one.source.url in pushed)) for one in outcomes]
        price = paid(price, len(rows))
        yield report_of(outcomes, facts.record(rows, price))


def present_price(facts: Facts, settings: Settings, now: datetime) -> Price:
    """Give the price that all sources share, set anew once an hour; it is stored with the next commit."""
    price = facts.price(settings.polling.rule)
    return steer(price, facts.rhythms(), now) if is_stale(price, now) else price


def settled(state: SourceState, outcome: Outcome, price: Price, chance: float, *, pushed: bool = False) -> SourceState:
    """Give a source's state after an outcome: its next poll, and what was learnt of its validators."""
    return learned(state, next_state(state, outcome, price, chance, pushed=pushed), outcome)


def _informed(batch: Batch, facts: Facts) -> Batch:
    """Give each poll what its source's last document held."""
    known = facts.before_all(poll.source.url for poll in batch.polls)
    told = (replace(poll, before=known[poll.source.url]) if poll.source.url in known else poll for poll in batch.polls)
    return Batch(tuple(told))


def _in_order(batches: Iterable[Batch], submit: Callable[[Batch], "Future[tuple[Outcome, ...]]"]) -> Iterator[tuple[Outcome, ...]]:
    """Keep a few batches under way and give their results in order, those that are ready together."""
    flying: deque[Future[tuple[Outcome, ...]]] = deque()
    for batch in batches:
        if len(flying) >= _IN_FLIGHT:
            yield _ready(flying)
        flying.append(submit(batch))
    while flying:
        yield _ready(flying)


def _ready(flying: "deque[Future[tuple[Outcome, ...]]]") -> tuple[Outcome, ...]:
    outcomes = flying.popleft().result()
    wait(islice(flying, _COMPANY), _MOMENT)
    while flying and flying[0].done():
        outcomes += flying.popleft().result()
    return outcomes


def report_of(outcomes: Iterable[Outcome], counts: Counts, name: str = "") -> Report:
    """Sum up the outcomes of a commit; `name` is that of a document."""
    seen = list(outcomes)
    failed = tuple(o for o in seen if o.error)
    unchanged = sum(o.error is None and o.feed is None for o in seen)
    return Report(len(seen), unchanged, failed, tuple(line for one in seen for line in _faults(one, name)), counts)


def _faults(outcome: Outcome, name: str) -> Iterator[str]:
    where = name or without_secrets(outcome.source.url)
    for fault in outcome.feed.faults if outcome.feed else ():
        yield f"{where}: {fault.line}; a fault of topicwire itself, its traceback is in {NAME}: please report it"


# Documents


@dataclass(frozen=True, slots=True)
class Document:
    """A file by its name, whose it is, and the hash it had when it was last read."""

    name: str
    source: Source = SEEDS
    before: str | None = None


def read_folder(facts: Facts, engine: Engine, folder: Path, source: Source = SEEDS) -> Report:
    """Read the new and changed documents of a folder, each in a transaction of its own.

    Deleting a file deletes no item. Files of other kinds are reported, once, and left alone.
    """
    before = facts.read_documents(source)
    report = Report()
    for path in sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else ():
        inside = path.relative_to(folder)
        name = shown_name(inside)
        if path.name.lower() not in _NOT_DOCUMENTS and not any(part.startswith(".") for part in inside.parts):
            report += read_file(facts, engine, path, Document(name, source, before.get(name)))
    return report


def shown_name(path: Path) -> str:
    """Give a path as a name that can be stored and shown: a file may be called by any bytes (S9)."""
    return one_line(path.as_posix().encode(errors="replace").decode())


def read_file(facts: Facts, engine: Engine, path: Path, document: Document) -> Report:
    """Read one document unless its bytes are those read before."""
    try:
        body = file_bytes(path)
    except ParseError as fault:
        return _record(facts, document, _refused(document, engine.clock(), fault, "unread"))
    return read_bytes(facts, engine, body, document)


def file_bytes(path: Path) -> bytes:
    """Give the bytes of a document. Raises ParseError for a file that is no document, too large or not to be read."""
    if not is_document(path.name):
        raise ParseError(f"{path.suffix} files are not read", CURE)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ParseError(f"larger than {_MOST_BYTES // 1024 // 1024} MB", "no document needs that")
        return path.read_bytes()
    except OSError as fault:
        raise ParseError(str(fault.strerror), "check the file's rights") from fault


def read_bytes(facts: Facts, engine: Engine, body: bytes, document: Document) -> Report:
    """Read a document's bytes unless they are those read before."""
    body_hash = hashlib.blake2b(body, digest_size=16, key=_READER).hexdigest()
    now = engine.clock()
    if body_hash == document.before:
        return Report(looked=1, unchanged=1)
    try:
        feed = engine.submit(engine.parse(Job(body, now, name=document.name))).result()
        outcome = Outcome(document.source, now, feed=feed, body_hash=body_hash)
    except ExtraMissingError as fault:
        outcome = _refused(document, now, fault, "an extra is missing")  # once it is there the same bytes are read
    except ParseError as fault:
        outcome = _refused(document, now, fault, body_hash)
    return _record(facts, document, outcome)


def _refused(document: Document, at: datetime, fault: ParseError, body_hash: str) -> Outcome:
    return Outcome(document.source, at, error=one_line(f"{document.name}: {fault}"), body_hash=body_hash)


def _record(facts: Facts, document: Document, outcome: Outcome) -> Report:
    if outcome.error and outcome.body_hash == document.before:
        return Report(looked=1, unchanged=1)  # said once
    counts = facts.record_document(outcome, document.name)
    nothing_new = outcome.error is None and counts == Counts()
    report = report_of([outcome], counts, document.name)
    return replace(report, unchanged=1) if nothing_new and not report.failed else report
