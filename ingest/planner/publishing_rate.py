"""The publishing rate of a source, estimated from its documents: discounted counts by hour; pure, knows no polling cost."""

import math
import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zlib import crc32

from ingest.model import Item, Keys, ParsedFeed
from ingest.planner.hours_of_week import DAY, HOUR, covered, hour_of, pack, shaped, unpack
from ingest.poll_state import PublishingRate

_LIFE: Final = 14 * DAY  # half-life of what was seen
_BURST_LIFE: Final = 6 * HOUR
_PRIOR_ITEMS: Final = 0.5
_PRIOR_SECONDS: Final = 2 * DAY
_LOOK_BACK: Final = 28 * DAY
_BACKFILL: Final = 7 * DAY  # entries dated longer than that before the last look were not posted since
_MOST_NAMES: Final = 2_000
_KEPT: Final = 60  # names of earlier documents, also behind an empty one
_FEW: Final = 5.0  # entries: below, the shape of all sources is as good
_RESHAPE_SECONDS: Final = 3 * DAY
_RESHAPE_GROWTH: Final = 1.15


@dataclass(frozen=True, slots=True)
class News:
    """What a document added to a publishing rate."""

    publishing_rate: PublishingRate
    new: int  # entries that its source had not carried
    gap: bool  # it shares no entry with those before: something may have been missed


def entries_per_second(publishing_rate: PublishingRate | None, now: datetime) -> float:
    """Return the expected entries a second; a prior stands in for a source that has shown nothing yet."""
    if publishing_rate is None:
        return _PRIOR_ITEMS / _PRIOR_SECONDS
    age = _between(publishing_rate.at, now)
    watched = publishing_rate.seconds * _left(age, _LIFE) + _discounted(age, _LIFE)
    hinted = publishing_rate.hints.interval
    prior = min(max(hinted / 2, HOUR / 4), _LIFE) if hinted else _PRIOR_SECONDS
    return (publishing_rate.items * _left(age, _LIFE) + _PRIOR_ITEMS) / (watched + prior)


def recent_entries_per_second(publishing_rate: PublishingRate, now: datetime) -> float:
    """Return the entries a second of the last hours: a half-life of 6 hours."""
    return publishing_rate.burst * _left(_between(publishing_rate.at, now), _BURST_LIFE) * math.log(2) / _BURST_LIFE


def observe_document(before: PublishingRate | None, feed: ParsedFeed, since: datetime | None, now: datetime) -> News:
    """Return the rate after a document; `since` is the time of the last successful poll.

    Entries are counted at their dates, those without one evenly between the two polls.
    """
    names_before = _unpacked(before.names) if before else ()
    known = set(names_before)
    named = list(_named(feed.items))
    fresh = [item for item, names in named if known.isdisjoint(names)]
    if before is None or since is None or _between(since, now) > _LOOK_BACK:
        old, times = _beginning(feed, now)
    else:
        old, times = before, _times(fresh, since, now)
    made, served = {keys.fingerprint for _, keys in feed.items}, set(feed.fingerprints)
    # An entry that is just as it was is not made again: it has no name here, and shows that nothing was missed.
    gap = bool(known) and bool(named) and len(fresh) == len(named) and served <= made
    publishing_rate = replace(
        _counted(old, times, now),
        window=len(served) or (before.window if before else 0),
        names=_packed([name for _, names in named for name in names], names_before, len(served)),
        hints=feed.hints,
        tight=before.tight if before else None,
        news=max(times, default=old.news),
    )
    return News(publishing_rate, len(fresh), gap)


def with_weekly_shape(publishing_rate: PublishingRate, pooled: tuple[float, ...]) -> PublishingRate:
    """Return the rate with its weekly shape computed again, if that is due: after three days or a seventh more entries."""
    made = publishing_rate.shaped_at
    fresh = made is not None and 0 <= (publishing_rate.at - made).total_seconds() < _RESHAPE_SECONDS
    if publishing_rate.items < _FEW or (fresh and publishing_rate.items < publishing_rate.shaped_items * _RESHAPE_GROWTH):
        return publishing_rate
    shape = pack(shaped(*counts(publishing_rate), pooled))
    return replace(publishing_rate, shape=shape, shaped_at=publishing_rate.at, shaped_items=publishing_rate.items)


