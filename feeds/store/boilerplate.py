"""Boilerplate: sentences that a source repeats under its articles, recorded where terms hit in them; classifies nothing."""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from feeds.store.migrations import migrations
from ingest.model import StoredItem
from ingest.store.facts import Facts

REPEATED: Final = 4  # items of one source that hold a sentence: from then on it is boilerplate
_KEPT: Final = 8  # items remembered for one sentence

Place = tuple[str, str]  # a source, and a sentence as its key


class Boilerplate:
    """The table of repeated sentences, by source; only sentences in which a term was found are ever stored."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def known(self, source: str) -> frozenset[str]:
        """Return the sentences, as keys, that a source repeats."""
        rows = self._db.execute(
            """select line from boilerplate_line where source = ?
            group by line having count(*) >= ?""",
            [source, REPEATED],
        )
        return frozenset(row[0] for row in rows)

    def learn(self, seen: Iterable[tuple[StoredItem, Iterable[str]]]) -> frozenset[int]:
        """Record sentences of items; return the row ids of all items with a sentence that has now become boilerplate."""
        holders: defaultdict[Place, dict[int, None]] = defaultdict(dict)  # in order: the first are remembered
        for stored, lines in seen:
            for line in lines:
                holders[stored.carrier.source.url, line][stored.row] = None
        new: list[tuple[str, str, int]] = []
        repeated: set[int] = set()
        with self._facts.transaction():
            known = self._holders(holders)
            for place, rows in holders.items():
                before = known.get(place, set())
                noted = [row for row in rows if row not in before][: max(_KEPT - len(before), 0)]
                new += [(*place, row) for row in noted]
                if len(before) < REPEATED <= len(before) + len(noted):
                    repeated |= before | rows.keys()  # more may hold it now than are remembered
            self._db.executemany("insert into boilerplate_line values (?, ?, ?)", new)
        return frozenset(repeated)

    def _holders(self, places: Iterable[Place]) -> dict[Place, set[int]]:
        """Return the items remembered for each of some sentences."""
        rows = self._db.execute(
            """select l.source, l.line, l.item_id from json_each(?) j join boilerplate_line l
            on l.source = json_extract(j.value, '$[0]') and l.line = json_extract(j.value, '$[1]')""",
            [json.dumps(list(places))],
        )
        found: defaultdict[Place, set[int]] = defaultdict(set)
        for source, line, row in rows:
            found[source, line].add(row)
        return found
