"""The service: passes and APScheduler's ticks; with scheduler.py, which starts it, the only place that knows both halves."""

import asyncio
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Event, Lock
from typing import Final

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feeds.cli.home import good_topics, kept_topics, say_kept, target_of
from feeds.publication.atomic_files import sweep
from feeds.publication.publish import feed_path
from feeds.publication.websub import tell_hub
from feeds.server.application import application
from feeds.server.server import Server
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.stories.grouping_pass import all_grouped, group_new
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.cache import TopicCache
from feeds.tagging.topic.folders import said_of, topic_folders
from feeds.tagging.topic.model import Topic
from ingest.cli.console import database_failed, progress_bar
from ingest.errors import FetchError, TopicwireError
from ingest.log import log_event
from ingest.polling.batch import Due, halves
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.lists import read_lists
from ingest.polling.offline import QUESTION
from ingest.polling.passes import due_sources, poll_these, read_seeds
from ingest.polling.pipeline import Report
from ingest.polling.websub import subscribe
from ingest.store.facts import Facts
from ingest.store.lock import Hold

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE = 400  # sources a tick
_BITES = 20  # of old items, judged again after a change of wording, a tick
_WHILE = 10.0  # seconds of grouping, after which what is ready is published
_SOON = 0.1  # seconds
_BETWEEN = 5.0  # seconds between two steps of a poll: the hosts that have many sources rest
_PATIENCE = 4  # seconds in which a tick may end its work when the service stops
_SECONDS = {"poll": 30, "seeds": 60, "publish": 2, "news": 15, "all": 60, "hub": 15, "housekeeping": 3_600}


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    documents: Report
    polls: Report
    tagged: int
    written: int
    code: int = 0  # what a broken topic file deserves

    def __str__(self) -> str:
        """Say it in one line."""
        counts = self.documents.counts + self.polls.counts
        return (
            f"{self.polls.looked} sources polled, {len(self.polls.failed)} failed; {self.documents.looked} documents read; "
            f"{counts.new} items new, {counts.changed} changed; {self.tagged} tags given; {self.written} files written"
        )


# The parts of a pass


