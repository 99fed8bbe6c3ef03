"""The table `meta`: single values that belong to the whole database, by name; knows what `instance` means, and no other name."""

from collections.abc import Callable
from uuid import UUID

from ingest.store.database import Database


class Notes:
    """The values of the table, by key."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database

    def get(self, key: str) -> str | None:
        """Return the value stored under a key, or None."""
        row = self._db.execute("select value from meta where key = ?", [key]).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, value: str) -> None:
        """Store a value under a key, in place of the one before, in a transaction of its own."""
        with self._db.transaction():
            self.put_within(key, value)

    def put_within(self, key: str, value: str) -> None:
        """Store a value under a key, inside the caller's transaction."""
        self._db.execute("insert or replace into meta values (?, ?)", [key, value])

    def drop(self, key: str) -> None:
        """Remove what is stored under a key, in a transaction of its own."""
        with self._db.transaction():
            self._db.execute("delete from meta where key = ?", [key])

    def instance(self, make: Callable[[], UUID]) -> UUID:
        """Return the database's own permanent name; `make` is called once, at the first need."""
        if (known := self.get("instance")) is not None:  # a reader does not wait for a writer
            return UUID(known)
        self._db.execute("insert or ignore into meta values ('instance', ?)", [str(make())])
        self._db.connection.commit()
        return UUID(self._db.execute("select value from meta where key = 'instance'").fetchone()[0])