def counts(publishing_rate: PublishingRate) -> tuple[tuple[float, ...], list[float]]:
    """Return the entries counted by hour of the week, and how often each hour was watched."""
    kept = 1 - min(publishing_rate.seconds * math.log(2) / _LIFE, 0.99)
    return unpack(publishing_rate.hours), covered(publishing_rate.at, -math.log2(kept) * _LIFE)


# Counts


def _counted(old: PublishingRate, times: list[datetime], now: datetime) -> PublishingRate:
    age = _between(old.at, now)
    left = _left(age, _LIFE)
    hours = [count * left for count in unpack(old.hours)]
    items, burst = old.items * left, old.burst * _left(age, _BURST_LIFE)
    for moment in times:
        weight = _left(_between(moment, now), _LIFE)
        hours[hour_of(moment)] += weight
        items += weight
        burst += _left(_between(moment, now), _BURST_LIFE)
    return replace(old, at=now, items=items, seconds=old.seconds * left + _discounted(age, _LIFE), burst=burst, hours=pack(hours))


def _beginning(feed: ParsedFeed, now: datetime) -> tuple[PublishingRate, list[datetime]]:
    """Return the rate from a first document, or one after weeks: a view of at most four weeks, as far back as it reaches."""
    earliest = now - timedelta(seconds=_LOOK_BACK)
    dates = [min(date, now) for item, _ in feed.items if (date := _date(item))]
    start = max(min(dates, default=now), earliest)
    news = max(dates, default=now if feed.items else None)
    return PublishingRate(start, 0.0, 0.0, 0.0, 0, b"", news=news), [date for date in dates if date > earliest]


def _date(item: Item) -> datetime | None:
    return item.published or item.updated


def _times(fresh: list[Item], since: datetime, now: datetime) -> list[datetime]:
    since = min(since, now)
    undated = [item for item in fresh if _date(item) is None]
    step = (now - since) / (len(undated) + 1)
    spread = [since + step * (number + 1) for number in range(len(undated))]
    oldest = since - timedelta(seconds=_BACKFILL)
    return spread + [min(max(date, since), now) for item in fresh if (date := _date(item)) and date > oldest]


def _between(start: datetime, end: datetime) -> float:
    """Return the seconds from `start` to `end`: a clock that was put back makes no time negative."""
    return max((end - start).total_seconds(), 0.0)


def _left(age: float, life: float) -> float:
    return math.exp2(-age / life)


def _discounted(span: float, life: float) -> float:
    """Return the total weight of a span that ends now: the integral of the discount over it."""
    return (1 - _left(span, life)) * life / math.log(2)


# Names


def _named(entries: tuple[tuple[Item, Keys], ...]) -> Iterator[tuple[Item, tuple[int, ...]]]:
    """Return each entry's names: its guid, and its address where no other entry of the document has it."""
    entries = entries[: _MOST_NAMES // 4]
    shared = Counter(keys.url for _, keys in entries)
    for item, keys in entries:
        own = keys.url if shared[keys.url] == 1 else None
        names = [name for name in (keys.guid, own) if name] or [keys.text or keys.fingerprint]
        yield item, tuple(crc32(name.encode(errors="replace")) for name in names)


def _packed(names: list[int], before: tuple[int, ...], entries: int) -> bytes:
    """Keep the names of this document and, for feeds that take turns between two states, as many of those before."""
    present = set(names)
    earlier = [name for name in before if name not in present][: max(2 * entries, _KEPT)]  # two names an entry
    kept = (names + earlier)[:_MOST_NAMES]
    return struct.pack(f"<{len(kept)}I", *kept)


def _unpacked(names: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(names) // 4}I", names)
