"""What pages list, as the stores answer: the items of a topic, and states that change with an item; writes nothing."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache

from feeds.publication.entry import public_address, source_key
from feeds.site.models import ItemLine, TaggedItem
from feeds.store.tagged import TaggedItems
from ingest.model import Source
from ingest.store.facts import Facts


def tagged(facts: Facts, topic: str, since: datetime | None = None) -> tuple[TaggedItem, ...]:
    """Return every item of a topic, or those first seen since a moment, newest first."""

    @cache
    def named(url: str, name: str) -> tuple[str, str]:
        return public_address(name or url), source_key(Source(url))

    found = []
    for row, uid, title, language, moment, url, name in TaggedItems(facts).lines(topic, since):
        shown, key = named(url, name)
        found.append(TaggedItem(row, ItemLine(uid, title or shown, language, shown, moment.date()), moment, key))
    return tuple(found)


def changes(facts: Facts, topics: Iterable[str], rows: Iterable[int] = ()) -> Iterator[tuple[int, str, str]]:
    """Return (row, uid, mark) of every item that `topics` tag or that is in `rows`; the mark changes when the item does."""
    for row, uid, state in TaggedItems(facts).states(topics, rows):
        yield row, uid, hashlib.blake2b(repr(state).encode(), digest_size=12).hexdigest()
