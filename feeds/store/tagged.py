"""Tagged items as lists and pages need them: listed stories with their counts, states that change, sources; decides nothing."""

import json
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

_CARRIER: Final = "(select {0} from carrier where item_id = i.id order by id limit 1)"
_CANDIDATES: Final = f"""
select t.topic, i.id, i.uid, i.moment, i.first_seen, coalesce(i.language, 'und'), {_CARRIER.format("source_url")}
from tag t join current_item i on i.id = t.item_id"""  # noqa: S608 - constants
_LINES: Final = f"""
select l.item_id, l.uid, i.title, nullif(l.language, 'und'), l.moment, l.source, {_CARRIER.format("source_title")}
from listed_story l join current_item i on i.id = l.item_id where l.topic = :topic"""  # noqa: S608 - constants
_STATES: Final = """
select i.id, i.seq,
    (select count(*) || ':' || max(id) from item_version where item_id = i.id),
    (select group_concat(id || source_url || source_title, '|') from carrier where item_id = i.id),
    (select group_concat(t.topic || t.version || t.grade || t.score || t.why || t.evidence, '|') from tag t
        where t.item_id = i.id and t.topic in (select value from json_each(:topics)))
from current_item i where i.id in (select value from json_each(:rows))"""


class TaggedRow(NamedTuple):
    """A listed story as a list shows it."""

    row: int
    uid: str
    title: str
    language: str | None
    moment: datetime  # the publisher's date, unless that is after it was first seen
    source_url: str  # of its first carrier
    source_title: str


class ListedStory(NamedTuple):
    """A story that a topic lists, by the item that stands for it."""

    topic: str
    row: int
    uid: str
    moment: str
    first_seen: str
    language: str  # "und" where it is unknown
    source: str  # the address of its first carrier

    @property
    def month(self) -> str:
        """Its month, as 2026-11."""
        return self.moment[:7]


class ListedKey(NamedTuple):
    """Where a listed story stands in its list, newest first, and how clearly the topic's rules apply; None: no longer tagged."""

    row: int
    uid: str
    moment: str
    grade: str | None


@dataclass(frozen=True, slots=True)
class ListedFilter:
    """Which listed stories are wanted; what is None or empty narrows nothing."""

    since: date | None = None
    end: date | None = None  # the day after the last one
    language: str = ""  # "und" where it is unknown
    source: str = ""  # the address of the first carrier

    @property
    def condition(self) -> str:
        """The filter in SQL, over `listed_story` as `l`."""
        parts = ("l.moment >= :since", "l.moment < :end", "l.language = :language", "l.source = :source")
        return "".join(f" and {part}" for part, value in zip(parts, self._values(), strict=True) if value)

    @property
    def parameters(self) -> dict[str, str]:
        """The values that the condition names."""
        return dict(zip(("since", "end", "language", "source"), self._values(), strict=True))

    def _values(self) -> tuple[str, str, str, str]:
        since, end = (day.isoformat() if day else "" for day in (self.since, self.end))
        return since, end, self.language, self.source


