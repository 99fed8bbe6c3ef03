"""The command `forget`: erases an item or a source everywhere and says where its words may still stand."""

from __future__ import annotations

import json
import secrets
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING, Final

import click

from feeds.cli.home import readable_topics
from ingest.cli.console import is_terminal, one_item, say
from ingest.errors import StoreError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from feeds.publication.erasure.erasure import ErasureReport, ErasureRequest
    from feeds.tagging.topic.model import Topic
    from ingest.polling.home import Home
    from ingest.store.facts import Facts
    from ingest.store.upkeep.erasure import Traces

_TRIES: Final = 120  # to hold the home
_PAUSE: Final = 0.5  # seconds between two of them
_FIRST = 5  # items that are named before they are erased


@click.command("forget")
@click.argument("item", required=False)
@click.option("--source", "source", metavar="ADDRESS", help="Erase a source and every item that it carried first.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One object: what was erased, and the files that still name it.")
@click.pass_obj
def forget_command(home: Home, item: str | None, source: str | None, *, yes: bool, as_json: bool) -> None:
    """Erase ITEM (id, address or guid), or a source, from database, feeds, archives, pages and logs, for good.

    It is not stored again when a source still serves it. A service that runs does its part within seconds. Backups are
    not changed: the command names those beside the database. After an interruption give the same command again.
    """
    from feeds.publication.erasure.erasure import needles_of

    if (item is None) == (source is None):
        raise UsageError("name one item, or one source with --source", "`topicwire items` and `topicwire sources list` show them")
    if not home.database_path.exists():
        raise UsageError(f"nothing is stored in {home.folder}", "name your home folder with --home")
    with _held(home) as is_ours, home.facts() as facts:
        if is_ours and _finish_earlier(home, facts, item or source or ""):
            return
        request, traces = _request(home, facts, item, source)
        topics = _topics(home, facts, request)
        _confirm(traces, source, yes=yes)
        report = _erase(facts, request, traces)
        is_clean = _finish(home, facts, topics, is_ours=is_ours)
    _tell(home, report, set(needles_of(traces, source)), is_clean=is_clean, as_json=as_json)


@contextmanager
def _held(home: Home) -> Iterator[bool]:
    """Hold the home; yield False where a service holds it. A pass is waited for. Raises StoreError when it does not end."""
    from ingest.store.lock import alone, holder

    for _ in range(_TRIES):
        with alone(home.folder, "forget") as free:
            if free or holder(home.folder).work == "run":
                yield free
                return
        Event().wait(_PAUSE)
    raise StoreError(f"{holder(home.folder)} holds {home.folder}", "try again when it has ended")


def _finish_earlier(home: Home, facts: Facts, name: str) -> bool:
    """Finish an erasure that was interrupted, and say so; return whether it was that of `name`."""
    from feeds.cli.upkeep.finishing import finish_erasure
    from feeds.publication.erasure.unfinished import unfinished

    left = unfinished(facts)
    if left is None:
        return False
    finish_erasure(home, facts, readable_topics(home)[0])
    say("an erasure that was interrupted is finished now")
    return name in left.names


def _request(home: Home, facts: Facts, item: str | None, source: str | None) -> tuple[ErasureRequest, tuple[Traces, ...]]:
    """Return what is to be erased, and by what it can be found. Raises TopicwireError for what is not stored."""
    from feeds.publication.erasure.erasure import ErasureRequest
    from ingest.store.upkeep.erasure import Eraser

    if item is not None:
        rows: tuple[int, ...] = (one_item(facts, item).row,)
    else:
        known = facts.sources.get(source or "")
        if known is None:
            raise UsageError(f"no source has the address {source}", "`topicwire sources list` shows them")
        source = known[0].url
        rows = tuple(Eraser(facts).rows_first_carried_by(source))
    return ErasureRequest(rows, source, home.clock(), secrets.token_bytes(16)), tuple(Eraser(facts).traces(rows))


