"""The tables of what each feed has published: its entries, since when, in which archive document, and its tombstones."""

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

_COLUMNS = "item_id, atom_id, entered, updated, digest, state, version, archive, gone, reason, buried"
# An archived story that was compared and is as it was.
_SETTLED = "p.archive is not null and p.gone is null and p.state = p.item_id || ':' || i.seq"


class LedgerLine(NamedTuple):
    """The record of one story in one feed."""

    row: int  # the item first published of it: the entry's id is that of this item for ever
    atom_id: str
    entered: datetime  # when this version of it came to the subscription document
    updated: datetime  # as it was published
    digest: str  # of what was published, to tell a significant change
    state: str  # of its items when they were looked at last: while it stays, so does the digest
    version: str  # of the wording that tagged it
    archive: int | None = None  # the archive document that its present version is in; None: the subscription document
    deleted_at: datetime | None = None  # when it left the feed
    reason: str = ""  # why it left
    tombstone_page: int | None = None  # the archive document that has its tombstone

    @property
    def live(self) -> bool:
        """True while it is in the feed."""
        return self.deleted_at is None


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """An archive document (RFC 5005) without its bytes."""

    number: int
    changed: datetime
    hash: str


class Ledger:
    """The lines and archive documents of one feed."""

    def __init__(self, facts: Facts, feed: str) -> None:
        """Use the database of `facts`; `feed` is the feed's name, from its folder and its topic."""
        self._execute, self._many, self._feed = facts.database.execute, facts.database.executemany, feed

    def note_all(self, topic: str, grouped: Iterable[int]) -> None:
        """Note as changed what a topic tags and what the feed shows, inside the caller's transaction.

        Archived stories that were compared and are as they were stay out; `grouped`, the items with copies, do not.
        """
        asked = {"topic": topic, "feed": self._feed, "grouped": json.dumps(list(grouped))}
        self._execute(
            f"""insert or ignore into changed_entry select :topic, t.item_id from tag t join current_item i on i.id = t.item_id
            left join published p on p.feed = :feed and p.item_id = t.item_id
            where t.topic = :topic and (p.item_id is null or not ({_SETTLED})
                or t.item_id in (select value from json_each(:grouped)))""",  # noqa: S608 - constants
            asked,
        )
        self._execute(
            """insert or ignore into changed_entry select :topic, item_id from published p where feed = :feed and gone is null
            and not exists (select 1 from tag where item_id = p.item_id and topic = :topic)""",
            asked,
        )

    def lines(self) -> dict[int, LedgerLine]:
        """Return all lines of the feed by row id."""
        rows = self._execute(f"select {_COLUMNS} from published where feed = ?", [self._feed])  # noqa: S608 - constants
        return {row[0]: _line(row) for row in rows}

    def open_lines(self, since: datetime | None) -> dict[int, LedgerLine]:
        """Return lines by row id: of entries in the subscription document, and with `since` of tombstones.

        These are the ones since a moment, and those that are in no archive document yet.
        """
        query = f"select {_COLUMNS} from published where feed = :feed and archive is null and gone is null"  # noqa: S608
        if since is not None:
            query += f""" union select {_COLUMNS} from published where feed = :feed and gone > :since
            union select {_COLUMNS} from published where feed = :feed and gone is not null and buried is null"""  # noqa: S608
        rows = self._execute(query, {"feed": self._feed, "since": rfc3339(since)})
        return {row[0]: _line(row) for row in rows}

    def lines_of(self, rows: Iterable[int]) -> dict[int, LedgerLine]:
        """Return the lines of some items, by row id; items without a line are left out."""
        found = self._execute(
            f"select {_COLUMNS} from published where feed = ? and item_id in (select value from json_each(?))",  # noqa: S608
            [self._feed, json.dumps(list(rows))],
        )
        return {row[0]: _line(row) for row in found}

    def write(self, lines: Iterable[LedgerLine]) -> None:
        """Store lines, inside the caller's transaction."""
        self._many(
            f"insert or replace into published (feed, {_COLUMNS}) values (?{', ?' * 11})",  # noqa: S608 - constants
            [
                (
                    self._feed,
                    line.row,
                    line.atom_id,
                    rfc3339(line.entered),
                    rfc3339(line.updated),
                    line.digest,
                    line.state,
                    line.version,
                    line.archive,
                    rfc3339(line.deleted_at),
                    line.reason,
                    line.tombstone_page,
                )
                for line in lines
            ],
        )

    # The archive

    def last_page(self) -> int:
        """Return the number of the last archive document, which is also how many there are."""
        (number,) = self._execute("select max(number) from archive where feed = ?", [self._feed]).fetchone()
        return int(number or 0)

    def pages(self) -> tuple[ArchivedPage, ...]:
        """Return the archive documents, oldest first."""
        rows = self._execute("select number, changed, hash from archive where feed = ? order by number", [self._feed])
        return tuple(ArchivedPage(number, _moment(changed), digest) for number, changed, digest in rows)

    def page(self, number: int) -> bytes:
        """Return the bytes of an archive document."""
        return gzip.decompress(self.packed(number))

    def packed(self, number: int) -> bytes:
        """Return the bytes of an archive document in gzip."""
        where = [self._feed, number]
        found = self._execute("select document from archive where feed = ? and number = ?", where).fetchone()
        return bytes(found[0])

    def archive(self, number: int, document: bytes, changed: datetime) -> None:
        """Store the bytes of an archive document, which never change, inside the caller's transaction."""
        row = (self._feed, number, rfc3339(changed), digest_of(document), gzip.compress(document, mtime=0))
        self._execute("insert into archive (feed, number, changed, hash, document) values (?, ?, ?, ?, ?)", row)

    # What it was made of

    def edition(self) -> tuple[str, datetime | None]:
        """Return (the state the feed was last made from, the time when it changes without any new data)."""
        row = self._execute("select inputs, until from edition where feed = ?", [self._feed]).fetchone()
        return (row[0], from_rfc3339(row[1])) if row else ("", None)

    def set_edition(self, inputs: str, until: datetime | None) -> None:
        """Store the state the feed was made from."""
        self._execute("insert or replace into edition values (?, ?, ?)", [self._feed, inputs, rfc3339(until)])


def archive_sizes(facts: Facts) -> dict[str, int]:
    """Return the number of archive documents, by feed."""
    # From one feed to the next by the index: the number of documents makes no difference.
    rows = facts.database.execute(
        """with recursive one (feed) as (select min(feed) from archive
        union all select (select min(feed) from archive where feed > one.feed) from one where feed is not null)
        select feed, (select max(number) from archive where feed = one.feed) from one where feed is not null"""
    )
    return dict(rows.fetchall())


def digest_of(data: bytes) -> str:
    """Return the hash by which bytes are compared."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _moment(text: str) -> Any:
    return from_rfc3339(text)


def _line(row: tuple[Any, ...]) -> LedgerLine:
    number, atom_id, entered, updated, digest, state, version, archive, deleted_at, reason, tombstone_page = row
    moments = (_moment(entered), _moment(updated))
    return LedgerLine(
        number, atom_id, *moments, digest, state, version, archive, from_rfc3339(deleted_at), reason or "", tombstone_page
    )
