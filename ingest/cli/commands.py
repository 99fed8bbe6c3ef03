"""The commands about facts, `sources` and `items`: what is stored and which sources carried it; no topic."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.console import Commands, OneLineErrors, say
from ingest.cli.status import status
from ingest.cli.table import Column, Table
from ingest.model import SourceKind, SourceStatus

if TYPE_CHECKING:
    from typing import Any

    from ingest.model import Source, StoredItem
    from ingest.poll_state import SourceState
    from ingest.polling.adding import Matching
    from ingest.polling.home import Home

pass_home = click.pass_obj
_LISTED = {SourceStatus.ACTIVE, SourceStatus.PAUSED, SourceStatus.GONE}


@click.group(cls=Commands)
def sources() -> None:
    """Add, remove and list the feeds that are polled."""


def sources_add(matching: Matching) -> click.Command:
    """Return the command `sources add`; with `matching` it shows which topics a feed is for."""

    @click.command("add", cls=OneLineErrors)
    @click.argument("addresses", nargs=-1, required=True)
    @click.option("--list", "is_list", is_flag=True, help="The addresses are lists of feeds (OPML), read again once a day.")
    @click.option("--anyway", is_flag=True, help="Add also what cannot be read, for a reason that will not pass by itself.")
    @pass_home
    def command(home: Home, addresses: tuple[str, ...], *, is_list: bool, anyway: bool) -> None:
        """Poll the feeds at ADDRESSES: each is fetched once, now; for a site's address the feed that it names is added.

        Prints what each holds, or why it cannot be read. A feed with a temporary failure is added.
        """
        from ingest.polling.adding import add, add_lists

        done = add_lists(home, addresses) if is_list else add(home, addresses, matching, anyway=anyway)
        say(f"{done.new} added, {done.known} already there" + (f", {done.refused} refused" if done.refused else ""))
        raise SystemExit(1 if done.refused else 0)

    return command


@sources.command("remove")
@click.argument("addresses", nargs=-1, required=True)
@pass_home
def sources_remove(home: Home, addresses: tuple[str, ...]) -> None:
    """Stop polling the feeds at ADDRESSES; what they carried stays."""
    say(f"{_decided(home, 'remove', addresses)} removed; their items stay")


@sources.command("pause")
@click.argument("addresses", nargs=-1, required=True)
@pass_home
def sources_pause(home: Home, addresses: tuple[str, ...]) -> None:
    """Leave the feeds at ADDRESSES alone until `sources resume`, whatever sources.opml says; what they carried stays."""
    say(f"{_decided(home, 'pause', addresses)} paused; `topicwire sources resume` has them polled again")


@sources.command("resume")
@click.argument("addresses", nargs=-1, required=True)
@pass_home
def sources_resume(home: Home, addresses: tuple[str, ...]) -> None:
    """Poll the feeds at ADDRESSES again: those that are paused, and those whose server once said that they are gone."""
    say(f"{_decided(home, 'resume', addresses)} resumed")


@sources.command("poll")
@click.argument("addresses", nargs=-1, required=True)
@pass_home
def sources_poll(home: Home, addresses: tuple[str, ...]) -> None:
    """Make the feeds at ADDRESSES due now, for the next pass: that of the running service, or `topicwire poll`."""
    say(f"{_decided(home, 'poll', addresses)} due now")


def _decided(home: Home, decision: str, addresses: tuple[str, ...]) -> int:
    """Carry out a decision about sources; return how many there are. Raises UsageError before anything is done."""
    from ingest.polling.owner.decisions import Decision, decide

    with home.stored() as facts:
        return len(decide(home, facts, Decision(decision), addresses))


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@pass_home
def sources_list(home: Home, *, as_json: bool) -> None:
    """Show every polled feed, and how its last poll went."""
    from ingest.polling.offline import QUESTION
    from ingest.text.dates import rfc3339

    table = Table(Column("last poll", 10), Column("last good", 10), Column("title", 30), Column("address"))
    with home.stored() as facts:
        for source, state in facts.sources.all():
            if source.kind is SourceKind.DOCUMENT or source.status not in _LISTED:
                continue
            if as_json:
                click.echo(json.dumps(_source_row(source, state), ensure_ascii=False))
            else:
                table.show(_source_cells(source, state), _source_line(source, state))
        if since := facts.polls.offline_since():
            say(f"since {rfc3339(since)} {QUESTION}")


def _source_row(source: Source, state: SourceState) -> dict[str, Any]:
    from ingest.text.dates import rfc3339

    known = asdict(replace(state, publishing_rate=None)).items()  # `sources status` shows publishing rates
    return asdict(source) | {name: rfc3339(v) if isinstance(v, datetime) else v for name, v in known if name != "publishing_rate"}


def _source_cells(source: Source, state: SourceState) -> tuple[str, ...]:
    result = "-" if state.last_poll is None else f"failed {state.failures}x" if state.error else "ok"
    result = "paused" if source.status is SourceStatus.PAUSED else result
    good = f"{state.last_success:%Y-%m-%d}" if state.last_success else "never"
    return result, good, source.title or "", source.url


def _source_line(source: Source, state: SourceState) -> str:
    from ingest.text.dates import rfc3339

    if source.status is SourceStatus.PAUSED:
        result = "paused"
    elif state.last_poll is None:
        result = "not asked yet"
    elif state.error:
        good = rfc3339(state.last_success) or "never"
        result = f"FAILED {state.failures}x, last good {good}, next {rfc3339(state.next_poll)}: {state.error}"
    else:
        result = f"ok {rfc3339(state.last_success)}, next {rfc3339(state.next_poll)}"
    title = f"  {source.title}" if source.title else ""
    tags = "".join(f"  #{tag}" for tag in source.settings.tags)
    return f"{source.url}{title}{tags}  [{result}]"


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@pass_home
def sources_import(home: Home, file: Path) -> None:
    """Poll the feeds that an OPML FILE, or newsboat's urls, lists."""
    from ingest.polling.sources import read_list

    listed = read_list(file, "import")
    for line in listed.messages:
        say(line)
    with home.facts() as facts:
        new = facts.sources.add(listed.sources, home.clock())
    say(f"{new} added, {len(listed.sources) - new} already there, {len(listed.refused)} refused")


