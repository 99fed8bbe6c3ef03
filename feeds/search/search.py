"""Searches what is stored, or what is published alone, by the full-text index and the tags; classifies and writes nothing."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from feeds.model import Classification
from feeds.publication.entry import source_key
from feeds.search.query import SearchQuery, fts5_expression
from feeds.store.classifications import Classifications
from feeds.store.search import SearchIndex, holding
from ingest.errors import UsageError
from ingest.model import Source, StoredItem
from ingest.store.facts import Facts

_PATIENCE: Final = 10.0  # seconds: a beginning of one letter may stand for all there is
_PATIENCE_WITH_ANYBODY: Final = 3.0
_MOST: Final = 2_000  # published items whose words are looked at for one query
_BATCH: Final = 200  # of them held at once


@dataclass(frozen=True, slots=True)
class SearchResult:
    """An item that was found, and its classifications by the topics that may be named."""

    stored: StoredItem
    classifications: tuple[Classification, ...]


@dataclass(frozen=True, slots=True)
class SearchResults:
    """A page of what was found, newest arrival first, and how much there is in all."""

    results: tuple[SearchResult, ...]
    total: int


@dataclass(frozen=True, slots=True)
class PublicItems:
    """The public items: those that one of some topics tags, as they are shown."""

    topics: frozenset[str]
    shown: Callable[[SearchResult], SearchResult]


def search(facts: Facts, asked: SearchQuery, open_topics: frozenset[str], *, limit: int, skip: int = 0) -> SearchResults:
    """Find items by the words of any of their versions and by the query's filters.

    Only the topics in `open_topics` are named and can be a filter: others stay unknown.
    Raises UsageError for a topic or a source that is not known, and for what takes too long.
    """
    parts = _parameters(facts, asked, open_topics)
    index = SearchIndex(facts)
    with index.time_limit(_PATIENCE):
        rows, total = index.rows(parts, limit, skip), index.count(parts)
    return SearchResults(tuple(_results(facts, rows, open_topics)), total)


def search_published(facts: Facts, asked: SearchQuery, public: PublicItems, *, limit: int, skip: int = 0) -> SearchResults:
    """Find items among `public` ones, as they are shown; the result does not reveal that any other item exists.

    The index holds whole texts in all their versions, so it only proposes candidates: an item is found if the words
    are in the shown text. Of very many candidates only the newest are read. Raises UsageError as `search` does.
    """
    parts = _parameters(facts, asked, public.topics, published=public.topics)
    index = SearchIndex(facts)
    with index.time_limit(_PATIENCE_WITH_ANYBODY):
        if "match" not in parts:
            rows, total = index.rows(parts, limit, skip), index.count(parts)
        else:
            proposed = index.rows(parts, _MOST, 0)
            found = holding(fts5_expression(asked.words) or "", _words(facts, proposed, public))
            rows, total = [row for row in proposed if row in found][skip : skip + limit], len(found)
        return SearchResults(tuple(map(public.shown, _results(facts, rows, public.topics))), total)


def _words(facts: Facts, rows: list[int], public: PublicItems) -> Iterator[tuple[int, str, str]]:
    """Yield what is shown of some items: (row, title, text)."""
    for start in range(0, len(rows), _BATCH):
        for result in map(public.shown, _results(facts, rows[start : start + _BATCH], public.topics)):
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
    for source in sources(facts, published):
        if name in {source_key(source), source.url} or name.casefold() == source.name.casefold():
            return source.url
    raise UsageError(f'no source is called "{name}"', "`topicwire sources list` shows them")


def sources(facts: Facts, published: frozenset[str] | None = None) -> tuple[Source, ...]:
    """Return the sources that carried anything, or anything that some topics publish, by name."""
    urls = SearchIndex(facts).source_urls(published)
    return tuple(sorted((s for s, _ in facts.sources.all() if s.url in urls), key=lambda source: source.name.casefold()))


def languages(facts: Facts, published: frozenset[str] | None = None) -> tuple[str, ...]:
    """Return the languages of the stored items, or of those that some topics publish, the commonest first."""
    return SearchIndex(facts).languages(published)


def _results(facts: Facts, rows: Iterable[int], open_topics: frozenset[str]) -> Iterable[SearchResult]:
    classifications = Classifications(facts)
    for stored in facts.items.by_rows(rows):
        yield SearchResult(stored, tuple(one for one in classifications.of(stored.row) if one.topic in open_topics))
