"""Searches the full-text index, with filters, in SQL; knows neither the query's syntax nor how results are shown."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from threading import Timer
from typing import Final

from feeds.store.migrations import migrations
from ingest.errors import UsageError
from ingest.store.facts import Facts

_CONDITIONS: Final = {
    "match": "i.id in (select item_id from indexed_text where words match :match)",
    "topic": "i.id in (select item_id from tag where topic = :topic)",
    "source": "i.id in (select item_id from carrier where source_url = :source)",
    "language": "i.language = :language",
    "since": "i.moment >= :since",
    "until": "i.moment < :until",
    "published": "i.id in (select item_id from tag where topic in (select value from json_each(:published)))",
}
_PUBLISHED: Final = "select item_id from tag where topic in (select value from json_each(?))"


class SearchIndex:
    """The full-text index of all items."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    @contextmanager
    def time_limit(self, seconds: float) -> Iterator[None]:
        """Interrupt queries inside this context that take longer. Raises UsageError."""
        timer = Timer(seconds, self._db.connection.interrupt)
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

    def rows(self, parts: Mapping[str, str | int], limit: int, skip: int) -> list[int]:
        """Return items that meet all conditions (match, topic, source, language, since, until, published), newest arrival first."""
        found = self._db.execute(
            f"""select i.id from current_item i where {_where(parts)}
            order by i.first_seen desc, i.id desc limit :limit offset :skip""",  # noqa: S608 - constants
            {**parts, "limit": limit, "skip": skip},
        )
        return [row for (row,) in found]

    def count(self, parts: Mapping[str, str | int]) -> int:
        """Return the number of items that meet all conditions."""
        return int(self._db.execute(f"select count(*) from current_item i where {_where(parts)}", parts).fetchone()[0])  # noqa: S608

    def source_urls(self, published: Iterable[str] | None = None) -> set[str]:
        """Return the addresses of the sources with any item, or with any item that some topics publish."""
        where, asked = _of("item_id", published)
        return {url for (url,) in self._db.execute(f"select distinct source_url from carrier{where}", asked)}  # noqa: S608

    def languages(self, published: Iterable[str] | None = None) -> tuple[str, ...]:
        """Return the languages of the stored items, or of those that some topics publish, the commonest first."""
        where, asked = _of("id", published)
        rows = self._db.execute(
            f"select language, count(*) from current_item{where} group by 1 order by 2 desc, 1",  # noqa: S608 - constants
            asked,
        )
        return tuple(language for language, _ in rows if language is not None)


def holding(expression: str, texts: Iterable[tuple[int, str, str]]) -> set[int]:
    """Return the numbers of those (number, title, text) that an expression finds; words are split as in the stored index."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute("create virtual table shown using fts5(title, text, tokenize='unicode61 remove_diacritics 2')")
        db.executemany("insert into shown (rowid, title, text) values (?, ?, ?)", texts)
        return {row for (row,) in db.execute("select rowid from shown where shown match ?", [expression])}


def _where(parts: Iterable[str]) -> str:
    return " and ".join(_CONDITIONS[name] for name in parts) or "1"


def _of(column: str, published: Iterable[str] | None) -> tuple[str, list[str]]:
    return ("", []) if published is None else (f" where {column} in ({_PUBLISHED})", [json.dumps(sorted(published))])