@sources.command("export")
@pass_home
def sources_export(home: Home) -> None:
    """Write the polled feeds as OPML to stdout."""
    from ingest.formats import opml

    with home.stored() as facts:
        polled = [s for s, _ in facts.sources.all() if s.kind is SourceKind.FEED and s.status is SourceStatus.ACTIVE]
    click.echo(opml.render(polled), nl=False)


sources.add_command(status)


def item_row(stored: StoredItem, tags: list[str]) -> dict[str, Any]:
    """Return an item as the object that `items --json` writes."""
    from ingest.text.dates import rfc3339

    item = stored.item
    return {
        "id": stored.id,
        "title": item.title,
        "title_inferred": item.title_inferred,
        "url": item.url,
        "guid": item.guid,
        "source": stored.carrier.source.name,
        "sources": [
            {"name": seen.source.name, "feed": seen.source.url, "url": seen.url, "guid": seen.guid, "reason": seen.reason}
            | {"first_seen": rfc3339(seen.first_seen)}
            for seen in stored.sightings
        ],
        "language": item.language,
        "published": rfc3339(item.published),
        "updated": rfc3339(item.updated),
        "first_seen": rfc3339(stored.first_seen),
        "authors": [author.name for author in item.authors],
        "categories": [category.term for category in item.categories],
        "enclosures": [{k: v for k, v in asdict(enclosure).items() if v is not None} for enclosure in item.enclosures],
        "summary": item.summary,
        "content": item.content,
        "tags": tags,
    }


def item_table() -> Table:
    """Return an empty list of items for a person; `show_item` fills it."""
    date, source = Column("date", 10), Column("source", 14, "cyan")
    return Table(Column("id", 16, "dim"), date, Column("", 2), Column("title"), source, Column("tags", 20, "green"))


def show_item(table: Table, stored: StoredItem, tags: list[str]) -> None:
    """Write an item into a list: its day is that of its publication, or else of the first time it was seen."""
    item, source = stored.item, stored.carrier.source.name
    day, language = f"{item.published or stored.first_seen:%Y-%m-%d}", item.language or "--"
    marks = f"  [{', '.join(tags)}]" if tags else ""
    plain = f"{stored.id}  {day}  {language}  {item.title}  ({source}){marks}"
    table.show((stored.id, day, language, item.title, source, ", ".join(tags)), plain)
