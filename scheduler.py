"""The composition root: the only place that knows facts and judgements; APScheduler's ticks and the `topicwire` command."""

import asyncio
import gc
import logging
import signal
import socket
import sqlite3
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from datetime import datetime
from threading import Event

import click
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from feeds.commands import explain, good_topics, items, publish_command, target_of, topic_folders, topics_of
from feeds.grant_commands import feeds
from feeds.hub import tell_hub
from feeds.judging import judge_new
from feeds.publication.whole import sweep
from feeds.publish import publish
from feeds.review_commands import review
from feeds.search_commands import search_command
from feeds.serve.application import application
from feeds.serve.commands import serve
from feeds.serve.server import Server, listen, run_loop
from feeds.shelf import Shelf
from feeds.store import Judgements
from feeds.story.commands import stories
from feeds.story.judging import all_grouped, group_new
from feeds.topic import Topic
from feeds.topic_commands import topics
from feeds.trial_command import try_command
from ingest.commands import sources
from ingest.console import App, command, database_failed, is_terminal, say
from ingest.engine import Engine
from ingest.errors import TopicwireError
from ingest.lists import read_lists
from ingest.lock import alone
from ingest.oneoff import ingest_all, summary
from ingest.passes import due_sources, poll_these, read_seeds
from ingest.pipeline import Report
from ingest.store import Facts
from ingest.websub import subscribe

_AT_ONCE = 400  # sources a tick: between two ticks what they brought is published
_BITES = 20  # of old items, judged again after a change of wording, a tick
_PATIENCE = 10.0  # seconds of grouping, after which what is ready is published
_SOON = 0.1  # seconds
_SECONDS = {"poll": 30, "seeds": 60, "publish": 60, "hub": 15, "housekeeping": 3_600}


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


def judge_and_publish(app: App, facts: Facts, chosen: tuple[Topic, ...], bites: int | None = None) -> tuple[int, int]:
    """Judge what is new and write what changed: (tags given, files written).

    Without a number of bites all is grouped, but what is ready is published every while.
    """
    judgements = Judgements(facts)
    tagged = written = 0
    while True:
        group_new(facts, app.clock(), bites, seconds=_PATIENCE, clock=app.clock)
        tagged += judge_new(facts, judgements, chosen, app.clock(), bites)
        written += len(publish(facts, judgements, chosen, target_of(app, facts)).written)
        if bites is not None or all_grouped(facts):
            return tagged, written


def full_pass(app: App, *, everything: bool = False) -> Pass:
    """Read the seeds, poll, judge, publish, and sweep up what an earlier pass that was killed left."""
    chosen, code = good_topics(app)  # a topic file that cannot be read must not cost what the sources say today
    with app.facts() as facts, app.engine() as engine:
        documents = read_seeds(app, facts, engine)
        read_lists(app, facts, engine, everything=everything)
        polls = poll_these(app, facts, engine, due_sources(app, facts, set(), everything=everything))
        done = Pass(documents, polls, *judge_and_publish(app, facts, chosen), code)
        sweep(app.home / "public", app.home / "private")
        _tell(app, engine)
    return done


def _tell(app: App, engine: Engine) -> None:
    for fault in tell_hub(app, engine):
        say(f"topicwire: {fault}")


# The service


class Service:
    """The ticks. They run in one thread, so that one of them writes at a time; a fault is a line, never the end."""

    def __init__(self, app: App, engine: Engine) -> None:
        """Prepare; `engine` is open."""
        self._app, self._engine = app, engine
        self.stopping, self.idle, self.told = Event(), Event(), Event()
        self.idle.set()
        self.told.set()
        self._said: set[str] = set()  # refused lines of sources.opml: once is enough
        self._shelf = Shelf(topic_folders(app), say)

    def poll(self) -> None:
        """Poll what is due, judge, publish."""
        self._tick(self._poll)

    def seeds(self) -> None:
        """Read new documents, judge, publish."""
        self._tick(lambda facts: self._polled(read_seeds(self._app, facts, self._engine), facts))

    def publish(self) -> None:
        """Judge and publish what a changed topic or an interrupted pass left to do."""
        self._tick(lambda facts: self._published(self._judge_and_publish(facts)))

    def housekeeping(self) -> None:
        """Tidy the database and the published folder."""
        self._tick(self._tidied)

    def hub(self) -> None:
        """Tell the hub what was published. In a thread of its own: a slow hub keeps nothing waiting."""
        self._guarded(self.told, lambda: _tell(self._app, self._engine))

    def now(self) -> datetime:
        """Give the present moment."""
        return self._app.clock()

    def _tick(self, work: Callable[[Facts], None]) -> None:
        self._guarded(self.idle, lambda: self._alone(work))

    def _guarded(self, over: Event, work: Callable[[], None]) -> None:
        over.clear()  # before looking at `stopping`, which whoever waits has set before looking at this
        try:
            if not self.stopping.is_set():
                work()
        except TopicwireError as fault:
            say(f"topicwire: {fault}")
        except sqlite3.Error as fault:
            say(f"topicwire: {database_failed(fault)}")
        except CancelledError:
            pass  # the service stops; what was under way is still due
        finally:
            over.set()

    def _alone(self, work: Callable[[Facts], None]) -> None:
        with alone(self._app.home) as free:
            if free:
                with self._app.facts() as facts:
                    work(facts)

    def _poll(self, facts: Facts) -> None:
        read_lists(self._app, facts, self._engine)
        due = due_sources(self._app, facts, self._said, limit=_AT_ONCE)
        self._polled(poll_these(self._app, facts, self._engine, due, self.stopping.is_set), facts)
        subscribe(self._app, facts, self._engine)

    def _polled(self, report: Report, facts: Facts) -> None:
        if report.looked > report.unchanged:
            tagged, written = self._judge_and_publish(facts)
            counts, failed = report.counts, len(report.failed)
            say(f"{report.looked} looked at, {failed} failed; {counts.new} items new; {tagged} tags given; {written} files written")

    def _judge_and_publish(self, facts: Facts) -> tuple[int, int]:
        return judge_and_publish(self._app, facts, self._shelf.topics(), _BITES)

    def _published(self, done: tuple[int, int]) -> None:
        if any(done):
            say(f"{done[0]} tags given; {done[1]} files written")

    def _tidied(self, facts: Facts) -> None:
        facts.tidy()
        sweep(self._app.home / "public", self._app.home / "private")


