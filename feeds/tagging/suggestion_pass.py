"""Reads stored items, the newest first, as the articles from which terms are suggested; stores nothing and decides nothing."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Final

from feeds.model import document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.reviews import Reviews, Verdict
from feeds.store.stories import StoryTables
from feeds.tagging.suggestion.candidates import Article
from feeds.tagging.suggestion.suggestions import Suggestions, suggest
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

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
    progress: Callable[[int], object] = lambda _count: None,
) -> Suggestions:
    """Suggest terms for a topic from the newest stored items, at most `MOST`, first seen since then. Nothing is changed."""
    return suggest(topic, _StoredArticles(facts, topic, since, progress), now, limit, language)


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
                moment=published if published and published < seen else seen,
                accepted=self._reviews.get(stored.row),
            )
