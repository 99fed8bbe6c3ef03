"""Search over everything stored: asks the full-text index and the tags, newest first; judges nothing, writes nothing."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Timer
from typing import Final

from feeds.pages.views import source_key
from feeds.question import Question, match
from feeds.store import Judgements
from feeds.tag import Judgement
from ingest.errors import UsageError
from ingest.item import Source, StoredItem
from ingest.store import Facts

_MOMENT: Final = "iif(v.published <= i.first_seen, v.published, i.first_seen)"
_PARTS: Final = {
    "match": "i.id in (select item_id from version where id in (select rowid from version_fts where version_fts match :match))",
    "topic": "i.id in (select item_id from tag where topic = :topic)",
    "source": "i.id in (select g.item_id from sighting g join source s on s.id = g.source_id where s.url = :source)",
    "language": "v.language = :language",
    "since": f"{_MOMENT} >= :since",
    "until": f"{_MOMENT} < :until",
}
_PATIENCE: Final = 10.0  # seconds: a beginning of one letter may stand for all there is
_FROM: Final = "from item i join version v on v.id = i.version_id where "


@dataclass(frozen=True, slots=True)
class Result:
    """An item that was found, and what the topics that may be named say of it."""

    stored: StoredItem
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found, newest arrival first, and how much there is in all."""

    results: tuple[Result, ...]
    total: int


@contextmanager
def within(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """End what is asked of a database when it takes longer. Raises UsageError."""
    timer = Timer(seconds, connection.interrupt)
    timer.start()
    try:
        yield
    except sqlite3.OperationalError as fault:
        if "interrupted" not in str(fault):
            raise
        raise UsageError(f"this takes longer than {seconds:g} seconds", "give more of the words, or narrow it down") from fault
    finally:
        timer.cancel()
        timer.join()


def search(facts: Facts, asked: Question, open_topics: frozenset[str], *, limit: int, skip: int = 0) -> Found:
    """Find items by the words of any of their versions and by what they are narrowed to.

    Only the topics in `open_topics` are named and can be asked for: of others nothing can be learnt.
    Raises UsageError for a topic or a source that is not known, and for what takes too long.
    """
    parts = _parameters(facts, asked, open_topics)
    where = " and ".join(_PARTS[name] for name in parts) or "1"
    execute = facts.db.conn.execute
    with within(facts.db.conn, _PATIENCE):
        total = execute(f"select count(*) {_FROM}{where}", parts).fetchone()[0]
        page = f"select i.id {_FROM}{where} order by i.first_seen desc, i.id desc limit :limit offset :skip"
        rows = [row for (row,) in execute(page, parts | {"limit": limit, "skip": skip})]
    return Found(tuple(_results(facts, rows, open_topics)), total)


def _parameters(facts: Facts, asked: Question, open_topics: frozenset[str]) -> dict[str, str | int]:
    if asked.topic and asked.topic not in open_topics:
        raise UsageError(f'no topic is called "{asked.topic}"', f"known are: {', '.join(sorted(open_topics)) or 'none'}")
    known = {
        "match": match(asked.words),
        "topic": asked.topic,
        "source": _address(facts, asked.source) if asked.source else "",
        "language": asked.language,
        "since": asked.since and asked.since.isoformat(),
        "until": _day_after(asked.until),
    }
    return {name: value for name, value in known.items() if value}


def _day_after(day: date | None) -> str | None:
    return None if day is None or day == date.max else (day + timedelta(days=1)).isoformat()


def _address(facts: Facts, name: str) -> str:
    """Give the address of the source that goes by a key, a name or an address."""
    for source in sources(facts):
        if name in {source_key(source), source.url} or name.casefold() == source.name.casefold():
            return source.url
    raise UsageError(f'no source is called "{name}"', "`topicwire sources list` shows them")


def sources(facts: Facts) -> tuple[Source, ...]:
    """Give the sources that carried anything, by name."""
    rows = {url for (url,) in facts.db.conn.execute("select distinct s.url from sighting g join source s on s.id = g.source_id")}
    return tuple(sorted((s for s, _ in facts.sources() if s.url in rows), key=lambda source: source.name.casefold()))


def languages(facts: Facts) -> tuple[str, ...]:
    """Give the languages of the stored items, the commonest first."""
    rows = facts.db.conn.execute(
        """select v.language, count(*) from item i join version v on v.id = i.version_id
        where v.language is not null group by 1 order by 2 desc, 1"""
    )
    return tuple(language for language, _ in rows)


def _results(facts: Facts, rows: Iterable[int], open_topics: frozenset[str]) -> Iterable[Result]:
    judgements = Judgements(facts)
    for stored in facts.by_rows(rows):
        yield Result(stored, tuple(one for one in judgements.of(stored.row) if one.topic in open_topics))
