"""Erases items and sources from every table, the full-text index, free pages and the log; knows no published file."""

import json
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ingest.store.database import Database
from ingest.store.facts import Facts
from ingest.store.upkeep.forgotten import Forgotten, Name

_KEPT: Final = {"item", "published"}  # what is left of an item that a feed has shown: its number, and its tombstones
_NOTES: Final = {"changed_entry", "changed_page", "listed_story", "page"}  # by which the next publication removes what it shows
# Only the hashes of its own entries go: by the others retention knows what its source still serves.
_NO_LONGER_SERVED: Final = """update served set entries = coalesce((select json_group_object(e.key, e.value)
    from json_each(served.entries) e where e.value not in (select fingerprint from sighting where item_id = :item)), '{}')
    where source_id in (select source_id from sighting where item_id = :item)"""
_SHORT: Final = 8  # characters: a shorter name may occur anywhere
_LONG_TITLE: Final = 12


@dataclass(frozen=True, slots=True)
class Traces:
    """By what an item can be found where its words may stand."""

    row: int
    uid: str
    title: str
    names: frozenset[Name]  # by which it would be recognised again
    addresses: frozenset[str]  # its urls and guids
    titles: frozenset[str]
    files: frozenset[str]  # the documents that it was read from

    @property
    def needles(self) -> frozenset[str]:
        """What a search of files looks for."""
        return self.addresses | {one for one in self.titles if len(one) >= _LONG_TITLE}


