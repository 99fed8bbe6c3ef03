"""Searches the full-text index, with filters, in SQL; knows neither the query's syntax nor how results are shown."""

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Timer
from typing import Final

from feeds.model import FoundItem
from feeds.store.migrations import migrations
from feeds.store.tagged import TaggedItems
from ingest.errors import UsageError
from ingest.store.facts import Facts

# Each is asked of one item at a time: what is found is read from the newest on, and only as far as it is shown.
_CONDITIONS: Final = {
    "topic": "exists (select 1 from tag where item_id = i.id and topic = :topic)",
    "source": "exists (select 1 from carrier where item_id = i.id and source_url = :source)",
    "language": "i.language = :language",
    "since": "i.moment >= :since",
    "until": "i.moment < :until",
    "published": "exists (select 1 from tag where item_id = i.id and topic in (select value from json_each(:published)))",
}
_MATCHING: Final = """select m.item_id, i.moment, v.seen, {score} from text_match m
    cross join item_version v on v.id = m.id cross join current_item i on i.id = m.item_id
    where m.words match :match and {conditions} order by m.id desc"""
_RELEVANCE: Final = "bm25(m.words, 4.0, 1.0)"  # Okapi BM25; a word of the title counts as four of the text
_ALL: Final = "select i.id, i.moment, i.first_seen, 0.0 from current_item i where {conditions} order by i.id desc"
_OF_TOPIC: Final = """select i.id, i.moment, i.first_seen, 0.0 from tag t cross join current_item i on i.id = t.item_id
    where t.topic = :topic and {conditions} order by t.item_id desc"""
_OF_SOURCE: Final = """select i.id, i.moment, i.first_seen, 0.0 from current_item i
    where i.id in (select item_id from carrier where source_url = :source) and {conditions} order by i.id desc"""
_RECENT: Final = 2_000  # items whose languages are offered


class OutOfTimeError(UsageError):
    """A query took longer than it may."""


class SearchIndex:
    """The full-text index of all items."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Interrupt queries inside this context that take longer. Raises OutOfTimeError."""
        timer = Timer(seconds, self._db.connection.interrupt)
        timer.start()
        try:
            yield
        except sqlite3.OperationalError as fault:
            if "interrupted" not in str(fault):
                raise
            what = f"this takes longer than {seconds:g} seconds"
            raise OutOfTimeError(what, "give more of the words, or narrow it down") from fault
        finally:
            timer.cancel()
            timer.join()

    def found(self, parts: Mapping[str, str | int], *, scored: bool = False) -> Generator[FoundItem, None, None]:
        """Yield the items that meet all conditions (match, topic, source, language, since, until, published), once each.

        They are read from the last stored on, by the last of their texts with the words; with `scored` each has its relevance.
        """
        query = _MATCHING if "match" in parts else _OF_TOPIC if "topic" in parts else _OF_SOURCE if "source" in parts else _ALL
        conditions = " and ".join(_CONDITIONS[name] for name in parts if name in _CONDITIONS) or "1"
        seen: set[int] = set()
        score = _RELEVANCE if scored else "0.0"
        with closing(self._db.execute(query.format(conditions=conditions, score=score), parts)) as found:
            for one in map(FoundItem._make, found):
                if one.row not in seen:
                    seen.add(one.row)
                    yield one

    def sources(self, published: Iterable[str] | None = None, limit: int = -1) -> list[tuple[str, str]]:
        """Return (address, title) of sources with any item, or with any item that some topics publish, the busiest first."""
        if published is None:
            return self._db.execute("select url, title from carrying_source order by number desc, id limit ?", [limit]).fetchall()
        found = self._db.execute(
            """select s.url, s.title from (select source_id, sum(number) as number from tag_source
                where topic in (select value from json_each(?)) and number > 0 group by 1) c
            join known_source s on s.id = c.source_id order by c.number desc, s.id limit ?""",
            [json.dumps(sorted(published)), limit],
        )
        return found.fetchall()

    def languages(self, published: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the languages of the stored items, or of the newest ones that some topics publish, the commonest first."""
        if published is None:
            rows = self._db.execute("select language from known_language where number > 0 order by number desc, language")
            return tuple(language for (language,) in rows)
        newest = {row for topic in published for row in TaggedItems(self._facts).newest(topic, _RECENT)}
        rows = self._db.execute(
            """select language from current_item where id in (select value from json_each(?)) and language is not null
            group by 1 order by count(*) desc, 1""",
            [json.dumps(sorted(newest))],
        )
        return tuple(language for (language,) in rows)


def holding(expression: str, texts: Iterable[tuple[int, str, str]]) -> dict[int, float]:
    """Return those of some (number, title, text) that an expression finds, by number, each with its relevance among them.

    Words are split as in the stored index. The lower the number of the relevance, the better.
    """
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table shown using fts5(title, text, tokenize='unicode61 remove_diacritics 2')")
        db.executemany("insert into shown (rowid, title, text) values (?, ?, ?)", texts)
        return dict(db.execute("select rowid, bm25(shown, 4.0, 1.0) from shown where shown match ?", [expression]).fetchall())
