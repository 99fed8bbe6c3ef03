"""The items of a topic that a person should review, in an order: by their age, or by a second opinion; changes nothing."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nlargest
from typing import Final, NamedTuple

from feeds.model import Classification, Grade, document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.second_opinion import SecondOpinion
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_TAGGED: Final = 500  # items that the second opinion is asked about: of those that are tagged or nearly so
_MISSED: Final = 500  # and of those in which a term was found: a few seconds for both, the first time
_RECENT: Final = 5_000  # of the latter only the newest are looked at


@dataclass(frozen=True, slots=True)
class UncertainItem:
    """An item to review, the answer of the rules, and how likely a person accepts it by the second opinion, from 0 to 1."""

    stored: StoredItem
    answer: Classification
    likely: float | None = None

    @property
    def doubt(self) -> float:
        """How far the second opinion is from the answer of the rules, from 0 to 1; 0 where there is none."""
        if self.likely is None:
            return 0.0
        return 1 - self.likely if self.answer.tagged else self.likely


class Candidate(NamedTuple):
    """What is remembered of an item while the others are classified."""

    first_seen: float  # seconds
    row: int
    is_tagged: bool  # or a mere mention or a near miss
    is_reviewed: bool
    groups: frozenset[str]  # whose terms were found


def uncertain_items(
    facts: Facts, topic: Topic, opinion: SecondOpinion | None, progress: Callable[[int], object] = lambda _: None
) -> tuple[UncertainItem, ...]:
    """Return the items of a topic that a person should review, those that are reviewed already among them.

    Without a second opinion these are the mere mentions and near misses, newest first. With one they are also other
    items that the topic tags or in which a term was found, and those come first on which the second opinion
    contradicts the rules most: a person's word changes most there (decision 0107). `progress` is told of each item read.
    """
    if topic.expression is None:
        return ()  # it takes everything and is sure of it
    classified = _Classified(facts, topic, progress)
    if opinion is None:
        return _newest_first(one for one in classified.all() if _is_unsure(one.answer))
    reviewed = {row for row, _ in Reviews(facts).all(topic.name)}
    found = [_candidate(one, reviewed) for one in classified.all()]
    chosen = facts.items.by_rows(one.row for one in candidates(found, _TAGGED, _MISSED))
    likely = opinion.probabilities(facts, chosen)
    asked = [replace(one, likely=likely[one.stored.row]) for one in classified.of(chosen)]
    return tuple(sorted(asked, key=lambda one: -one.doubt))


def stored_mentions(facts: Facts, topic: Topic, limit: int) -> tuple[UncertainItem, ...]:
    """Return the newest mere mentions of a topic that are stored and not reviewed: a list that takes no look at the others."""
    chosen = facts.items.by_rows(Classifications(facts).mentions(topic.name, limit))
    found = [one for one in _Classified(facts, topic, lambda _: None).of(chosen) if _is_unsure(one.answer)]
    return _newest_first(found)


def _newest_first(found: Iterable[UncertainItem]) -> tuple[UncertainItem, ...]:
    return tuple(sorted(found, key=lambda one: (-one.stored.first_seen.timestamp(), one.stored.row)))


def candidates(found: Sequence[Candidate], tagged: int, missed: int) -> list[Candidate]:
    """Return what the second opinion is asked about, newest first: the newest `tagged` that are tagged or nearly so.

    Beside them of the newest others in which a term was found `missed`, those with the rarest groups: "synagogue" says
    more than "post". What is reviewed already comes on top, so that it takes no place from others.
    """
    touched = [one for one in found if one.is_tagged or one.groups]
    counts = Counter(group for one in touched for group in one.groups)

    def rarity(one: Candidate) -> float:
        return sum(math.log(len(found) / counts[group]) for group in sorted(one.groups))

    waiting = [one for one in touched if not one.is_reviewed]
    recent = nlargest(_RECENT, (one for one in waiting if not one.is_tagged))
    chosen = [one for one in touched if one.is_reviewed]
    chosen += nlargest(tagged, (one for one in waiting if one.is_tagged))
    chosen += nlargest(missed, recent, key=lambda one: (rarity(one), one))
    return sorted(chosen, reverse=True)


class _Classified:
    """The answers of one topic."""

    def __init__(self, facts: Facts, topic: Topic, progress: Callable[[int], object]) -> None:
        self._items, self._progress = facts.items, progress
        self._matcher, self._boilerplate = Matcher([topic]), cache(Boilerplate(facts).known)

    def all(self) -> Iterator[UncertainItem]:
        """Classify every stored item."""
        for one in self.of(self._items.all()):
            self._progress(1)
            yield one

    def of(self, items: Iterable[StoredItem]) -> Iterator[UncertainItem]:
        """Classify items anew."""
        for stored in items:
            answer = classify(self._matcher, document_of(stored), self._boilerplate(stored.carrier.source.url))[0]
            yield UncertainItem(stored, answer)


def _is_unsure(answer: Classification) -> bool:
    return answer.grade is Grade.MENTION or answer.near_miss


def _candidate(one: UncertainItem, reviewed: set[int]) -> Candidate:
    answer, row = one.answer, one.stored.row
    groups = {hit.group for hit in answer.hits} | {hit.group for _, hit in answer.cancelled}
    is_tagged = answer.tagged or _is_unsure(answer)
    return Candidate(one.stored.first_seen.timestamp(), row, is_tagged, row in reviewed, frozenset(groups))
