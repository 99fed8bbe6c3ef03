"""Fetch, parse, recognise and commit: polls sources in batches and reads documents; knows no topic."""

import hashlib
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from ingest.documents import saved_pages
from ingest.documents.kinds import CURE, is_document
from ingest.errors import ExtraMissingError, ParseError
from ingest.log import NAME
from ingest.model import Source, SourceKind, SourceStatus
from ingest.planner.next_poll import next_state
from ingest.planner.polling_cost import PollingCost, adjust_cost, is_stale, with_requests
from ingest.planner.validators import learn_validators
from ingest.poll_state import Outcome, SourceState
from ingest.polling.batch import Batch, Due, cut_batches
from ingest.polling.engine import Engine
from ingest.polling.offline import is_hopeless, is_reached, is_suspicious, is_unreached, scouts
from ingest.polling.parsers import Job
from ingest.polling.running.runner import Outcomes
from ingest.settings import Settings
from ingest.store.facts import Facts
from ingest.store.recorder import Counts
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

SEEDS: Final = Source("seeds:", SourceKind.DOCUMENT, title="Seed documents", origin="seeds", status=SourceStatus.ONCE)
_BATCH: Final = 40  # sources a commit
_FIRST: Final = 10  # ... the first one of a pass: what it brings can be published while the others are read
_ENTRIES: Final = 50  # with so many a commit takes no further batch along: others wait to write
_COMPANY: Final = 3  # batches that may come along with a commit
_MOMENT: Final = 0.02  # seconds that it waits for them
_PATIENCE: Final = 0.25  # seconds that the batches behind one wait for it
_SLOW: Final = 40  # batches that may be under way beside these, because they take longer
_WITNESSES: Final = 3  # sources polled early to see whether this computer is offline
_READER: Final = b"2"  # raise it to have every document read again
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
    offline: bool = False  # no server was reached: `failed` is not stored as failures
    source_changes: tuple["SourceChange", ...] = ()

    def __add__(self, other: "Report") -> "Report":
        """Sum two reports."""
        return Report(
            self.looked + other.looked,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
            self.faults + other.faults,
            self.counts + other.counts,
            self.offline or other.offline,
            self.source_changes + other.source_changes,
        )


@dataclass(frozen=True, slots=True)
class SourceChange:
    """A source that began to fail, fails for another cause than before, works again, moved, or is gone."""

    outcome: Outcome
    state: SourceState  # after it


def source_change(before: SourceState, outcome: Outcome, after: SourceState) -> SourceChange | None:
    """Return what an outcome changed about how a source is doing; None where it is doing as before, well or badly.

    The cause is the kind of the failure: its words may differ from one poll to the next.
    """
    same = bool(before.error) == bool(after.error) and before.failure == after.failure
    return None if same and not outcome.moved else SourceChange(outcome, after)


# Many sources


def poll_sources(  # noqa: PLR0913, PLR0917 - and how it is parted
    facts: Facts,
    engine: Engine,
    due: Iterable[Due],
    settings: Settings,
    chance: Callable[[], float],
    parts: Callable[[list[Due]], Iterable[list[Due]]] = lambda due: (due,),
    in_time: Callable[[], bool] = lambda: True,
) -> Iterator[Report]:
    """Poll `due` sources, part after part, and commit batch by batch; return a report after each commit.

    When it is killed nothing is lost: what was not committed is still due. So is what was not asked while `in_time`;
    what was asked is committed. While no server was reached lately, a few
    sources are polled first, and the rest only when one of them answers.
    """
    due = list(due)
    if not due:
        return
    work = _Pass(facts, engine, settings, chance, in_time)
    if facts.polls.offline_since():
        few, due = scouts(due)
        yield from work.ask([few])
        if not work.reached and not (yield from work.confirmed()):
            yield work.given_up()
            return
        facts.polls.note_offline(None)
    yield from work.ask(parts(due))
    if work.looks_offline() and not (yield from work.confirmed()):
        facts.polls.note_offline(engine.clock())
        yield work.given_up()
    else:
        yield from work.settle()


