"""Tagged items as lists and pages need them: rows, states that change, sources; writes nothing."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

_LINES: Final = """
select i.id, i.uid, i.title, i.language, i.moment, g.source_url, g.source_title
from tag t join current_item i on i.id = t.item_id
join carrier g on g.id = (select id from carrier where item_id = i.id order by id limit 1)
where t.topic = ? and i.first_seen >= ? order by 5 desc, i.uid"""
_STATES: Final = """
select i.id, i.uid, i.seq,
    (select count(*) || ':' || max(id) from item_version where item_id = i.id),
    (select group_concat(id || source_url || source_title, '|') from carrier where item_id = i.id),
    (select group_concat(t.topic || t.version || t.grade || t.score || t.why || t.evidence, '|') from tag t
        where t.item_id = i.id and t.topic in (select value from json_each(:topics)))
from current_item i where i.id in (select item_id from tag where topic in (select value from json_each(:topics))
    union select value from json_each(:rows)) order by i.id"""


class TaggedRow(NamedTuple):
    """A tagged item as a list shows it."""

    row: int
    uid: str
    title: str
    language: str | None
    moment: datetime  # the publisher's date, unless that is after it was first seen
    source_url: str  # of its first carrier
    source_title: str


class TaggedItems:
    """The items that topics tag."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def lines(self, topic: str, since: datetime | None = None) -> Iterator[TaggedRow]:
        """Return every item of a topic, or those first seen since a moment, newest first."""
        for row, uid, title, language, at, *source in self._db.execute(_LINES, [topic, rfc3339(since) or ""]):
            yield TaggedRow(row, uid, title, language, datetime.fromisoformat(at), *source)

    def states(self, topics: Iterable[str], rows: Iterable[int] = ()) -> Iterator[tuple[int, str, list[object]]]:
        """Return (row, uid, state) of every item that one of `topics` has, or that is in `rows`.

        The state changes with everything that a page shows of the item: texts, carriers, and tags by these topics.
        """
        asked = {"topics": json.dumps(sorted(topics)), "rows": json.dumps(sorted(rows))}
        for row, uid, *state in self._db.execute(_STATES, asked):
            yield row, uid, state

    def source_urls(self, topics: Iterable[str]) -> frozenset[str]:
        """Return the addresses of the sources of items that one of `topics` tags."""
        rows = self._db.execute(
            """select distinct source_url from carrier
            where item_id in (select item_id from tag where topic in (select value from json_each(?)))""",
            [json.dumps(sorted(topics))],
        )
        return frozenset(url for (url,) in rows)

    def oldest(self, topic: str, since: datetime | None) -> datetime | None:
        """Return the earliest first-seen time, since a moment, of the items that a topic tags."""
        (at,) = self._db.execute(
            "select min(i.first_seen) from tag t join current_item i on i.id = t.item_id where t.topic = ? and i.first_seen >= ?",
            [topic, rfc3339(since) or ""],
        ).fetchone()
        return from_rfc3339(at)
