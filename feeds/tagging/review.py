"""A person's reviews: the uncertain items of a topic, and the items that are accepted or rejected and classified again at once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feeds.model import Classification, Grade, document_of
from feeds.store.boilerplate import Boilerplate
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.tagging.classification_pass import classify_one
from feeds.tagging.classifier import classify
from feeds.tagging.linear_model import model_file, parse_model
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts


@dataclass(frozen=True, slots=True)
class UncertainItem:
    """An uncertain item, the answer of the rules, and the linear model's probability, from 0 to 1."""

    stored: StoredItem
    answer: Classification
    likely: float | None


def uncertain_items(home: Path, facts: Facts, topic: Topic) -> tuple[UncertainItem, ...]:
    """Return the mere mentions and near misses of a topic, reviewed or not.

    Newest first, or, where `topics learn` has left a linear model in `home`, the likeliest first. Raises TopicError
    for a model that cannot be read.
    """
    path = model_file(home, topic.name)
    model = parse_model(path.read_text(encoding="utf-8"), str(path)) if path.exists() else None
    matcher, boilerplate, found = Matcher([topic]), Boilerplate(facts), []
    for stored in facts.items.all():
        answer = classify(matcher, document_of(stored), boilerplate.known(stored.carrier.source.url))[0]
        if answer.grade is Grade.MENTION or answer.near_miss:
            likely = model.probability(stored.item.title, stored.item.text) if model else None
            found.append(UncertainItem(stored, answer, likely))
    found.sort(key=lambda one: one.stored.first_seen, reverse=True)
    return tuple(sorted(found, key=lambda one: -(one.likely or 0)))


def record_review(facts: Facts, topic: Topic, stored: StoredItem, said: tuple[Verdict, str], now: datetime) -> Classification:
    """Store a person's verdict on an item, and why; return what then holds. The next publication shows it."""
    Reviews(facts).put(stored.row, topic.name, *said, now)
    return classify_one(facts, Classifications(facts), topic, stored, now)


def undo_review(facts: Facts, topic: Topic, stored: StoredItem, now: datetime) -> Classification | None:
    """Forget a person's review, so that the rules decide again; return what then holds, None where there was no review."""
    if not Reviews(facts).take_back(stored.row, topic.name):
        return None
    return classify_one(facts, Classifications(facts), topic, stored, now)
