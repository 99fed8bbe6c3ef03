"""The parts of a pass over seeds and sources: logs an event for whatever went wrong; knows no terminal."""

import logging
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from typing import Final

from ingest.log import log_event
from ingest.polling.batch import Due
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import Report, SourceChange, poll_sources, read_folder
from ingest.polling.sources import synchronise
from ingest.polling.workers.memory import give_back
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339
from ingest.text.urls import without_secrets

Progress = Callable[[int], AbstractContextManager[Callable[[int], object]]]
"""Begins to show how far a pass over so many sources is; gives what is told how many more were looked at."""

_LOG: Final = logging.getLogger(__name__)


@contextmanager
def no_progress(_length: int) -> Iterator[Callable[[int], object]]:
    """Show no progress."""
    yield lambda _looked: None


def read_seeds(home: Home, facts: Facts, engine: Engine, after_each: Callable[[], None] = lambda: None) -> Report:
    """Read what is new in seeds/; log a line for each document that cannot be read; call `after_each` after each file."""
    report = read_folder(facts, engine, home.folder / "seeds", after_each=after_each)
    for outcome in report.failed:
        log_event(_LOG, logging.WARNING, "seed_failed", f"seeds/{outcome.error}")
    for line in report.faults:
        log_event(_LOG, logging.ERROR, "program_fault", f"seeds/{line}")
    _count_parsers(facts, engine)
    return report


def due_sources(home: Home, facts: Facts, logged: set[str], *, everything: bool = False, limit: int = -1) -> list[Due]:
    """Synchronise the sources with the home; return those that are due, or all. Log refused lines not yet in `logged`."""
    refused = synchronise(facts, home.folder, home.clock())
    for line in refused:
        if line not in logged:
            log_event(_LOG, logging.WARNING, "source_refused", line)
    logged.update(refused)
    return facts.sources.due(home.clock(), limit, everything=everything)


def poll_due(  # noqa: PLR0913, PLR0917 - and how it is parted and shown
    home: Home,
    facts: Facts,
    engine: Engine,
    due: list[Due],
    goes_on: Callable[[Report], bool] = lambda _: True,
    parts: Callable[[list[Due]], Iterable[list[Due]]] = lambda due: (due,),
    progress: Progress = no_progress,
    in_time: Callable[[], bool] = lambda: True,
) -> Report:
    """Poll sources, part after part, until all are done or `goes_on` returns False; ask no more of them after `in_time`."""
    total = Report()
    with progress(len(due)) as advance:
        for report in poll_sources(facts, engine, due, home.settings, random.random, parts, in_time):
            total += report
            _log(report)
            advance(report.looked)
            if not goes_on(report):
                break
    _count_parsers(facts, engine)
    if total.looked > total.unchanged:
        give_back()  # documents that lay between what is kept
    return total


def _count_parsers(facts: Facts, engine: Engine) -> None:
    """Count the parser processes that were replaced meanwhile."""
    facts.tallies.add({("parser_restarts", cause): number for cause, number in engine.take_replaced().items()})


def log_source_changes(changes: Iterable[SourceChange]) -> None:
    """Log each source that began to fail, fails for another cause, works again or moved: once, whatever follows."""
    for one in changes:
        source, outcome = without_secrets(one.outcome.source.url), one.outcome
        if outcome.error:
            again = None if outcome.http_status == HTTPStatus.GONE else rfc3339(one.state.next_poll)
            fields = {"failure": outcome.failure, "status": outcome.http_status, "next_poll": again}
            log_event(_LOG, logging.WARNING, "source_failing", f"{source}: {outcome.error}", source=source, **fields)
        elif outcome.moved:
            moved = without_secrets(outcome.moved)
            log_event(_LOG, logging.INFO, "source_moved", f"{source} has moved to {moved}", source=source, moved=moved)
        else:
            log_event(_LOG, logging.INFO, "source_recovered", f"{source} works again", source=source)


def _log(report: Report) -> None:
    for line in report.faults:
        log_event(_LOG, logging.ERROR, "program_fault", line)
    for one in report.failed:
        source = without_secrets(one.source.url)
        kind = one.failure.value if one.failure else None
        log_event(_LOG, logging.DEBUG, "poll_failed", f"{source}: {one.error}", source=source, failure=kind, status=one.http_status)
