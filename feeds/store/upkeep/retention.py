"""Which stories have been kept long enough, by how they are tagged, published and decided; deletes nothing."""

import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.store.upkeep.condition import newest_moment
from ingest.text.dates import rfc3339

# A story goes as a whole: without one of its copies an entry would be another, and would be told anew.
# `free`: what a person decided stays, and so does what a feed shows now, or has a tombstone for that is not archived yet;
# an item that is not classified and compared yet waits for that.
_STORIES: Final = """
with looked as ({looked}),
told as (select distinct coalesce(s.story_id, l.id) as story from looked l left join story s on s.item_id = l.id),
member as (select t.story, m.item_id as id from told t join story m on m.story_id = t.story
    union all select story, story from told where not exists (select 1 from story where item_id = told.story)),
one as (select i.id, m.story, exists (select 1 from tag where item_id = i.id) as tagged, {expired} as expired,
    i.title is not null and i.seq <= :seq and i.id not in (select item_id from decision)
        and i.id not in (select a from story_decision union all select b from story_decision)
        and not exists (select 1 from published where item_id = i.id
            and (archive is null and gone is null or gone is not null and buried is null)) as free
    from member m join current_item i on i.id = m.id)
select story, id from one where story in
    (select story from one group by story having min(expired) and min(free) and max(tagged) = {tagged})
order by story, id limit :most"""
_OLD: Final = "select id from current_item where id > :first and id <= :last and first_seen < :latest"
_FIRST: Final = "(select source_url from carrier where item_id = i.id order by id limit 1)"
_FIRST_NUMBER: Final = "(select source_id from carrier where item_id = i.id order by id limit 1)"
_UNTAGGED: Final = _STORIES.format(
    tagged=0,
    looked=f"{_OLD} and not exists (select 1 from tag where item_id = current_item.id)",  # noqa: S608 - constants
    expired=f"i.first_seen < coalesce((select value from json_each(:sources) where key = {_FIRST}), :default, '')",  # noqa: S608
)
_TAGGED: Final = _STORIES.format(
    tagged=1,
    looked=f"{_OLD} and exists (select 1 from tag where item_id = current_item.id)",  # noqa: S608 - constants
    expired="""not exists (select 1 from tag t where t.item_id = i.id
        and i.first_seen >= coalesce((select value from json_each(:topics) where key = t.topic), :default, ''))""",
)
# The untagged items that a source carried first, the newest first.
_OF_SOURCE: Final = """select o.id from current_item o where o.id in (select c.item_id from carrier c where c.source_id = {0}
    and not exists (select 1 from carrier where item_id = c.item_id and id < c.id)
    and not exists (select 1 from tag where item_id = c.item_id)) order by +o.first_seen desc, o.id desc"""  # +: by no index
_OVER: Final = _STORIES.format(
    tagged=0,
    looked=f"""select u.id from json_each(:sources) s, current_item u
        where u.id in ({_OF_SOURCE.format("s.value")} limit -1 offset :count)""",  # noqa: S608 - constants
    expired=f"i.id not in ({_OF_SOURCE.format(_FIRST_NUMBER)} limit :count)",
)

Stories = tuple[tuple[int, ...], ...]
"""Stories, each by all of its items."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of what is stored, which is looked at at one time: some items in the order of their numbers, and some sources."""

    first: int  # the number before the first item
    last: int  # ... and that of the last
    sources: tuple[int, ...]  # their numbers
    ends: str  # says where the next part begins


class Parts:
    """All that is stored, in parts: one after the other, and then from the beginning."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def newest_moment(self) -> datetime | None:
        """Return the latest moment of a poll or a first sight; None where there is none."""
        return newest_moment(self._db.connection)

    def everything(self) -> Part:
        """Return all that is stored as one part."""
        return self.after("", sys.maxsize)

    def after(self, end: str, number: int) -> Part:
        """Return the part that follows another one, of which the end is given: so many items, and sources with about as many."""
        item, source = json.loads(end or "[0, 0]")
        query = "select max(id), count(*) from (select id from current_item where id > ? order by id limit ?)"
        last, count = self._db.execute(query, [item, number]).fetchone()
        sources, last_source = self._sources_after(source, number)
        return Part(item, last or item, sources, json.dumps([last if count == number else 0, last_source]))

    def _sources_after(self, source: int, number: int) -> tuple[tuple[int, ...], int]:
        """Return sources that carried about so many items, and the last one of them, 0 at the end."""
        found: list[int] = []
        query = "select id, number from carrying_source where id > ? order by id"
        for identifier, carried in self._db.execute(query, [source]):
            found.append(identifier)
            number -= carried
            if number <= 0:
                return tuple(found), identifier
        return tuple(found), 0


class Expiry:
    """The stories of a part that may go at a moment."""

    def __init__(self, facts: Facts, now: datetime, most: int, part: Part) -> None:
        """Use the database of `facts`; each question returns stories of at most `most` items, the first ones stored."""
        self._db, self._now, self._most, self._part = facts.database, now, most, part
        self._db.migrate(migrations)

    def untagged(self, days: int | None, sources: dict[str, int]) -> Stories:
        """Return stories that no topic tags, by the days of their first carriers or those of all; None: such stories stay."""
        return self._old(_UNTAGGED, days, "sources", sources)

    def over(self, count: int) -> Stories:
        """Return the stories that no topic tags beyond the newest `count` items of their first carriers."""
        return self._found(_OVER, {"count": count, "sources": json.dumps(self._part.sources)})

    def tagged(self, days: int | None, topics: dict[str, int]) -> Stories:
        """Return tagged stories of which every topic's days are over; None: those of other topics stay."""
        return self._old(_TAGGED, days, "topics", topics)

    def _old(self, query: str, days: int | None, name: str, others: dict[str, int]) -> Stories:
        """Return stories by their age; `others` are days of some topics or sources, by which they have this `name`."""
        if days is None and not others:
            return ()
        moments = {key: self._before(number) for key, number in others.items()}
        latest = max(moment for moment in (self._before(days), *moments.values()) if moment)
        asked = {"default": self._before(days), name: json.dumps(moments), "latest": latest}
        return self._found(query, asked | {"first": self._part.first, "last": self._part.last})

    def _found(self, query: str, asked: dict[str, Any]) -> Stories:
        rows = self._db.execute(query, {**asked, "seq": self._settled(), "most": self._most}).fetchall()
        found: dict[int, list[int]] = {}
        for story, row in rows:
            found.setdefault(story, []).append(row)
        if len(rows) == self._most and len(found) > 1:
            found.popitem()  # it may have more items
        return tuple(tuple(items) for items in found.values())

    def _settled(self) -> int:
        """Return the number of change up to which everything is compared, and classified by every topic's present wording."""
        (seq,) = self._db.execute(
            """select min(at) from (select iif(back < until, 0, seq) as at from topic
            union all select iif(seq < until, 0, seq) from story_mark)"""
        ).fetchone()
        return int(seq or 0)

    def _before(self, days: int | None) -> str | None:
        return rfc3339(self._now - timedelta(days=days)) if days else None
