"""Which entries a feed keeps at its head, and which pages of its archive are sealed now (RFC 5005); pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

TOLD: Final = timedelta(days=30)  # how long a feed says that an entry has left
_FEW: Final = 4  # a page has at least this part of a full head, so that archives are few and never tiny


@dataclass(frozen=True, slots=True)
class ArchiveBounds:
    """How much a feed's head holds."""

    entries: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class ArchivePlace:
    """An entry at the head: its number, and since when it is there."""

    row: int
    entered: datetime


def split(
    head: Sequence[ArchivePlace], bounds: ArchiveBounds, now: datetime
) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """Return (what stays at the head, the pages to seal now, oldest page first); `head` and each page newest first.

    Nothing is sealed while the head is within its bounds. When it is not, what entered it first goes,
    at least a quarter of a full head at once. Age alone seals nothing until so many have come of age.
    """
    waiting = sorted(range(len(head)), key=lambda n: (head[n].entered, -n))  # who leaves first
    least = max(bounds.entries // _FEW, 1)
    old = sum(place.entered <= now - bounds.age for place in head)
    over = max(len(head) - bounds.entries, 0)
    leaving = max(over and max(over, least), old if old >= least else 0)
    places = waiting[:leaving]
    pages = [places[at : at + bounds.entries] for at in range(0, leaving, bounds.entries)]
    gone = set(places)
    stay = tuple(place.row for n, place in enumerate(head) if n not in gone)
    return stay, tuple(tuple(head[n].row for n in sorted(page)) for page in pages)


def next_change(head: Sequence[datetime], deleted: Sequence[datetime], bounds: ArchiveBounds) -> datetime | None:
    """Return the first moment at which time alone changes a feed: `head` are the moments of entering, `deleted` of leaving."""
    least = max(bounds.entries // _FEW, 1)
    aged = sorted(head)[least - 1 : least]
    moments = [entered + bounds.age for entered in aged] + [gone + TOLD for gone in deleted]
    return min(moments, default=None)