class TaggedItems:
    """The items that topics tag."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    # Items

    def states(self, topics: Iterable[str], rows: Iterable[int]) -> Iterator[tuple[int, list[object]]]:
        """Return (row, state) of some items.

        The state changes with everything that a page shows of the item: texts, carriers, and tags by these topics.
        """
        asked = {"topics": json.dumps(sorted(topics)), "rows": json.dumps(sorted(rows))}
        for row, *state in self._db.execute(_STATES, asked):
            yield row, state

    def newest(self, topic: str, limit: int) -> list[int]:
        """Return the items of a topic that were stored last, newest first; all of them for a negative limit."""
        rows = self._db.execute("select item_id from tag where topic = ? order by item_id desc limit ?", [topic, limit])
        return [row for (row,) in rows]

    def uids(self, rows: Iterable[int]) -> dict[int, str]:
        """Return the names of items by their row ids."""
        found = self._db.execute("select id, uid from current_item where id in (select value from json_each(?))", [_list(rows)])
        return dict(found.fetchall())

    def row_of(self, uid: str) -> int | None:
        """Return the row id of the item with a name, or None."""
        row = self._db.execute("select id from current_item where uid = ?", [uid]).fetchone()
        return int(row[0]) if row else None

    def source_urls(self, topics: Iterable[str]) -> frozenset[str]:
        """Return the addresses of the sources of items that one of `topics` tags."""
        rows = self._db.execute(
            """select s.url from known_source s where s.id in
            (select source_id from tag_source where number > 0 and topic in (select value from json_each(?)))""",
            [_list(topics)],
        )
        return frozenset(url for (url,) in rows)

    def source_rows(self, topic: str) -> frozenset[int]:
        """Return the row numbers of the sources of items that a topic tags."""
        rows = self._db.execute("select source_id from tag_source where number > 0 and topic = ?", [topic])
        return frozenset(row for (row,) in rows)

    def source_titles(self) -> dict[str, str]:
        """Return the title of every source by its address."""
        return dict(self._db.execute("select url, title from known_source").fetchall())

    # Which stories pages list

    def candidates(self, topic: str, since: datetime | None, rows: Iterable[int] | None = None) -> list[ListedStory]:
        """Return the items of a topic, or those of them first seen since a moment, as they may be listed; `rows` alone if given."""
        query, asked = f"{_CANDIDATES} where t.topic = ? and i.first_seen >= ?", [topic, rfc3339(since) or ""]
        if rows is not None:
            query += " and t.item_id in (select value from json_each(?))"
            asked.append(_list(rows))
        return [ListedStory(*row) for row in self._db.execute(query, asked)]

    def listed(self, topic: str, rows: Iterable[int]) -> list[ListedStory]:
        """Return those of some items by which a topic lists a story."""
        query = f"{_LISTED} where topic = ? and item_id in (select value from json_each(?))"  # noqa: S608 - constants
        return [ListedStory(*row) for row in self._db.execute(query, [topic, _list(rows)])]

    def expired(self, topic: str, before: datetime) -> list[int]:
        """Return the items by which a topic lists a story and that were first seen before a moment."""
        query = "select item_id from listed_story where topic = ? and first_seen < ?"
        return [row for (row,) in self._db.execute(query, [topic, rfc3339(before)])]

    def unlist_all(self) -> None:
        """List nothing, inside the caller's transaction."""
        self._db.execute("delete from listed_story")

    def relist(self, removed: Iterable[ListedStory], added: Iterable[ListedStory]) -> None:
        """Change which stories are listed, inside the caller's transaction; triggers count them."""
        self._db.executemany("delete from listed_story where topic = ? and item_id = ?", [(one.topic, one.row) for one in removed])
        self._db.executemany("insert into listed_story values (?, ?, ?, ?, ?, ?, ?)", added)

    # What pages list

    def counts(self, topic: str, kind: str) -> dict[str, int]:
        """Return how many stories of a topic are listed by day, language or source; an unknown language is "und"."""
        return dict(self._db.execute("select key, number from listed_count where topic = ? and kind = ?", [topic, kind]).fetchall())

    def lines(self, topic: str, limit: int, language: str | None = None, source: str | None = None) -> list[TaggedRow]:
        """Return the newest listed stories of a topic, in a language or from a source where one is given."""
        where = "" if language is None else " and l.language = :language"
        where += "" if source is None else " and l.source = :source"
        asked = {"topic": topic, "limit": limit, "language": language, "source": source}
        return self._rows(f"{_LINES}{where} order by l.moment desc, l.uid limit :limit", asked)

    def lines_between(self, topic: str, first: date, end: date) -> list[TaggedRow]:
        """Return the listed stories of a topic from a day until before another, the newest first."""
        asked = {"topic": topic, "first": first.isoformat(), "end": end.isoformat()}
        return self._rows(f"{_LINES} and l.moment >= :first and l.moment < :end order by l.moment desc, l.uid", asked)

    def days(self, topic: str, since: date, language: str | None = None, source: str | None = None) -> dict[str, int]:
        """Return how many listed stories of a language or a source each day has, since a day."""
        where = "language = :language" if source is None else "source = :source"
        found = self._db.execute(
            f"""select substr(moment, 1, 10), count(*) from listed_story
            where topic = :topic and {where} and moment >= :since group by 1""",  # noqa: S608 - constants
            {"topic": topic, "language": language, "source": source, "since": since.isoformat()},
        )
        return dict(found.fetchall())

    def keys(
        self, topic: str, wanted: ListedFilter, after: tuple[str, str] | None = None, rows: Iterable[int] | None = None
    ) -> Generator[ListedKey, None, None]:
        """Yield the listed stories of a topic, the newest first, from the place after (moment, uid) on; of `rows` alone if given.

        They are read one by one: the cost is that of what is taken.
        """
        among = "" if rows is None else " and l.item_id in (select value from json_each(:rows))"
        behind = " and l.moment <= :at and (l.moment < :at or l.uid > :uid)" if after else ""
        at, uid = after or ("", "")
        found = self._db.execute(
            f"""select l.item_id, l.uid, l.moment, t.grade from listed_story l
            left join tag t on t.item_id = l.item_id and t.topic = l.topic
            where l.topic = :topic{wanted.condition}{behind}{among} order by l.moment desc, l.uid""",  # noqa: S608 - constants
            {"topic": topic, "at": at, "uid": uid, "rows": _list(rows or ())} | wanted.parameters,
        )
        with closing(found):
            yield from map(ListedKey._make, found)

    def by_day(self, topic: str, wanted: ListedFilter) -> dict[str, int]:
        """Return how many listed stories each day has."""
        found = self._db.execute(
            f"""select substr(l.moment, 1, 10), count(*) from listed_story l
            where l.topic = :topic{wanted.condition} group by 1""",  # noqa: S608 - constants
            {"topic": topic} | wanted.parameters,
        )
        return dict(found.fetchall())

    def hours(self, topic: str, since: datetime) -> dict[tuple[datetime, str], int]:
        """Return how many listed stories of a topic each source has by the hour of their date, since a moment.

        A story whose date is two days before it was first seen is old news, and is left out.
        """
        rows = self._db.execute(
            """select substr(moment, 1, 13) || ':00:00Z', source, count(*) from listed_story
            where topic = ? and moment >= ? and julianday(first_seen) - julianday(moment) < 2 group by 1, 2""",
            [topic, rfc3339(since)],
        )
        return {(datetime.fromisoformat(hour), source): number for hour, source, number in rows}

    def dated_since(self, topic: str, since: datetime, limit: int) -> list[int]:
        """Return the items by which a topic lists the stories that are dated since a moment, newest first."""
        query = "select item_id from listed_story where topic = ? and moment >= ? order by moment desc, uid limit ?"
        return [row for (row,) in self._db.execute(query, [topic, rfc3339(since), limit])]

    def oldest(self, topic: str) -> datetime | None:
        """Return the earliest first-seen time of the stories that a topic lists."""
        (at,) = self._db.execute("select min(first_seen) from listed_story where topic = ?", [topic]).fetchone()
        return from_rfc3339(at)

    def _rows(self, query: str, asked: dict[str, Any]) -> list[TaggedRow]:
        return [
            TaggedRow(row, uid, title, language, datetime.fromisoformat(at), *source)
            for row, uid, title, language, at, *source in self._db.execute(query, asked)
        ]


_LISTED: Final = "select topic, item_id, uid, moment, first_seen, language, source from listed_story"


def _list(values: Iterable[object]) -> str:
    return json.dumps(list(values))
