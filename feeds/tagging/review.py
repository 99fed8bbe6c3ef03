"""A person's reviews: items that are accepted or rejected are classified again at once; says nothing of what to review."""

from datetime import datetime

from feeds.model import Classification
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.tagging.classification_pass import classify_one
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts


def record_review(facts: Facts, topic: Topic, stored: StoredItem, said: tuple[Verdict, str], now: datetime) -> Classification:
    """Store a person's verdict on an item, and why; return what then holds. The next publication shows it."""
    Reviews(facts).put(stored.row, topic.name, *said, now)
    return classify_one(facts, Classifications(facts), topic, stored, now)


def undo_review(facts: Facts, topic: Topic, stored: StoredItem, now: datetime) -> Classification | None:
    """Forget a person's review, so that the rules decide again; return what then holds, None where there was no review."""
    if not Reviews(facts).take_back(stored.row, topic.name):
        return None
    return classify_one(facts, Classifications(facts), topic, stored, now)
