from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from making import HARBOUR, about, carry, home_at, newest, shown, topic
from support import NOON

from feeds.cli.home import target_of
from feeds.store.classifications import Classifications, Progress
from feeds.tagging import classification_pass
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.classifier import tag
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts

TOPIC = topic()
WIDER = topic(HARBOUR.replace('"boat*"]', '"boat*", "market"]'))
STRICTER = topic(HARBOUR.replace('["ferry", "ferries", "boat*"]', '["boat*"]'))
MARKET = "market in the harbour"
OLD = NOON - timedelta(days=10)


@pytest.fixture(autouse=True)
def classified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Classify two items a transaction; give the titles that are classified, as it happens."""
    seen: list[str] = []

    def noted(matcher: Matcher, item: Any, *rest: Any) -> Any:
        seen.append(item.title)
        return tag(matcher, item, *rest)

    monkeypatch.setattr(classification_pass, "tag", noted)
    monkeypatch.setattr(classification_pass, "_BATCH", 2)
    return seen


def fill(facts: Facts, *numbers: int, words: str = MARKET, days: int = 10) -> list[str]:
    """Store items that came so many days ago, in that order; give their titles."""
    for number in numbers:
        carry(facts, [about(number, words)], at=NOON - timedelta(days=days))
    return [about(number, words).title for number in numbers]


def feed(facts: Facts, classifications: Classifications, name: str = "harbour") -> set[str]:
    """Return the titles that a topic's feed shows."""
    return {kept.item.title for kept in facts.items.by_rows(row for row, _ in newest(classifications, name, 100))}


def test_old_items_are_classified_again_in_bounded_batches(
    facts: Facts, classifications: Classifications, classified: list[str]
) -> None:
    """One call does no more than it is told; the next goes on where it stopped, until all is done."""
    old = fill(facts, 1, 2, 3, 4, 5)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classified.clear()
    progress = []
    for _ in range(4):
        classify_new(facts, classifications, (WIDER,), NOON, batches=1)
        progress.append(len(classified))
    assert progress == [2, 4, 5, 5]
    assert classified == old
    assert classifications.count() == 5


