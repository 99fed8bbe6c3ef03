"""The composition root: the `topicwire` command, built from the commands of both halves; imports heavy modules late."""

from __future__ import annotations

import gc
import json
import os
import signal
from contextlib import closing, contextmanager
from enum import StrEnum
from threading import Timer
from typing import TYPE_CHECKING, Final

import click

from feeds.cli.alerts import alerts, check_alerts
from feeds.cli.assistants import mcp_command
from feeds.cli.commands import explain, items, publish_command
from feeds.cli.grants import feeds
from feeds.cli.home import readable_topics, topics_of
from feeds.cli.preview import topics_preview
from feeds.cli.review import review
from feeds.cli.search import search_command
from feeds.cli.serve import serve
from feeds.cli.start.completion import completion_command
from feeds.cli.start.init import init_command
from feeds.cli.start.manual import docs_command
from feeds.cli.stories import stories
from feeds.cli.suggest import topics_suggest
from feeds.cli.topics import topics
from feeds.cli.trial import topics_of_feed, try_command
from feeds.cli.upkeep.backup import backup_command, restore_command
from feeds.cli.upkeep.doctor import doctor_command
from feeds.cli.upkeep.export import export_command
from feeds.cli.upkeep.forget import forget_command
from feeds.cli.upkeep.health import health_command
from feeds.cli.upkeep.purge import purge_command
from feeds.cli.upkeep.settings import config_command
from ingest.cli.commands import sources, sources_add
from ingest.cli.console import announce, command, counted, is_terminal, log_as_service, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from feeds.server.server import Listening
    from ingest.polling.home import Home
    from ingest.store.lock import Hold
    from topicwire_service import Pass

_STOP_SECONDS: Final = 9.0  # after a signal; what is still under way then is left


@command.command()
@click.option("--once", is_flag=True, help="Make one full pass and stop.")
@click.option("--no-serve", is_flag=True, help="Do not serve public/ over HTTP.")
@click.option("--strict", is_flag=True, help="With --once: exit 3 when some sources failed.")
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="With --once: the result, one object: sources_polled, failed, documents_read, items_new, ...",
)
@click.pass_obj
def run(home: Home, *, once: bool, no_serve: bool, strict: bool, as_json: bool) -> None:
    """Poll, classify, publish and serve, by schedule."""
    from ingest.polling.sources import STARTER, read_list
    from ingest.polling.workers import fork_server

    home.make()
    if not once:
        log_as_service(home)
    if not home.is_home:
        count = len(read_list(STARTER, "starter").sources)
        announce(
            "home_begun",
            f"{home.folder.resolve()} is not a topicwire home yet: topicwire.db and public/ are created there, and a starter list "
            f"of {count} sources is polled (`topicwire init` writes settings, a list of sources and an example topic to edit; "
            "--home names another folder)",
        )
    if once:
        _once(home, "run --once", _Telling.JSON if as_json else _Telling.LINE, strict=strict, everything=False)
    topics_of(home)  # a mistake in a topic file or an alert is reported before anything starts
    check_alerts(home)
    fork_server.begin()
    with closing(_hold(home)) as hold, _socket(home, no_serve=no_serve) as listening, _hang_ups_ignored():
        fresh: Home | None = home
        while fresh is not None:
            fresh = _serve_and_poll(fresh, hold, listening)
            if fresh is not None:
                log_as_service(fresh)
                announce("service_reloaded", "settings, topics and sources are read again")
                listening.move(fresh.settings.service.bind)
    announce("service_stopped", "stopped")


def _hold(home: Home) -> Hold:
    """Hold the home for the service. Raises StoreError when another service holds it; a pass is waited for."""
    from ingest.errors import StoreError
    from ingest.store.lock import Hold, holder

    hold = Hold(home.folder, "run")
    if not hold.keep():
        other = holder(home.folder)
        if other.work == "run":
            raise StoreError(f"{other} holds {home.folder.resolve()}", "stop it first, or name another home with --home")
        announce("service_waits", f"{other} is at work in this home; this service begins its work when that one has ended")
    return hold


def _serve_and_poll(home: Home, hold: Hold, listening: Listening) -> Home | None:
    """Run the service until a signal; return the home with fresh settings where it is to begin again."""
    from feeds.server.context import access_of
    from feeds.server.server import run_loop
    from topicwire_service import run_service

    limit = Timer(_STOP_SECONDS, _abandon)
    limit.daemon = True
    with home.engine() as engine:
        if listening.socket:
            announce("service_begun", f"open {home.settings.base_url}/ in a browser{'; Ctrl+C stops' if is_terminal() else ''}")
        for topic in topics_of(home) if listening.socket else ():
            private = f"{topic.name} is private: `topicwire feeds grant` gives a reader an address"
            announce(
                "topic_served", private if topic.publish.private else f"subscribe to {home.settings.base_url}/{topic.name}.atom"
            )
        if listening.socket:
            announce("service_listens", access_of(home.settings.service).summary())
        if not home.settings.fetch.contact:
            announce(
                "contact_missing",
                "fetch.contact is not set: name a page or an e-mail address there, so that a publisher can reach you",
            )
        try:
            fresh = run_loop(run_service(home, engine, listening.socket, hold, limit.start))
        finally:  # the loop took its own handlers with it
            exit_on_sigterm()
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
    limit.cancel()
    return fresh