def _topics(home: Home, facts: Facts, request: ErasureRequest) -> tuple[Topic, ...]:
    """Return the topics to publish. Raises UsageError where a feed names what is to be erased and cannot be made anew."""
    from feeds.publication.edition import feed_name
    from feeds.publication.files import served_topics
    from feeds.store.upkeep.erasure import PublishedTraces

    topics, _ = readable_topics(home)
    served = {name for name in served_topics(facts) if not any(topic.name == name for topic in topics)}
    shown = {feed.partition("/")[2] for feed in PublishedTraces(facts).feeds(request.rows)} - {feed_name(one) for one in topics}
    if stale := sorted(served if request.source else served & shown):
        what = f"the feed {stale[0]} is served as it was, since its topic has no file that can be read"
        raise UsageError(
            f"{what}; so it cannot be made without what is to be erased",
            f"put its file in order, or withdraw it with `topicwire topics retire {stale[0]}`",
        )
    return topics


def _confirm(traces: Sequence[Traces], source: str | None, *, yes: bool) -> None:
    """Ask whether to go on. Raises UsageError where nobody can be asked."""
    if yes:
        return
    if not is_terminal():
        raise UsageError("erasing cannot be undone", "add --yes to do it without being asked")
    for one in traces[:_FIRST]:
        say(f"  {one.uid}  {one.title}")
    what = f"{len(traces)} items" + (f" and the source {source}" if source else "")
    if not click.confirm(f"Erase {what} for good?", err=True):
        raise SystemExit(1)


def _erase(facts: Facts, request: ErasureRequest, traces: Sequence[Traces]) -> ErasureReport:
    """Erase from the database, and note what is left to do."""
    from feeds.publication.erasure.erasure import erase
    from feeds.store.reviews import Reviews

    reviewed = {topic for row, topic in Reviews(facts).all() if row in request.rows}
    return erase(facts, replace(request, learnt=tuple(sorted(reviewed))), traces)


def _finish(home: Home, facts: Facts, topics: tuple[Topic, ...], *, is_ours: bool) -> bool:
    """Do what is left, or wait until the service has done it; return whether the log of changes is empty."""
    from feeds.cli.upkeep.finishing import finish_erasure, wait_for_service

    if not is_ours and wait_for_service(home, facts):
        return True
    done = finish_erasure(home, facts, topics)  # the service ended meanwhile, or it never was there
    for topic in done.unlearnt:
        say(f"what was learnt from reviews of {topic} is deleted: `topicwire topics learn {topic}` learns from what is left")
    return done.is_clean


def _tell(home: Home, report: ErasureReport, needles: set[str], *, is_clean: bool, as_json: bool) -> None:
    """Say what was done and where the words may still stand."""
    from feeds.publication.erasure.remains import files_with

    found = [str(path.relative_to(home.folder)) for path in files_with(home.folder, needles - report.atom_ids)]
    if as_json:
        row = {
            "items": report.items,
            "feeds": report.feeds,
            "resealed": report.resealed,
            "published_anew": report.returned,
            "tombstones": sorted(report.atom_ids),
            "still_named_in": found,
            "log_emptied": is_clean,
        }
        click.echo(json.dumps(row, ensure_ascii=False))
        return
    say(f"erased {report.items} items; {len(report.resealed)} archive documents were sealed again")
    for name in found:
        say(f"still named in {name}{_what_to_do(home.folder / name)}")
    if not is_clean:
        say("another program has the database open: end it, then run any command, so that its log of changes is emptied")
    say("backups elsewhere are not changed: delete those that hold it")


def _what_to_do(path: Path) -> str:
    if ".before-upgrade-" in path.name or ".replaced-" in path.name:
        return ": a copy of the database; delete it when you no longer need it"
    if path.parts[-2:-1] == ("public",) or path.name.startswith("topicwire.db"):
        return ": another item has the same title or links to it"
    return ": a file of yours; change it if it should not name it"
