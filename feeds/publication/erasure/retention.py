"""Deletes what has been kept long enough by the settings, in short transactions; archives of feeds stay as they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.store.upkeep.retention import Expiry, Part, Parts
from ingest.errors import UsageError
from ingest.settings import Retention
from ingest.store.facts import Facts
from ingest.store.upkeep.erasure import Eraser
from ingest.text.dates import from_rfc3339, rfc3339

_BATCH = 200  # items in one transaction, for which other writers wait
_LONGEST_PAUSE = timedelta(days=183)
_TRUSTED = "retention_until"  # the key under which the moment is stored by which the last purge counted
_PLACE = "retention"  # the key under which the end of the part is stored that was looked at last


@dataclass(frozen=True, slots=True)
class Purge:
    """What is deleted at one moment, and by which key of hashes."""

    rules: Retention
    now: datetime
    secret: bytes  # the key of the hashes that remain, where the database has none yet
    most: int  # items by each rule
    looked: int | None = None  # items that are looked at: the next ones each time, and so all in turn; None: all at once


def moment_to_trust(facts: Facts, now: datetime, step: timedelta) -> datetime:
    """Return the moment by which ages are counted: `now`, or earlier where the clock is far ahead of the purge before.

    A clock that jumped ahead would delete what is not old. So each purge looks at most one `step` further than the
    purge before it; after a long pause some purges catch up. The moment is stored.
    """
    before = from_rfc3339(facts.notes.get(_TRUSTED))
    trusted = now if before is None else min(now, before + step)
    facts.notes.put(_TRUSTED, rfc3339(trusted) or "")
    return trusted


def refuse_leap(facts: Facts, now: datetime) -> None:
    """Raise UsageError where the clock is further ahead of all that is stored than a pause is likely to be."""
    known = [Parts(facts).newest_moment(), from_rfc3339(facts.notes.get(_TRUSTED))]
    newest = max((one for one in known if one), default=now)
    if now - newest > _LONGEST_PAUSE:
        what = f"the clock says {now:%Y-%m-%d}, and the newest poll or item is of {newest:%Y-%m-%d}: too much may seem old"
        raise UsageError(what, "set the clock; if it is right, poll first (`topicwire poll`), or add --anyway")


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
