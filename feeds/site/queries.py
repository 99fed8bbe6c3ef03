"""What the pages ask of the database: counts, lines and marks of change, in a few set-wise queries; writes nothing."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, Final

from feeds.publication.entry import public_address, source_key
from feeds.site.models import ItemLine, TaggedItem
from feeds.site.views import Texts
from ingest.model import Source
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

# What a page calls the day of an item: the publisher's, unless that is after we saw it.
_MOMENT: Final = "iif(v.published <= i.first_seen, v.published, i.first_seen)"
_LINES: Final = f"""
select i.id, i.uid, v.title, v.language, {_MOMENT}, s.url, s.title
from tag t join item i on i.id = t.item_id join version v on v.id = i.version_id
join sighting g on g.id = (select min(id) from sighting where item_id = i.id) join source s on s.id = g.source_id
where t.topic = ? and i.first_seen >= ? order by 5 desc, i.uid"""  # noqa: S608 - constants
_MARKS: Final = """
select i.id, i.uid, i.seq,
    (select count(*) || ':' || max(id) from version where item_id = i.id),
    (select group_concat(g.id || s.url || s.title, '|') from sighting g join source s on s.id = g.source_id where g.item_id = i.id),
    (select group_concat(t.topic || t.version || t.grade || t.score || t.why || t.evidence, '|') from tag t
        where t.item_id = i.id and t.topic in (select value from json_each(:topics)))
from item i where i.id in (select item_id from tag where topic in (select value from json_each(:topics))
    union select value from json_each(:rows)) order by i.id"""
_CARRIED: Final = "select s.url, count(*) from sighting g join source s on s.id = g.source_id group by s.id"
_PUBLISHED: Final = """
select distinct s.url from sighting g join source s on s.id = g.source_id
where g.item_id in (select item_id from tag where topic in (select value from json_each(?)))"""
_SOURCES: Final = """
select count(*), total(length(s.title) + length(s.url)), sum(s.status = 'active'), sum(s.status = 'gone'),
    total(iif(p.error is null, 0, s.id)), total(length(p.error)), total(p.gaps), count(p.last_success)
from source s left join poll p on p.source_id = s.id"""
_VERSIONS: Final = """
select v.item_id, v.seen, iif(s.title = '', s.url, s.title), v.title, v.text from version v join source s on s.id = v.source_id
where v.item_id in (select value from json_each(?)) order by v.id"""


def tagged(facts: Facts, topic: str, since: datetime | None = None) -> tuple[TaggedItem, ...]:
    """Return every item of a topic, or those first seen since a moment, newest first."""
    named = cache(_named)
    return tuple(_tagged(row, named) for row in facts.database.execute(_LINES, [topic, rfc3339(since) or ""]))


def _tagged(row: tuple[Any, ...], named: Callable[[str, str], tuple[str, str]]) -> TaggedItem:
    number, uid, title, language, at, url, name = row
    moment, (shown, key) = datetime.fromisoformat(at), named(url, name)
    return TaggedItem(number, ItemLine(uid, title or shown, language, shown, moment.date()), moment, key)


def _named(url: str, name: str) -> tuple[str, str]:
    """Return what to call a source, and its key."""
    return public_address(name or url), source_key(Source(url))


def changes(facts: Facts, topics: Iterable[str], rows: Iterable[int] = ()) -> Iterator[tuple[int, str, str]]:
    """Return number, id and a mark for every item that one of `topics` has, or that is in `rows`: another mark, another page."""
    asked = {"topics": json.dumps(sorted(topics)), "rows": json.dumps(sorted(rows))}
    for row, uid, *parts in facts.database.execute(_MARKS, asked):
        yield row, uid, hashlib.blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def texts(facts: Facts, rows: Iterable[int]) -> dict[int, tuple[Texts, ...]]:
    """Return every version of some items, oldest first, by the items' numbers."""
    found: defaultdict[int, list[Texts]] = defaultdict(list)
    for row, seen, source, title, text in facts.database.execute(_VERSIONS, [json.dumps(list(rows))]):
        found[row].append((datetime.fromisoformat(seen), source, title, text))
    return {row: tuple(versions) for row, versions in found.items()}


def carried(facts: Facts) -> dict[str, int]:
    """Give how many items each source has carried, by its address."""
    return dict(facts.database.execute(_CARRIED).fetchall())


def sources_mark(facts: Facts) -> tuple[object, ...]:
    """Give figures that change whenever a source comes, goes, fails, recovers or shows a gap."""
    return tuple(facts.database.execute(_SOURCES).fetchone())


def published(facts: Facts, topics: Iterable[str]) -> frozenset[str]:
    """Give the addresses of the sources that carried anything that one of `topics` has."""
    rows = facts.database.execute(_PUBLISHED, [json.dumps(sorted(topics))])
    return frozenset(url for (url,) in rows)


def polled(facts: Facts) -> int:
    """Give the number of sources that are asked, or were."""
    return int(facts.database.execute("select count(*) from source where kind != 'document'").fetchone()[0])


def sealed(facts: Facts) -> tuple[object, ...]:
    """Give how many pages each archive has."""
    return tuple(facts.database.execute("select feed, count(*) from archive group by feed order by feed").fetchall())


def oldest(facts: Facts, topic: str, since: datetime | None) -> datetime | None:
    """Return when the oldest item was first seen of those that a topic tags and that were first seen since a moment."""
    asked = [topic, rfc3339(since) or ""]
    (at,) = facts.database.execute(
        "select min(i.first_seen) from tag t join item i on i.id = t.item_id where t.topic = ? and i.first_seen >= ?", asked
    ).fetchone()
    return from_rfc3339(at)


def as_of(facts: Facts) -> datetime | None:
    """Give the last moment of which the database knows anything: its own idea of now."""
    (at,) = facts.database.execute(
        "select max(at) from (select max(last_poll) at from poll union all select max(first_seen) from sighting)"
    ).fetchone()
    return from_rfc3339(at)
