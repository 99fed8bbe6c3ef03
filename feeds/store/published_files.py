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


class PageRecord(NamedTuple):
    """What a page was drawn from."""

    path: str  # below the folder of the pages
    fingerprint: str
    item: int | None = None  # the row id of the item whose page it is


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

    def of_feed(self, feed: str, first: int = 0, limit: int = -1) -> list[tuple[str, int, str, str]]:
        """Return (path, size, changed, hash) of the files that a feed should have, by path; a part of them where one is named."""
        query = (
            "select path, size, changed, hash from published_file where feed = ? and gone is null order by path limit ? offset ?"
        )
        return self._db.execute(query, [feed, limit, first]).fetchall()

    def count(self, feed: str, beginning: str = "") -> int:
        """Return how many files a feed should have; with `beginning` those whose paths go on from it with a number."""
        query = "select count(*) from published_file where feed = ? and gone is null"
        if not beginning:
            return int(self._db.execute(query, [feed]).fetchone()[0])
        found = self._db.execute(f"{query} and path >= ? and path < ?", [feed, f"{beginning}0", f"{beginning}:"])
        return int(found.fetchone()[0])

    def all(self) -> list[FileRecord]:
        """Return the records of the files that all feeds should have, by path."""
        rows = self._db.execute(
            "select path, feed, hash, size, changed, gone from published_file where gone is null and feed != '' order by path"
        )
        return [FileRecord(*row) for row in rows]

    def feeds(self) -> frozenset[str]:
        """Return the feeds that have files."""
        # From one to the next by the index: the number of files makes no difference.
        rows = self._db.execute(
            """with recursive one (feed) as (select min(feed) from published_file where gone is null and feed > ''
            union all select (select min(feed) from published_file where gone is null and feed > one.feed) from one
            where feed is not null) select feed from one where feed is not null"""
        )
        return frozenset(feed for (feed,) in rows)

    def write(self, records: Iterable[FileRecord], forgotten: Iterable[str] = ()) -> None:
        """Store records, after dropping those of `forgotten` paths, inside the caller's transaction."""
        self._db.executemany("delete from published_file where path = ?", ([path] for path in forgotten))
        self._db.executemany("insert or replace into published_file values (?, ?, ?, ?, ?, ?)", records)


class PageRecords:
    """What the published pages were drawn from."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def all(self) -> dict[str, PageRecord]:
        """Return every record, by path."""
        return {row[0]: PageRecord(*row) for row in self._db.execute("select path, fingerprint, item_id from page")}

    def below(self, folder: str) -> frozenset[str]:
        """Return the paths of the pages in a folder, which ends with a slash."""
        rows = self._db.execute("select path from page where path >= ? and path < ? || '0'", [folder, folder[:-1]])
        return frozenset(path for (path,) in rows)

    def get(self, path: str) -> str:
        """Return the fingerprint of a page; empty for one without a record."""
        row = self._db.execute("select fingerprint from page where path = ?", [path]).fetchone()
        return str(row[0]) if row else ""

    def items(self) -> dict[int, str]:
        """Return the paths of the pages of items, by row id."""
        return dict(self._db.execute("select item_id, path from page where item_id is not null").fetchall())

    def write(self, records: Iterable[PageRecord], removed: Iterable[str]) -> None:
        """Store records and drop those of removed pages, inside the caller's transaction."""
        self._db.executemany("delete from page where path = ?", ([path] for path in removed))
        self._db.executemany("insert or replace into page values (?, ?, ?)", records)
