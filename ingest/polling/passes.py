"""The parts of a pass over seeds and sources, as a person follows them: lines for what went wrong, a bar on a terminal."""

import random
import sys
from collections.abc import Callable, Iterable

import click

from ingest.cli.console import is_terminal, say
from ingest.polling.batch import Due
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import Report, poll_sources, read_folder
from ingest.polling.sources import synchronise
from ingest.store.facts import Facts


def read_seeds(home: Home, facts: Facts, engine: Engine) -> Report:
    """Read what is new in seeds/; say a line for each document that cannot be read."""
    report = read_folder(facts, engine, home.folder / "seeds")
    for outcome in report.failed:
        say(f"seeds/{outcome.error}")
    for line in report.faults:
        say(f"seeds/{line}")
    return report


def due_sources(home: Home, facts: Facts, said: set[str], *, everything: bool = False, limit: int = -1) -> list[Due]:
    """Bring the sources in line with the home, say what was refused, unless it was `said`, and give those that are due, or all."""
    refused = synchronise(facts, home.folder, home.clock())
    for line in refused:
        if line not in said:
            say(line)
    said.update(refused)
    return facts.sources.due(home.clock(), limit, everything=everything)


def poll_these(  # noqa: PLR0913, PLR0917 - and how it is parted
    home: Home,
    facts: Facts,
    engine: Engine,
    due: list[Due],
    goes_on: Callable[[Report], bool] = lambda _: True,
    parts: Callable[[list[Due]], Iterable[list[Due]]] = lambda due: (due,),
) -> Report:
    """Poll sources, part after part, until done or told not to go on; a bar on a terminal shows how far it is."""
    total = Report()
    with click.progressbar(length=len(due), label="polling", file=sys.stderr, hidden=not (due and is_terminal())) as bar:
        for report in poll_sources(facts, engine, due, home.settings, random.random, parts):
            total += report
            for line in report.faults:
                say(line)
            bar.update(report.looked)
            if not goes_on(report):
                break
    return total
