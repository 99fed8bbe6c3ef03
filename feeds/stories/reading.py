"""Stored items as the documents that stories compare; reads no more of them than that, and writes nothing."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from feeds.stories.features import StoryDocument
from ingest.store.database import Database
from ingest.text.urls import destination

# As the whole item would say it: a text without a date has that of a carrier, the first address is the item's.
_COMPARED: Final = """
select i.id, i.seq, i.first_seen, i.uid, iif(v.title_inferred, '', v.title), v.text, v.language,
    coalesce(v.published, (select w.published from sighting g join version w on w.id = g.version_id
        where g.item_id = i.id and w.published is not null order by g.id limit 1)),
    (select url from sighting where item_id = i.id and url != '' order by id limit 1),
    (select json_group_array(name) from (select iif(s.title = '', s.url, s.title) name from sighting g
        join source s on s.id = g.source_id where g.item_id = i.id order by g.id))
from item i join version v on v.id = i.version_id """


def after(db: Database, seq: int, limit: int) -> list[StoryDocument]:
    """Return the items whose present version came after change number `seq`, oldest change first, at most `limit`."""
    return [_document(*row) for row in db.execute(f"{_COMPARED} where i.seq > ? order by i.seq limit ?", [seq, limit])]


def by_rows(db: Database, rows: Iterable[int]) -> dict[int, StoryDocument]:
    """Return items by their row ids."""
    wanted = json.dumps(list(rows))
    found = db.execute(f"{_COMPARED} where i.id in (select value from json_each(?))", [wanted])  # noqa: S608 - constants
    return {one.row: one for one in (_document(*row) for row in found)}


def moments(db: Database, rows: Iterable[int]) -> dict[int, datetime]:
    """Return when items appeared, of those whose own text is dated."""
    found = db.execute(
        """select i.id, v.published, i.first_seen from item i join version v on v.id = i.version_id
        where v.published is not null and i.id in (select value from json_each(?))""",
        [json.dumps(list(rows))],
    )
    return {row: min(map(datetime.fromisoformat, dates)) for row, *dates in found}


def _document(row: int, seq: int, first_seen: str, *rest: Any) -> StoryDocument:
    uid, title, text, language, published, url, sources = rest
    seen = datetime.fromisoformat(first_seen)
    moment = min(datetime.fromisoformat(published), seen) if published else seen
    carriers = tuple(dict.fromkeys(json.loads(sources)))
    return StoryDocument(
        id=uid,
        title=title,
        text=text,
        moment=moment,
        language=language,
        url=destination(url) if url else url,
        sources=carriers,
        row=row,
        seq=seq,
        first_seen=seen,
    )
