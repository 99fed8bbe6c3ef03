"""One pass over everything, and the scheduled service; only this module and scheduler.py know both halves."""

import asyncio
import logging
import os
import secrets
import signal
import socket
import sqlite3
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from feeds.cli.alerts import alerting_of, channels_of, looks_of, postman_of, reported
from feeds.cli.home import kept_feeds, readable_topics, report_kept_feeds, target_of, topics_of
from feeds.cli.upkeep.finishing import finish_erasure
from feeds.publication.atomic_files import sweep
from feeds.publication.erasure.retention import Purge, delete_expired, moment_to_trust
from feeds.publication.erasure.unfinished import NOTE as ERASURE
from feeds.publication.publish import feed_path
from feeds.publication.websub import tell_hub
from feeds.server.application import application
from feeds.server.server import Server
from feeds.server.supervision.heartbeat import Heartbeat
from feeds.server.supervision.notify import ServiceManager
from feeds.server.supervision.progress import WorkerSign
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.stories.grouping_pass import all_grouped, group_new
from feeds.tagging.classification_pass import classify_new, classifying_ahead
from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import kept_feed_messages, topic_folders
from feeds.tagging.topic.model import Topic
from ingest.cli.console import counted, progress_bar
from ingest.errors import OUT_OF_MEMORY, FetchError, TopicwireError, database_failed, is_out_of_memory, system_cure
from ingest.log import NAME, log_event, log_fault
from ingest.polling.batch import Due, split_by_host
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.offline import QUESTION
from ingest.polling.passes import due_sources, log_source_changes, poll_due, read_seeds
from ingest.polling.pipeline import Report
from ingest.polling.sources import read_lists
from ingest.polling.websub import subscribe
from ingest.polling.workers.fork_server import end_unused
from ingest.polling.workers.memory import give_back
from ingest.polling.workers.pool import WorkerPool, helpers_beside
from ingest.settings import parse_engine
from ingest.store.facts import Facts
from ingest.store.lock import Hold
from ingest.store.monitor import has_note, newest_unpolled
from ingest.store.upkeep.backup import remove_abandoned
from ingest.store.watch.tallies import StageTimes
from ingest.text.sanitize import one_line

_LOG: Final = logging.getLogger(__name__)
_SOURCES = 10_000  # held at once; a tick polls as many after each other as it has time for
_POLL_SECONDS = 120.0  # of a tick in which sources are asked: of the rest, those longest overdue come first in the next
_BATCHES = 20  # of old items classified again in one tick, after a topic changed
_AGAIN_SECONDS = 5.0  # ... after so many seconds no more of them: what is new is published
_GROUPING_SECONDS = 10.0  # after so much grouping, what is ready is published
_DELETED = 10_000  # items that were kept long enough, in one hour
_PACKED = 20_000  # versions of an earlier program whose markup is packed in one hour
_LOOKED = 20_000  # items at which is looked for these: in a large home all are looked at in the course of days
_PURGE_STEP = timedelta(days=1)  # by which the clock of retention follows in one hour
_CLOCK_SECONDS = 5.0  # between two looks at whether the clock was put back
_IDLE: Final = timedelta(minutes=1)  # after which parser processes end that have nothing to read
_LONG_IDLE: Final = timedelta(minutes=3)  # ... and what they are started from: another takes half a second of the processor
_WAKES: Final = 20  # of the publishing thread, after which its other work has a turn
_STEP_PAUSE = 5.0  # seconds between two steps of a poll: hosts with many sources rest meanwhile
_GRACE = 4  # seconds in which the ticks may finish when the service stops
_HUB_SILENCE: Final = timedelta(days=1)  # in which one cause why the hub cannot be told is logged once
_CHECK_PAUSE = 0.1  # seconds between two looks at whether they have finished
_WORK: Final = {  # in words, by the name of a tick
    "_opened": "publication",
    "_opened_with_seeds": "reading seeds",
    "_poll": "polling",
    "_seeds": "reading seeds",
    "_publish": "publication",
    "_tidy": "tidying",
    "_compose": "making alerts",
    "_notice": "looking for what is wrong",
    "_send": "sending alerts",
    "hub": "telling the hub",
}
_WORKERS: Final = {  # the thread that does it
    "_opened": "publication",
    "_opened_with_seeds": "publication",
    "_poll": "polling",
    "_seeds": "seeds",
    "_publish": "publication",
    "_tidy": "publication",
    "_compose": "publication",
    "_notice": "alerts",
    "_send": "alerts",
    "hub": "hub",
}
_INTERVALS: Final = {"polling": 30.0, "seeds": 60.0, "publication": 60.0, "hub": 15.0, "alerts": 15.0}  # seconds between two ticks
_SECONDS = {"poll": 30, "new sources": 2, "seeds": 60, "publish": 2, "news": 15, "all": 60, "hub": 15, "housekeeping": 3_600}
_SECONDS_OF_ALERTS = {"compose": 15, "send": 15, "notice": 600}