def classify_and_publish(
    home: Home,
    facts: Facts,
    chosen: tuple[Topic, ...],
    bites: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> tuple[int, int]:
    """Judge what is new and write what changed: (tags given, files written).

    Without a number of bites all is grouped, but what is ready is published every while.
    """
    judgements = Classifications(facts)
    tagged = written = 0
    while True:
        group_new(facts, home.clock(), bites, seconds=_WHILE, clock=home.clock, stopping=stopping)
        tagged += classify_new(facts, judgements, chosen, home.clock(), bites, stopping)
        written += len(publish(facts, judgements, chosen, target_of(home, facts), stopping=stopping).written)
        if bites is not None or stopping() or all_grouped(facts):
            return tagged, written


def full_pass(home: Home, *, everything: bool = False) -> Pass:
    """Read the seeds, poll, judge, publish, and sweep up what an earlier pass that was killed left."""
    chosen, code = good_topics(home)  # a topic file that cannot be read must not cost what the sources say today
    with home.facts() as facts, home.engine() as engine:
        documents = read_seeds(home, facts, engine)
        read_lists(home, facts, engine, everything=everything)
        polls = poll_these(home, facts, engine, due_sources(home, facts, set(), everything=everything), progress=progress_bar)
        done = Pass(documents, polls, *classify_and_publish(home, facts, chosen), code)
        say_kept(home, facts)
        sweep(home.folder / "public", home.folder / "private")
        _tell(home, engine)
    return done


def tell_of_changes(home: Home, engine: Engine) -> tuple[FetchError, ...]:
    """Tell the hub of every feed that changed, where a hub is set; return what failed. `engine` is open."""
    hub = home.settings.publish.hub
    if not hub or not home.database_path.exists():
        return ()

    def post(url: str, form: Mapping[str, str]) -> None:
        engine.submit(engine.post(url, form)).result()

    with home.facts() as facts:
        return tell_hub(facts, hub, home.settings.base_url, post, home.clock)


def _tell(home: Home, engine: Engine) -> None:
    for fault in tell_of_changes(home, engine):
        log_event(_LOG, logging.WARNING, "hub_ping_failed", f"topicwire: {fault}")


# The service


class Service:
    """The ticks. Polling, seeds, publication and the hub have a thread and a connection each: none waits for another.

    Each writes in short transactions, in turns. A fault is a line, never the end.
    """

    def __init__(self, home: Home, engine: Engine) -> None:
        """Prepare; `engine` is open."""
        self._home, self._engine = home, engine
        self.stopping = Event()
        self.ready = Event()  # what is published so far lies where it is served
        self._begun = Event()  # the seeds of the start are published: sources may be asked
        self._begun.set()
        self._polling = Event()
        self._news = Event()  # something is stored that is not judged yet
        self._published_at: datetime | None = None
        self._hold = Hold(home.folder)
        self._running = 0
        self._guard = Lock()
        self._said: set[str] = set()  # refused lines of sources.opml: once is enough
        self._offline = False
        self._shelf = TopicCache(
            topic_folders(home.folder, home.settings), partial(log_event, _LOG, logging.ERROR, "topic_refused")
        )
        self._kept: frozenset[str] = frozenset()  # feeds without a topic, of which was told
        self._working: set[Facts] = set()  # those of the ticks under way

    def hold_back(self) -> None:
        """Let polling wait until `open` is done, though not for ever: somebody's seeds may be many."""
        self._begun.clear()

    def stop(self) -> None:
        """Begin nothing more, and let nobody wait for what does not come."""
        self.stopping.set()
        self.ready.set()
        self._begun.set()

    def open(self) -> None:
        """Publish what there is, then the seeds: a subscriber of a new home is answered before any source is asked."""
        try:
            self._tick(self._opened)
            self.ready.set()
            self._tick(self._opened_with_seeds)
        finally:
            self.ready.set()
            self._begun.set()

    def poll(self) -> None:
        """Poll what is due; what it brings is judged and published by another tick."""
        self._begun.wait(_SECONDS["seeds"])
        self._polling.set()
        try:
            self._tick(self._poll)
        finally:
            self._polling.clear()

    def seeds(self) -> None:
        """Read new documents."""
        self._tick(self._seeds)

    def publish_news(self) -> None:
        """Publish what is new, now and then while polling goes on, and once a minute what else there is to do."""
        patience = _SECONDS["all"] if not self._news.is_set() else _SECONDS["news"] if self._polling.is_set() else 0
        before = self._published_at
        if before is None or not 0 <= (self.now() - before).total_seconds() < patience:
            self.publish()

    def publish(self) -> None:
        """Judge and publish what is to be."""
        self._tick(self._publish)

    def housekeeping(self) -> None:
        """Tidy the database and the published folder."""
        self._tick(self._tidied)

    def hub(self) -> None:
        """Tell the hub what was published: a slow one keeps nothing waiting."""
        self._guarded(lambda: _tell(self._home, self._engine))

    def now(self) -> datetime:
        """Return the present moment."""
        return self._home.clock()

    @property
    def is_idle(self) -> bool:
        """Whether no tick is under way."""
        with self._guard:
            return not self._running

    def _tick(self, work: Callable[[Facts], None]) -> None:
        self._guarded(lambda: self._alone(work))

    def _guarded(self, work: Callable[[], None]) -> None:
        with self._guard:
            self._running += 1  # before looking at `stopping`, which whoever waits has set before looking at this
        try:
            if not self.stopping.is_set():
                work()
        except TopicwireError as fault:
            log_event(_LOG, logging.ERROR, "tick_failed", f"topicwire: {fault}")
        except sqlite3.Error as fault:
            if not self.stopping.is_set():  # else it was broken off
                log_event(_LOG, logging.ERROR, "database_failed", f"topicwire: {database_failed(fault)}")
        except CancelledError:
            pass  # the service stops; what was under way is still due
        finally:
            with self._guard:
                self._running -= 1

    def _alone(self, work: Callable[[Facts], None]) -> None:
        with self._hold.shared() as free:
            if free:
                with self._home.facts() as facts:
                    self._working.add(facts)
                    try:
                        work(facts)
                    finally:
                        self._working.discard(facts)

    def break_off(self) -> None:
        """End what the ticks ask of the database just now: it is undone, and still due."""
        for facts in tuple(self._working):
            with suppress(sqlite3.Error):  # it has ended meanwhile
                facts.interrupt()

    def _opened(self, facts: Facts) -> None:
        topics = self._shelf.topics()
        if not all((self._home.folder / feed_path(topic)).exists() for topic in topics):
            publish(facts, Classifications(facts), topics, target_of(self._home, facts), stopping=self.stopping.is_set)
            self._published_at = self.now()

    def _seeds(self, facts: Facts) -> None:
        self._brought(read_seeds(self._home, facts, self._engine))

    def _opened_with_seeds(self, facts: Facts) -> None:
        self._seeds(facts)
        if self._news.is_set():
            self._publish(facts)

    def _poll(self, facts: Facts) -> None:
        read_lists(self._home, facts, self._engine)
        due = due_sources(self._home, facts, self._said, limit=_AT_ONCE)
        report = poll_these(self._home, facts, self._engine, due, self._heard, partial(self._parts, facts), progress_bar)
        self._say_offline(report)
        if not report.offline:
            self._brought(report)
            subscribe(self._home, facts, self._engine)

    def _heard(self, report: Report) -> bool:
        if report.looked > report.unchanged + len(report.failed):
            self._news.set()
        return not self.stopping.is_set()

    def _rest(self, seconds: float) -> bool:
        """Wait, and give whether to stop."""
        return self.stopping.wait(seconds)

    def _parts(self, facts: Facts, due: list[Due]) -> Iterator[list[Due]]:
        """Return what is due in steps, none of which asks a host for more than half of its sources."""
        urls = facts.sources.polled_urls()
        now, later = halves(due, urls)
        yield now
        while later and not self._rest(_BETWEEN):
            now, later = halves(later, urls)
            yield now

    def _say_offline(self, report: Report) -> None:
        if report.offline and not self._offline:
            message = f"{QUESTION} nothing is held against them; all are asked as soon as one of them answers"
            log_event(_LOG, logging.WARNING, "sources_unreachable", message)
        elif report.looked and self._offline and not report.offline:
            log_event(_LOG, logging.INFO, "sources_reachable", "sources can be reached again")
        self._offline = report.offline or (self._offline and not report.looked)

    def _brought(self, report: Report) -> None:
        """Say what a look at documents or sources brought, and have it judged."""
        if report.looked > report.unchanged:
            figures = {"looked": report.looked, "failed": len(report.failed), "new": report.counts.new}
            message = f"{report.looked} looked at, {len(report.failed)} failed; {report.counts.new} items new"
            log_event(_LOG, logging.INFO, "items_stored", message, **figures)
            self._news.set()

    def _publish(self, facts: Facts) -> None:
        self._news.clear()
        self._published_at = self.now()  # also when it fails: what is left is done a minute later
        tagged, written = classify_and_publish(self._home, facts, self._shelf.topics(), _BITES, self.stopping.is_set)
        if tagged or written:
            message = f"{tagged} tags given; {written} files written"
            log_event(_LOG, logging.INFO, "feeds_published", message, tagged=tagged, written=written)
        self._say_kept(facts)

    def _say_kept(self, facts: Facts) -> None:
        """Say, once, which feeds are served though no topic makes them any more."""
        kept = frozenset(kept_topics(self._home, facts))
        for line in said_of(sorted(kept - self._kept)):
            log_event(_LOG, logging.WARNING, "feed_without_topic", f"topicwire: {line}")
        self._kept = kept

    def _tidied(self, facts: Facts) -> None:
        facts.tidy()
        sweep(self._home.folder / "public", self._home.folder / "private")


async def run_service(home: Home, engine: Engine, listening: socket.socket | None) -> None:
    """Run the ticks, and the server where a socket is listening, until SIGTERM or SIGINT."""
    service = Service(home, engine)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    service.hold_back()
    ticks = _ticks(service)
    ticks.start()
    # Whoever asks before that waits: the socket listens already, and a feed that is about to be there is not missing.
    stop, ready = (asyncio.create_task(one) for one in (stopped.wait(), asyncio.to_thread(service.ready.wait)))
    await asyncio.wait((stop, ready), return_when=asyncio.FIRST_COMPLETED)
    server = Server(application(home), home.settings.service)
    serving = asyncio.create_task(server.serve([listening])) if listening and not stopped.is_set() else None
    await stop
    # In this order: no new work, end the old, then the rest.
    service.stop()
    ticks.pause()
    server.should_exit = True
    late = loop.time() + _PATIENCE
    while not service.is_idle:
        engine.cancel()  # again and again: the running tick may have begun something meanwhile
        if loop.time() > late:
            service.break_off()
        await asyncio.sleep(_SOON)
    await ready
    if serving:
        await serving
    ticks.shutdown()


def _is_news(record: logging.LogRecord) -> bool:
    """Return whether a line of the scheduler is worth reading: that a tick is skipped while the last one runs is not."""
    return "maximum number of running instances reached" not in record.msg


def _ticks(service: Service) -> AsyncIOScheduler:
    logging.getLogger("apscheduler.scheduler").addFilter(_is_news)
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    threads = {name: ThreadPoolExecutor(1) for name in ("default", "seeds", "publication", "hub")}
    ticks = AsyncIOScheduler(timezone="UTC", executors=threads, job_defaults=defaults)
    ticks.add_job(service.open, id="open", executor="publication")
    ticks.add_job(service.poll, "interval", seconds=_SECONDS["poll"], id="poll", next_run_time=service.now())
    for name, work, executor in (
        ("seeds", service.seeds, "seeds"),
        ("publish", service.publish_news, "publication"),
        ("housekeeping", service.housekeeping, "publication"),
        ("hub", service.hub, "hub"),
    ):
        ticks.add_job(work, "interval", seconds=_SECONDS[name], id=name, executor=executor)
    return ticks
