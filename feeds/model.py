"""What we think of facts, as frozen values: classifications with their evidence, pairs and stories; knows no rule and no table."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from ingest.model import Item, Source, StoredItem


@dataclass(frozen=True, slots=True)
class Document:
    """The text that is classified: plain title and text, language, and by whom it was carried."""

    title: str
    text: str
    language: str | None = None
    sources: tuple[str, ...] = ()  # their names, addresses, labels and folders


def document_of(stored: StoredItem) -> Document:
    """Return what is classified of a stored item."""
    return document_of_item(stored.item, (sighting.source for sighting in stored.sightings))


def document_of_item(item: Item, carriers: Iterable[Source]) -> Document:
    """Return what is classified of an item that these sources carried."""
    named = tuple(name for one in carriers for name in (one.name, one.url, *one.settings.tags, *one.categories))
    return Document(item.title, item.text, item.language, named)


class Grade(StrEnum):
    """How much of an item is about the topic."""

    MENTION = "mention"
    SUBSTANTIAL = "substantial"
    CORE = "core"

    @property
    def rank(self) -> int:
        """Its place among the grades, lowest first."""
        return _RANKS[self]


_RANKS: Final = {grade: rank for rank, grade in enumerate(Grade)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit as it is kept: the words that were found, in the original, and where."""

    group: str
    term: str
    language: str | None
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Classification:
    """One topic's answer for one item; `why` is the reason in one line, for yes and no."""

    topic: str
    version: str
    tagged: bool
    grade: Grade | None
    score: float
    why: str
    branch: str = ""  # the alternative of the query that holds
    hits: tuple[Evidence, ...] = ()
    cancelled: tuple[tuple[str, Evidence], ...] = ()  # (negative context, hit)
    excluded: tuple[str, ...] = ()  # exclusions that were tested and did not fire
    distance: int | None = None  # words between the groups where they meet closest
    review: str = ""  # a person's verdict
    missing: tuple[tuple[str, ...], ...] = ()  # not tagged: the groups and phrases that nothing says; of several one would do
    excluding: tuple[str, ...] = ()  # not tagged: the exclusions that hold
    near_miss: bool = False  # not tagged, though every part is there, only a negative context took one away, or `review` holds


@dataclass(frozen=True, slots=True)
class Tagging:
    """The topics that tag an item, and what was seen on the way."""

    tags: tuple[Classification, ...]
    lines: frozenset[str]  # sentences, as keys, that may turn out to be the source's boilerplate


@dataclass(frozen=True, slots=True)
class Edge:
    """Two items that are one story, and how surely; `a` is the smaller name."""

    a: int
    b: int
    strength: float


@dataclass(frozen=True, slots=True)
class PairConstraints:
    """People's decisions on pairs: one story (must-link), or not (cannot-link)."""

    joined: frozenset[tuple[int, int]] = frozenset()
    split: frozenset[tuple[int, int]] = frozenset()


def pair_of(a: int, b: int) -> tuple[int, int]:
    """Return two names in their one order."""
    return (a, b) if a < b else (b, a)


class Relation(StrEnum):
    """What two articles are to each other."""

    SAME = "same"
    RELATED = "related"
    TRANSLATION = "translation of?"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The answer for a pair, with what it rests on."""

    relation: Relation
    rule: str  # why, in words
    strength: float  # 0 to 1
    text: float  # share of the shorter text
    title: float  # share of the shorter title
    shared: tuple[str, ...]  # the rarest words of both
    gap: timedelta
    guard: str | None = None  # the reason against a merge
    within: bool = False  # one publisher, two addresses: three items joined like this share a form

    def __str__(self) -> str:
        """Return it in one line."""
        parts = [f"{self.relation}: {self.rule}"]
        if self.text:
            parts.append(f"{self.text:.0%} of the text")
        parts.append(f"{self.title:.0%} of the title's words")
        if self.shared:
            parts.append(f"both say {', '.join(self.shared)}")
        return "; ".join((*parts, f"{_hours(self.gap)} apart"))


def _hours(gap: timedelta) -> str:
    minutes = int(gap.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004 - two hours


@dataclass(frozen=True, slots=True)
class Merge:
    """That two members are one story, in one line."""

    a: int
    b: int
    why: str


@dataclass(frozen=True, slots=True)
class RelatedItem:
    """Another article that has to do with a story without being of it."""

    row: int  # of the item
    relation: str  # "related" or "translation of?"
    why: str = ""
    name: str = ""  # of its publisher, as it may be published; known, as `url` is, once the item was read
    url: str = ""  # as it may be published; empty for none


@dataclass(frozen=True, slots=True)
class StoryEvidence:
    """Why the members of a story are one, and what else has to do with it, the closest first."""

    merges: tuple[Merge, ...] = ()
    related: tuple[RelatedItem, ...] = ()

    def whys(self, lead: int) -> dict[int, str]:
        """Return for each copy what joins it to the lead, or to another copy that is joined to it."""
        found: dict[int, str] = {}
        for merge in self.merges:
            for one, other in ((merge.a, merge.b), (merge.b, merge.a)):
                if one != lead and (one not in found or other == lead):
                    found[one] = merge.why
        return found


@dataclass(frozen=True, slots=True)
class Story:
    """One story with all its carriers; an item without copies is a story of its own."""

    id: int  # the number of the member that was stored first: its entry's id is the story's
    lead: StoredItem  # the earliest full original
    members: tuple[StoredItem, ...]  # earliest first; each sighting of each is a carrier
    merges: tuple[Merge, ...] = ()
    related: tuple[RelatedItem, ...] = ()

    @property
    def rows(self) -> tuple[int, ...]:
        """The members' numbers: a topic that tags one of them tags the story."""
        return tuple(member.row for member in self.members)

    @property
    def why(self) -> str:
        """Why these are one, in one line."""
        if len(self.members) == 1:
            return "one item: nothing like it is known"
        rules = list(dict.fromkeys(merge.why.partition(";")[0].removeprefix("same: ") for merge in self.merges))
        return f"{len(self.members)} items are one story: {'; '.join(rules) or 'a person joined them'}"


# Alerts


class FoundItem(NamedTuple):
    """An item that the index of a search found."""

    row: int
    moment: str  # its date as it is shown, RFC 3339 in UTC; never after it was stored
    stored_at: str  # when the text that was found was stored
    score: float = 0.0  # its relevance where that is asked for: the lower, the better


@dataclass(frozen=True, slots=True)
class AlertNotice:
    """Something that a message tells beside stories."""

    title: str
    text: str
    link: str = ""