class _Pass:
    """One pass. Polls that no server answered are held to its end: only then is it known whether this computer is offline."""

    def __init__(
        self, facts: Facts, engine: Engine, settings: Settings, chance: Callable[[], float], in_time: Callable[[], bool]
    ) -> None:
        self._facts, self._engine, self._chance, self._in_time = facts, engine, chance, in_time
        self._cost, self._active_hubs = current_cost(facts, settings, engine.clock()), facts.subscriptions.active(engine.clock())
        self._states: dict[str, SourceState] = {}
        self._unreached: list[Outcome] = []
        self.reached = 0

    def ask(self, parts: Iterable[list[Due]]) -> Iterator[Report]:
        """Poll sources, part after part, and commit what their servers answered."""
        batches = (takewhile(lambda _: self._goes_on(), self._cut(part)) for part in parts)
        for outcomes in _answered(batches, self._submit, self._engine.batches_at_once):
            unreached = [one for one in outcomes if is_unreached(one)]
            self._unreached += unreached
            self.reached += sum(map(is_reached, outcomes))
            heard = [one for one in outcomes if not is_unreached(one)] if unreached else outcomes
            if heard:
                yield self._recorded(heard)

    def _cut(self, due: list[Due]) -> tuple[Batch, ...]:
        first = _BATCH if self._states else _FIRST
        self._states |= {source.url: state for source, state in due}
        # A server that failed may keep its batch waiting: such sources share batches, the last ones.
        well, failing = ([one for one in due if bool(one[1].failures) == failed] for failed in (False, True))
        return cut_batches(well, _BATCH, first=first) + cut_batches(failing, _BATCH)

    def _goes_on(self) -> bool:
        return self._in_time() and not is_hopeless(len(self._unreached), self.reached)

    def _submit(self, batch: Batch) -> "Future[Outcomes]":
        return self._engine.run(_informed(batch, self._facts))

    def _recorded(self, outcomes: Sequence[Outcome]) -> Report:
        rows = [(one, self._settled(one)) for one in outcomes]
        self._cost = with_requests(self._cost, len(rows))
        changes = (source_change(self._states[one.source.url], one, after) for one, after in rows)
        report = report_of(outcomes, self._facts.polls.record(rows, self._cost))
        return replace(report, source_changes=tuple(one for one in changes if one))

    def _settled(self, one: Outcome) -> SourceState:
        url = one.source.url
        return state_after(self._states[url], one, self._cost, self._chance(), websub_active=url in self._active_hubs)

    def looks_offline(self) -> bool:
        """Return whether this computer's own network may be the reason why no server was reached."""
        return is_suspicious([(one, self._states[one.source.url]) for one in self._unreached], self.reached)

    def confirmed(self) -> Generator[Report, None, bool]:
        """Poll a few of the next due sources, whose last polls all succeeded; return whether one of them was reached."""
        asked = self._states.keys()
        well = [
            one for one in self._facts.sources.answering(self._engine.clock(), len(asked) + _WITNESSES) if one[0].url not in asked
        ]
        before = self.reached
        yield from self.ask([well[:_WITNESSES]])
        return self.reached > before

    def settle(self) -> Iterator[Report]:
        """Commit the polls that no server answered, as failures of the sources."""
        if self._unreached:
            yield self._recorded(self._unreached)

    def given_up(self) -> Report:
        """Report the polls that no server answered, without storing a failure for any source."""
        self._facts.polls.count_offline(self._unreached)
        return replace(report_of(self._unreached, Counts()), offline=True)


def current_cost(facts: Facts, settings: Settings, now: datetime) -> PollingCost:
    """Return the polling cost that all sources share, adjusted once an hour; the next commit stores it."""
    cost = facts.polls.cost(settings.polling.rule)
    return adjust_cost(cost, facts.sources.publishing_rates(), now) if is_stale(cost, now) else cost


def state_after(
    state: SourceState, outcome: Outcome, cost: PollingCost, chance: float, *, websub_active: bool = False
) -> SourceState:
    """Return a source's state after an outcome: its next poll, and what was learnt of its validators."""
    return learn_validators(state, next_state(state, outcome, cost, chance, websub_active=websub_active), outcome)


def _informed(batch: Batch, facts: Facts) -> Batch:
    """Return the batch with what each source's last document held."""
    known = facts.polls.before_all(poll.source.url for poll in batch.polls)
    told = (replace(poll, before=known[poll.source.url]) if poll.source.url in known else poll for poll in batch.polls)
    return Batch(tuple(told))


def _answered(
    parts: Iterable[Iterable[Batch]], submit: Callable[[Batch], "Future[Outcomes]"], at_once: Callable[[], int]
) -> Iterator[Outcomes]:
    """Keep so many batches under way and yield their results, several together where they are small; a part begins after another.

    They come in order, except that nobody waits for a batch that a slow server keeps waiting.
    """
    under_way = _UnderWay(at_once)
    for part in parts:
        for batch in part:
            while under_way.is_full:
                yield from under_way.ready()
            under_way.add(submit(batch))
        while under_way.is_in_order:
            yield from under_way.ready()
    while under_way.is_slow:
        yield from under_way.ready()


