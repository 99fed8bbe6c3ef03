"""The table of news, written by a trigger when a feed first has an entry, and how far each alert has told it; tells nothing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339


class FeedNews(NamedTuple):
    """An entry that a topic's feed had for the first time."""

    number: int
    topic: str
    row: int  # the item that gives the entry its id
    entered: datetime


@dataclass(frozen=True, slots=True)
class AlertProgress:
    """How far an alert has told the news: all up to a number; and when it last made a message."""

    since: datetime
    cursor: int
    composed: datetime | None = None


class AlertNews:
    """The news of all feeds, and the progress of each alert."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def progress(self, alert: str, now: datetime) -> AlertProgress:
        """Return how far an alert has told; one that is new begins here, with nothing of the past."""
        row = self._db.execute("select since, cursor, composed from alert where name = ?", [alert]).fetchone()
        if row is None:
            with self._facts.transaction():
                self._db.execute(
                    """insert or ignore into alert (name, since, cursor)
                    select ?, ?, coalesce((select seq from sqlite_sequence where name = 'alert_news'), 0)""",
                    [alert, rfc3339(now)],
                )
            row = self._db.execute("select since, cursor, composed from alert where name = ?", [alert]).fetchone()
        since, cursor, composed = row
        return AlertProgress(from_rfc3339(since) or now, cursor, from_rfc3339(composed))

    def last(self) -> int:
        """Return the number of the newest news."""
        return int(self._db.execute("select coalesce(max(id), 0) from alert_news").fetchone()[0])

    def after(self, number: int, topics: Iterable[str]) -> list[FeedNews]:
        """Return the news of some topics after a number, in their order."""
        rows = self._db.execute(
            """select id, topic, item_id, entered from alert_news
            where id > ? and topic in (select value from json_each(?)) order by id""",
            [number, json.dumps(sorted(topics))],
        )
        return [FeedNews(number, topic, row, datetime.fromisoformat(at)) for number, topic, row, at in rows]

    def advance(self, alert: str, before: int, number: int, composed: datetime | None = None) -> bool:
        """Record that an alert has told the news up to a number, inside the caller's transaction.

        Return false, and change nothing, where somebody else has moved it from `before` meanwhile.
        """
        return (
            self._db.execute(
                "update alert set cursor = ?, composed = coalesce(?, composed) where name = ? and cursor = ?",
                [number, rfc3339(composed), alert, before],
            ).rowcount
            == 1
        )

    def told(self, alert: str, now: datetime) -> None:
        """Record that an alert made a message that is not about news, inside the caller's transaction."""
        self._db.execute("update alert set composed = ? where name = ?", [rfc3339(now), alert])

    def drop(self, before: datetime, alerts: Iterable[str]) -> None:
        """Delete news from before a moment that all of these alerts have told."""
        names = json.dumps(list(alerts))
        if self._db.execute("select 1 from alert_news where entered < ? limit 1", [rfc3339(before)]).fetchone():
            with self._facts.transaction():
                self._db.execute(
                    """delete from alert_news where entered < :before and id <= coalesce((select min(cursor) from alert
                    where name in (select value from json_each(:names))), id)""",
                    {"before": rfc3339(before), "names": names},
                )