def _abandon() -> None:
    """End the process at once: a killed process loses nothing either."""
    announce(
        "work_left", f"the work under way did not end within {_STOP_SECONDS:g} seconds; it is left unfinished and is still due"
    )
    os._exit(0)


def _socket(home: Home, *, no_serve: bool) -> Listening:
    from feeds.server.server import Listening

    return Listening(None if no_serve else home.settings.service.bind)


@contextmanager
def _hang_ups_ignored() -> Iterator[None]:
    """Ignore SIGHUP while the service does not handle it: while it starts, and between two starts."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


class _Telling(StrEnum):
    """How a pass tells its result."""

    LINE = "line"
    JSON = "json"
    SILENT = "silent"


def _once(home: Home, work: str, telling: _Telling, *, strict: bool, everything: bool) -> None:
    from ingest.store.lock import alone, holder
    from topicwire_service import make_pass

    home.make()
    check_alerts(home)
    with alone(home.folder, work) as free:
        if not free:
            if telling is not _Telling.SILENT:
                say(f"{holder(home.folder)} is at work in this home; it does the work")
            raise SystemExit(0)
        done = make_pass(home, everything=everything)
    _tell(done, telling)
    raise SystemExit(done.code or (3 if strict and done.polls.failed else 0))


def _tell(done: Pass, telling: _Telling) -> None:
    from ingest.polling.offline import QUESTION

    if telling is _Telling.SILENT:
        return
    if telling is _Telling.JSON:
        click.echo(json.dumps(done.row()))
    else:
        say(str(done))
    if done.polls.offline:
        say(QUESTION)
    elif done.polls.failed:
        say("`topicwire sources status` shows why sources failed")


@command.command("poll")
@click.option("--all", "everything", is_flag=True, help="Also what is not due.")
@click.option("--strict", is_flag=True, help="Exit 3 when some sources failed.")
@click.option(
    "--json", "as_json", is_flag=True, help="The result, one object: sources_polled, failed, documents_read, items_new, ..."
)
@click.pass_obj
def poll(home: Home, *, everything: bool, strict: bool, as_json: bool) -> None:
    """Make one pass over the due sources (for cron): silent in a pipe; does nothing while another run is under way."""
    telling = _Telling.JSON if as_json else _Telling.LINE if is_terminal() else _Telling.SILENT
    _once(home, "poll", telling, strict=strict, everything=everything)


@command.command()
@click.argument("sources", nargs=-1, required=True)
@click.option("--no-publish", is_flag=True, help="Store only: do not classify and publish.")
@click.option("--json", "as_json", is_flag=True, help="One object: items_new, items_changed, unchanged, failed, errors, ...")
@click.pass_obj
def ingest(home: Home, sources: tuple[str, ...], *, no_publish: bool, as_json: bool) -> None:
    """Ingest SOURCES once: a feed's or a site's address, a file, a folder, or - for standard input."""
    from ingest.polling.oneoff import ingest_all, row, summary
    from topicwire_service import classify_and_publish

    chosen, code = readable_topics(home)
    with home.facts() as facts, home.engine() as engine:
        report = ingest_all(facts, engine, home.settings, sources)
        tagged, written = (0, 0) if no_publish else classify_and_publish(home, facts, chosen)
    if as_json:
        click.echo(json.dumps(row(report) | {"tags_given": tagged, "files_written": written}, ensure_ascii=False))
    else:
        say(f"{summary(report)}; {counted(tagged, 'tag')} given; {counted(written, 'file')} written")
    raise SystemExit(1 if report.failed else code)


sources.add_command(sources_add(topics_of_feed))
topics.add_command(topics_preview)
topics.add_command(topics_suggest)
for part in (sources, items, topics, stories, explain, review, publish_command, search_command, feeds, serve, try_command):
    command.add_command(part)
for part in (alerts, mcp_command, init_command, docs_command, completion_command):
    command.add_command(part)
for part in (backup_command, restore_command, config_command, doctor_command, export_command, forget_command, purge_command):
    command.add_command(part)
command.add_command(health_command)


def collect_garbage_rarely() -> None:
    """Make Python search for reference cycles rarely: there are few, and each full search takes a tenth of a second."""
    gc.set_threshold(50_000, 20, 50)


def exit_on_sigterm() -> None:
    """Make SIGTERM end a command like an error: open files are closed, and uncommitted work is still due.

    `run` and `serve` install their own handlers.
    """

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)


def main() -> None:
    """Run the `topicwire` command."""
    collect_garbage_rarely()
    exit_on_sigterm()
    command()


if __name__ == "__main__":
    main()
