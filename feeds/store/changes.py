"""What may have changed since the last publication: entries of feeds and pages, noted by triggers; publishes nothing."""

import json
from collections.abc import Collection, Iterable
from typing import NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts


class DuePage(NamedTuple):
    """A page that is to be drawn; its number rises when it is due once more."""

    number: int
    kind: str  # topic, month or item
    key: str


class Changes:
    """The tables of what is to be looked at by the next publication."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    # Entries of feeds

    def has_entries(self, topic: str) -> bool:
        """Return whether any entry of a topic's feed may have changed."""
        return self._db.execute("select 1 from changed_entry where topic = ? limit 1", [topic]).fetchone() is not None

    def entries(self, topic: str, limit: int) -> list[int]:
        """Return items of which a topic's feed may say something else now, those stored first, at most `limit`."""
        found = self._db.execute("select item_id from changed_entry where topic = ? order by item_id limit ?", [topic, limit])
        return [row for (row,) in found]

    def drop_entries(self, topic: str, rows: Iterable[int]) -> None:
        """Record that a feed was revised for some items, inside the caller's transaction, in which they were read."""
        self._db.executemany("delete from changed_entry where topic = ? and item_id = ?", [(topic, row) for row in rows])

    # Pages

    def has_pages(self) -> bool:
        """Return whether any page may have changed, or is due."""
        row = self._db.execute("select exists (select 1 from changed_page) or exists (select 1 from due_page)").fetchone()
        return bool(row[0])

    def take_items(self) -> frozenset[int]:
        """Return the items that pages may show otherwise, and forget them, inside the caller's transaction."""
        rows = frozenset(row for (row,) in self._db.execute("select item_id from changed_page"))
        self._db.execute("delete from changed_page where item_id in (select value from json_each(?))", [json.dumps(list(rows))])
        return rows

    def put_due(self, pages: Iterable[tuple[str, str]]) -> None:
        """Record pages, (kind, key), as due, inside the caller's transaction."""
        self._db.executemany("insert or replace into due_page (kind, key) values (?, ?)", sorted(pages))

    def due(self) -> list[DuePage]:
        """Return the pages that are due."""
        return [DuePage(*row) for row in self._db.execute("select id, kind, key from due_page order by id")]

    def drop_due(self, pages: Collection[DuePage]) -> None:
        """Record that pages were drawn, inside the caller's transaction; one that is due once more stays so."""
        self._db.executemany("delete from due_page where id = ?", [(page.number,) for page in pages])
