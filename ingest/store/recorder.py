"""The tables `item`, `version` and `sighting`: writes what a source carried, once, and says what it recognised it by."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, NamedTuple

from ingest import identity
from ingest.model import Item, Keys, ParsedFeed, Source, SourceKind
from ingest.poll_state import Outcome
from ingest.store.database import Database
from ingest.store.items import PACKED, VERSION_COLUMNS
from ingest.store.upkeep.forgotten import Forgotten
from ingest.text.dates import from_rfc3339, rfc3339
from ingest.text.markup import pack, unpack
from ingest.text.urls import path_of

_KNOWN: Final = """
select g.item_id, g.source_id = :source, s.kind = 'document', n.guid, n.url_key, v.text_key, v.title, v.published, v.bare_key,
    v.text, g.fingerprint
from ({0}) n join sighting g on g.id = n.id join version v on v.id = g.version_id join source s on s.id = g.source_id
order by g.id"""
_BY_GUID: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where source_id = :source and guid = :key union all
    select f.sighting_id, f.guid, f.url_key from former_name f
    where f.guid = :key and :source = (select source_id from sighting where id = f.sighting_id)"""
)
_BY_URL: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where url_key = :key union all
    select sighting_id, guid, url_key from former_name where url_key = :key"""
)
_BY_TEXT: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where version_id in
    (select id from version where text_key = :key union all select id from version where bare_key = :key)"""
)
_BY_PAGE: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where url_key = :key or (url_key > :key || '?' and url_key < :key || '@')
    limit 20"""
)
_BY_DATE: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where source_id = :source and version_id in
    (select id from version where source_id = :source and published = :key) limit 50"""
)
_GONE: Final = _KNOWN.format(
    """select id, guid, url_key from sighting where source_id = :source and fingerprint in
    (select e.value from served, json_each(served.entries) e where served.source_id = :source)
    and fingerprint not in (select value from json_each(:key)) limit 500"""
)

_TAKEN: Final = """
select guid from sighting where source_id = :source and guid in (select value from json_each(:guids))
union all select guid from former_name where guid in (select value from json_each(:guids))
union all select url_key from sighting where url_key in (select value from json_each(:urls))
union all select url_key from former_name where url_key in (select value from json_each(:urls))
union all select text_key from version where text_key in (select value from json_each(:words))
union all select bare_key from version where bare_key in (select value from json_each(:words))
union all select published from version where source_id = :source and published in (select value from json_each(:dates))
union all select value from json_each(:pages) where exists (select 1 from sighting
    where url_key >= value and url_key < value || '@')"""
_WORDS: Final = ("title", "text", "summary", "content")
_KEYS: Final = ("content_key", "text_key", "bare_key")
_SAID: Final = (*_KEYS, *(column.name for column in VERSION_COLUMNS))
_KEPT: Final = (*_SAID, "markup")
_COLUMNS: Final = ("id", "item_id", "source_id", "seen", *_KEPT)
_PUT_VERSION: Final = f"insert into version ({', '.join(_COLUMNS)}) values ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
_PUT_ITEM: Final = "insert into item (id, uid, seq, first_seen, changed) values (?, ?, ?, ?, ?)"
_SHOW: Final = "update item set version_id = ?, seq = seq + 1 where id = ?"
_PUT_SIGHTING: Final = """
insert into sighting (item_id, version_id, source_id, guid, url, url_key, fingerprint, reason, first_seen, feed_updated)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_LAST: Final = """
select coalesce((select max(id) from item), 0), coalesce((select max(id) from version), 0),
    coalesce((select max(seq) from item), 0)"""
_GET_VERSION: Final = f"select id, {', '.join(_KEPT)} from version where item_id = ? and source_id = ?"  # noqa: S608
_CORRECT: Final = f"update version set {', '.join(f'{name} = :{name}' for name in _KEPT)} where id = :id"  # noqa: S608
_FIELDS: Final = attrgetter(*(column.field for column in VERSION_COLUMNS))
_PACKED_PLACES: Final = [n for n, column in enumerate(VERSION_COLUMNS) if column.name in PACKED]
_JSON: Final = frozenset(column.name for column in VERSION_COLUMNS if column.is_json)
_UNSEEN: Final = frozenset(_KEYS).union(column.name for column in VERSION_COLUMNS if not column.shown)
_OF_OTHERS: Final = frozenset({"published", "language"})  # what is shown of a carrier that does not speak for the item
_MOST_FORMER: Final = 3  # names kept of those that a source gave an item before
_PER_ITEM: Final = 2  # numbers of change that a new item takes: it appears with the second
_MOST_CORRECTIONS: Final = 50  # of an item that count: some sources rewrite their links in every document


@dataclass(frozen=True, slots=True)
class Counts:
    """What a commit added: items never seen before, and items whose text changed."""

    new: int = 0
    changed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Sum two counts."""
        return Counts(self.new + other.new, self.changed + other.changed)


