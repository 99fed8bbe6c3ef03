"""What the lists and items of pages are made of, as the stores answer: lines of lists and marks of change; writes nothing."""

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
    """Return (row, uid, mark) of every item that one of `topics` has, or that is in `rows`: another mark, another page."""
    for row, uid, state in TaggedItems(facts).states(topics, rows):
        yield row, uid, hashlib.blake2b(repr(state).encode(), digest_size=12).hexdigest()
