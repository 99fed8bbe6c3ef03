"""Stored items as values: the queries that classifying, comparing, publishing and listing need; writes nothing."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from ingest.model import Author, Category, Enclosure, Item, Place, Sighting, StoredItem
from ingest.store.database import Database
from ingest.store.sources import SOURCE_COLUMNS, SOURCE_WIDTH, source_from
from ingest.text.dates import from_rfc3339, rfc3339
from ingest.text.markup import pack, unpack
from ingest.text.urls import canonical, destination


def _as_it_is(value: Any) -> Any:
    return value


def _json(values: Sequence[Author | Category | Enclosure | Place]) -> str:
    """Write values as JSON objects, without what is absent."""
    if not values:
        return "[]"
    present = [{name: said for name in one.__slots__ if (said := getattr(one, name)) is not None} for one in values]
    return _written(present)


_written = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class VersionColumn:
    """A column of the table `version` that holds a field of an item, and how its values are stored."""

    name: str
    field: str  # of Item
    encode: Callable[[Any], Any] = _as_it_is
    decode: Callable[[Any], Any] = _as_it_is
    is_json: bool = False
    shown: bool = True  # whether readers see it: then a correction of it is told


def _list(name: str, kind: Any) -> VersionColumn:
    return VersionColumn(name, name, _json, msgspec.json.Decoder(kind).decode, is_json=True)


# Every field of an item but guid and url, which are the sighting's. Whatever reads or writes a version goes by this table.
VERSION_COLUMNS = (
    VersionColumn("title", "title"),
    VersionColumn("title_inferred", "title_inferred", decode=bool),
    VersionColumn("summary", "summary"),
    VersionColumn("content", "content"),
    VersionColumn("text", "text"),
    VersionColumn("cut", "boilerplate", shown=False),
    VersionColumn("language", "language"),
    VersionColumn("language_from", "language_from", shown=False),
    VersionColumn("published", "published", rfc3339, from_rfc3339),
    VersionColumn("published_raw", "published_raw", shown=False),
    VersionColumn("updated", "updated", rfc3339, from_rfc3339, shown=False),  # publishers touch it for nothing
    VersionColumn("updated_raw", "updated_raw", shown=False),
    _list("authors", tuple[Author, ...]),
    _list("categories", tuple[Category, ...]),
    _list("enclosures", tuple[Enclosure, ...]),
    _list("places", tuple[Place, ...]),
)
PACKED = frozenset({"summary", "content"})  # columns whose values lie in `markup`, as what they have beyond the text
_ITEMS = f"""
select i.id, i.uid, i.seq, i.first_seen, i.changed, (select count(*) from version where item_id = i.id and source_id = v.source_id),
    v.markup, {", ".join(f"v.{column.name}" for column in VERSION_COLUMNS)}
from item i join version v on v.id = i.version_id """  # noqa: S608 - constants
_WORDS = _ITEMS.replace("v.markup", "null").replace("v.summary", "''").replace("v.content", "''")
_SIGHTINGS = f"""
select g.item_id, g.guid, g.url, g.reason, v.title, v.published, g.first_seen, g.feed_updated, v.language,
    {SOURCE_COLUMNS}
from sighting g join version v on v.id = g.version_id join source s on s.id = g.source_id
where g.item_id in (select value from json_each(?)) order by g.id"""  # noqa: S608 - constants
# As for the whole item: a text without a date has that of a carrier, and the first address is the item's.
_TEXT = """
select i.id, i.seq, i.first_seen, i.uid, iif(v.title_inferred, '', v.title), v.text, v.language,
    coalesce(v.published, (select w.published from sighting g join version w on w.id = g.version_id
        where g.item_id = i.id and w.published is not null order by g.id limit 1)),
    (select url from sighting where item_id = i.id and url != '' order by id limit 1),
    (select json_group_array(name) from (select iif(s.title = '', s.url, s.title) name from sighting g
        join source s on s.id = g.source_id where g.item_id = i.id order by g.id))
