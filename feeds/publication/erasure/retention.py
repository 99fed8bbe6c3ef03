"""Deletes what has been kept long enough by the settings, in short transactions; archives of feeds stay as they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from feeds.store.upkeep.retention import Expiry, Part, Parts
from ingest.settings import Retention
from ingest.store.facts import Facts
from ingest.store.upkeep.erasure import Eraser

_BATCH = 200  # items in one transaction, for which other writers wait
_PLACE = "retention"  # the key under which the end of the part is stored that was looked at last


@dataclass(frozen=True, slots=True)
class Purge:
    """What is deleted at one moment, and by which key of hashes."""

    rules: Retention
    now: datetime
    secret: bytes  # the key of the hashes that remain, where the database has none yet
    most: int  # items by each rule
    looked: int | None = None  # items that are looked at: the next ones each time, and so all in turn; None: all at once


def expired(facts: Facts, purge: Purge) -> tuple[tuple[int, ...], ...]:
    """Return the stories that are to be deleted, by their items; one with an item that a source still serves stays."""
    return _expired(facts, purge, Parts(facts).everything())


def _expired(facts: Facts, purge: Purge, part: Part) -> tuple[tuple[int, ...], ...]:
    expiry, rules = Expiry(facts, purge.now, purge.most, part), purge.rules
    found = [*expiry.untagged(rules.untagged_days, rules.days_of_sources), *expiry.tagged(rules.days, rules.days_of_topics)]
    if rules.untagged_per_source is not None:
        found += expiry.over(rules.untagged_per_source)
    stories = dict.fromkeys(found)
    served = Eraser(facts).still_served(row for rows in stories for row in rows)
    return tuple(rows for rows in stories if served.isdisjoint(rows))


def delete_expired(facts: Facts, purge: Purge, stopping: Callable[[], bool] = lambda: False) -> int:
    """Delete the items that are to be deleted, in batches, until `stopping`; return their number."""
    deleted, parts = 0, Parts(facts)
    part = parts.everything() if purge.looked is None else parts.after(facts.notes.get(_PLACE) or "", purge.looked)
    for batch in _batches(_expired(facts, purge, part)):
        if stopping():
            break
        eraser = Eraser(facts)
        with facts.transaction():
            eraser.purge_items(tuple(eraser.traces(batch)), purge.now, purge.secret)
        deleted += len(batch)
    if purge.looked is not None and deleted < purge.most and not stopping():
        facts.notes.put(_PLACE, part.ends)
    return deleted


def _batches(stories: tuple[tuple[int, ...], ...]) -> Iterator[list[int]]:
    """Yield the items of whole stories, so many at a time."""
    batch: list[int] = []
    for rows in stories:
        batch += rows
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
