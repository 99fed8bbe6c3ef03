"""The tables `source`, `moved`, `poll` and `rhythm`: which sources there are, when each is due, what polling brought."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from functools import cache
from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec

from ingest.errors import Failure
from ingest.model import Hints, Source, SourceKind, SourceSettings, SourceStatus
from ingest.poll_state import PublishingRate, SourceState
from ingest.store.database import Database
from ingest.store.upkeep.forgotten import Forgotten
from ingest.text.dates import from_rfc3339, rfc3339

_COLUMNS = tuple(f.name for f in fields(SourceState) if f.name != "publishing_rate")
_RATE = tuple(f.name for f in fields(PublishingRate))
_MOMENTS = {"last_poll", "last_success", "next_poll", "last_gap", "unchanged_since", "distrusted", "at", "shaped_at", "news"}
_POLL_OF, _RATE_OF = attrgetter(*_COLUMNS), attrgetter(*_RATE)
_POLL_MOMENTS, _RHYTHM_MOMENTS = (
    tuple(place for place, name in enumerate(names) if name in _MOMENTS) for names in (_COLUMNS, _RATE)
)
_FAILURES, _FAILURE, _HINTS = _COLUMNS.index("failures"), _COLUMNS.index("failure"), _RATE.index("hints")
_SOURCE = "s.url, s.kind, s.title, s.site_url, s.feed_id, s.language, s.categories, s.origin, s.status, s.settings"
_PLAIN = SourceSettings()
_KINDS, _STATUSES = {str(one): one for one in SourceKind}, {str(one): one for one in SourceStatus}
_POLLED = "s.kind = 'feed' and s.status = 'active'"
_POLITE = timedelta(minutes=15)  # between two polls of one source
_ASTRAY = timedelta(minutes=5)  # what two clocks may differ by
_TOGETHER = 40  # rows a statement: with 999 values any SQLite is content
_STAYING = {SourceStatus.GONE, SourceStatus.PAUSED}  # whatever a list says
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


class Sources:
    """The sources, and the state of their polling."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database

    # What there is

    def all(self) -> list[tuple[Source, SourceState]]:
        """Return every source and its state, in the order in which they were added."""
        return self._chosen()

    def get(self, url: str) -> tuple[Source, SourceState] | None:
        """Return one source and its state by any address that it has or had, or None."""
        found = self._chosen("s.url = ?", (self.present_url(url),))
        return found[0] if found else None

    def any_chosen(self) -> bool:
        """Return whether a person ever chose a feed to poll."""
        return self._db.execute("select 1 from source where kind = 'feed' and status != 'once' limit 1").fetchone() is not None

    def due(
        self, now: datetime | None, limit: int = -1, kind: SourceKind = SourceKind.FEED, *, everything: bool = False
    ) -> list[tuple[Source, SourceState]]:
        """Return the polled sources that are due at `now`, all of them for None; longest overdue first when limited.

        One last polled in the future is due too: the clock was put back. With `everything` all are returned but those
        whose server failed and named the time until which it wants to be left alone (Retry-After).
        """
        due = "coalesce(p.next_poll, '') <= ? or p.last_poll > ?"
        free = "p.error is null or p.why is not 'asked'"
        where = f"s.kind = ? and s.status = 'active' and (? is null or {due} or ? and ({free}))"
        chosen = f"""s.id in (select s.id from source s left join poll p on p.source_id = s.id where {where}
            order by coalesce(p.next_poll, ''), s.id limit ?)"""  # noqa: S608 - constants
        moment = rfc3339(now)
        astray = rfc3339(now + _ASTRAY) if now else None
        return self._chosen(chosen, (kind, moment, moment, astray, everything, limit))

    def answering(self, now: datetime, limit: int) -> list[tuple[Source, SourceState]]:
        """Return some polled feeds whose last poll succeeded and that may be polled a little early, soonest due first."""
        where = """s.id in (select s.id from source s join poll p on p.source_id = s.id
            where s.kind = 'feed' and s.status = 'active' and p.error is null and p.last_poll < ?
                and p.why not in ('asked', 'skipped')
            order by p.next_poll, s.id limit ?)"""
        return self._chosen(where, (rfc3339(now - _POLITE), limit))

    def polled_urls(self) -> list[str]:
        """Return the addresses of all polled feeds."""
        return [url for (url,) in self._db.execute(f"select s.url from source s where {_POLLED}")]  # noqa: S608 - constants

    def count_polled(self) -> int:
        """Return the number of feeds and lists, also of those that are no longer polled."""
        return int(self._db.execute("select count(*) from source where kind != 'document'").fetchone()[0])

    def carried(self) -> dict[str, int]:
        """Return how many items each source has carried, by its address."""
        return dict(
            self._db.execute(
                "select s.url, c.number from source_count c join source s on s.id = c.source_id where c.number > 0"
            ).fetchall()
        )

    def revision(self) -> int:
        """Return a number that rises whenever a source is added, removed, renamed, fails, recovers or shows a gap."""
        return self._counter("sources")

    def name_revision(self) -> int:
        """Return a number that rises whenever a source gets another name or address."""
        return self._counter("source names")

    def _counter(self, key: str) -> int:
        return int(self._db.execute("select number from counter where key = ?", [key]).fetchone()[0])

    def publishing_rates(self) -> list[PublishingRate | None]:
        """Return the publishing rate of every polled feed, None for those that have shown none yet."""
        columns = ", ".join(f"r.{name}" for name in _RATE)
        rows = self._db.execute(
            f"select {columns} from source s left join rhythm r on r.source_id = s.id where {_POLLED}"  # noqa: S608 - constants
        )
        return [_publishing_rate(row) for row in rows]

    def added(self) -> dict[str, datetime]:
        """Return when each source was added, by its address."""
        rows = self._db.execute("select url, added from source")
        return {url: datetime.fromisoformat(added) for url, added in rows}

    def moved_since(self, since: datetime) -> list[tuple[str, str]]:
        """Return (old address, present address) of the sources that moved since a moment."""
        return self._db.execute(
            """select m.url, s.url from moved m join source s on s.id = m.source_id
            where m.at >= ? and m.url != s.url order by m.url""",
            [rfc3339(since)],
        ).fetchall()

    def present_url(self, url: str) -> str:
        """Return the present address of a source, by any address that it had; an unknown address is returned as it is."""
        row = self._db.execute("select s.url from moved m join source s on s.id = m.source_id where m.url = ?", [url]).fetchone()
        return str(row[0]) if row else url

    def _chosen(self, where: str = "1", parameters: tuple[object, ...] = ()) -> list[tuple[Source, SourceState]]:
        """Return the sources that a condition selects, with their polling state, in the order in which they were added."""
        columns = ", ".join([*(f"p.{name}" for name in _COLUMNS), *(f"r.{name}" for name in _RATE)])
        rows = self._db.execute(
            f"""select {_SOURCE}, {columns} from source s left join poll p on p.source_id = s.id
            left join rhythm r on r.source_id = s.id where {where} order by s.id""",  # noqa: S608 - constants
            parameters,
        )
        return [(source_from(row[:SOURCE_WIDTH]), _state(row[SOURCE_WIDTH:])) for row in rows]

    # Changes

    def add(self, found: Iterable[Source], now: datetime) -> int:
        """Store sources; return how many were not polled before."""
        with self._db.transaction():
            return sum(self.put(source, now) for source in found)

    def retire(self, url: str) -> bool:
        """Stop polling a source, keep its items; return whether there was such a source."""
        with self._db.transaction():
            return self.set_status(url, SourceStatus.RETIRED)

    # Changes inside the caller's transaction

    def ensure(self, source: Source, now: datetime) -> int:
        """Return the row number of a source; add it where it is new, and find it where its address has changed."""
        found = self.id_of(source.url)
        if found is None:
            self.put(source, now)
        return found or self.id_of(source.url) or 0

    def ids(self, urls: Iterable[str]) -> dict[str, int]:
        """Return the row numbers of those addresses that are the present address of a source."""
        wanted = json.dumps(list(urls))
        return dict(
            self._db.execute("select url, id from source where url in (select value from json_each(?))", [wanted]).fetchall()
        )

    def id_of(self, url: str) -> int | None:
        """Return the row number of a source, by any address that it has or had, or None."""
        row = self._db.execute(
            "select id from source where url = ? union all select source_id from moved where url = ? limit 1", [url, url]
        ).fetchone()
        return int(row[0]) if row else None

    def put(self, source: Source, now: datetime) -> bool:
        """Store a source, or take over title, language, categories, origin, status and settings of one that is known.

        Return whether it was new or had not been polled. An empty title or language replaces nothing. A source that
        has moved is found by its old address too. One that was erased is stored again only when a person asks, and so
        is one that is paused, or whose server said 410, polled again.
        """
        url = self.present_url(source.url)
        forgotten = Forgotten(self._db)
        if forgotten.holds([("source", url)]):
            if source.origin not in _ASKED:
                return False
            forgotten.readmit(("source", url))
        known = self._db.execute("select status from source where url = ?", [url]).fetchone()
        stays = known is not None and known[0] in _STAYING and source.origin not in _ASKED
        status = SourceStatus(known[0]) if stays else source.status
        self._db.execute(
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

    def set_status(self, url: str, status: SourceStatus) -> bool:
        """Change whether a source is polled; return whether there is such a source."""
        return self._db.execute("update source set status = ? where url = ?", [status, self.present_url(url)]).rowcount > 0

    def poll_soon(self, url: str, now: datetime) -> None:
        """Make a source due at `now`, so that the next pass polls it."""
        self._db.execute(
            "update poll set next_poll = ? where source_id = (select id from source where url = ?)",
            [rfc3339(now), self.present_url(url)],
        )

    def describe(self, identifier: int, source: Source) -> None:
        """Store what a feed says of itself, except where the owner has set it."""
        self._db.execute(
            """update source set title = iif(title = '', ?, title), site_url = coalesce(?, site_url),
            feed_id = coalesce(?, feed_id), language = coalesce(language, ?) where id = ?""",
            [source.title, source.site_url, source.feed_id, source.language, identifier],
        )

    def move(self, identifier: int, url: str, now: datetime) -> None:
        """Move a source to a new address and keep the old one; a source that already has that address takes over."""
        old = self._db.execute("select url from source where id = ?", [identifier]).fetchone()[0]
        if old == url:
            return
        there = self._db.execute("select id, status from source where url = ?", [url]).fetchone()
        self._db.execute("delete from moved where url = ?", [url])
        if there is None:
            self._db.execute("update source set url = ? where id = ?", [url, identifier])
        else:
            self._db.execute("update source set status = ? where id = ?", [SourceStatus.RETIRED, identifier])
            self._db.execute("update source set status = 'active' where id = ? and status in ('once', 'retired')", [there[0]])
            self._db.execute("update moved set source_id = ? where source_id = ?", [there[0], identifier])
        self._db.execute(
            "insert or replace into moved values (?, ?, ?)", [old, identifier if there is None else there[0], rfc3339(now)]
        )

    def put_states(self, known: Sequence[tuple[int, SourceState]]) -> None:
        """Store what polling sources brought, by row number; a publishing rate only when this poll changed it."""
        self._put("poll", _COLUMNS, [(number, *_row(_POLL_OF(state), _POLL_MOMENTS)) for number, state in known])
        changed = [
            (n, state.publishing_rate)
            for n, state in known
            if state.publishing_rate and state.publishing_rate.at == state.last_poll
        ]
        self._put("rhythm", _RATE, [(number, *_publishing_rate_row(rate)) for number, rate in changed])

    def _put(self, table: str, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
        """Store rows, many in one statement: between two statements Python may switch to the thread of the event loop."""
        for at in range(0, len(rows), _TOGETHER):
            some = rows[at : at + _TOGETHER]
            self._db.execute(_upsert(table, names, len(some)), list(chain.from_iterable(some)))


def _state(row: tuple[Any, ...]) -> SourceState:
    if row[_FAILURES] is None:
        return SourceState()
    known = [*_read(row[: len(_COLUMNS)], _POLL_MOMENTS), _publishing_rate(row[len(_COLUMNS) :])]
    if known[_FAILURE] is not None:
        known[_FAILURE] = Failure(known[_FAILURE])
    return SourceState(*known)


def _publishing_rate(row: tuple[Any, ...]) -> PublishingRate | None:
    if row[0] is None:
        return None
    known = _read(row, _RHYTHM_MOMENTS)
    known[_HINTS] = msgspec.json.decode(known[_HINTS], type=Hints)
    return PublishingRate(*known)


def _read(row: tuple[Any, ...], moments: tuple[int, ...]) -> list[Any]:
    known = list(row)
    for place in moments:
        if known[place] is not None:
            known[place] = from_rfc3339(known[place])
    return known


def _row(values: tuple[object, ...], moments: tuple[int, ...]) -> list[Any]:
    row: list[Any] = list(values)
    for place in moments:
        if row[place] is not None:
            row[place] = rfc3339(row[place])
    return row


def _publishing_rate_row(publishing_rate: PublishingRate) -> list[object]:
    row = _row(_RATE_OF(publishing_rate), _RHYTHM_MOMENTS)
    row[_HINTS] = msgspec.json.encode(publishing_rate.hints).decode()
    return row
