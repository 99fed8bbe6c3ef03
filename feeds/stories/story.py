"""A story as it is shown: which item stands for it, who carried it, why they are one, what is related; knows no database."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from feeds.model import Story, StoryEvidence
from ingest.model import StoredItem
from ingest.text.folding import folded
from ingest.text.urls import host_of

_OPENING: Final = 200  # characters in which an agency is credited
_AGENCIES: Final = (
    "reuters|afp|dpa|ansa|efe|ap|associated press|agence france presse|pap|anp|belga|apa|sda|tass|interfax|ria|lusa|jta|agi"
    "|adnkronos|upi|europa press|xinhua|kyodo|bloomberg|canadian press|press association|pa media"
    "|tt|ntb|ritzau|mti|ctk|ukrinform|unian|anadolu"
)
_CREDIT: Final = re.compile(rf"[(\[/–—-]\s*({_AGENCIES})\s*[)\]/:–—-]|^({_AGENCIES})\s*[:–—-]", re.IGNORECASE)
_FULL: Final = 0.5  # of the longest text's words


class Grouping(Protocol):
    """Which items are one story, as some readers may know it."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Return the story of every item in `rows`, each once: the item that stands for it first, then all others."""
        ...

    def grouped(self) -> Iterable[int]:
        """Return all items that have copies: every other one is a story of its own."""
        ...

    def evidence(self, groups: Iterable[tuple[int, ...]]) -> Mapping[int, StoryEvidence]:
        """Return what is known of some stories, by the item that stands for each; one of which nothing is known is left out."""
        ...


class Ungrouped:
    """Implement `Grouping` so that every item is a story of its own."""

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Return each item alone."""
        return ((row,) for row in rows)

    def grouped(self) -> Iterable[int]:
        """Return none."""
        return ()

    def evidence(self, groups: Iterable[tuple[int, ...]]) -> Mapping[int, StoryEvidence]:  # noqa: ARG002 - as the protocol has it
        """Return none."""
        return {}


def story_of(members: Iterable[StoredItem], evidence: StoryEvidence) -> Story:
    """Return the story of some members, in whatever order they come."""
    ordered = tuple(sorted(members, key=lambda member: (moment(member), member.id)))
    return Story(min(member.row for member in ordered), _lead(ordered), ordered, evidence.merges, evidence.related)


def moment(stored: StoredItem) -> datetime:
    """Return when an item appeared: as its publisher says, but not later than it was seen."""
    return min(stored.item.published or stored.first_seen, stored.first_seen)


def _lead(members: tuple[StoredItem, ...]) -> StoredItem:
    """Choose the earliest full text, the credited agency's own before those that credit it."""
    longest = max(_length(member) for member in members)
    credited = {name for member in members for name in _credits(member.item.text)}
    return min(
        members,
        key=lambda member: (
            _length(member) < _FULL * longest,
            not any(_is_by(member, name) for name in credited),
            moment(member),
            member.id,
        ),
    )


def _length(member: StoredItem) -> int:
    return member.item.text.count(" ")


def _credits(text: str) -> Iterable[str]:
    return (folded(one or two) for one, two in _CREDIT.findall(text[:_OPENING]))


def _is_by(member: StoredItem, agency: str) -> bool:
    """Return whether an item comes from the agency itself."""
    places = (folded(host_of(part)) if "://" in part else folded(part) for part in _named(member))
    return any(f" {agency} " in f" {place} " for place in places)


def _named(member: StoredItem) -> Iterable[str]:
    return (part for seen in member.sightings for part in (seen.source.title, seen.source.url, seen.url or "") if part)