from item i join version v on v.id = i.version_id """
_NAMED = """
select id from item where uid = :n or (length(:n) > 3 and uid >= :n and uid < :n || 'g')
union select item_id from sighting where guid = :n
union select item_id from sighting where url_key = :key and url = :n
union select item_id from sighting where url_key is null and url = :n
union select g.item_id from former_name f join sighting g on g.id = f.sighting_id where f.guid = :n
union select g.item_id from former_name f join sighting g on g.id = f.sighting_id where f.url_key = :key and f.url = :n
union select g.item_id from former_name f join sighting g on g.id = f.sighting_id where f.url_key is null and f.url = :n"""
_VERSIONS = """
select v.item_id, v.seen, iif(s.title = '', s.url, s.title), v.title, v.text from version v join source s on s.id = v.source_id
where v.item_id in (select value from json_each(?)) order by v.id"""
_shared = lru_cache(maxsize=512)(source_from)  # a few sources carried most items: each is read once
_CHUNK = 500  # items held at once


class ItemText(NamedTuple):
    """The part of an item that is compared with others: its words, date, address and its carriers' names."""

    row: int
    seq: int
    first_seen: datetime
    uid: str
    title: str  # empty where it was inferred
    text: str
    language: str | None
    published: datetime | None
    url: str | None
    carriers: tuple[str, ...]


