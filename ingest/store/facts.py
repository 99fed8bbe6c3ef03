"""The store of facts: one SQLite file and, by subject, the parts that read and write its tables; classifies nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from ingest.store.database import Database
from ingest.store.documents import Documents
from ingest.store.items import Items
from ingest.store.migrations import migrations
from ingest.store.notes import Notes
from ingest.store.polls import Polls
from ingest.store.sources import Sources
from ingest.store.subscriptions import Subscriptions
from ingest.store.upkeep.backup import keep_before_upgrade
from ingest.store.watch.tallies import Tallies

__all__ = ["IN_MEMORY", "Facts"]
_TOGETHER = 200  # versions that are packed in one transaction, for which other writers wait
IN_MEMORY = Path(":memory:")  # a database that leaves no trace


class Facts:
    """The tables of facts. Bound to the thread that opened it; other processes may read and write beside it."""

    def __init__(self, path: Path, *, backup: bool = True) -> None:
        """Open or create the database. Raises StoreError when it cannot be.

        A database of an older program is brought up to date; with `backup` a copy of it as it was is kept beside it.
        """
        keep = keep_before_upgrade if backup and path != IN_MEMORY else None
        self.database = Database(path, keep)  # for the store rooms alone
        try:
            self.database.migrate(migrations)
        except BaseException:
            self.database.close()
            raise
        self.notes = Notes(self.database)
        self.sources = Sources(self.database)
        self.subscriptions = Subscriptions(self.database)
        self.documents = Documents(self.database, self.sources)
        self.polls = Polls(self.database, self.sources, self.subscriptions, self.notes)
        self.items = Items(self.database)
        self.tallies = Tallies(self.database)

    def __enter__(self) -> "Facts":
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Write all or nothing."""
        return self.database.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Read everything inside from one state of the database, whatever others write meanwhile; write nothing."""
        return self.database.snapshot()

    def pack(self, most: int, stopping: Callable[[], bool]) -> int:
        """Pack the markup of versions that an earlier program stored plainly, in short transactions; return how many."""
        done = 0
        while done < most and not stopping():
            with self.transaction():
                packed = self.items.pack_some(_TOGETHER)
            done += packed
            if packed < _TOGETHER:
                break
        return done

    def tidy(self) -> None:
        """Refresh SQLite's statistics and write its log back into the file; do nothing while others keep it busy."""
        self.database.tidy()

    def interrupt(self) -> None:
        """End the statement that runs now; any thread may call this. The statement raises sqlite3.OperationalError."""
        self.database.connection.interrupt()