class Eraser:
    """Erases from the tables of one open database."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db: Database = facts.database
        self._known: dict[str, list[tuple[str, str]]] = {}  # references, by the table that they lead to

    def rows_first_carried_by(self, url: str) -> list[int]:
        """Return the items that a source carried first: their words are its words."""
        return [
            row
            for (row,) in self._db.execute(
                """select g.item_id from sighting g join source s on s.id = g.source_id where s.url = ?
                and not exists (select 1 from sighting o where o.item_id = g.item_id and o.id < g.id)""",
                [url],
            )
        ]

    def traces(self, rows: Iterable[int]) -> Iterator[Traces]:
        """Yield by what each of some items can be found."""
        for row in rows:
            (uid,) = self._db.execute("select uid from item where id = ?", [row]).fetchone()
            carried = self._db.execute(
                """select s.url, s.kind, n.guid, n.url, n.url_key from (
                    select source_id, guid, url, url_key from sighting where item_id = :row union
                    select g.source_id, f.guid, f.url, f.url_key from former_name f join sighting g on g.id = f.sighting_id
                    where g.item_id = :row) n join source s on s.id = n.source_id""",
                {"row": row},
            ).fetchall()
            versions = self._db.execute("select title, text_key, bare_key from version where item_id = ?", [row]).fetchall()
            names: set[Name] = {("text", key) for _, *keys in versions for key in keys if key}
            names |= {("url", key) for *_, key in carried if key}
            names |= {("guid", source, guid) for source, kind, guid, *_ in carried if guid and kind != "document"}
            addresses = {one for _, kind, guid, url, key in carried for one in (url, key, guid if kind != "document" else None)}
            yield Traces(
                row,
                uid,
                next((title for title, *_ in reversed(versions)), ""),
                frozenset(names),
                frozenset(one for one in addresses if one and len(one) >= _SHORT),
                frozenset(title for title, *_ in versions),
                frozenset(guid for _, kind, guid, *_ in carried if guid and kind == "document"),
            )

    def erase_items(self, traces: Iterable[Traces], now: datetime, secret: bytes) -> None:
        """Delete some items from every table, inside the caller's transaction, and store keyed hashes of their names.

        An item that a feed has shown leaves its number, with another id, and what the feed needs for its tombstone.
        """
        found = tuple(traces)
        for one in found:
            self._db.execute(_NO_LONGER_SERVED, {"item": one.row})
        self._delete(found, now, secret, kept=_KEPT)

    def erase_source(self, url: str, now: datetime, secret: bytes) -> None:
        """Delete a source with all that it carried, inside the caller's transaction; its items must be erased before."""
        self._db.execute("pragma defer_foreign_keys = on")
        row = self._db.execute("select id from source where url = ?", [url]).fetchone()
        if row is None:
            return
        moved = self._db.execute("select url from moved where source_id = ?", row).fetchall()
        Forgotten(self._db).add([("source", url), *(("source", old) for (old,) in moved)], now, secret)
        self._db.execute("delete from former_name where sighting_id in (select id from sighting where source_id = ?)", row)
        self._show_words_of_others(row[0])
        for table, column in self._references("source"):
            self._db.execute(f"delete from {table} where {column} = ?", row)  # noqa: S608 - names of our own tables
        self._db.execute("delete from source where id = ?", row)

    def _show_words_of_others(self, source: int) -> None:
        """Let the items that a source carried show the words of their other carriers, and count as changed."""
        rows = self._db.execute("select distinct item_id from sighting where source_id = ?", [source]).fetchall()
        for (item,) in rows:
            self._db.execute(
                """update item set seq = (select max(seq) + 1 from item), version_id = iif(
                    (select source_id from version where id = version_id) = :source,
                    (select version_id from sighting where item_id = :item and source_id != :source order by id limit 1),
                    version_id) where id = :item""",
                {"item": item, "source": source},
            )

    def still_served(self, rows: Iterable[int]) -> frozenset[int]:
        """Return those of some items that are in the last document of one of their sources."""
        found = self._db.execute(
            """select distinct g.item_id from sighting g join served v on v.source_id = g.source_id, json_each(v.entries) e
            where g.item_id in (select value from json_each(?)) and e.value = g.fingerprint""",
            [json.dumps(list(rows))],
        )
        return frozenset(row for (row,) in found)

    def purge_items(self, traces: Iterable[Traces], now: datetime, secret: bytes) -> None:
        """Delete some items like `erase_items`, also what feeds remember of them: no tombstone goes out."""
        self._delete(tuple(traces), now, secret, kept={"item"})

    def _delete(self, items: Sequence[Traces], now: datetime, secret: bytes, kept: AbstractSet[str]) -> None:
        """Delete items and all that refers to them, except in some tables; store keyed hashes of their names."""
        self._db.execute("pragma defer_foreign_keys = on")
        forgotten = Forgotten(self._db)
        for one in items:
            forgotten.add(one.names, now, secret)
        self._delete_rows([one.row for one in items], kept)
        for one in items:
            self._delete_number(one.row)

    def _delete_rows(self, rows: Sequence[int], kept: AbstractSet[str]) -> None:
        """Delete all that refers to some items, except in some tables: together, for a table may have to be read for it."""
        asked, these = [json.dumps(rows)], "in (select value from json_each(?))"
        # The counts look at their words once more.
        self._db.execute(f"update item set version_id = null where id {these}", asked)  # noqa: S608 - constants
        of_sightings = f"select id from sighting where item_id {these}"  # noqa: S608 - constants
        self._db.execute(f"delete from former_name where sighting_id in ({of_sightings})", asked)  # noqa: S608 - constants
        for table, column in self._references("item"):
            if table not in kept:
                self._db.execute(f"delete from {table} where {column} {these}", asked)  # noqa: S608 - names of our own tables

    def _delete_number(self, row: int) -> None:
        """Delete an item itself. What a feed remembers, and the highest number of change, stay without words.

        A number of change that is given twice would be taken for one that was classified already.
        """
        (is_last,) = self._db.execute("select seq = (select max(seq) from item) from item where id = ?", [row]).fetchone()
        if is_last or self._is_referred_to(row):
            self._db.execute("update item set version_id = null, uid = ? where id = ?", [f"erased-{row}", row])
        else:
            self._db.execute("delete from item where id = ?", [row])

    def _references(self, to: str) -> list[tuple[str, str]]:
        """Return (table, column) of all that refers to the rows of a table, by a foreign key or by the usual name."""
        if to not in self._known:
            self._known[to] = list(self._found_references(to))
        return self._known[to]

    def _found_references(self, to: str) -> Iterator[tuple[str, str]]:
        tables = [name for (name,) in self._db.execute("select name from sqlite_master where type = 'table'") if name not in _NOTES]
        for table in tables:
            keys = {column for _, _, other, column, *_ in self._db.execute(f"pragma foreign_key_list([{table}])") if other == to}
            columns = {name for _, name, *_ in self._db.execute(f"pragma table_info([{table}])")}
            yield from ((table, column) for column in sorted(keys | (columns & {f"{to}_id"})))

    def _is_referred_to(self, row: int) -> bool:
        return any(
            self._db.execute(f"select 1 from {table} where {column} = ? limit 1", [row]).fetchone()  # noqa: S608 - as above
            for table, column in self._references("item")
        )

    def overwrite_erased_from_now_on(self) -> None:
        """Make SQLite overwrite what is deleted on this connection."""
        self._db.execute("pragma secure_delete = on")

    def compact(self) -> None:
        """Rewrite the database without free space; it needs as much space on the disk as the database has."""
        self._db.execute("pragma temp_store = file")
        self._db.execute("pragma auto_vacuum = incremental")  # from now on `tidy` gives free pages back
        with self._db.turn():
            self._db.execute("vacuum")

    def clean(self) -> bool:
        """Remove what was erased from the full-text index, from free space and from the log of changes.

        It needs as much free space as the database has. Return False where another process kept the log from being
        emptied.
        """
        with self._db.transaction():
            self._db.execute("insert into version_fts (version_fts) values ('rebuild')")  # it only marks what is deleted
        self.compact()
        with self._db.turn():
            (busy, *_) = self._db.execute("pragma wal_checkpoint(truncate)").fetchone()
        return not busy
