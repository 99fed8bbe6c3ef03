"""Reads stored items, the newest first, as the articles from which terms are suggested; stores nothing and decides nothing."""

import gzip
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from feeds.model import document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.reviews import Reviews, Verdict
from feeds.store.stories import StoryTables
from feeds.tagging.suggestion.candidates import Article
from feeds.tagging.suggestion.dictionary import BilingualDictionary, languages_of_dictionary, read_dictionary
from feeds.tagging.suggestion.proposals import has_terms
from feeds.tagging.suggestion.suggestions import Suggestions, suggest
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError
from ingest.model import StoredItem
from ingest.store.facts import Facts
from ingest.text.language.codes import primary

_BATCH: Final = 200  # items in memory
MOST: Final = 50_000  # items that are looked at


def suggest_terms(  # noqa: PLR0913 - what is asked for
    facts: Facts,
    topic: Topic,
    now: datetime,
    *,
    since: datetime | None = None,
    language: str | None = None,
    limit: int = 20,
    dictionaries: Path | None = None,
    progress: Callable[[int], object] = lambda _count: None,
) -> Suggestions:
    """Suggest terms for a topic from the newest stored items, at most `MOST`, first seen since then. Nothing is changed.

    In the folder `dictionaries` lie FreeDict dictionaries, for a language in which the topic has no terms. Raises
    UsageError for one that cannot be read.
    """
    read = dict(_read_dictionaries(dictionaries, language)) if dictionaries and language and not has_terms(topic, language) else {}
    return suggest(topic, _StoredArticles(facts, topic, since, progress), now, limit, language, read)


def _read_dictionaries(folder: Path, language: str) -> Iterator[tuple[str, BilingualDictionary]]:
    """Yield the dictionaries of a folder that translate into a language, each with the language from which."""
    for index in sorted(folder.glob("freedict-*.index")):
        codes = languages_of_dictionary(index.stem)
        if codes and primary(codes[1]) == language and (source := primary(codes[0])):
            packed = index.with_suffix(".dict.dz")
            try:
                yield source, read_dictionary(index.read_text(encoding="utf-8"), gzip.decompress(packed.read_bytes()))
            except (OSError, EOFError, ValueError) as fault:
                raise UsageError(f"{packed}: the dictionary cannot be read: {fault}", "install its package again") from fault


class _StoredArticles:
    """The newest stored items as articles, with their stories and a person's verdicts."""

    def __init__(self, facts: Facts, topic: Topic, since: datetime | None, progress: Callable[[int], object]) -> None:
        self._facts, self._since, self._progress = facts, since, progress
        self._stories = StoryTables(facts)
        self._reviews = {row: review.verdict is Verdict.ACCEPT for (row, _), review in Reviews(facts).all(topic.name).items()}
        self.boilerplate = cache(Boilerplate(facts).known)

    def all(self) -> Iterator[Article]:
        """Yield the newest items, the last stored first."""
        last, read = None, 0
        while read < MOST and (items := self._facts.items.newest(last, self._since, min(_BATCH, MOST - read))):
            yield from self._articles(items)
            last, read = items[-1].row, read + len(items)
            self._progress(len(items))

    def linked(self, rows: Sequence[int]) -> frozenset[int]:
        """Return other items of the same stories, and those that are related to them or may be their translations."""
        return frozenset(self._stories.linked(rows))

    def some(self, rows: Sequence[int]) -> Iterator[Article]:
        """Yield some items by their numbers."""
        for first in range(0, len(rows), _BATCH):
            yield from self._articles(self._facts.items.by_rows(rows[first : first + _BATCH]))

    def _articles(self, items: Sequence[StoredItem]) -> Iterator[Article]:
        members = self._stories.members(item.row for item in items)
        for stored in items:
            published, seen = stored.item.published, stored.first_seen
            yield Article(
                row=stored.row,
                story=min(members.get(stored.row, (stored.row,))),
                document=document_of(stored),
                source=stored.carrier.source.url,
                moment=min(published, seen) if published else None,
                accepted=self._reviews.get(stored.row),
            )
