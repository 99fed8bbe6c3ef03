"""Sentences that a source repeats under its articles: learnt from where terms hit, so that they never count; judges nothing."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from feeds.schema import migrations
from ingest.item import StoredItem
from ingest.store import Facts
from ingest.store.schema import migrate

_REPEATED: Final = 4  # items of one source that hold a sentence: from then on it is furniture
_KEPT: Final = 8  # items remembered for one sentence


class Furniture:
    """The table of repeated sentences, by source; only sentences in which a term was found are ever stored."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.db
        migrate(self._db, migrations)

    def known(self, source: str) -> frozenset[str]:
        """Give the sentences, as keys, that a source repeats."""
        rows = self._db.conn.execute(
            "select line from line where source = ? group by line having count(*) >= ?", [source, _REPEATED]
        )
        return frozenset(row[0] for row in rows)

    def learn(self, seen: Iterable[tuple[StoredItem, Iterable[str]]]) -> frozenset[int]:
        """Note the sentences of items; give the numbers of all items that hold one which has just become furniture."""
        holders: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
        fresh: set[tuple[str, str]] = set()
        with self._facts.transaction():
            for stored, lines in seen:
                for place in ((stored.carrier.source.url, line) for line in lines):
                    holders[place].add(stored.row)  # more may hold it now than are remembered
                    if self._note(*place, stored.row):
                        fresh.add(place)
        return frozenset(row for place in fresh for row in (*holders[place], *self._holders(*place)))

    def _note(self, source: str, line: str, row: int) -> bool:
        """Remember one item that holds a sentence; say whether that has made it furniture."""
        before = self._count(source, line)
        if before >= _KEPT:
            return False
        self._db.conn.execute("insert or ignore into line values (?, ?, ?)", [source, line, row])
        return before < _REPEATED <= self._count(source, line)

    def _count(self, source: str, line: str) -> int:
        row = self._db.conn.execute("select count(*) from line where source = ? and line = ?", [source, line]).fetchone()
        return int(row[0])

    def _holders(self, source: str, line: str) -> list[int]:
        rows = self._db.conn.execute("select item_id from line where source = ? and line = ?", [source, line])
        return [row[0] for row in rows]
