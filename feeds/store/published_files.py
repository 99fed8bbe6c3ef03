"""The table of published files: hash, size and time of each, and when it was removed; touches no file."""

from collections.abc import Iterable
from typing import NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts


class FileRecord(NamedTuple):
    """The record of a published file."""

    path: str  # in the home
    feed: str
    hash: str
    size: int
    changed: str  # RFC 3339
    deleted_at: str | None = None


class FileRecords:
    """The records of published files, also of removed ones."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def get(self, path: str) -> FileRecord | None:
        """Return the record of a file, also of a removed one; None for an unknown one."""
        row = self._db.execute("select path, feed, hash, size, changed, gone from published_file where path = ?", [path]).fetchone()
        return FileRecord(*row) if row else None

    def of_feed(self, feed: str) -> list[tuple[str, int, str]]:
        """Return (path, size, changed) of the files that a feed should have."""
        return self._db.execute("select path, size, changed from published_file where feed = ? and gone is null", [feed]).fetchall()

    def all(self) -> list[FileRecord]:
        """Return the records of the files that all feeds should have, by path."""
        rows = self._db.execute(
            "select path, feed, hash, size, changed, gone from published_file where gone is null and feed != '' order by path"
        )
        return [FileRecord(*row) for row in rows]

    def paths(self) -> list[str]:
        """Return the paths of the files that all feeds should have, sorted."""
        rows = self._db.execute("select path from published_file where gone is null and feed != '' order by path")
        return [path for (path,) in rows]

    def feeds(self) -> frozenset[str]:
        """Return the feeds that have files."""
        rows = self._db.execute("select distinct feed from published_file where gone is null and feed != ''")
        return frozenset(feed for (feed,) in rows)

    def write(self, records: Iterable[FileRecord], forgotten: Iterable[str] = ()) -> None:
        """Store records, after dropping those of `forgotten` paths, inside the caller's transaction."""
        self._db.executemany("delete from published_file where path = ?", ([path] for path in forgotten))
        self._db.executemany("insert or replace into published_file values (?, ?, ?, ?, ?, ?)", records)
