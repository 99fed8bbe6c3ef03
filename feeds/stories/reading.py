"""Stored items as the documents that stories compare; writes nothing."""

from collections.abc import Iterable

from feeds.stories.features import StoryDocument
from ingest.store.facts import Facts
from ingest.store.items import ItemText


def after(facts: Facts, seq: int, limit: int) -> list[StoryDocument]:
    """Return the items whose present version came after number `seq`, oldest change first, at most `limit`."""
    return [_document(found) for found in facts.items.texts_after(seq, limit)]


def by_rows(facts: Facts, rows: Iterable[int]) -> dict[int, StoryDocument]:
    """Return items by their row ids."""
    return {found.row: _document(found) for found in facts.items.texts(rows)}


def _document(found: ItemText) -> StoryDocument:
    return StoryDocument(
        id=found.uid,
        title=found.title,
        text=found.text,
        moment=min(found.published, found.first_seen) if found.published else found.first_seen,
        language=found.language,
        url=found.url,
        sources=found.carriers,
        row=found.row,
        seq=found.seq,
        first_seen=found.first_seen,
    )
