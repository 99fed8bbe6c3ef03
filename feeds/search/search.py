"""Search over what is stored, or what is published alone: asks the full-text index and the tags; judges and writes nothing."""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Timer
from typing import Final

from feeds.model import Classification
from feeds.publication.entry import source_key
from feeds.search.query import SearchQuery, fts5_expression
from feeds.store.classifications import Classifications
from ingest.errors import UsageError
from ingest.model import Source, StoredItem
from ingest.store.facts import Facts

_MOMENT: Final = "iif(v.published <= i.first_seen, v.published, i.first_seen)"
_PARTS: Final = {
    "match": "i.id in (select item_id from version where id in (select rowid from version_fts where version_fts match :match))",
    "topic": "i.id in (select item_id from tag where topic = :topic)",
    "source": "i.id in (select g.item_id from sighting g join source s on s.id = g.source_id where s.url = :source)",
    "language": "v.language = :language",
    "since": f"{_MOMENT} >= :since",
    "until": f"{_MOMENT} < :until",
    "published": "i.id in (select item_id from tag where topic in (select value from json_each(:published)))",
}
_PUBLISHED: Final = "select item_id from tag where topic in (select value from json_each(?))"
_PATIENCE: Final = 10.0  # seconds: a beginning of one letter may stand for all there is
_PATIENCE_WITH_ANYBODY: Final = 3.0
_MOST: Final = 2_000  # published items whose words are looked at for one question
_BITE: Final = 200  # of them held at once
_FROM: Final = "from item i join version v on v.id = i.version_id where "


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An item that was found, and what the topics that may be named say of it."""

    stored: StoredItem
    classifications: tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of what was found, newest arrival first, and how much there is in all."""

    results: tuple[SearchResult, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PublicItems:
    """What anybody may know: items that one of some topics tags, as they are shown."""

    topics: frozenset[str]
    shown: Callable[[SearchResult], SearchResult]


@contextmanager
def time_limit(connection: sqlite3.Connection, seconds: float) -> Iterator[None]:
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


def search(facts: Facts, asked: SearchQuery, open_topics: frozenset[str], *, limit: int, skip: int = 0) -> SearchResults:
    """Find items by the words of any of their versions and by what they are narrowed to.

    Only the topics in `open_topics` are named and can be asked for: of others nothing can be learnt.
    Raises UsageError for a topic or a source that is not known, and for what takes too long.
    """
    parts = _parameters(facts, asked, open_topics)
    with time_limit(facts.database.connection, _PATIENCE):
        rows = _rows(facts, parts, limit, skip)
        total = _count(facts, parts)
    return SearchResults(tuple(_results(facts, rows, open_topics)), total)


def search_published(facts: Facts, asked: SearchQuery, public: PublicItems, *, limit: int, skip: int = 0) -> SearchResults:
    """Find what is `public`, as it is shown: of anything else nothing can be learnt, not even that it is there.

    The index knows whole texts and all versions of them. It only proposes: an item is found if the words stand
    in what is shown of it. Of very many proposals the newest are looked at. Raises UsageError as `search` does.
    """
    parts = _parameters(facts, asked, public.topics, published=public.topics)
    with time_limit(facts.database.connection, _PATIENCE_WITH_ANYBODY):
        if "match" not in parts:
            rows, total = _rows(facts, parts, limit, skip), _count(facts, parts)
        else:
            proposed = _rows(facts, parts, _MOST, 0)
            found = _holding(fts5_expression(asked.words) or "", _words(facts, proposed, public))
            rows, total = [row for row in proposed if row in found][skip : skip + limit], len(found)
        return SearchResults(tuple(map(public.shown, _results(facts, rows, public.topics))), total)


def _rows(facts: Facts, parts: dict[str, str | int], limit: int, skip: int) -> list[int]:
    page = f"select i.id {_FROM}{_where(parts)} order by i.first_seen desc, i.id desc limit :limit offset :skip"
    return [row for (row,) in facts.database.execute(page, parts | {"limit": limit, "skip": skip})]


def _count(facts: Facts, parts: dict[str, str | int]) -> int:
    return int(facts.database.execute(f"select count(*) {_FROM}{_where(parts)}", parts).fetchone()[0])


def _where(parts: Iterable[str]) -> str:
    return " and ".join(_PARTS[name] for name in parts) or "1"


def _words(facts: Facts, rows: list[int], public: PublicItems) -> Iterator[tuple[int, str, str]]:
    """Return what is shown of some items: (number, title, text)."""
    for start in range(0, len(rows), _BITE):
        for result in map(public.shown, _results(facts, rows[start : start + _BITE], public.topics)):
            yield result.stored.row, result.stored.item.title, result.stored.item.text


def _holding(expression: str, texts: Iterable[tuple[int, str, str]]) -> set[int]:
    """Say which of some texts an expression finds, by an index of their own that reads words as the stored one does."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table shown using fts5(title, text, tokenize='unicode61 remove_diacritics 2')")
        db.executemany("insert into shown (rowid, title, text) values (?, ?, ?)", texts)
        return {row for (row,) in db.execute("select rowid from shown where shown match ?", [expression])}


def _parameters(
    facts: Facts, asked: SearchQuery, open_topics: frozenset[str], published: frozenset[str] | None = None
) -> dict[str, str | int]:
    if asked.topic and asked.topic not in open_topics:
        raise UsageError(f'no topic is called "{asked.topic}"', f"known are: {', '.join(sorted(open_topics)) or 'none'}")
    known = {
        "match": fts5_expression(
            asked.words, negated=published is None
        ),  # of what is only proposed nothing may be ruled out unseen
        "topic": asked.topic,
        "source": _address(facts, asked.source, published) if asked.source else "",
        "published": None if published is None else json.dumps(sorted(published)),
        "language": asked.language,
        "since": asked.since and asked.since.isoformat(),
        "until": _day_after(asked.until),
    }
    return {name: value for name, value in known.items() if value}


def _day_after(day: date | None) -> str | None:
    return None if day is None or day == date.max else (day + timedelta(days=1)).isoformat()


def _address(facts: Facts, name: str, published: frozenset[str] | None) -> str:
    """Return the address of the source that goes by a key, a name or an address."""
    for source in sources(facts, published):
        if name in {source_key(source), source.url} or name.casefold() == source.name.casefold():
            return source.url
    raise UsageError(f'no source is called "{name}"', "`topicwire sources list` shows them")


def sources(facts: Facts, published: frozenset[str] | None = None) -> tuple[Source, ...]:
    """Return the sources that carried anything, or anything that some topics publish, by name."""
    where, asked = _of("g.item_id", published)
    found = f"select distinct s.url from sighting g join source s on s.id = g.source_id{where}"  # noqa: S608 - constants
    rows = {url for (url,) in facts.database.execute(found, asked)}
    return tuple(sorted((s for s, _ in facts.sources.all() if s.url in rows), key=lambda source: source.name.casefold()))


def languages(facts: Facts, published: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return the languages of the stored items, or of those that some topics publish, the commonest first."""
    where, asked = _of("i.id", published)
    rows = facts.database.execute(
        f"""select v.language, count(*) from item i join version v on v.id = i.version_id and v.language is not null{where}
        group by 1 order by 2 desc, 1""",  # noqa: S608 - constants
        asked,
    )
    return tuple(language for language, _ in rows)


def _of(column: str, published: frozenset[str] | None) -> tuple[str, list[str]]:
    return ("", []) if published is None else (f" where {column} in ({_PUBLISHED})", [json.dumps(sorted(published))])


def _results(facts: Facts, rows: Iterable[int], open_topics: frozenset[str]) -> Iterable[SearchResult]:
    judgements = Classifications(facts)
    for stored in facts.items.by_rows(rows):
        yield SearchResult(stored, tuple(one for one in judgements.of(stored.row) if one.topic in open_topics))
