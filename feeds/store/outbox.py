"""The table of pings to a WebSub hub, sent and still due; sends nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

_FAR: Final = timedelta(days=7)  # no retry is planned so far ahead

# The files remember what they hold: a change that is published is never forgotten, whenever the process ends.
_DUE: Final = """
select d.path, d.hash, coalesce(o.tries, 0) from published_file d left join outbox o on o.path = d.path and o.hub = :hub
where d.gone is null and d.path glob 'public/*.*' and d.path not glob 'public/*/*' and d.path not glob 'public/*.archive-*'
    and (d.path glob '*.atom' or d.path glob '*.json' or d.path glob '*.rss')
    and o.hash is not d.hash and (coalesce(o.next, '') <= :now or o.next > :far)
order by d.path"""


class DuePing(NamedTuple):
    """A public feed whose present state the hub was not pinged about."""

    path: str  # in the home
    hash: str
    failures: int  # so far


class PingResult(NamedTuple):
    """The result of one ping to the hub."""

    ping: DuePing
    error: str | None = None
    retry: datetime | None = None  # after an error


class Outbox:
    """The pings to one hub."""

    def __init__(self, facts: Facts, hub: str) -> None:
        """Use the database of `facts`."""
        self._db, self._hub = facts.database, hub
        self._db.migrate(migrations)

    def due(self, now: datetime) -> list[DuePing]:
        """Return the pings that are due at `now`, by path: also one that is planned further ahead than any can be.

        The clock was put back since then.
        """
        asked = {"hub": self._hub, "now": rfc3339(now), "far": rfc3339(now + _FAR)}
        return [DuePing(*row) for row in self._db.execute(_DUE, asked)]

    def failures(self) -> list[tuple[str, int, str]]:
        """Return (path, failures in a row, the last error) of the feeds that the hub could not be told of."""
        rows = self._db.execute("select path, tries, coalesce(error, '') from outbox where hub = ? and tries > 0", [self._hub])
        return rows.fetchall()

    def record(self, results: Iterable[PingResult]) -> None:
        """Store the results of pings, in one transaction."""
        with self._db.transaction():
            rows = (
                [path, self._hub, None, failures + 1, rfc3339(retry), error] if error else [path, self._hub, digest, 0, None, None]
                for (path, digest, failures), error, retry in results
            )
            self._db.executemany(
                """insert into outbox (path, hub, hash, tries, next, error) values (?, ?, ?, ?, ?, ?)
                on conflict (path) do update set hub = excluded.hub, hash = coalesce(excluded.hash, hash),
                    tries = excluded.tries, next = excluded.next, error = excluded.error""",
                rows,
            )