def record_feed(db: Database, outcome: Outcome, feed: ParsedFeed, source_id: int) -> Counts:
    """Store the items of what one look at a source brought, inside the caller's transaction."""
    recorder = Recorder(db, outcome.source, source_id, outcome.at)
    recorder.record(feed)
    return Counts(recorder.new, recorder.changed)


class _Carried(NamedTuple):
    """What a source carried of one item: the item without summary and markup, its keys, and these two, packed."""

    item: Item
    key: Keys
    markup: bytes


@contextmanager
def indexed(db: Database) -> Iterator[None]:
    """Add every text that is stored within, inside the caller's transaction, to the full-text index."""
    last = db.execute("select max(id) from version").fetchone()[0] or 0
    yield
    # At the end: the index is written out before any statement that could fail half way.
    db.execute("insert into version_fts (rowid, title, text) select id, title, text from version where id > ? order by id", [last])


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
    seldom: bool = False  # whether an address but for its parameters, or a date of this source, is among them
    present: frozenset[str | None] = frozenset()  # the fingerprints, guids and addresses of this look
    first_look: bool = True  # whether the source has carried nothing before
    waiting: list[_Carried] = field(default_factory=list)  # new items, which are written together

    def record(self, feed: ParsedFeed) -> None:
        """Store every item not yet known from this source exactly as it is now."""
        self.served = json.dumps(feed.fingerprints)
        self.seen, self.updated = rfc3339(self.now), rfc3339(feed.updated)
        known, forgotten = self._known_fingerprints(), Forgotten(self.db)
        names = (name for _, key in feed.items for name in (key.guid, key.url))
        self.present = frozenset((*feed.fingerprints, *names)) - {None}
        own = identity.own_addresses(self.source.url, feed.site_url or self.source.site_url)
        # Oldest first, so that a higher number means newer: feeds list the newest at the top.
        carried = [
            _Carried(item, identity.without_own_addresses(own, key), feed.markups.get(key.fingerprint) or _packed(item))
            for item, key in reversed(feed.items)
            if key.fingerprint not in known
        ]
        carried = [one for one in carried if not forgotten.holds_item(one.key, self.source)]
        self.taken = self._taken(carried)
        for one in carried:
            self._one(one)
            self.taken |= {one.item.guid, one.key.url, one.key.text, one.key.bare} - {None}
        self._write()

    def _known_fingerprints(self) -> set[str]:
        rows = self.db.execute(
            "select fingerprint from sighting where source_id = ? and fingerprint in (select value from json_each(?))",
            [self.source_id, self.served],
        )
        return {row[0] for row in rows}

    def _taken(self, carried: list[_Carried]) -> set[str | None]:
        """Return the stored names, words and dates among those given: an item that matches none of them is new."""
        if not carried:
            return set()
        self.first_look = not self._has_carried()
        pages = list({page for one in carried if (page := path_of(one.key.url))})
        dates = [] if self.first_look else [rfc3339(one.item.published) for one in carried]
        asked: dict[str, list[str] | list[str | None]] = {
            "guids": [one.key.guid for one in carried],
            "urls": [one.key.url for one in carried],
            "words": [word for _, key, _ in carried for word in {key.text, key.bare, key.body}],
            "pages": pages,
            "dates": dates,
        }
        said = {name: json.dumps(values) for name, values in asked.items()}
        taken = {row[0] for row in self.db.execute(_TAKEN, {"source": self.source_id, **said})}
        self.seldom = not taken.isdisjoint((*pages, *dates))
        return taken

    def _has_carried(self) -> bool:
        """Return whether the source has carried anything before."""
        row = self.db.execute("select 1 from sighting where source_id = ? limit 1", [self.source_id]).fetchone()
        return row is not None

    def _one(self, carried: _Carried) -> None:
        item_id, reason = self._recognise(carried.item, carried.key)
        if item_id is None:  # so it has neither a version nor a sighting
            self.waiting.append(carried)
            return
        self._write()
        item, key, markup = carried
        summary, content = unpack(markup, item.text)
        item = replace(item, summary=summary or "", content=content or "")
        first_seen = self.db.execute("select first_seen from item where id = ?", [item_id]).fetchone()[0]
        version_id, corrected = self._version(item_id, item, key, markup, first_seen)
        shown = self._sighting(item_id, item, key)
        moved = False
        if shown is None:
            self.db.execute(_PUT_SIGHTING, self._sighting_row(item_id, version_id, item, key, reason))
        else:
            moved = self._rename(shown, version_id, item, key)
        self._present(item_id, version_id, item, corrected | ({"url"} if moved else set()))

    def _recognise(self, item: Item, key: Keys) -> tuple[int | None, str]:
        for where, value in _asked(item, key, seldom=self.seldom):
            if value in self.taken:
                self._write()
                for known in self._candidates(where, value):
                    if reason := identity.same(item, key, known):
                        return known.item_id, reason
        if item.published is None and self.source.kind is SourceKind.FEED and not self.first_look:
            for known in self._candidates(_GONE, self.served):
                if reason := identity.same(item, key, known):
                    return known.item_id, reason
        return None, "first"

    def _candidates(self, where: str, value: str | None) -> Iterator[identity.KnownItem]:
        for row in self.db.execute(where, {"source": self.source_id, "key": value}).fetchall():
            item_id, same_source, document, guid, url, words, title, published, bare, text, fingerprint = row
            yield identity.KnownItem(
                item_id=item_id,
                same_source=bool(same_source),
                document=bool(document),
                guid=guid,
                url_key=url,
                text_key=words,
                title=title,
                published=from_rfc3339(published),
                bare_key=bare,
                text=text,
                gone=self.present.isdisjoint((fingerprint, guid, url)),
            )

    def _write(self) -> None:
        """Store the new items that wait, each with its version and its sighting, in as many statements as there are tables."""
        if not self.waiting:
            return
        items, versions, sightings, shown = [], [], [], []
        item_id, version_id, seq = self.db.execute(_LAST).fetchone()
        for (item, key, markup), uid in zip(self.waiting, self._uids(), strict=True):
            item_id, version_id = item_id + 1, version_id + 1
            items.append((item_id, uid, seq + 1, self.seen, self.seen))
            versions.append((version_id, *self._version_row(item_id, item, key, markup)))
            sightings.append(self._sighting_row(item_id, version_id, item, key, "first"))
            shown.append((version_id, item_id))
            seq += _PER_ITEM
        self.db.executemany(_PUT_ITEM, items)
        self.db.executemany(_PUT_VERSION, versions)
        self.db.executemany(_PUT_SIGHTING, sightings)
        self.db.executemany(_SHOW, shown)
        self.new += len(items)
        self.waiting.clear()

    def _uids(self) -> Iterator[str]:
        """Return the public ids of the new items that wait; an address that is used twice gives another one."""
        uids = [identity.public_id(one.key, self.source) for one in self.waiting]
        found = self.db.execute("select uid from item where uid in (select value from json_each(?))", [json.dumps(uids)])
        used = {uid for (uid,) in found}
        for uid, one in zip(uids, self.waiting, strict=True):
            yield identity.digest(uid, self.source.url, one.key.fingerprint)[: len(uid)] if uid in used else uid
            used.add(uid)

    def _version(self, item_id: int, item: Item, key: Keys, markup: bytes, first_seen: str) -> tuple[int, set[str]]:
        """Store the words if they are new to the item, else correct all else that the source says of it.

        Return the version and the names of the published fields that were corrected in it.
        """
        stored = self._stored_version(item_id, key)
        if stored is None:
            put = self.db.execute(_PUT_VERSION, (None, *self._version_row(item_id, item, key, markup)))
            return int(put.lastrowid or 0), set()
        row = self._row(item, key)
        changed = {name for name, new in row.items() if not _is_equal(name, stored[name], new)}
        if changed:
            self.db.execute(_CORRECT, row | dict.fromkeys(PACKED) | {"markup": markup, "id": stored["id"]})
        if all(said["published"] is None or said["published"] > first_seen for said in (stored, row)):
            changed.discard("published")  # dates in the future are not believed
        return int(stored["id"]), changed - _UNSEEN

    def _stored_version(self, item_id: int, key: Keys) -> dict[str, Any] | None:
        """Return the version that has these words; the last version may have them under a key of an older kind."""
        execute, ids = self.db.execute, [item_id, self.source_id]
        row = execute(f"{_GET_VERSION} and content_key = ?", [*ids, key.content]).fetchone()
        if row is not None:
            return _unpacked(row)
        row = execute(f"{_GET_VERSION} order by id desc limit 1", ids).fetchone()
        said = _unpacked(row) if row else {}
        return said if said and identity.wording(*(said[part] or "" for part in _WORDS)) == key.content else None

    def _row(self, item: Item, key: Keys) -> dict[str, Any]:
        """Return the columns of a version by their names, without its item, source and time."""
        return dict(zip(_SAID, (*self._key_row(key), *_said(item)), strict=True))

    def _version_row(self, item_id: int, item: Item, key: Keys, markup: bytes) -> tuple[Any, ...]:
        """Return the row of a version, without its number."""
        said = _said(item)
        for place in _PACKED_PLACES:
            said[place] = None
        return (item_id, self.source_id, self.seen, *self._key_row(key), *said, markup)

    def _key_row(self, key: Keys) -> tuple[str | None, ...]:
        return (key.content, key.text, key.bare if self.source.kind is SourceKind.DOCUMENT else None)

    def _sighting_row(self, item_id: int, version_id: int, item: Item, key: Keys, reason: str) -> tuple[Any, ...]:
        names = (item.guid, item.url, key.url, key.fingerprint)
        return (item_id, version_id, self.source_id, *names, reason, self.seen, self.updated)

    def _present(self, item_id: int, version_id: int, item: Item, corrected: set[str]) -> None:
        """Make this version the one that the item shows, where this source decides that; else count a correction of it."""
        present = self.db.execute(
            """select v.id, v.source_id, s.kind = 'document', v.title, v.text, v.summary, v.content, v.markup
            from item i join version v on v.id = i.version_id join source s on s.id = v.source_id where i.id = ?""",
            [item_id],
        ).fetchone()
        # Only its first carrier may change the present text; another carrier's wording is its own. But a
        # document yields to a feed, which knows title, address and date.
        own = present[1] == self.source_id
        if (own or (present[2] and self.source.kind is SourceKind.FEED)) and present[0] != version_id:
            self.changed += own  # else a feed took a document's words over: they are the same
            summary, content = present[5:7] if present[7] is None else unpack(present[7], present[4])
            before = Item(None, None, present[3], text=present[4], summary=summary or "", content=content or "")
            significant = identity.significance(before) != identity.significance(item)
            self.db.execute(
                """update item set version_id = ?, changed = iif(?, ?, changed), seq = (select max(seq) + 1 from item)
                where id = ?""",
                [version_id, significant, self.seen, item_id],
            )
        elif corrected if own else corrected & (_OF_OTHERS | {"url"}):
            self.changed += own
            self.db.execute(
                """update item set corrections = corrections + 1, seq = (select max(seq) + 1 from item)
                where id = ? and corrections < ?""",
                [item_id, _MOST_CORRECTIONS],
            )

    def _sighting(self, item_id: int, item: Item, key: Keys) -> tuple[Any, ...] | None:
        """Return the sighting of this item to update: the one with these names, else one that the source no longer serves."""
        # Two states of an article in one document have a row each: in one shared row each would be new at every poll.
        found = self.db.execute(
            """select id, guid, url, url_key, guid is ? and (url is ? or url_key = ?) as named from sighting
            where item_id = ? and source_id = ? and fingerprint not in (select value from json_each(?))
            order by named desc, id limit 1""",
            [item.guid, item.url, key.url, item_id, self.source_id, self.served],
        ).fetchone()
        # Two files of a folder may hold one text: neither has taken the other's place.
        return tuple(found) if found and (found[4] or self.source.kind is SourceKind.FEED) else None

    def _rename(self, sighting: tuple[Any, ...], version_id: int, item: Item, key: Keys) -> bool:
        """Update a sighting to the present state; return whether its address changed. Its earlier names still recognise it."""
        execute = self.db.execute
        row, guid, url, url_key, _ = sighting
        if (guid, url_key) != (item.guid, key.url):
            execute("delete from former_name where sighting_id = ? and guid is ? and url_key is ?", [row, item.guid, key.url])
            execute("insert into former_name (sighting_id, guid, url, url_key) values (?, ?, ?, ?)", [row, guid, url, url_key])
            execute(
                """delete from former_name where id in
                (select id from former_name where sighting_id = ? order by id desc limit -1 offset ?)""",
                [row, _MOST_FORMER],
            )
        execute(
            "update sighting set version_id = ?, fingerprint = ?, guid = ?, url = ?, url_key = ? where id = ?",
            [version_id, key.fingerprint, item.guid, item.url, key.url, row],
        )
        # Tracking parameters make no other address.
        return url != item.url and (url_key != key.url or (url or "").partition("?")[0] != (item.url or "").partition("?")[0])


