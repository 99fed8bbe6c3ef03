"""The table of sentence vectors of items, so that each text is encoded once; a cache that may be emptied at any time."""

import json
from collections.abc import Iterable

from feeds.store.migrations import migrations
from ingest.model import StoredItem
from ingest.store.facts import Facts


class SentenceVectors:
    """The table of sentence vectors: one for an item, made by one encoder of its words at one number of change."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def known(self, items: Iterable[StoredItem], encoder: str) -> dict[int, bytes]:
        """Return the vectors by the named encoder, by the items' numbers; an item without one, or changed since, is left out."""
        wanted = json.dumps([[item.row, item.seq] for item in items])
        rows = self._db.execute(
            """select v.item_id, v.vector from json_each(?) j join item_vector v
            on v.item_id = json_extract(j.value, '$[0]') and v.seq = json_extract(j.value, '$[1]') where v.encoder = ?""",
            [wanted, encoder],
        )
        return dict(rows)

    def put(self, vectors: Iterable[tuple[StoredItem, bytes]], encoder: str) -> None:
        """Store vectors that the named encoder made, each in place of an earlier one of the item."""
        with self._facts.transaction():
            self._db.executemany(
                "insert or replace into item_vector (item_id, seq, encoder, vector) values (?, ?, ?, ?)",
                [(item.row, item.seq, encoder, vector) for item, vector in vectors],
            )
