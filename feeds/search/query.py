"""Parses a search query as people type it into a quoted FTS5 expression, safe against injection."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from ingest.errors import UsageError
from ingest.text import folding
from ingest.text.sanitize import one_line

_LONGEST: Final = 300  # characters
_MOST: Final = 24  # words and phrases
_PART: Final = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
_LETTER: Final = re.compile(r"[^\W_]")
KEYS: Final = ("q", "topic", "source", "language", "since", "until", "order")


class SearchOrder(StrEnum):
    """What comes first of what a search finds."""

    NEWEST = "newest"  # by the date that is shown
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The words to find, and filters on the items that hold them; an empty filter does nothing."""

    words: str = ""
    topic: str = ""
    source: str = ""
    language: str = ""
    since: date | None = None
    until: date | None = None
    order: SearchOrder = SearchOrder.NEWEST

    @property
    def is_empty(self) -> bool:
        """True when nothing is asked for."""
        return replace(self, order=SearchOrder.NEWEST) == SearchQuery()

    @property
    def is_ranked(self) -> bool:
        """True where relevance decides: without words everything is equally relevant."""
        return self.order is SearchOrder.RELEVANCE and bool(self.words)

    def written(self, page: int = 1) -> str:
        """Return it as the query part of an address; equal queries are written alike."""
        values = (
            self.words,
            self.topic,
            self.source,
            self.language,
            *(day and day.isoformat() for day in (self.since, self.until)),
            "" if self.order is SearchOrder.NEWEST else self.order.value,
        )
        known = {key: value for key, value in zip(KEYS, values, strict=True) if value}
        return urlencode(known | ({"page": str(page)} if page > 1 else {}))


def parse_query(asked: Mapping[str, str]) -> SearchQuery:
    """Parse a query from its parts by name (`KEYS`).

    Raises UsageError for a date or an order that is none, for a quotation mark without a partner, and for too much text.
    """
    words, topic, source, language = (one_line(asked.get(key, "")) for key in KEYS[:4])
    if len(words) > _LONGEST:
        raise UsageError(f"the question is longer than {_LONGEST} characters", "leave some words out")
    if words.count('"') % 2:
        raise UsageError("a quotation mark has no partner", 'write a phrase as "last ferry", or leave the mark out')
    made = SearchQuery(words, topic, source, language.lower(), _day(asked, "since"), _day(asked, "until"), _order(asked))
    fts5_expression(made.words)
    return made


def _order(asked: Mapping[str, str]) -> SearchOrder:
    text = one_line(asked.get("order", "")).lower()
    try:
        return SearchOrder(text) if text else SearchOrder.NEWEST
    except ValueError:
        raise UsageError(f'order: "{text[:40]}" is no order', f"write {' or '.join(SearchOrder)}") from None


def _day(asked: Mapping[str, str], key: str) -> date | None:
    text = one_line(asked.get(key, ""))
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise UsageError(f'{key}: "{text[:40]}" is not a day', "write it as 2026-01-31") from None


def fts5_expression(words: str, *, negated: bool = True) -> str | None:
    """Return words as an FTS5 expression (SQLite full-text search), each of them a quoted string; None for no words.

    All of them must be there; `"in quotes"` is a phrase, `begin*` a beginning, `-this` must not be there,
    `this OR that` is one of two. Without `negated`, what must not be there is left out: more is found.
    Raises UsageError where no word is left, and for more than 24 words and phrases.
    """
    wanted: list[list[str]] = []
    unwanted, joined = [], False
    for minus, phrase, word in _PART.findall(words):
        if word == "OR" and not minus:
            joined = bool(wanted)
        elif term := _term(phrase, word):
            if minus:
                unwanted.append(term)
            elif joined:
                wanted[-1].append(term)
            else:
                wanted.append([term])
            joined = False
    if len(wanted) + len(unwanted) > _MOST:
        raise UsageError(f"more than {_MOST} words", "leave some out")
    if not wanted:
        if words:
            raise UsageError("there is no word to look for", "give one with letters or digits")
        return None
    all_of = " AND ".join(f"({' OR '.join(group)})" for group in wanted)
    return f"({all_of})" + "".join(f" NOT {term}" for term in unwanted if negated)


def word_spans(words: str, text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans in a text, (start, end) in characters, of the words that `fts5_expression` asks for; a phrase has one."""
    said = tuple(folding.words(text))
    wanted = (
        ([one.folded for one in folding.words(phrase or word)], word.endswith("*"))
        for minus, phrase, word in _PART.findall(words)
        if not minus and word != "OR"
    )
    return tuple(place for names, begins in wanted if names for place in _runs(said, names, begins=begins))


def _runs(said: Sequence[folding.Word], names: list[str], *, begins: bool) -> Iterator[tuple[int, int]]:
    *before, last = names
    for at in range(len(before), len(said)):
        word = said[at].folded
        if (word.startswith(last) if begins else word == last) and [one.folded for one in said[at - len(before) : at]] == before:
            yield said[at - len(before)].start, said[at].end


def _term(phrase: str, word: str) -> str:
    text = phrase or word.rstrip("*")
    if not _LETTER.search(text):
        return ""
    return '"{}"{}'.format(text.replace('"', '""'), "*" if word.endswith("*") else "")
