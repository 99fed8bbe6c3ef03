"""The tables `source`, `poll` and `file`: who is asked, when, and what came of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
from sqlite_utils import Database

from ingest.model import Hints, Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import PublishingRate, SourceState
from ingest.text.dates import from_rfc3339, rfc3339

_COLUMNS = tuple(f.name for f in fields(SourceState) if f.name != "rhythm")
_RHYTHM = tuple(f.name for f in fields(PublishingRate))
_MOMENTS = {"last_poll", "last_success", "next_poll", "last_gap", "unchanged_since", "distrusted", "at", "shaped_at", "news"}
_POLL_OF, _RHYTHM_OF = attrgetter(*_COLUMNS), attrgetter(*_RHYTHM)
_POLL_MOMENTS, _RHYTHM_MOMENTS = (
    tuple(place for place, name in enumerate(names) if name in _MOMENTS) for names in (_COLUMNS, _RHYTHM)
)
_FAILURES, _HINTS = _COLUMNS.index("failures"), _RHYTHM.index("hints")
_SOURCE = "s.url, s.kind, s.title, s.site_url, s.feed_id, s.language, s.categories, s.origin, s.status, s.settings"
_PLAIN = SourceSettings()
_KINDS, _STATUSES = {str(one): one for one in SourceKind}, {str(one): one for one in SourceStatus}
_TOGETHER = 40  # rows a statement: with 999 values any SQLite is content
_ASKED = {"command", "import"}  # origins that are a person's word of this moment


def source_from(row: tuple[Any, ...]) -> Source:
    """Make a Source from the columns of SOURCE_COLUMNS."""
    url, kind, title, site_url, feed_id, language, categories, origin, status, settings = row
    folders = () if categories == "[]" else tuple(json.loads(categories))
    own = _PLAIN if settings == "{}" else msgspec.json.decode(settings, type=SourceSettings)
    return Source(url, _KINDS[kind], title, site_url, feed_id, language, folders, origin, _STATUSES[status], own)


@cache
def _upsert(table: str, names: tuple[str, ...], rows: int) -> str:
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    marks = f"({', '.join('?' * (len(names) + 1))})"
    return f"""insert into {table} (source_id, {", ".join(names)}) values {", ".join([marks] * rows)}
        on conflict (source_id) do update set {updates}"""  # noqa: S608 - constants


SOURCE_COLUMNS = _SOURCE
SOURCE_WIDTH = _SOURCE.count(",") + 1


def put(db: Database, source: Source, now: datetime) -> bool:
    """Store a source, or take over title, language, categories, origin, status and settings of one that is known.

    Gives whether it was new or had not been polled. An empty title or language takes nothing away; one that
    lives elsewhere now is known by its old address too; one that is gone comes back only when a person asks.
    """
    url = present_url(db, source.url)
    known = db.conn.execute("select status from source where url = ?", [url]).fetchone()
    stays_gone = known is not None and known[0] == SourceStatus.GONE and source.origin not in _ASKED
    status = SourceStatus.GONE if stays_gone else source.status
    db.conn.execute(
        """insert into source (url, kind, title, site_url, feed_id, language, categories, origin, status, settings, added)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (url) do update set title = iif(excluded.title = '', title, excluded.title),
            site_url = coalesce(excluded.site_url, site_url), language = coalesce(excluded.language, language),
            categories = iif(excluded.categories = '[]', categories, excluded.categories),
            origin = iif(status = 'active' and instr(excluded.origin, ':') > 0, origin, excluded.origin),
            status = excluded.status, settings = excluded.settings""",
        [
            url,
            source.kind,
            source.title,
            source.site_url,
            source.feed_id,
            source.language,
            json.dumps(source.categories, ensure_ascii=False),
            source.origin,
            status,
            "{}" if source.settings == _PLAIN else msgspec.json.encode(source.settings).decode(),
            rfc3339(now),
        ],
    )
    return known is None or (known[0] != status == SourceStatus.ACTIVE)


def present_url(db: Database, url: str) -> str:
    """Give the address at which a source lives now, by any that it had; one that is not known stays as it is."""
    row = db.conn.execute("select s.url from moved m join source s on s.id = m.source_id where m.url = ?", [url]).fetchone()
    return str(row[0]) if row else url


def move(db: Database, identifier: int, url: str, now: datetime) -> None:
    """Give a source a new address and keep the old one (F9); one that is known there already takes its place."""
    old = db.conn.execute("select url from source where id = ?", [identifier]).fetchone()[0]
    if old == url:
        return
    there = db.conn.execute("select id, status from source where url = ?", [url]).fetchone()
    db.conn.execute("delete from moved where url = ?", [url])
    if there is None:
        db.conn.execute("update source set url = ? where id = ?", [url, identifier])
    else:
        db.conn.execute("update source set status = ? where id = ?", [SourceStatus.RETIRED, identifier])
        db.conn.execute("update source set status = 'active' where id = ? and status in ('once', 'retired')", [there[0]])
        db.conn.execute("update moved set source_id = ? where source_id = ?", [there[0], identifier])
    db.conn.execute("insert or replace into moved values (?, ?, ?)", [old, identifier if there is None else there[0], rfc3339(now)])


def source_ids(db: Database, urls: Iterable[str]) -> dict[str, int]:
    """Give the row numbers of those of these addresses that are one of a source today."""
    wanted = json.dumps(list(urls))
    return dict(db.conn.execute("select url, id from source where url in (select value from json_each(?))", [wanted]).fetchall())


def source_id(db: Database, url: str) -> int | None:
    """Give the row number of a source, by any address that it has or had, or None."""
    row = db.conn.execute(
        "select id from source where url = ? union all select source_id from moved where url = ? limit 1", [url, url]
    ).fetchone()
    return int(row[0]) if row else None


def all_with_state(db: Database, where: str = "1", parameters: tuple[object, ...] = ()) -> list[tuple[Source, SourceState]]:
    """Give the sources that a condition chooses, with what polling brought, in the order they were added."""
    columns = ", ".join([*(f"p.{name}" for name in _COLUMNS), *(f"r.{name}" for name in _RHYTHM)])
    rows = db.conn.execute(
        f"""select {_SOURCE}, {columns} from source s left join poll p on p.source_id = s.id
        left join rhythm r on r.source_id = s.id where {where} order by s.id""",  # noqa: S608 - constants
        parameters,
    )
    return [(source_from(row[:SOURCE_WIDTH]), _state(row[SOURCE_WIDTH:])) for row in rows]


def _state(row: tuple[Any, ...]) -> SourceState:
    if row[_FAILURES] is None:
        return SourceState()
    known = [*_read(row[: len(_COLUMNS)], _POLL_MOMENTS), _rhythm(row[len(_COLUMNS) :])]
    return SourceState(*known)


def _rhythm(row: tuple[Any, ...]) -> PublishingRate | None:
    if row[0] is None:
        return None
    known = _read(row, _RHYTHM_MOMENTS)
    known[_HINTS] = msgspec.json.decode(known[_HINTS], type=Hints)
    return PublishingRate(*known)


def rhythms(db: Database, where: str) -> list[PublishingRate | None]:
    """Give the rhythms of the sources that a condition chooses, None for those that have shown none yet."""
    columns = ", ".join(f"r.{name}" for name in _RHYTHM)
    rows = db.conn.execute(
        f"select {columns} from source s left join rhythm r on r.source_id = s.id where {where}"  # noqa: S608 - constants
    )
    return [_rhythm(row) for row in rows]


def _read(row: tuple[Any, ...], moments: tuple[int, ...]) -> list[Any]:
    known = list(row)
    for place in moments:
        if known[place] is not None:
            known[place] = from_rfc3339(known[place])
    return known


def put_states(db: Database, known: Sequence[tuple[int, SourceState]]) -> None:
    """Store what polling sources brought, by row number; a rhythm only when this poll changed it."""
    _put(db, "poll", _COLUMNS, [(number, *_row(_POLL_OF(state), _POLL_MOMENTS)) for number, state in known])
    changed = [(n, state.rhythm) for n, state in known if state.rhythm and state.rhythm.at == state.last_poll]
    _put(db, "rhythm", _RHYTHM, [(number, *_rhythm_row(rhythm)) for number, rhythm in changed])


def _put(db: Database, table: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Store rows, many a statement: between two statements the thread that asks servers takes its turn, however long."""
    for at in range(0, len(rows), _TOGETHER):
        some = rows[at : at + _TOGETHER]
        db.conn.execute(_upsert(table, names, len(some)), list(chain.from_iterable(some)))


def _row(values: tuple[object, ...], moments: tuple[int, ...]) -> list[Any]:
    row: list[Any] = list(values)
    for place in moments:
        if row[place] is not None:
            row[place] = rfc3339(row[place])
    return row


def _rhythm_row(rhythm: PublishingRate) -> list[object]:
    row = _row(_RHYTHM_OF(rhythm), _RHYTHM_MOMENTS)
    row[_HINTS] = msgspec.json.encode(rhythm.hints).decode()
    return row


def set_status(db: Database, url: str, status: SourceStatus) -> bool:
    """Change whether a source is polled; give whether there is such a source."""
    return db.conn.execute("update source set status = ? where url = ?", [status, present_url(db, url)]).rowcount > 0


def describe(db: Database, identifier: int, source: Source) -> None:
    """Keep what a feed says of itself, where its owner has not said it already."""
    db.conn.execute(
        """update source set title = iif(title = '', ?, title), site_url = coalesce(?, site_url),
        feed_id = coalesce(?, feed_id), language = coalesce(language, ?) where id = ?""",
        [source.title, source.site_url, source.feed_id, source.language, identifier],
    )
