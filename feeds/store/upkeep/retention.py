"""Which stories have been kept long enough, by how they are tagged, published and decided; deletes nothing."""

import json
from datetime import datetime, timedelta
from typing import Final

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

# A story goes as a whole: without one of its copies an entry would be another, and would be told anew.
# `free`: what a person decided stays, and so does what a feed shows now, or has a tombstone for that is not archived yet;
# an item that is not classified and compared yet waits for that.
_STORIES: Final = """
with one as (select i.id, coalesce(s.story_id, i.id) as story, exists (select 1 from tag where item_id = i.id) as tagged,
    {expired} as expired,
    i.title is not null and i.seq <= :seq and i.id not in (select item_id from decision)
        and i.id not in (select a from story_decision union all select b from story_decision)
        and not exists (select 1 from published where item_id = i.id
            and (archive is null and gone is null or gone is not null and buried is null)) as free
    from current_item i left join story s on s.item_id = i.id)
select story, id from one where story in
    (select story from one group by story having min(expired) and min(free) and max(tagged) = {tagged})
order by story, id limit :most"""
_FIRST: Final = "(select source_url from carrier where item_id = i.id order by id limit 1)"
_UNTAGGED: Final = _STORIES.format(
    tagged=0,
    expired=f"i.first_seen < coalesce((select value from json_each(:sources) where key = {_FIRST}), :default, '')",  # noqa: S608
)
_OVER: Final = _STORIES.format(
    tagged=0,
    expired=f"""(i.id in (select id from (select o.id, row_number() over
        (partition by {_FIRST.replace("i.", "o.")} order by o.first_seen desc, o.id desc) as place
        from current_item o where o.id not in (select item_id from tag)) where place > :count))""",  # noqa: S608 - constants
)
_TAGGED: Final = _STORIES.format(
    tagged=1,
    expired="""not exists (select 1 from tag t where t.item_id = i.id
        and i.first_seen >= coalesce((select value from json_each(:topics) where key = t.topic), :default, ''))""",
)

Stories = tuple[tuple[int, ...], ...]
"""Stories, each by all of its items."""


class Expiry:
    """The stories that may go at a moment."""

    def __init__(self, facts: Facts, now: datetime, most: int) -> None:
        """Use the database of `facts`; each question returns stories of at most `most` items, the first ones stored."""
        self._db, self._now, self._most = facts.database, now, most
        self._db.migrate(migrations)

    def untagged(self, days: int | None, sources: dict[str, int]) -> Stories:
        """Return stories that no topic tags, by the days of their first carriers or those of all; None: such stories stay."""
        if days is None and not sources:
            return ()
        moments = {url: self._before(number) for url, number in sources.items()}
        return self._found(_UNTAGGED, {"default": self._before(days), "sources": json.dumps(moments)})

    def over(self, count: int) -> Stories:
        """Return the stories that no topic tags beyond the newest `count` items of their first carriers."""
        return self._found(_OVER, {"count": count})

    def tagged(self, days: int | None, topics: dict[str, int]) -> Stories:
        """Return tagged stories of which every topic's days are over; None: those of other topics stay."""
        if days is None and not topics:
            return ()
        moments = {name: self._before(number) for name, number in topics.items()}
        return self._found(_TAGGED, {"default": self._before(days), "topics": json.dumps(moments)})

    def _found(self, query: str, asked: dict[str, str | int | None]) -> Stories:
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
