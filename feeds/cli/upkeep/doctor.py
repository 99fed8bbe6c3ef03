"""The command `doctor`: runs every check of a home and says what is wrong and what to do; changes nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from feeds.cli.upkeep.findings import FindingState, failed, ok, warning
from ingest.errors import TopicwireError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feeds.cli.upkeep.findings import Finding
    from ingest.polling.home import Home


@click.command("doctor")
@click.option("--full", is_flag=True, help="Check the whole database and the bytes of every published feed, however long it takes.")
@click.option("--network", is_flag=True, help="Also send a request to a source and to service.base_url.")
@click.option("--strict", is_flag=True, help="Exit 3 when there are warnings.")
@click.option("--json", "as_json", is_flag=True, help="One object a line: area, state, what, cure.")
@click.pass_obj
def doctor_command(home: Home, *, full: bool, network: bool, strict: bool, as_json: bool) -> None:
    """Check the home: database, disk, rights, clock, settings, topics, sources, polling, hub, published files.

    Each line says what is wrong and what to do. Exit code 0: well, or warnings only; 1: something failed.
    """
    home.require_folder()
    states = set()
    for one in examined(home, full=full, network=network):
        states.add(one.state)
        if as_json:
            row = {"area": one.area, "state": one.state, "what": one.what, "cure": one.cure or None}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{one.state:8} {one.area:9} {one.what}{f'; {one.cure}' if one.cure else ''}")
    if FindingState.FAILED in states:
        raise SystemExit(1)
    raise SystemExit(3 if strict and FindingState.WARNING in states else 0)


def examined(home: Home, *, full: bool, network: bool) -> Iterator[Finding]:
    """Yield the findings of every check, worst first within an area. What cannot be opened is not looked into."""
    from feeds.cli.upkeep import home_checks

    yield from home_checks.versions()
    yield from home_checks.folders(home)
    try:
        yield from home_checks.settings_in_force(home.settings)
        yield from home_checks.exposed_files(home)
    except TopicwireError as fault:
        yield failed("settings", fault.what, fault.cure)
        return
    condition = home_checks.condition_of(home, everything=full)
    yield from home_checks.database_file(home, condition)
    if condition is not None and condition.is_usable:
        try:
            yield from _contents(home, full=full, network=network)
        except TopicwireError as fault:
            yield failed("database", fault.what, fault.cure)


def _contents(home: Home, *, full: bool, network: bool) -> Iterator[Finding]:
    from feeds.cli.upkeep import content_checks

    with home.stored() as facts:
        yield from content_checks.topics(home, facts)
        yield from content_checks.service(home, facts)
        yield from content_checks.sources(home, facts)
        yield from content_checks.hub(home, facts)
        yield from content_checks.alerts(home, facts)
        yield from content_checks.files(home, facts, everything=full)
        known = facts.sources.answering(home.clock(), 1)
    if network:
        yield from _network(home, [source.url for source, _ in known])


def _network(home: Home, sources: list[str]) -> Iterator[Finding]:
    """Send one request to a source that answered last, and to the address of the feeds."""
    from ingest.errors import FetchError
    from ingest.polling.adding import reach
    from ingest.text.urls import without_secrets

    own = f"{home.settings.base_url}/healthz" if home.settings.service.base_url else ""
    with home.engine() as engine:
        for what, url in (("a source", sources[0] if sources else ""), ("service.base_url", own)):
            shown = without_secrets(url)
            try:
                if url:
                    reach(home, engine, url)
                    yield ok("network", f"{what} answers: {shown}")
            except FetchError as fault:
                told = warning if fault.status is not None else failed
                yield told("network", f"{what}: {fault.what}", fault.cure or "check the network of this computer")
