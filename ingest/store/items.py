"""The tables `item`, `version` and `sighting`: writes what a source carried, once, and says what it recognised it by."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Final

from sqlite_utils import Database

from ingest import identity
from ingest.dates import from_rfc3339, rfc3339
from ingest.item import Author, Category, Enclosure, Item, Keys, ParsedFeed, Place, Source, SourceKind

_KNOWN = """
select g.item_id, g.source_id = :source, s.kind = 'document', g.guid, g.url_key, v.text_key,
    v.title, v.published, v.bare_key, v.text
from sighting g join version v on v.id = g.version_id join source s on s.id = g.source_id where """
_BY_GUID = "g.source_id = :source and g.guid = :key"
_BY_URL = "g.url_key = :key"
_BY_TEXT = "g.version_id in (select id from version where text_key = :key union all select id from version where bare_key = :key)"


_TAKEN: Final = """
select guid from sighting where source_id = :source and guid in (select value from json_each(:guids))
union all select url_key from sighting where url_key in (select value from json_each(:urls))
union all select text_key from version where text_key in (select value from json_each(:words))
union all select bare_key from version where bare_key in (select value from json_each(:words))"""
_NAMES: Final = tuple("title title_inferred summary content text cut language language_from published_raw updated_raw".split())
_SAID: Final = attrgetter(*_NAMES)
_COLUMNS: Final = (
    *"item_id source_id content_key text_key bare_key seen".split(),
    *_NAMES,
    *"published updated authors categories enclosures places".split(),
)
_PUT_VERSION: Final = f"insert into version ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_written: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@contextmanager
def indexed(db: Database) -> Iterator[None]:
    """Add every text that is stored within, inside the caller's transaction, to the full-text index."""
    last = db.conn.execute("select max(id) from version").fetchone()[0] or 0
    yield
    # At the end, and row by row: the index is written out before any statement that could fail half way.
    rows = db.conn.execute("select id, title, text from version where id > ? order by id", [last])
    db.conn.executemany("insert into version_fts (rowid, title, text) values (?, ?, ?)", rows)


