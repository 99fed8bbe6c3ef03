"""Short read-only queries of a monitor on a database that others write: states and counts; makes no file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from ingest.planner.overview import SourcesOverview
from ingest.store.watch.overview import overview_of
from ingest.store.watch.tallies import tallies_of

_PATIENCE: Final = 1.0  # seconds


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

    def overview(self) -> SourcesOverview:
        """Return how all polled sources are doing."""
        return overview_of(self.connection)

    def failing(self) -> dict[str, int]:
        """Return the numbers of polled sources whose last poll failed, by the kind of the failure."""
        rows = self.connection.execute(
            """select coalesce(p.failure, 'other'), count(*) from source s join poll p on p.source_id = s.id
            where s.kind = 'feed' and s.status = 'active' and p.error is not null group by 1 order by 1"""
        )
        return dict(rows.fetchall())

    def items(self) -> int:
        """Return the number of items."""
        return int(self.connection.execute("select number from counter where key = 'items'").fetchone()[0])

    def last_seq(self) -> int:
        """Return the highest number of change."""
        return int(self.connection.execute("select coalesce(max(seq), 0) from item").fetchone()[0])

    def tallies(self) -> dict[tuple[str, str], float]:
        """Return the sums that only rise, by name and labels."""
        return tallies_of(self.connection)

    def free_bytes(self) -> int:
        """Return how many bytes of the file hold nothing."""
        pages, size = (int(self.connection.execute(f"pragma {name}").fetchone()[0]) for name in ("freelist_count", "page_size"))
        return pages * size


def readable(path: Path) -> bool:
    """Return whether the database answers."""
    try:
        with closing(Monitor(path).connection) as db:
            return db.execute("select count(*) from source").fetchone() is not None
    except sqlite3.Error:
        return False


def newest_unpolled(path: Path) -> int | None:
    """Return the number of the feed that was added last, if it was never polled; None also where the database does not answer."""
    newest = "select id from source where kind = 'feed' and status = 'active' order by id desc limit 1"
    polled = "select 1 from poll where source_id = s.id and last_poll is not null"
    try:
        with closing(Monitor(path).connection) as db:
            found = db.execute(f"select s.id from source s where s.id = ({newest}) and not exists ({polled})").fetchone()  # noqa: S608 - constants
    except sqlite3.Error:
        return None
    return found and int(found[0])


def has_note(path: Path, name: str) -> bool:
    """Return whether the database holds a note of this name (`Notes`); False where it does not answer."""
    try:
        with closing(Monitor(path).connection) as db:
            return db.execute("select 1 from meta where key = ?", [name]).fetchone() is not None
    except sqlite3.Error:
        return False