class Items:
    """Reads stored items as values."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database

    def after(self, seq: int, limit: int) -> tuple[StoredItem, ...]:
        """Return the items whose present version came after number `seq`, oldest change first, at most `limit`.

        They are without summary and markup, which take more time and memory than all the rest: words are what is classified.
        """
        return self._load("where i.seq > ? order by i.seq limit ?", [seq, limit], _WORDS)

    def by_rows(self, rows: Iterable[int]) -> tuple[StoredItem, ...]:
        """Return items by their numbers, in the order asked for."""
        wanted = list(rows)
        found = {item.row: item for item in self.present(wanted)}
        return tuple(found[row] for row in wanted)

    def present(self, rows: Iterable[int]) -> tuple[StoredItem, ...]:
        """Return those of some items that are still stored, in any order: another process may have erased the others."""
        return self._load("where i.id in (select value from json_each(?))", [json.dumps(list(rows))])

    def all(self) -> Iterator[StoredItem]:
        """Return every item in the order in which they were first stored, a few hundred in memory at a time."""
        last = 0
        while items := self._load("where i.id > ? order by i.id limit ?", [last, _CHUNK]):
            yield from items
            last = items[-1].row

    def newest(self, before: int | None, since: datetime | None, limit: int) -> tuple[StoredItem, ...]:
        """Return the items that were stored last, the last first, at most `limit`.

        `before` is the number of the last item that is known already, `since` when the items were first seen at the earliest.
        """
        where = """where (:before is null or i.id < :before) and i.first_seen >= :since
            and (:since = '' or i.id >= (select min(id) from item where first_seen >= :since)) order by i.id desc limit :limit"""
        return self._load(where, {"before": before, "since": rfc3339(since) or "", "limit": limit})

    def since(self, moment: datetime) -> Iterator[StoredItem]:
        """Return every item first seen since a moment, in the order in which they were seen; others are not read."""
        found = self._db.execute("select id from item where first_seen >= ? order by first_seen, id", [rfc3339(moment)])
        rows = [row for (row,) in found]
        for at in range(0, len(rows), _CHUNK):
            yield from self.by_rows(rows[at : at + _CHUNK])

    def find(self, name: str) -> tuple[StoredItem, ...]:
        """Return the items that a person may mean by `name`: an id or its beginning, an address, or a guid.

        Each lookup has an index of its own: an `or` of two columns would read all sightings.
        """
        return self._load(f"where i.id in ({_NAMED}) order by i.id limit 20", {"n": name, "key": canonical(name)})

    def count(self, since: datetime | None = None) -> int:
        """Return the number of items; with `since` of those that were first seen since then."""
        found = self._db.execute("select count(*) from item where first_seen >= ?", [rfc3339(since) or ""])
        return int(found.fetchone()[0])

    def last_seq(self) -> int:
        """Return the highest number of change of an item that has words, 0 where nothing is stored."""
        row = self._db.execute("select seq from item where version_id is not null order by seq desc limit 1").fetchone()
        return int(row[0]) if row else 0

    def has_after(self, seq: int, number: int) -> bool:
        """Return whether so many items came or changed after number `seq`."""
        statement = "select 1 from item where seq > ? and version_id is not null order by seq limit 1 offset ?"
        return self._db.execute(statement, [seq, number - 1]).fetchone() is not None

    def seqs(self, rows: Iterable[int]) -> dict[int, int]:
        """Return the numbers of change of some items, by row number."""
        found = self._db.execute("select id, seq from item where id in (select value from json_each(?))", [json.dumps(list(rows))])
        return dict(found.fetchall())

    def has_guid_of_another(self, guid: str, row: int) -> bool:
        """Return whether another item than `row` is known by a guid."""
        found = self._db.execute("select 1 from sighting where guid = ? and item_id != ? limit 1", [guid, row])
        return found.fetchone() is not None

    def versions(self, rows: Iterable[int]) -> dict[int, tuple[tuple[datetime, str, str, str], ...]]:
        """Return (seen, source's name, title, text) of every version of some items, oldest first, by row number."""
        found: defaultdict[int, list[tuple[datetime, str, str, str]]] = defaultdict(list)
        for row, seen, *said in self._db.execute(_VERSIONS, [json.dumps(list(rows))]):
            source, title, text = said
            found[row].append((datetime.fromisoformat(seen), source, title, text))
        return {row: tuple(versions) for row, versions in found.items()}

    # How words are stored

    def pack_some(self, limit: int) -> int:
        """Pack the markup of versions that an earlier program stored plainly, inside the caller's transaction; return how many."""
        rows = self._db.execute(
            """select id, summary, content, text from version where summary is not null or content is not null
            order by id limit ?""",
            [limit],
        ).fetchall()
        self._db.executemany(
            "update version set markup = ?, summary = null, content = null where id = ?",
            [(pack(summary, content, text), row) for row, summary, content, text in rows],
        )
        return len(rows)

    # What is compared of items

    def texts_after(self, seq: int, limit: int) -> list[ItemText]:
        """Return the texts of the items whose present version came after number `seq`, oldest change first, at most `limit`."""
        return [_text(row) for row in self._db.execute(f"{_TEXT} where i.seq > ? order by i.seq limit ?", [seq, limit])]

    def texts(self, rows: Iterable[int]) -> list[ItemText]:
        """Return the texts of some items."""
        where = "where i.id in (select value from json_each(?))"
        return [_text(row) for row in self._db.execute(_TEXT + where, [json.dumps(list(rows))])]

    def moments(self, rows: Iterable[int]) -> dict[int, datetime]:
        """Return when items appeared, by row number; an item whose text has no date of its own is left out."""
        found = self._db.execute(
            """select i.id, v.published, i.first_seen from item i join version v on v.id = i.version_id
            where v.published is not null and i.id in (select value from json_each(?))""",
            [json.dumps(list(rows))],
        )
        return {row: min(map(datetime.fromisoformat, said)) for row, *said in found}

    def _load(self, where: str, parameters: list[Any] | dict[str, Any], items: str = _ITEMS) -> tuple[StoredItem, ...]:
        rows = self._db.execute(items + where, parameters).fetchall()
        sightings = self._sightings([row[0] for row in rows])
        return tuple(_stored(row, sightings[row[0]]) for row in rows)

    def _sightings(self, rows: list[int]) -> dict[int, tuple[Sighting, ...]]:
        found: defaultdict[int, tuple[Sighting, ...]] = defaultdict(tuple)
        for item, guid, url, reason, title, published, first_seen, feed_updated, language, *source in self._db.execute(
            _SIGHTINGS, [json.dumps(rows)]
        ):
            found[item] += (
                Sighting(
                    source=_shared(tuple(source[:SOURCE_WIDTH])),
                    guid=guid,
                    url=url,
                    reason=reason,
                    title=title,
                    published=from_rfc3339(published),
                    first_seen=_moment(first_seen),
                    feed_updated=from_rfc3339(feed_updated),
                    language=language,
                ),
            )
        return found


def _text(row: tuple[Any, ...]) -> ItemText:
    number, seq, first_seen, uid, title, text, language, published, url, carriers = row
    return ItemText(
        number,
        seq,
        datetime.fromisoformat(first_seen),
        uid,
        title,
        text,
        language,
        datetime.fromisoformat(published) if published else None,
        destination(url) if url else url,
        tuple(dict.fromkeys(json.loads(carriers))),
    )


def _moment(text: str) -> Any:
    return from_rfc3339(text)


def _stored(row: tuple[Any, ...], sightings: tuple[Sighting, ...]) -> StoredItem:
    number, uid, seq, first_seen, changed, versions, markup, *said = row
    values = {column.field: column.decode(value) for column, value in zip(VERSION_COLUMNS, said, strict=True)}
    if markup is not None:
        values["summary"], values["content"] = unpack(markup, values["text"])
    # A document has no date; a feed that carries the same text lends it its own.
    values["published"] = values["published"] or next((s.published for s in sightings if s.published), None)
    item = Item(
        guid=next((s.guid for s in sightings if s.guid and s.source.kind == "feed"), None),
        url=next((destination(s.url) for s in sightings if s.url), None),
        **values,
    )
    return StoredItem(number, uid, seq, item, _moment(first_seen), _moment(changed), versions, sightings)
