"""What feeds remember of items that are erased: ids, tombstones, archive documents; deletes no item and writes no file."""

import gzip
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from feeds.store.ledger import digest_of
from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

REASON: Final = "erased on request"


class ArchivedDocument(NamedTuple):
    """An archive document of a feed."""

    feed: str
    number: int
    document: bytes


class PublishedTraces:
    """The tables of what was published, as an erasure needs them; every change is inside the caller's transaction."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def atom_ids(self, rows: Iterable[int]) -> frozenset[str]:
        """Return the ids under which items were published."""
        found = self._db.execute(
            """select atom_id from published where item_id in (select value from json_each(:rows)) union
            select atom_id from entry where item_id in (select value from json_each(:rows))""",
            {"rows": json.dumps(list(rows))},
        )
        return frozenset(one for (one,) in found)

    def feeds(self, rows: Iterable[int]) -> frozenset[str]:
        """Return the feeds that have shown items."""
        found = self._db.execute(
            "select distinct feed from published where item_id in (select value from json_each(?))", [json.dumps(list(rows))]
        )
        return frozenset(one for (one,) in found)

    def bury(self, rows: Iterable[int], atom_ids: Iterable[str], now: datetime) -> None:
        """Mark the entries of items as deleted, and forget all but their ids; other tombstones no longer name these."""
        self._db.execute(
            f"""update published set reason = '{REASON}', digest = '', state = '',
                buried = iif(gone is null, null, buried), gone = coalesce(gone, max(:now, updated))
            where item_id in (select value from json_each(:rows))""",  # noqa: S608 - a constant
            {"rows": json.dumps(list(rows)), "now": rfc3339(now)},
        )
        for one in atom_ids:
            self._db.execute("update published set reason = 'same story as another entry' where instr(reason, ?) > 0", [one])

    def archived(self) -> Iterator[ArchivedDocument]:
        """Yield every archive document of every feed."""
        keys = self._db.execute("select feed, number from archive order by feed, number").fetchall()
        for feed, number in keys:
            (packed,) = self._db.execute("select document from archive where feed = ? and number = ?", [feed, number]).fetchone()
            yield ArchivedDocument(feed, number, gzip.decompress(packed))

    def reseal(self, changed: ArchivedDocument, taken_out: Iterable[str]) -> int:
        """Replace an archive document; the entries that were taken out and are still in the feed return to its newest ones.

        Return the number of these.
        """
        feed, number, document = changed
        row = [digest_of(document), gzip.compress(document, mtime=0), feed, number]
        self._db.execute("update archive set hash = ?, document = ? where feed = ? and number = ?", row)
        return self._db.execute(
            """update published set archive = null, state = '' where feed = ? and archive = ? and gone is null
            and atom_id in (select value from json_each(?))""",
            [feed, number, json.dumps(list(taken_out))],
        ).rowcount

    def erase_sentences_of(self, source: str) -> None:
        """Delete the repeated sentences of a source."""
        self._db.execute("delete from boilerplate_line where source = ?", [source])
