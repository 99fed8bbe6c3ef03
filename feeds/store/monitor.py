"""Queries of a monitor on the judgements: counts that are kept and backlogs; reads no long table and writes nothing."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from ingest.store.monitor import Monitor

_MOST: Final = 100_000  # of a backlog: beyond that the number says no more
_TAGS: Final = "tags "  # begins the key of the number of a topic's tags


@dataclass(frozen=True, slots=True)
class JudgementFigures:
    """The judgements in numbers."""

    tags: dict[str, int] = field(default_factory=dict)  # by topic
    stories: int = 0  # of several items
    ungrouped: int = 0  # changes of items, of which no story was made yet
    unclassified: int = 0  # ... that the slowest topic has not seen
    reclassified: int = 0  # ... that a new wording has still to classify again
    entries: int = 0  # of feeds that may have changed since they were published
    pages: int = 0  # likewise
    hub_failures: int = 0  # feeds of which the hub could not be told
    messages: int = 0  # of alerts, that wait to be sent for the first time
    failing_messages: int = 0  # that could not be sent yet


def judgement_figures(monitor: Monitor, topics: Collection[str]) -> JudgementFigures:
    """Return them for the topics in force; zeros for a database that was never classified."""
    db = monitor.connection
    if db.execute("select 1 from sqlite_master where name = 'judgement_count'").fetchone() is None:
        return JudgementFigures()
    counts = dict(db.execute("select key, number from judgement_count").fetchall())
    marks = {name: mark for name, *mark in db.execute("select name, seq, back, until from topic") if name in topics}
    last, grouped = monitor.last_seq(), db.execute("select coalesce(max(seq), 0) from story_mark").fetchone()[0]
    waiting = [_waiting(monitor, table) for table in ("changed_entry", "changed_page", "due_page")]
    return JudgementFigures(
        {name: counts.get(_TAGS + name, 0) for name in topics},
        counts.get("stories", 0),
        last - grouped,
        last - min((marks[name][0] if name in marks else 0 for name in topics), default=last),
        max((until - back for _, back, until in marks.values()), default=0),
        waiting[0],
        waiting[1] + waiting[2],
        int(db.execute("select count(*) from outbox where tries > 0").fetchone()[0]),
        *_messages(monitor),
    )


def _messages(monitor: Monitor) -> tuple[int, int]:
    """Return how many messages wait for their first try, and how many for another one."""
    waiting, failing = monitor.connection.execute(
        """select count(*), coalesce(sum(tries > 0 and error is not null), 0) from alert_delivery
        where state in ('waiting', 'begun')"""
    ).fetchone()
    return waiting - failing, failing


def _waiting(monitor: Monitor, table: str) -> int:
    counted = f"select count(*) from (select 1 from {table} limit {_MOST})"  # noqa: S608 - constants
    return int(monitor.connection.execute(counted).fetchone()[0])
