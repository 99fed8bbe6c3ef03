"""Searches what is stored, or what is published alone, by the full-text index and the tags; classifies and writes nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Final

from feeds.model import Classification
from feeds.publication.entry import source_key
from feeds.search.ordering import most_relevant, newest_first
from feeds.search.query import SearchQuery, fts5_expression
from feeds.store.classifications import Classifications
from feeds.store.search import OutOfTimeError, SearchIndex, holding
from ingest.errors import UsageError
from ingest.model import Source, StoredItem
from ingest.store.facts import Facts

_PATIENCE: Final = 10.0  # seconds: a beginning of one letter may stand for all there is
_PATIENCE_WITH_ANYBODY: Final = 3.0
_MOST: Final = 2_000  # published items whose words are looked at for one query
_ORDERED: Final = 10_000  # items stored last that are brought into the order of their dates
RANKED: Final = 1_000  # items stored last of which the most relevant come first
_BATCH: Final = 100  # of them held at once
_COUNTED: Final = 1_000  # items; of more it is said that there are more
_SUGGESTED: Final = 200  # sources


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An item that was found, and its classifications by the topics that may be named."""

    stored: StoredItem
    classifications: tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of what was found, in the order asked for, how much was counted, and whether there may be more."""

    results: tuple[SearchResult, ...]
    total: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class PublicItems:
    """The public items: those that one of some topics tags, as they are shown."""

    topics: frozenset[str]
    shown: Callable[[SearchResult], SearchResult]


def search(facts: Facts, asked: SearchQuery, open_topics: frozenset[str], *, limit: int, skip: int = 0) -> SearchResults:
    """Find items by the words of any of their versions and by the query's filters.

    Only the topics in `open_topics` are named and can be a filter: others stay unknown.
    Raises UsageError for a topic or a source that is not known, and where nothing is found within ten seconds.
    """
    parts = _parameters(facts, asked, open_topics)
    index = SearchIndex(facts)
    if asked.is_ranked:
        rows, more = _ranked(index, parts)
    else:
        rows, more = _taken(index, _PATIENCE, parts, max(_COUNTED, skip + limit))
    return SearchResults(tuple(_results(facts, rows[skip : skip + limit], open_topics)), len(rows), more)


def _ranked(index: SearchIndex, parts: Mapping[str, str | int]) -> tuple[list[int], bool]:
    """Return the items that an index finds, the most relevant first, and whether more was found than was looked at."""
    with index.time_limit(_PATIENCE), closing(index.found(parts, scored=True)) as found:
        return most_relevant(islice(found, RANKED)), next(found, None) is not None


def _taken(index: SearchIndex, seconds: float, parts: Mapping[str, str | int], most: int) -> tuple[list[int], bool]:
    """Return the first items that an index finds, and whether there may be more. Raises UsageError where it finds none in time."""
    rows: list[int] = []
    try:
        with index.time_limit(seconds), closing(index.found(parts)) as found:
            ordered = newest_first(found, _ORDERED)
            rows.extend(islice(ordered, most))
            return rows, next(ordered, None) is not None
    except OutOfTimeError:
        if not rows:
            raise
        return rows, True


def search_published(facts: Facts, asked: SearchQuery, public: PublicItems, *, limit: int, skip: int = 0) -> SearchResults:
    """Find items among `public` ones, as they are shown; the result does not reveal that any other item exists.

    The index holds whole texts in all their versions, so it only proposes candidates: an item is found if the words
    are in the shown text. By date, only as many are read as are shown; relevance is that of the shown texts.
    Raises UsageError as `search` does.
    """
    parts = _parameters(facts, asked, public.topics, published=public.topics)
    if "match" not in parts:
        rows, more = _taken(SearchIndex(facts), _PATIENCE_WITH_ANYBODY, parts, max(_COUNTED, skip + limit))
    else:
        proposed, more = _proposed(facts, parts)
        expression = fts5_expression(asked.words) or ""
        if asked.is_ranked:
            rows, looked = _ranked_holding(facts, expression, proposed, public)
        else:
            rows, looked = _holding(facts, expression, proposed, public, skip + limit)
        more = more or looked < len(proposed)
    return SearchResults(tuple(map(public.shown, _results(facts, rows[skip : skip + limit], public.topics))), len(rows), more)


def rows_with_words(facts: Facts, asked: SearchQuery, public: PublicItems) -> list[int]:
    """Return the rows of public items that may have a query's words, the newest at most: what is shown of them decides.

    Raises UsageError as `search` does.
    """
    return _proposed(facts, _parameters(facts, asked, public.topics, published=public.topics))[0]


def shows_words(facts: Facts, words: str, rows: Iterable[int], public: PublicItems) -> set[int]:
    """Return those of some items whose shown words are the ones wanted."""
    return set(holding(fts5_expression(words) or "", _words(facts, list(rows), public)))


def _proposed(facts: Facts, parts: Mapping[str, str | int]) -> tuple[list[int], bool]:
    return _taken(SearchIndex(facts), _PATIENCE_WITH_ANYBODY, parts, _MOST)


def _holding(facts: Facts, expression: str, proposed: list[int], public: PublicItems, enough: int) -> tuple[list[int], int]:
    """Return those of some items whose shown words an expression finds, at least `enough`, and how many were looked at."""
    rows: list[int] = []
    looked = 0
    while looked < len(proposed) and len(rows) <= enough:
        some = proposed[looked : looked + _BATCH]
        found = holding(expression, _words(facts, some, public))
        rows += [row for row in some if row in found]
        looked += len(some)
    return rows, looked


def _ranked_holding(facts: Facts, expression: str, proposed: list[int], public: PublicItems) -> tuple[list[int], int]:
    """Return as `_holding` does the items that are found, the most relevant first: that asks for all of them."""
    looked = proposed[:RANKED]
    batches = (looked[at : at + _BATCH] for at in range(0, len(looked), _BATCH))
    found = holding(expression, (one for some in batches for one in _words(facts, some, public)))
    return sorted((row for row in looked if row in found), key=found.__getitem__), len(looked)


def _words(facts: Facts, rows: list[int], public: PublicItems) -> Iterator[tuple[int, str, str]]:
    """Yield what is shown of some items: (row, title, text)."""
    for result in map(public.shown, _results(facts, rows, public.topics)):
        yield result.stored.row, result.stored.item.title, result.stored.item.text


def _parameters(
    facts: Facts, asked: SearchQuery, open_topics: frozenset[str], published: frozenset[str] | None = None
) -> dict[str, str | int]:
    if asked.topic and asked.topic not in open_topics:
        raise UsageError(f'no topic is called "{asked.topic}"', f"known are: {', '.join(sorted(open_topics)) or 'none'}")
    known = {
        # Of what is only proposed, nothing may be ruled out unseen.
        "match": fts5_expression(asked.words, negated=published is None),
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
    """Return the address of the source that goes by a key, a name or an address. Raises UsageError."""
    for source in _named(SearchIndex(facts).sources(published)):
        if name in {source.url, source_key(source)} or name.casefold() == source.name.casefold():
            return source.url
    raise UsageError(f'no source is called "{name}"', "`topicwire sources list` shows them")


def sources(facts: Facts, published: frozenset[str] | None = None) -> tuple[Source, ...]:
    """Return the busiest sources that carried anything, or anything that some topics publish, by name."""
    busy = _named(SearchIndex(facts).sources(published, _SUGGESTED))
    return tuple(sorted(busy, key=lambda source: source.name.casefold()))


def _named(found: Iterable[tuple[str, str]]) -> Iterator[Source]:
    return (Source(url, title=title) for url, title in found)


def languages(facts: Facts, published: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return the languages of the stored items, or of those that some topics publish, the commonest first."""
    return SearchIndex(facts).languages(published)


def _results(facts: Facts, rows: Iterable[int], open_topics: frozenset[str]) -> Iterable[SearchResult]:
    classifications = Classifications(facts)
    for stored in facts.items.by_rows(rows):
        yield SearchResult(stored, tuple(one for one in classifications.of(stored.row) if one.topic in open_topics))