@dataclass(frozen=True, slots=True)
class Pass:
    """The result of one pass."""

    documents: Report
    polls: Report
    tagged: int
    written: int
    code: int = 0  # the exit code: not 0 where a topic file is broken

    def row(self) -> dict[str, int]:
        """Return the result as an object."""
        counts = self.documents.counts + self.polls.counts
        polled = {"sources_polled": self.polls.looked, "failed": len(self.polls.failed), "documents_read": self.documents.looked}
        stored = {"items_new": counts.new, "items_changed": counts.changed}
        return polled | stored | {"tags_given": self.tagged, "files_written": self.written}

    def __str__(self) -> str:
        """Return the result in one line."""
        counts = self.documents.counts + self.polls.counts
        return (
            f"{counted(self.polls.looked, 'source')} polled, {len(self.polls.failed)} failed; "
            f"{counted(self.documents.looked, 'document')} read; {counted(counts.new, 'item')} new, {counts.changed} changed; "
            f"{counted(self.tagged, 'tag')} given; {counted(self.written, 'file')} written"
        )


# The parts of a pass


def classify_and_publish(
    home: Home,
    facts: Facts,
    chosen: tuple[Topic, ...],
    batches: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[int, int]:
    """Group and classify what is new, write what changed, and return (tags given, files written).

    What is stored meanwhile waits for the next time, so that what came first is published soon. `batches` limits the work.
    Without a limit everything is done, and what is ready is published in between.
    """
    classifications, times = Classifications(facts), StageTimes(home.clock)
    helpers = WorkerPool(helpers_beside(parse_engine(home.settings.engine).processes))
    grouped = tagged = written = 0
    grouping = partial(group_new, facts, batches=batches, seconds=_GROUPING_SECONDS, clock=home.clock, stopping=stopping)
    while True:
        until = facts.items.last_seq()
        with classifying_ahead(facts, classifications, chosen, helpers, until) as ahead:
            with times.timed("group"):
                grouped += grouping(now=home.clock(), until=until)
            if grouped:
                give_back()
            with times.timed("classify"):
                late = _lateness(home, batches)
                tagged += classify_new(facts, classifications, chosen, home.clock(), batches, stopping, late, ahead, until)
        with times.timed("publish"):
            written += len(publish(facts, classifications, chosen, target_of(home, facts), stopping=stopping).written)
        if batches is not None or stopping() or all_grouped(facts):
            break
    if not stopping():
        facts.tallies.done("publish", home.clock(), times.sums if grouped or tagged or written else {})
    return tagged, written


def _lateness(home: Home, batches: int | None) -> Callable[[], bool]:
    """Return what tells when enough old items were classified again for one tick; a pass without a limit is never late."""
    end = home.clock() + timedelta(seconds=_AGAIN_SECONDS)
    return lambda: batches is not None and home.clock() >= end


def make_pass(home: Home, *, everything: bool = False) -> Pass:
    """Read the seeds, poll, classify and publish; remove the unfinished files of an earlier pass that was killed."""
    chosen, code = readable_topics(home)  # a broken topic file must not stop the polling
    with home.facts() as facts, home.engine() as engine:
        _finish_erasure(home, facts, chosen)
        documents = read_seeds(home, facts, engine)
        read_lists(home, facts, engine, everything=everything)
        times = StageTimes(home.clock)
        with times.timed("poll"):
            polls = poll_due(home, facts, engine, due_sources(home, facts, set(), everything=everything), progress=progress_bar)
        facts.tallies.done("poll", home.clock(), times.sums if polls.looked else {})
        engine.rest()
        done = Pass(documents, polls, *classify_and_publish(home, facts, chosen), code)
        report_kept_feeds(home, facts)
        _sweep(home)
        _notify_hub(home, engine)
        if home.settings.alert:
            alerting = alerting_of(home, facts, chosen)
            alerting.notice(looks_of(home, facts, chosen))
            alerting.compose(at_once=True)
            send_alerts(home, facts, engine, chosen)
        alerting_of(home, facts, chosen).tidy()
    return done


def send_alerts(
    home: Home, facts: Facts, engine: Engine, topics: tuple[Topic, ...], stopping: Callable[[], bool] = lambda: False
) -> None:
    """Send the messages of alerts that are due, and log what was sent and what failed. `engine` is open."""
    report = postman_of(home, facts, topics).deliver(channels_of(home, engine).send, stopping)
    for line in report.failures:
        log_event(_LOG, logging.WARNING, "alert_failed", f"topicwire: {line}")
    if report.sent:
        log_event(_LOG, logging.INFO, "alerts_sent", reported(report), sent=report.sent)


def _sweep(home: Home) -> None:
    """Remove the unfinished files that killed processes left."""
    sweep(*(home.folder / name for name in ("public", "private", "topics", "opinions")))
    remove_abandoned(home.folder)


def _finish_erasure(home: Home, facts: Facts, topics: tuple[Topic, ...]) -> None:
    """Do what `forget` has left to do."""
    if finish_erasure(home, facts, topics).was_due:
        log_event(_LOG, logging.INFO, "erasure_finished", "what was erased is in no file any more")


def tell_of_changes(home: Home, engine: Engine) -> tuple[FetchError, ...]:
    """Ping the hub for every feed that changed, where a hub is set; return what failed. `engine` is open."""
    hub = home.settings.publish.hub
    if not hub or not home.database_path.exists():
        return ()

    def post(url: str, form: Mapping[str, str]) -> None:
        engine.submit(engine.post(url, form)).result()

    with home.facts() as facts:
        return tell_hub(facts, hub, home.settings.base_url, post, home.clock)


def _notify_hub(home: Home, engine: Engine) -> None:
    for fault in tell_of_changes(home, engine):
        log_event(_LOG, logging.WARNING, "hub_ping_failed", f"topicwire: {fault}")


# The service


def _explained(fault: Exception) -> tuple[str, str]:
    """Return the event of a fault of the system or of topicwire itself, and what is said of it; log its traceback."""
    if isinstance(fault, OSError):
        return "tick_failed", f"{fault}; {system_cure(fault)}"
    if is_out_of_memory(fault):
        return "tick_failed", OUT_OF_MEMORY
    cause = one_line(f"{type(fault).__name__}: {fault}")
    log_fault(_LOG, cause, traceback.format_exc())
    return "program_fault", f"a fault of topicwire itself ({cause}); its traceback is in {NAME}: please report it"


class ServiceTicks:
    """The work of the ticks. Polling, seeds, publication and the hub have a thread and a connection each.

    They write in short transactions, in turns, so that none waits for another. An error of one tick is
    reported in one line, and the service goes on.
    """

    def __init__(self, home: Home, engine: Engine, hold: Hold | None = None) -> None:
        """Prepare the ticks; `engine` is open. `hold` is the lock on the home, where the caller holds it already."""
        self._home, self._engine = home, engine
        self.stopping = Event()
        self.ready = Event()  # the files that can be published at once are in place
        self._may_poll = Event()
        self._may_poll.set()
        self._polling_since: datetime | None = None
        self._newest: int | None = None  # source, when such were looked for
        self._is_behind = False  # more sources were due than the last tick had time for
        self._has_new_items = Event()  # stored and not yet classified
        self._may_publish = Event()  # something came, or polling is over
        self._published_at: datetime | None = None
        self._news_at: datetime | None = None  # when tags were last given: the first news wait for nothing
        self._hold = hold or Hold(home.folder)
        self._running = 0
        self._lock = Lock()
        self._reported: set[str] = set()  # refused lines of sources.opml, which are reported once
        self._offline = self._has_polled = False
        self._topics = TopicCache(
            topic_folders(home.folder, home.settings), partial(log_event, _LOG, logging.ERROR, "topic_refused")
        )
        self._topics_published: tuple[Topic, ...] | None = None  # as the last publication knew them
        self._topics_told: tuple[Topic, ...] | None = None  # as the last tick that made messages knew them
        self._kept: frozenset[str] = frozenset()  # feeds without a topic that were reported
        self._hub_faults: dict[str, datetime] = {}  # why the hub could not be told, and when that was logged
        self._failing: dict[str, str] = {}  # why ticks failed the last time, by name
        self._working: set[Facts] = set()  # the connections of the running ticks
        self._signs = {worker: WorkerSign() for worker in _INTERVALS if worker != "alerts" or self.has_alerts}
        self.manager = ServiceManager(home.environment, os.getpid())

    def delay_polling(self) -> None:
        """Delay polling until `open` is done, or by one seed interval where there are many seeds."""
        self._may_poll.clear()

    def stop(self) -> None:
        """Start no more work, and wake the threads that wait for it."""
        self.stopping.set()
        self.ready.set()
        self._may_poll.set()
        self._may_publish.set()

    def begin(self) -> None:
        """Open, and await the first news."""
        self.open()
        self.await_news()

    def open(self) -> None:
        """Publish what is stored, then read the seeds and publish them: a new home answers before any source is polled."""
        self._engine.prepare()
        try:
            self._tick(self._opened)
            self.ready.set()
            self._tick(self._opened_with_seeds)
        finally:
            self.ready.set()
            self._may_poll.set()

    def poll(self) -> None:
        """Poll what is due; another tick classifies and publishes what is new."""
        self._may_poll.wait(_SECONDS["seeds"])
        self._polling_since = self.now()
        try:
            self._tick(self._poll)
            while self._is_behind:  # the next tick may be half a minute away
                self._tick(self._poll)
        finally:
            self._polling_since = None
            self._may_publish.set()

    def poll_new_sources(self) -> None:
        """Poll at once where a source was added; once for each that was added last, since it may stay unpolled while offline."""
        newest = newest_unpolled(self._home.database_path)
        if newest not in {None, self._newest}:
            self._newest = newest
            self.poll()

    def seeds(self) -> None:
        """Read new and changed documents."""
        self._tick(self._seeds)

    def await_news(self) -> None:
        """Publish what is due whenever something may have become due, until nothing comes for the time of a tick."""
        for _ in range(_WAKES):
            is_woken = self._may_publish.wait(_SECONDS["publish"])
            self._may_publish.clear()
            self.publish_new_items()
            if not is_woken or self.stopping.is_set():
                break

    def publish_new_items(self) -> None:
        """Publish new items and new wordings at once, while polling goes on at intervals; without any, once a minute."""
        if self._has_news():
            patience, before = self._patience(), self._news_at
        else:
            patience, before = _SECONDS["all"], self._published_at
        is_due = before is None or not 0 <= (self.now() - before).total_seconds() < patience
        if is_due or has_note(self._home.database_path, ERASURE):
            self.publish()

    def _patience(self) -> float:
        """Return the seconds between news while polling goes on: few after the first ones, and more the longer it goes on."""
        if self._polling_since is None or self._news_at is None:
            return 0
        return min(2 * (self._news_at - self._polling_since).total_seconds(), _SECONDS["news"])

    def _has_news(self) -> bool:
        return self._has_new_items.is_set() or self._topics.topics() != self._topics_published

    def publish(self) -> None:
        """Classify and publish."""
        self._tick(self._publish)

    def housekeeping(self) -> None:
        """Tidy the database and the published folders."""
        self._tick(self._tidy)

    def hub(self) -> None:
        """Notify the hub of what was published, in a thread of its own: hubs may be slow."""
        self._guarded("hub", self._tell_hub)

    def _tell_hub(self) -> None:
        """Tell the hub, and log what failed: each cause once a day, however many feeds there are and tries."""
        now = self.now()
        for fault in map(str, tell_of_changes(self._home, self._engine)):
            if fault not in self._hub_faults or now - self._hub_faults[fault] >= _HUB_SILENCE:
                self._hub_faults[fault] = now
                log_event(_LOG, logging.WARNING, "hub_ping_failed", f"topicwire: {fault}")

    def compose_alerts(self) -> None:
        """Make the messages of alerts that are due."""
        self._tick(self._compose)

    def notice_troubles(self) -> None:
        """Make messages about what is wrong."""
        self._tick(self._notice)

    def send_alerts(self) -> None:
        """Send messages, in a thread of its own: mail servers may be slow."""
        self._tick(self._send)

    def now(self) -> datetime:
        """Return the time now."""
        return self._home.clock()

    @property
    def has_alerts(self) -> bool:
        """True when there is anything to tell anybody."""
        return bool(self._home.settings.alert)

    @property
    def is_idle(self) -> bool:
        """True while no tick is under way."""
        with self._lock:
            return not self._running

    def signs(self) -> dict[str, WorkerSign]:
        """Return what each worker has shown of itself."""
        with self._lock:
            return dict(self._signs)

    def _sign(self, worker: str) -> None:
        with self._lock:
            self._signs[worker] = self._signs[worker].given()

    def _stops(self, worker: str) -> bool:
        """Return whether the service stops. A worker that asks gives a sign of life: long work asks after each step."""
        self._sign(worker)
        return self.stopping.is_set()

    def _tick(self, work: Callable[[Facts], None]) -> None:
        self._guarded(work.__name__, lambda: self._alone(work))

    def _guarded(self, name: str, work: Callable[[], None]) -> None:
        worker = _WORKERS[name]
        with self._lock:
            self._running += 1  # before `stopping` is read: the stopping thread sets that first, then waits for this count
            self._signs[worker] = self._signs.get(worker, WorkerSign()).begun()
        try:
            if not self.stopping.is_set():
                work()
                self._works(name)
        except TopicwireError as fault:
            self._fails(name, "tick_failed", str(fault))
        except sqlite3.Error as fault:
            if not self.stopping.is_set():  # otherwise it was interrupted
                self._fails(name, "database_failed", database_failed(fault))
        except CancelledError:
            pass  # the service stops; unfinished work is still due
        except Exception as fault:  # noqa: BLE001 - whatever one tick does, the service goes on
            self._fails(name, *_explained(fault))
        finally:
            with self._lock:
                self._running -= 1
                self._signs[worker] = self._signs[worker].ended()

    def _fails(self, name: str, event: str, message: str) -> None:
        """Log why a tick failed: once, however often it fails for the same reason."""
        if self._failing.get(name) != message:
            log_event(_LOG, logging.ERROR, event, f"topicwire: {message}", work=_WORK[name])
        self._failing[name] = message

    def _works(self, name: str) -> None:
        if self._failing.pop(name, None):
            log_event(_LOG, logging.INFO, "tick_recovered", f"{_WORK[name]} works again", work=_WORK[name])

    def _alone(self, work: Callable[[Facts], None]) -> None:
        with self._hold.shared() as free:
            if free:
                with self._home.facts() as facts:
                    self._working.add(facts)
                    try:
                        work(facts)
                    finally:
                        self._working.discard(facts)

    def interrupt(self) -> None:
        """Interrupt the running database statements of the ticks; their work is rolled back and still due."""
        for facts in tuple(self._working):
            with suppress(sqlite3.Error):  # the tick has ended meanwhile
                facts.interrupt()

    def _opened(self, facts: Facts) -> None:
        topics = self._topics.topics()
        _finish_erasure(self._home, facts, topics)
        if not all((self._home.folder / feed_path(topic)).exists() for topic in topics):
            stopping = partial(self._stops, "publication")
            publish(facts, Classifications(facts), topics, target_of(self._home, facts), stopping=stopping)
            self._published_at = self.now()

    def _seeds(self, facts: Facts, worker: str = "seeds") -> None:
        report = read_seeds(self._home, facts, self._engine, lambda: self._sign(worker))
        self._report(report, "document", "read")

    def _opened_with_seeds(self, facts: Facts) -> None:
        self._seeds(facts, "publication")
        if self._has_new_items.is_set():
            self._publish(facts)

    def _poll(self, facts: Facts) -> None:
        self._is_behind = False
        read_lists(self._home, facts, self._engine)
        end = self.now() + timedelta(seconds=_POLL_SECONDS)

        def in_time() -> bool:
            return self.now() < end and not self.stopping.is_set()

        while (more := self._polled(facts, in_time)) and in_time():
            pass  # more are due than are held at once
        self._is_behind = more and not self.stopping.is_set()
        self._engine.rest(_IDLE)
        if self._engine.has_rested(_LONG_IDLE):
            end_unused()
            give_back()

    def _polled(self, facts: Facts, in_time: Callable[[], bool]) -> bool:
        """Poll due sources, at most so many as are held at once; return whether more may be due."""
        due = due_sources(self._home, facts, self._reported, limit=_SOURCES)
        self._report_begin(len(due))
        steps = partial(self._steps, facts, in_time)
        times = StageTimes(self.now)
        with times.timed("poll"):
            report = poll_due(self._home, facts, self._engine, due, self._after_step, steps, progress_bar, in_time)
        if not self.stopping.is_set():
            facts.tallies.done("poll", self.now(), times.sums if report.looked else {})
        self._report_offline(report)
        self._tell_poll(report)
        if report.offline:
            return False
        self._report(report, "source", "polled")
        subscribe(self._home, facts, self._engine)
        return report.looked > 0 and (len(due) == _SOURCES or report.looked < len(due))

    def _report_begin(self, due: int) -> None:
        """Say once what is polled now and how often from then on."""
        if due and not self._has_polled:
            message = f"polling {counted(due, 'source')} now, then each when news is likely: {self._home.settings.polling.rhythm}"
            log_event(_LOG, logging.INFO, "polling_begun", message, due=due)
        self._has_polled = self._has_polled or bool(due)

    def _after_step(self, report: Report) -> bool:
        log_source_changes(report.source_changes)
        if report.looked > report.unchanged + len(report.failed):
            self._note_new_items()
        return not self._stops("polling")

    def _pauses(self, seconds: float) -> bool:
        """Wait, and return whether the service stops."""
        return self.stopping.wait(seconds)

    def _steps(self, facts: Facts, in_time: Callable[[], bool], due: list[Due]) -> Iterator[list[Due]]:
        """Yield due sources in steps; no step polls more than half of the sources of a host."""
        urls = facts.sources.polled_urls()
        now, later = split_by_host(due, urls)
        yield now
        while later and in_time() and not self._pauses(_STEP_PAUSE):
            now, later = split_by_host(later, urls)
            yield now

    def _report_offline(self, report: Report) -> None:
        if report.offline and not self._offline:
            message = f"{QUESTION} no source is marked as failing; all are polled as soon as one of them answers"
            log_event(_LOG, logging.WARNING, "sources_unreachable", message)
        elif report.looked and self._offline and not report.offline:
            log_event(_LOG, logging.INFO, "sources_reachable", "sources can be reached again")
        self._offline = report.offline or (self._offline and not report.looked)

    def _tell_poll(self, report: Report) -> None:
        if report.looked:
            figures = f"{counted(report.looked, 'source')}, {len(report.failed)} failed, {counted(report.counts.new, 'new item')}"
            what = "no source could be reached" if report.offline else figures
            self.manager.status(f"last poll at {self.now():%H:%M} UTC: {what}")

    def _report(self, report: Report, looked_at: str, how: str) -> None:
        """Report what reading documents or polling brought, and request its classification."""
        if report.looked > report.unchanged:
            figures = {"looked": report.looked, "failed": len(report.failed), "new": report.counts.new}
            message = (
                f"{counted(report.looked, looked_at)} {how}, {len(report.failed)} failed; {counted(report.counts.new, 'item')} new"
            )
            brought = report.counts.new + report.counts.changed  # a pass that only failed is told by its sources, once each
            log_event(_LOG, logging.INFO if brought else logging.DEBUG, "items_stored", message, **figures)
            self._note_new_items()

    def _note_new_items(self) -> None:
        self._has_new_items.set()
        self._may_publish.set()

    def _publish(self, facts: Facts) -> None:
        self._has_new_items.clear()
        self._published_at = self.now()  # also when it fails: the rest is done a minute later
        self._topics_published = topics = self._topics.topics()
        _finish_erasure(self._home, facts, topics)
        stopping = partial(self._stops, "publication")
        tagged, written = classify_and_publish(self._home, facts, topics, _BATCHES, stopping)
        if tagged:
            self._news_at = self._published_at
        if tagged or written:
            message = f"{counted(tagged, 'tag')} given; {counted(written, 'file')} written"
            log_event(_LOG, logging.INFO, "feeds_published", message, tagged=tagged, written=written)
            give_back()
        self._report_kept(facts)

    def _report_kept(self, facts: Facts) -> None:
        """Report once which feeds are served although their topic has no file in force."""
        kept = frozenset(kept_feeds(self._home, facts))
        for line in kept_feed_messages(sorted(kept - self._kept)):
            log_event(_LOG, logging.WARNING, "feed_without_topic", f"topicwire: {line}")
        self._kept = kept

    def _compose(self, facts: Facts) -> None:
        self._topics_told = self._topics.topics()
        alerting_of(self._home, facts, self._topics_told).compose()

    def _notice(self, facts: Facts) -> None:
        if (topics := self._topics_told) is not None:
            alerting_of(self._home, facts, topics).notice(looks_of(self._home, facts, topics))

    def _send(self, facts: Facts) -> None:
        if self._topics_told is not None:
            send_alerts(self._home, facts, self._engine, self._topics_told, partial(self._stops, "alerts"))

    def _tidy(self, facts: Facts) -> None:
        alerting_of(self._home, facts, ()).tidy()
        if self._home.settings.retention.deletes:
            now = moment_to_trust(facts, self.now(), _PURGE_STEP)
            purge = Purge(self._home.settings.retention, now, secrets.token_bytes(16), _DELETED, _LOOKED)
            if deleted := delete_expired(facts, purge, partial(self._stops, "publication")):
                log_event(_LOG, logging.INFO, "items_deleted", f"{deleted} items deleted: kept long enough", deleted=deleted)
        facts.pack(_PACKED, partial(self._stops, "publication"))
        facts.tidy()
        _sweep(self._home)


async def run_service(
    home: Home, engine: Engine, listening: socket.socket | None, hold: Hold, stopping: Callable[[], None]
) -> Home | None:
    """Run the ticks, and the server where a socket is listening, until SIGTERM or SIGINT, and return None.

    At SIGHUP the settings and topics are read. If they are sound the service ends, and the home with them is returned,
    for a new start. `stopping` is called when a signal ends the service for good.
    """
    service = ServiceTicks(home, engine, hold)
    manager = service.manager
    heartbeat = Heartbeat(manager, service.signs, _INTERVALS)
    signals = _Signals(home, manager, stopping)
    signals.install(asyncio.get_running_loop())
    service.delay_polling()
    ticks = _ticks(service)
    ticks.start()
    beats, following = (asyncio.create_task(one) for one in (heartbeat.starting(), _follow_clock(ticks, home.clock)))
    # The socket listens already: early requests wait until the first files are in place, instead of getting 404.
    stop, ready = (asyncio.create_task(one) for one in (signals.ended.wait(), asyncio.to_thread(service.ready.wait)))
    await asyncio.wait((stop, ready), return_when=asyncio.FIRST_COMPLETED)
    server = Server(application(home), home.settings.service)
    is_served = listening is not None and not signals.ended.is_set()
    serving = asyncio.create_task(server.serve([listening.dup()])) if listening and is_served else None
    beats.cancel()
    if not signals.ended.is_set():
        beats = asyncio.create_task(heartbeat.beating())
        manager.ready(f"serving {home.settings.base_url}/" if serving else "polling and publishing")
    await stop
    # In this order: start no new work, end the running work, then close the server and the scheduler.
    following.cancel()
    service.stop()
    ticks.pause()
    server.should_exit = True
    await _drain(service, engine)
    await ready
    if serving:
        await serving
    ticks.shutdown()
    beats.cancel()
    return signals.fresh


async def _follow_clock(ticks: AsyncIOScheduler, clock: Callable[[], datetime], pause: float = _CLOCK_SECONDS) -> None:
    """Plan the ticks anew whenever the clock was put back: they are planned by the clock, and would wait for the old time."""
    loop = asyncio.get_running_loop()
    before, began = clock(), loop.time()
    while True:
        await asyncio.sleep(pause)
        now, at = clock(), loop.time()
        back = timedelta(seconds=at - began) - (now - before)
        if back > timedelta(seconds=_CLOCK_SECONDS):
            for job in (one for one in ticks.get_jobs() if isinstance(one.trigger, IntervalTrigger)):
                job.modify(next_run_time=min(job.next_run_time, now + job.trigger.interval))
            seconds = round(back.total_seconds())
            message = f"the clock was put back by {timedelta(seconds=seconds)}; the work goes on by the new time"
            log_event(_LOG, logging.WARNING, "clock_put_back", message, seconds=seconds)
        before, began = now, at


async def _drain(service: ServiceTicks, engine: Engine) -> None:
    """Wait until the running ticks have ended; interrupt what takes long."""
    loop = asyncio.get_running_loop()
    late = loop.time() + _GRACE
    while not service.is_idle:
        engine.cancel()  # repeatedly: a running tick may have started something meanwhile
        if loop.time() > late:
            service.interrupt()
        await asyncio.sleep(_CHECK_PAUSE)


class _Signals:
    """What signals tell the service: to stop, or to begin again with fresh settings."""

    def __init__(self, home: Home, manager: ServiceManager, stopping: Callable[[], None]) -> None:
        self._home, self._manager, self._stopping = home, manager, stopping
        self._has_terminal, self._is_stopping = _is_terminal(), False
        self._reading: asyncio.Task[None] | None = None
        self.ended = asyncio.Event()
        self.fresh: Home | None = None

    def install(self, loop: asyncio.AbstractEventLoop) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)

    def _stop(self) -> None:
        if not self._is_stopping:
            self._is_stopping = True
            self._manager.stopping()
            self._stopping()
        self.fresh = None
        self.ended.set()

    def _hang_up(self) -> None:
        if self._has_terminal and not _is_terminal():
            self._stop()  # its terminal was closed: nobody asked for new settings
        elif self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._reload())

    async def _reload(self) -> None:
        """Read the settings and topics. If they are sound, end for a new start; otherwise go on with those in force."""
        self._manager.reloading()
        try:
            fresh = await asyncio.to_thread(_read_again, self._home)
        except TopicwireError as fault:
            self._manager.ready("goes on as it was: settings or topics cannot be read (see the log)")
            log_event(_LOG, logging.ERROR, "reload_refused", f"topicwire: {fault}; the service goes on as it is")
            return
        if not self.ended.is_set():
            self.fresh = fresh
            self.ended.set()


