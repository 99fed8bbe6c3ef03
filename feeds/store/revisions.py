"""Revision numbers, raised by triggers with every change: a reader that finds the number it knows need not read again."""

from ingest.store.database import Database


def revision(database: Database, key: str) -> int:
    """Return the number of a key, 0 where nothing was ever written under it."""
    row = database.execute("select number from revision where key = ?", [key]).fetchone()
    return int(row[0]) if row else 0
