"""A person's reviews: the uncertain items of a topic, and the items that are accepted or rejected and classified again at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from heapq import nsmallest
from typing import Final

from feeds.model import Classification, Grade, document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.tagging.classification_pass import classify_one
from feeds.tagging.classifier import classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.second_opinion import SecondOpinion
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_RANKED: Final = 1_000  # items of which the second opinion is asked: a few seconds the first time


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


def uncertain_items(facts: Facts, topic: Topic, opinion: SecondOpinion | None) -> tuple[UncertainItem, ...]:
    """Return the items of a topic that a person should review, those that are reviewed already among them.

    Without a second opinion these are the mere mentions and near misses, newest first. With one they are the newest
    thousand items without a review that the topic tags or in which one of its terms is found, and those come first on
    which the second opinion contradicts the rules most: a person's word changes most there (decision 0107).
    """
    found = (UncertainItem(stored, answer) for stored, answer in _answers(facts, topic))
    if opinion is None:
        unsure = [one for one in found if one.answer.grade is Grade.MENTION or one.answer.near_miss]
        return tuple(sorted(unsure, key=_newest_first))
    most = _RANKED + len(Reviews(facts).all(topic.name))
    newest = nsmallest(most, (one for one in found if _is_touched(one.answer)), key=_newest_first)
    likely = opinion.probabilities(facts, [one.stored for one in newest])
    return tuple(sorted((replace(one, likely=likely[one.stored.row]) for one in newest), key=lambda one: -one.doubt))


def _answers(facts: Facts, topic: Topic) -> Iterator[tuple[StoredItem, Classification]]:
    """Classify every stored item; a topic that takes everything is sure of everything."""
    if topic.expression is None:
        return
    matcher, boilerplate = Matcher([topic]), cache(Boilerplate(facts).known)
    for stored in facts.items.all():
        yield stored, classify(matcher, document_of(stored), boilerplate(stored.carrier.source.url))[0]


def _is_touched(answer: Classification) -> bool:
    return bool(answer.tagged or answer.near_miss or answer.hits or answer.cancelled)


def _newest_first(one: UncertainItem) -> tuple[float, int]:
    return -one.stored.first_seen.timestamp(), one.stored.row


def record_review(facts: Facts, topic: Topic, stored: StoredItem, said: tuple[Verdict, str], now: datetime) -> Classification:
    """Store a person's verdict on an item, and why; return what then holds. The next publication shows it."""
    Reviews(facts).put(stored.row, topic.name, *said, now)
    return classify_one(facts, Classifications(facts), topic, stored, now)


def undo_review(facts: Facts, topic: Topic, stored: StoredItem, now: datetime) -> Classification | None:
    """Forget a person's review, so that the rules decide again; return what then holds, None where there was no review."""
    if not Reviews(facts).take_back(stored.row, topic.name):
        return None
    return classify_one(facts, Classifications(facts), topic, stored, now)