def test_the_bound_is_a_number_of_transactions(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """So many batches, so many times two items."""
    fill(facts, 1, 2, 3, 4, 5)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classified.clear()
    classify_new(facts, classifications, (WIDER,), NOON, batches=2)
    assert len(classified) == 4


def test_when_it_is_late_one_batch_is_enough(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """A tick whose time is over classifies one batch of old items: it is never without progress."""
    old = fill(facts, 1, 2, 3, 4, 5)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classified.clear()
    for done in (2, 4, 5):
        classify_new(facts, classifications, (WIDER,), NOON, batches=20, late=lambda: True)
        assert classified == old[:done]


def test_without_a_bound_all_is_done_in_one_call(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """A command that is waited for does everything."""
    fill(facts, 1, 2, 3, 4, 5)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classified.clear()
    assert classify_new(facts, classifications, (WIDER,), NOON) == 5
    assert len(classified) == 5


def test_what_arrives_is_classified_first(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """News does not wait behind the archive: new arrivals are classified whole, by the new wording, before any old item."""
    old = fill(facts, 1, 2, 3, 4, 5)
    classify_new(facts, classifications, (TOPIC,), NOON)
    new = fill(facts, 6, 7, 8, days=0)
    classified.clear()
    classify_new(facts, classifications, (WIDER,), NOON, batches=1)
    assert classified == [*new, *old[:2]]
    assert feed(facts, classifications) == set(new)
    assert classifications.count() == 5


def test_arrivals_during_the_background_work_are_classified_once(
    facts: Facts, classifications: Classifications, classified: list[str]
) -> None:
    """What arrives between two calls is classified as an arrival and not again with the archive."""
    old = fill(facts, 1, 2, 3)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classified.clear()
    classify_new(facts, classifications, (WIDER,), NOON, batches=1)
    new = fill(facts, 4, days=0)
    classify_new(facts, classifications, (WIDER,), NOON, batches=5)
    classify_new(facts, classifications, (WIDER,), NOON, batches=5)
    assert classified == [*old[:2], *new, *old[2:]]


def test_no_batches_at_all_still_classify_the_arrivals(
    facts: Facts, classifications: Classifications, classified: list[str]
) -> None:
    """A pass in a hurry leaves the archive for later."""
    fill(facts, 1)
    classify_new(facts, classifications, (TOPIC,), NOON)
    new = fill(facts, 2, days=0)
    classified.clear()
    classify_new(facts, classifications, (WIDER,), NOON, batches=0)
    assert classified == new
    assert classifications.progress()["harbour"].back < classifications.progress()["harbour"].until


def test_old_items_newly_tagged_are_not_announced(facts: Facts, classifications: Classifications) -> None:
    """Nobody's reader shows last month's items as new because a word was added; they are tagged all the same."""
    fill(facts, 1, 2)
    classify_new(facts, classifications, (TOPIC,), NOON)
    assert classify_new(facts, classifications, (WIDER,), NOON) == 2
    assert feed(facts, classifications) == set()
    assert [classifications.of(kept.row)[0].version for kept in facts.items.all()] == [WIDER.version] * 2


def test_fresh_items_newly_tagged_are_announced(facts: Facts, classifications: Classifications) -> None:
    """What came within the last two days is still news."""
    fill(facts, 1, days=3)
    fresh = fill(facts, 2, 3, days=1)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classify_new(facts, classifications, (WIDER,), NOON)
    assert feed(facts, classifications) == set(fresh)
    assert classifications.count() == 3


def test_what_was_announced_stays(facts: Facts, classifications: Classifications) -> None:
    """An old item in the feed keeps its place when a new wording tags it again, with the new reason."""
    shown = fill(facts, 1, words="boat in the harbour")
    classify_new(facts, classifications, (TOPIC,), OLD)
    classify_new(facts, classifications, (STRICTER,), NOON)
    assert feed(facts, classifications) == set(shown)
    assert newest(classifications, "harbour", 1)[0][1].version == STRICTER.version


def test_what_was_shown_comes_back_with_its_wording(facts: Facts, classifications: Classifications, home: Path) -> None:
    """A wording changed there and back leaves the feed as it was: what it has shown before is no old news."""
    titles = fill(facts, 1, 2, 3, words="a ferry in the harbour")
    classify_new(facts, classifications, (TOPIC,), OLD)
    shown(facts, classifications, TOPIC, target_of(home_at(home), facts))
    assert classify_new(facts, classifications, (STRICTER,), NOON) == 0
    assert feed(facts, classifications) == set()
    classify_new(facts, classifications, (TOPIC,), NOON)
    assert feed(facts, classifications) == set(titles)


def test_what_a_new_wording_no_longer_tags_leaves(facts: Facts, classifications: Classifications) -> None:
    """A stricter wording takes old items out of the feed, as far as it has come."""
    fill(facts, 1, 2, 3, words="ferry in the harbour")
    classify_new(facts, classifications, (TOPIC,), OLD)
    assert classifications.count() == 3
    classify_new(facts, classifications, (STRICTER,), NOON, batches=1)
    assert classifications.count() == 1
    classify_new(facts, classifications, (STRICTER,), NOON, batches=1)
    assert classifications.count() == 0


def test_a_new_topic_announces_what_is_there(facts: Facts, classifications: Classifications) -> None:
    """A feed that begins today begins with what is stored, however old."""
    there = fill(facts, 1, 2)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classify_new(facts, classifications, (TOPIC, topic(HARBOUR.replace("boat*", "market"), "markets")), NOON)
    assert feed(facts, classifications, "markets") == set(there)


def test_a_wording_that_changes_again_begins_anew(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """A second change in the middle of the background work classifies everything by the last wording."""
    old = fill(facts, 1, 2, 3, 4)
    classify_new(facts, classifications, (TOPIC,), NOON)
    classify_new(facts, classifications, (STRICTER,), NOON, batches=1)
    classified.clear()
    for _ in range(3):
        classify_new(facts, classifications, (WIDER,), NOON, batches=1)
    assert classified == old
    assert classifications.count() == 4


def test_a_change_of_one_topic_leaves_the_others_alone(
    facts: Facts, classifications: Classifications, classified: list[str]
) -> None:
    """Only the topic whose wording changed is classified again."""
    fill(facts, 1, 2, 3)
    other = topic(HARBOUR, "other")
    classify_new(facts, classifications, (TOPIC, other), NOON)
    before = classifications.progress()["other"]
    classified.clear()
    classify_new(facts, classifications, (WIDER, other), NOON)
    assert len(classified) == 3
    assert classifications.progress()["other"] == before


def test_topics_that_change_together_are_classified_together(
    facts: Facts, classifications: Classifications, classified: list[str]
) -> None:
    """The archive is read once for all wordings that changed."""
    fill(facts, 1, 2, 3)
    classify_new(facts, classifications, (TOPIC, topic(HARBOUR, "other")), NOON)
    classified.clear()
    later = topic(HARBOUR.replace('"boat*"]', '"boat*", "market"]'), "other")
    assert classify_new(facts, classifications, (WIDER, later), NOON) == 6
    assert len(classified) == 3


def test_the_mark_says_how_far_the_work_has_come(facts: Facts, classifications: Classifications) -> None:
    """Version, last arrival, and how much of the archive is done are there for all to see."""
    fill(facts, 1, 2, 3)
    classify_new(facts, classifications, (TOPIC,), NOON)
    last = facts.items.after(0, 10)[-1].seq
    assert classifications.progress() == {"harbour": Progress(TOPIC.version, last)}
    classify_new(facts, classifications, (WIDER,), NOON, batches=1)
    half = classifications.progress()["harbour"]
    assert (half.version, half.seq, half.until) == (WIDER.version, last, last)
    assert 0 < half.back < last
    classify_new(facts, classifications, (WIDER,), NOON)
    assert classifications.progress() == {"harbour": Progress(WIDER.version, last, last, last)}


def test_a_wording_on_an_empty_archive_costs_nothing(facts: Facts, classifications: Classifications, classified: list[str]) -> None:
    """A change before the first item is only noted."""
    topics: tuple[Topic, ...] = (TOPIC,)
    classify_new(facts, classifications, topics, NOON)
    assert classify_new(facts, classifications, (WIDER,), NOON) == 0
    assert (classified, classifications.progress()["harbour"].version) == ([], WIDER.version)
