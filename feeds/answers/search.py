"""The search for an audience: published items for anybody, all items for the owner, each as it may be shown."""

from dataclasses import replace

from feeds.answers.audience import Audience
from feeds.search.query import SearchQuery
from feeds.search.search import PublicItems, SearchResult, SearchResults, search, search_published
from feeds.site.masking import PageMasking
from ingest.store.facts import Facts


def find(facts: Facts, audience: Audience, wanted: SearchQuery, *, limit: int, skip: int = 0) -> SearchResults:
    """Return the items that an audience may find, as they may be shown to it. Raises UsageError."""

    def shown(result: SearchResult) -> SearchResult:
        return _shown(audience, result)

    names = frozenset(audience.topics)
    if audience.owner:
        found = search(facts, wanted, names, limit=limit, skip=skip)
        return replace(found, results=tuple(map(shown, found.results)))
    return search_published(facts, wanted, PublicItems(names, shown), limit=limit, skip=skip)


def _shown(audience: Audience, result: SearchResult) -> SearchResult:
    topics = audience.topics_of(result.classifications)
    masking = PageMasking.of(topics)
    classifications = tuple(masking.classification(one, result.stored) for one in result.classifications)
    return SearchResult(audience.shown(result.stored, topics), classifications)