def _asked(item: Item, key: Keys, *, seldom: bool) -> Iterator[tuple[str, str | None]]:
    """Return the conditions that find a stored item, the surest first, each with its parameters."""
    yield _BY_GUID, key.guid
    yield _BY_URL, key.url
    for words in dict.fromkeys((key.text, key.bare, key.body)):
        yield _BY_TEXT, words
    if seldom:
        yield _BY_PAGE, path_of(key.url)
        yield _BY_DATE, rfc3339(item.published)


def _packed(item: Item) -> bytes:
    return pack(item.summary, item.content, item.text)


def _said(item: Item) -> list[Any]:
    """Return the fields of an item as the columns of a version hold them, in their order."""
    return [column.encode(value) for column, value in zip(VERSION_COLUMNS, _FIELDS(item), strict=True)]


def _unpacked(row: Sequence[Any]) -> dict[str, Any]:
    """Return the columns of a stored version, and its id, as the source said them."""
    said = dict(zip(("id", *_KEPT), row, strict=True))
    markup = said.pop("markup")
    if markup is not None:
        said["summary"], said["content"] = unpack(markup, said["text"])
    return said


def _is_equal(name: str, old: Any, new: Any) -> bool:
    """Return whether two values of a column are equal; earlier versions wrote JSON with spaces."""
    return bool(old == new) or (name in _JSON and json.loads(old) == json.loads(new))