async def _serve(app: App, engine: Engine, listening: socket.socket | None) -> None:
    service = Service(app, engine)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    ticks = _ticks(service)
    ticks.start()
    server = Server(application(app))
    serving = asyncio.create_task(server.serve([listening])) if listening else None
    await stopped.wait()
    # In this order: no new work, end the old, then the rest.
    service.stopping.set()
    ticks.pause()
    server.should_exit = True
    while not (service.idle.is_set() and service.told.is_set()):
        engine.cancel()  # again and again: the running tick may have begun something meanwhile
        await asyncio.sleep(_SOON)
    if serving:
        await serving
    ticks.shutdown()


def _ticks(service: Service) -> AsyncIOScheduler:
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # that a tick is skipped while the last one runs is no news
    defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    threads = {name: ThreadPoolExecutor(1) for name in ("default", "hub")}
    ticks = AsyncIOScheduler(timezone="UTC", executors=threads, job_defaults=defaults)
    # Seeds first: they need no network, so the feed has something in it at once.
    for name in ("seeds", "poll", "publish", "housekeeping"):
        first = {} if name in {"publish", "housekeeping"} else {"next_run_time": service.now()}
        ticks.add_job(getattr(service, name), "interval", seconds=_SECONDS[name], id=name, **first)
    ticks.add_job(service.hub, "interval", seconds=_SECONDS["hub"], id="hub", executor="hub")
    return ticks


# The command


@command.command()
@click.option("--once", is_flag=True, help="Make one full pass and stop.")
@click.option("--no-serve", is_flag=True, help="Do not serve public/ over HTTP.")
@click.option("--strict", is_flag=True, help="With --once: exit 3 when some sources failed.")
@click.pass_obj
def run(app: App, *, once: bool, no_serve: bool, strict: bool) -> None:
    """Poll, judge, publish and serve, by schedule."""
    if once:
        _once(app, strict=strict, everything=False, quiet=False)
    chosen = topics_of(app)
    listening = None if no_serve else listen(app.settings.service.bind)
    with app.engine() as engine:
        for topic in chosen if listening else ():
            private = f"{topic.name} is private: `topicwire feeds grant` gives somebody an address"
            say(private if topic.publish.private else f"subscribe to {app.settings.base_url}/{topic.name}.atom")
        run_loop(_serve(app, engine, listening))
    say("stopped")


def _once(app: App, *, strict: bool, everything: bool, quiet: bool) -> None:
    with alone(app.home) as free:
        if not free:
            if not quiet:
                say("another pass is under way in this home; it does the work")
            raise SystemExit(0)
        done = full_pass(app, everything=everything)
    if not quiet:
        say(str(done))
        if done.polls.failed:
            say("`topicwire sources status` shows why sources failed")
    raise SystemExit(done.code or (3 if strict and done.polls.failed else 0))


@command.command("poll")
@click.option("--all", "everything", is_flag=True, help="Also what is not due.")
@click.option("--strict", is_flag=True, help="Exit 3 when some sources failed.")
@click.pass_obj
def poll(app: App, *, everything: bool, strict: bool) -> None:
    """Make one pass over the sources that are due (for cron): silent in a pipe; overlapping runs leave quietly."""
    _once(app, strict=strict, everything=everything, quiet=not is_terminal())


@command.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--no-publish", is_flag=True, help="Store only: do not judge and publish.")
@click.pass_obj
def ingest(app: App, sources: tuple[str, ...], *, no_publish: bool) -> None:
    """Ingest SOURCES once: a feed's or a site's address, a file, a folder, or - for standard input."""
    chosen, code = good_topics(app)
    with app.facts() as facts, app.engine() as engine:
        report = ingest_all(facts, engine, app.settings, sources)
        tagged, written = (0, 0) if no_publish else judge_and_publish(app, facts, chosen)
    say(f"{summary(report)}; {tagged} tags given; {written} files written")
    raise SystemExit(1 if report.failed else code)


for part in (sources, items, topics, stories, explain, review, publish_command, search_command, feeds, serve, try_command):
    command.add_command(part)


def leave_memory_alone() -> None:
    """Let Python look for cycles seldom: there are few, and a look at all remembered words takes a tenth of a second."""
    gc.set_threshold(50_000, 20, 50)


def main() -> None:
    """Run the `topicwire` command."""
    leave_memory_alone()
    command()


if __name__ == "__main__":
    main()