class _UnderWay:
    """The batches under way: those in their order, and slow ones, which are passed by."""

    def __init__(self, at_once: Callable[[], int]) -> None:
        self._at_once = at_once
        self._in_order: deque[Future[Outcomes]] = deque()
        self._slow: list[Future[Outcomes]] = []
        self._moment = 0.0  # the first batch waits for no company

    @property
    def is_full(self) -> bool:
        return len(self._in_order) >= self._at_once()

    @property
    def is_in_order(self) -> bool:
        return bool(self._in_order)

    @property
    def is_slow(self) -> bool:
        return bool(self._slow)

    def add(self, batch: "Future[Outcomes]") -> None:
        self._in_order.append(batch)

    def ready(self) -> Iterator[Outcomes]:
        """Wait a moment for the next batch, and pass it by if it is slow; yield what is ready, if anything is."""
        wait((*self._slow, *islice(self._in_order, 1)), _PATIENCE, FIRST_COMPLETED)
        if self._in_order and self._in_order[0].done():
            wait(islice(self._in_order, 1, 1 + _COMPANY), self._moment)
            self._moment = _MOMENT
        elif any(map(Future.done, self._slow)):
            pass  # one that was passed by is not kept waiting
        elif self._in_order and len(self._slow) < _SLOW:
            self._slow.append(self._in_order.popleft())
        else:
            wait((*self._slow, *self._in_order), return_when=FIRST_COMPLETED)
        # Where no more may be slow, those behind are not kept waiting either.
        open_end = takewhile(Future.done, self._in_order) if len(self._slow) < _SLOW else self._in_order
        found = [one for one in (*self._slow, *open_end) if one.done()]
        self._slow = [one for one in self._slow if one not in found]
        self._in_order = deque(one for one in self._in_order if one not in found)
        yield from _commits([one.result() for one in found])


def _commits(batches: Iterable[Outcomes]) -> Iterator[Outcomes]:
    """Put batches together that bring little: each commit has a cost of its own."""
    together: list[Outcome] = []
    entries = 0
    for outcomes in batches:
        together += outcomes
        entries += sum(len(one.feed.items) for one in outcomes if one.feed)
        if entries >= _ENTRIES:
            yield tuple(together)
            together, entries = [], 0
    if together:
        yield tuple(together)


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
class SeedDocument:
    """A file by its name, the source it belongs to, and the hash it had when it was last read."""

    name: str
    source: Source = SEEDS
    before: str | None = None


def read_folder(
    facts: Facts, engine: Engine, folder: Path, source: Source = SEEDS, after_each: Callable[[], None] = lambda: None
) -> Report:
    """Read the new and changed documents of a folder, each in a transaction of its own.

    Deleting a file deletes no item. Files of other kinds are reported once and skipped; files that a browser saved
    beside a page belong to the page.
    """
    before = facts.documents.hashes(source)
    report = Report()
    for path in _files_of(folder):
        inside = path.relative_to(folder)
        name = shown_name(inside)
        if path.name.lower() not in _NOT_DOCUMENTS and not any(part.startswith(".") for part in inside.parts):
            report += read_file(facts, engine, path, SeedDocument(name, source, before.get(name)))
            after_each()
    return report


def _files_of(folder: Path) -> Iterator[Path]:
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
    folders = {above for path in files for above in path.relative_to(folder).parents if above.name}
    companions = {inside for inside in folders if _is_companion(folder / inside, files)}
    yield from (path for path in files if companions.isdisjoint(path.relative_to(folder).parents))


def _is_companion(inside: Path, files: list[Path]) -> bool:
    """Return whether a folder belongs to a page that lies beside it."""
    beside = [path.name for path in files if path.parent == inside.parent]
    for page in saved_pages.pages_of(inside.name, beside):
        within = [path.name for path in files if inside in path.parents]
        try:
            with (inside.parent / page).open("rb") as opened:
                body = opened.read(_MOST_BYTES)
        except OSError:
            body = b""
        if saved_pages.is_companion(inside.name, page, body, within):
            return True
    return False


def shown_name(path: Path) -> str:
    """Return a path as a name that can be stored and shown: a file's name may hold any bytes."""
    return one_line(path.as_posix().encode(errors="replace").decode())


def read_file(facts: Facts, engine: Engine, path: Path, document: SeedDocument) -> Report:
    """Read one document unless its bytes are those read before."""
    try:
        body = file_bytes(path)
    except ParseError as fault:
        return _record(facts, document, _refused(document, engine.clock(), fault, "unread"))
    return read_bytes(facts, engine, body, document)


def file_bytes(path: Path) -> bytes:
    """Return the bytes of a document. Raises ParseError for a file that is no document, too large or unreadable."""
    if not is_document(path.name):
        raise ParseError(f"{path.suffix} files are not read", CURE)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ParseError(f"larger than {_MOST_BYTES // 1024 // 1024} MB", "no document needs that")
        return path.read_bytes()
    except OSError as fault:
        raise ParseError(str(fault.strerror), "check the file's rights") from fault


def read_bytes(facts: Facts, engine: Engine, body: bytes, document: SeedDocument) -> Report:
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


def _refused(document: SeedDocument, at: datetime, fault: ParseError, body_hash: str) -> Outcome:
    return Outcome(document.source, at, error=one_line(f"{document.name}: {fault}"), body_hash=body_hash)


def _record(facts: Facts, document: SeedDocument, outcome: Outcome) -> Report:
    if outcome.error and outcome.body_hash == document.before:
        return Report(looked=1, unchanged=1)  # reported once
    counts = facts.documents.record(outcome, document.name)
    nothing_new = outcome.error is None and counts == Counts()
    report = report_of([outcome], counts, document.name)
    return replace(report, unchanged=1) if nothing_new and not report.failed else report
