"""Which entries stay in a feed's subscription document, and which go to archive documents now (RFC 5005); pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TOMBSTONE_AGE: Final = timedelta(days=30)  # how long the subscription document says that an entry was deleted
_FEW: Final = 4  # an archive document has at least this part of a full subscription document: archives are few and never tiny


@dataclass(frozen=True, slots=True)
class SubscriptionLimits:
    """How much a subscription document holds."""

    entries: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class SubscribedEntry:
    """An entry of a subscription document: its item's row id, and since when it is there."""

    row: int
    entered: datetime


def split(
    entries: Sequence[SubscribedEntry], limits: SubscriptionLimits, now: datetime
) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Return (what stays, the pages to archive now, oldest page first); `entries` and each page newest first.

    Nothing is archived while the subscription document is within its limits. When it is not, what entered it first goes,
    at least a quarter of a full one at once. Age alone archives nothing until so many have come of age.
    """
    waiting = sorted(range(len(entries)), key=lambda n: (entries[n].entered, -n))  # who leaves first
    least = max(limits.entries // _FEW, 1)
    old = sum(entry.entered <= now - limits.age for entry in entries)
    over = max(len(entries) - limits.entries, 0)
    leaving = max(over and max(over, least), old if old >= least else 0)
    places = waiting[:leaving]
    pages = [places[at : at + limits.entries] for at in range(0, leaving, limits.entries)]
    left = set(places)
    stay = tuple(entry.row for n, entry in enumerate(entries) if n not in left)
    return stay, tuple(tuple(entries[n].row for n in sorted(page)) for page in pages)


def next_change(entered: Sequence[datetime], deleted: Sequence[datetime], limits: SubscriptionLimits) -> datetime | None:
    """Return the first moment at which time alone changes a feed, from when its entries entered it and when others were deleted."""
    least = max(limits.entries // _FEW, 1)
    aged = sorted(entered)[least - 1 : least]
    moments = [one + limits.age for one in aged] + [one + TOMBSTONE_AGE for one in deleted]
    return min(moments, default=None)