@dataclass(slots=True)
class Recorder:
    """Records the items of one look at one source, inside the caller's transaction."""

    db: Database
    source: Source
    source_id: int
    now: datetime
    new: int = 0
    changed: int = 0
    served: str = "[]"  # the fingerprints of this look, as JSON
    seen: str | None = None  # `now` and the feed's own moment, as they are stored
    updated: str | None = None
    taken: set[str | None] = field(default_factory=set)  # names and words of this look by which something is stored

    def record(self, feed: ParsedFeed) -> None:
        """Store every item not yet known from this source exactly as it is now."""
        self.served = json.dumps(feed.fingerprints)
        self.seen, self.updated = rfc3339(self.now), rfc3339(feed.updated)
        known = self._known_fingerprints()
        own = identity.own_names(self.source.url, feed.site_url or self.source.site_url)
        # Oldest first, so that a higher number means newer: feeds list the newest at the top.
        items = [(item, identity.without(own, key)) for item, key in reversed(feed.items) if key.fingerprint not in known]
        self.taken = self._taken([key for _, key in items])
        for item, key in items:
            self._one(item, key)
            self.taken |= {item.guid, key.url, key.text, key.bare} - {None}

    def _known_fingerprints(self) -> set[str]:
        rows = self.db.conn.execute(
            "select fingerprint from sighting where source_id = ? and fingerprint in (select value from json_each(?))",
            [self.source_id, self.served],
        )
        return {row[0] for row in rows}

    def _taken(self, keys: list[Keys]) -> set[str | None]:
        """Give the names and words that are stored already: whoever has none of them is new, and need not be looked for."""
        if not keys:
            return set()
        words = json.dumps([word for key in keys for word in {key.text, key.bare, key.body}])
        guids, urls = json.dumps([key.guid for key in keys]), json.dumps([key.url for key in keys])
        return {
            row[0] for row in self.db.conn.execute(_TAKEN, {"source": self.source_id, "guids": guids, "urls": urls, "words": words})
        }

    def _one(self, item: Item, key: Keys) -> None:
        item_id, reason = self._recognise(item, key)
        if item_id is None:  # so it has neither a version nor a sighting
            item_id = self._insert(key)
            version_id = self._insert_version(item_id, item, key)
            self._insert_sighting((item_id, version_id), item, key, reason)
            self.db.conn.execute("update item set version_id = ?, seq = seq + 1 where id = ?", [version_id, item_id])
            return
        version_id, present = self._version(item_id, item, key)
        if not self._move_sighting((item_id, version_id), item, key):
            self._insert_sighting((item_id, version_id), item, key, reason)
        if not present:
            self._make_present(item_id, version_id)

    def _recognise(self, item: Item, key: Keys) -> tuple[int | None, str]:
        for where, value in (
            (_BY_GUID, key.guid),
            (_BY_URL, key.url),
            *((_BY_TEXT, words) for words in dict.fromkeys((key.text, key.bare, key.body))),
        ):
            for known in self._candidates(where, value):
                reason = identity.same(item, key, known)
                if reason:
                    return known.item_id, reason
        return None, "first"

    def _candidates(self, where: str, value: str | None) -> Iterator[identity.Known]:
        if value in self.taken:
            rows = self.db.conn.execute(f"{_KNOWN}{where} order by g.id", {"source": self.source_id, "key": value})
            for row in rows.fetchall():
                item_id, same_source, document, guid, url, words, title, published, bare, text = row
                dated = from_rfc3339(published)
                yield identity.Known(item_id, bool(same_source), bool(document), guid, url, words, title, dated, bare, text)

    def _insert(self, key: Keys) -> int:
        uid = identity.name(key, self.source)
        if self.db.conn.execute("select 1 from item where uid = ?", [uid]).fetchone():
            uid = identity.digest(uid, self.source.url, key.fingerprint)[: len(uid)]  # an address used twice
        self.new += 1
        cursor = self.db.conn.execute(
            "insert into item (uid, seq, first_seen, changed) values (?, (select coalesce(max(seq), 0) + 1 from item), ?, ?)",
            [uid, self.seen, self.seen],
        )
        return int(cursor.lastrowid or 0)

    def _version(self, item_id: int, item: Item, key: Keys) -> tuple[int, bool]:
        """Store the text if it is new to the item; say whether the item's present version stays as it is."""
        execute = self.db.conn.execute
        row = execute(
            "select id from version where item_id = ? and source_id = ? and content_key = ?", [item_id, self.source_id, key.content]
        ).fetchone()
        version_id = int(row[0]) if row else self._insert_version(item_id, item, key)
        present = execute(
            """select i.version_id, v.source_id, s.kind = 'document' from item i left join version v on v.id = i.version_id
            left join source s on s.id = v.source_id where i.id = ?""",
            [item_id],
        ).fetchone()
        # Only its first carrier may change the present text; another carrier's wording is its own. But a
        # document yields to a feed, which knows title, address and date.
        mine = present[0] is None or present[1] == self.source_id or (present[2] and self.source.kind is SourceKind.FEED)
        return version_id, not mine or present[0] == version_id

    def _insert_version(self, item_id: int, item: Item, key: Keys) -> int:
        bare = key.bare if self.source.kind is SourceKind.DOCUMENT else None
        row = (
            *(item_id, self.source_id, key.content, key.text, bare, self.seen),
            *_SAID(item),
            *(rfc3339(item.published), rfc3339(item.updated)),
            *(_json(item.authors), _json(item.categories), _json(item.enclosures), _json(item.places)),
        )
        return int(self.db.conn.execute(_PUT_VERSION, row).lastrowid or 0)

    def _make_present(self, item_id: int, version_id: int) -> None:
        before = "select v.source_id from item i join version v on v.id = i.version_id where i.id = ?"
        row = self.db.conn.execute(before, [item_id]).fetchone()
        if row and row[0] == self.source_id:  # else a feed took a document's words over: they are the same
            self.changed += 1
        self.db.conn.execute(
            "update item set version_id = ?, changed = ?, seq = (select max(seq) + 1 from item) where id = ?",
            [version_id, self.seen, item_id],
        )

    def _move_sighting(self, ids: tuple[int, int], item: Item, key: Keys) -> bool:
        """Let the sighting of this item by the same names show its present text; say whether there is one."""
        # Two states of an article in one document have a row each: taking turns in one, they would be new at every look.
        updated = self.db.conn.execute(
            """update sighting set version_id = ?, fingerprint = ? where id = (select id from sighting
            where item_id = ? and source_id = ? and guid is ? and (url is ? or url_key = ?)
            and fingerprint not in (select value from json_each(?)) order by id limit 1)""",
            [ids[1], key.fingerprint, ids[0], self.source_id, item.guid, item.url, key.url, self.served],
        )
        return updated.rowcount > 0

    def _insert_sighting(self, ids: tuple[int, int], item: Item, key: Keys, reason: str) -> None:
        self.db.conn.execute(
            """insert into sighting (item_id, version_id, source_id, guid, url, url_key, fingerprint, reason,
            first_seen, feed_updated) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [*ids, self.source_id, item.guid, item.url, key.url, key.fingerprint, reason, self.seen, self.updated],
        )


def _json(values: Iterable[Author | Category | Enclosure | Place]) -> str:
    """Write values as JSON objects, without what is absent."""
    present = [{name: said for name in one.__slots__ if (said := getattr(one, name)) is not None} for one in values]
    return _written(present) if present else "[]"