def _is_terminal() -> bool:
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def _read_again(home: Home) -> Home:
    """Return the home with the settings as they are now. Raises TopicwireError where they or a topic cannot be used."""
    fresh = replace(home)
    topics_of(fresh)
    return fresh


def _is_of_interest(record: logging.LogRecord) -> bool:
    """Return whether a log record of APScheduler is of interest: a tick skipped while the last one runs is normal."""
    return "maximum number of running instances reached" not in record.msg


def _ticks(service: ServiceTicks) -> AsyncIOScheduler:
    logging.getLogger("apscheduler.scheduler").addFilter(_is_of_interest)
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    threads = {name: ThreadPoolExecutor(1) for name in ("default", "seeds", "publication", "hub", "alerts")}
    ticks = AsyncIOScheduler(timezone="UTC", executors=threads, job_defaults=defaults)
    ticks.add_job(service.begin, id="open", executor="publication")
    ticks.add_job(service.poll, "interval", seconds=_SECONDS["poll"], id="poll", next_run_time=service.now())
    for name, work, executor in (
        ("new sources", service.poll_new_sources, "default"),
        ("seeds", service.seeds, "seeds"),
        ("publish", service.await_news, "publication"),
        ("housekeeping", service.housekeeping, "publication"),
        ("hub", service.hub, "hub"),
    ):
        ticks.add_job(work, "interval", seconds=_SECONDS[name], id=name, executor=executor)
    if service.has_alerts:
        seconds = _SECONDS_OF_ALERTS["compose"]  # at once, after `open`: a new alert begins before anything is polled for it
        ticks.add_job(
            service.compose_alerts, "interval", seconds=seconds, id="compose", executor="publication", next_run_time=service.now()
        )
        for name, work, executor in (
            ("send", service.send_alerts, "alerts"),
            ("notice", service.notice_troubles, "alerts"),
        ):
            ticks.add_job(work, "interval", seconds=_SECONDS_OF_ALERTS[name], id=name, executor=executor)
    return ticks
