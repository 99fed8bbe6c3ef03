"""Short read-only queries of a monitor on a database that others write: states and counts; makes no file."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Self

from ingest.text.dates import from_rfc3339

_PATIENCE: Final = 1.0  # seconds
_POLLED: Final = "from source s left join poll p on p.source_id = s.id where s.kind = 'feed' and s.status = 'active'"


class PollingState(NamedTuple):
    """The state of polling."""

    next_poll: datetime | None  # the earliest that is planned
    last_poll: datetime | None
    polled: int  # sources


class Monitor:
    """A read-only connection, in the thread that opened it."""

    def __init__(self, path: Path) -> None:
        """Open the file. Raises sqlite3.Error where it cannot be read."""
        self.connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self.connection.close()

    def polling(self) -> PollingState:
        """Return the state of polling."""
        due, last, count = self.connection.execute(f"select min(p.next_poll), max(p.last_poll), count(*) {_POLLED}").fetchone()
        return PollingState(from_rfc3339(due), from_rfc3339(last), count)

    def source_states(self) -> list[tuple[str, int]]:
        """Return the numbers of polled sources that are waiting, ok and failing."""
        return self.connection.execute(
            f"""select case when p.last_poll is null then 'waiting' when p.error is null then 'ok' else 'failing' end,
            count(*) {_POLLED} group by 1"""
        ).fetchall()

    def items(self) -> int:
        """Return the number of items."""
        return int(self.connection.execute("select count(*) from item").fetchone()[0])


def readable(path: Path) -> bool:
    """Return whether the database answers."""
    try:
        with closing(Monitor(path).connection) as db:
            return db.execute("select count(*) from source").fetchone() is not None
    except sqlite3.Error:
        return False
