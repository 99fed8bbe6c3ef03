import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from making import GAZETTE, HARBOUR, POST, SEED, about, carry, classification, home_at, item, newest, shown, topic
from support import NOON

from feeds.cli.home import target_of
from feeds.publication.entry import own_id, permanent_id
from feeds.store.classifications import Classifications
from feeds.tagging import classification_pass
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.model import Topic
from ingest.model import Item, StoredItem
from ingest.store.facts import Facts
from ingest.store.items import Items

WIDER = topic(HARBOUR.replace('"boat*"]', '"boat*", "market"]'))
STRICTER = topic(HARBOUR.replace('["ferry", "ferries", "boat*"]', '["boat*"]'))


def tagged(facts: Facts, classifications: Classifications, name: str = "harbour") -> list[str]:
    """Return the titles that a topic tags, newest first."""
    rows = [row for row, _ in newest(classifications, name, 100)]
    return [kept.item.title for kept in facts.items.by_rows(rows)]


def forget(facts: Facts) -> None:
    """Take all tags away, behind the program's back: those that come back were classified again."""
    with facts.transaction():
        facts.database.execute("delete from tag")


def rows(facts: Facts) -> list[int]:
    """Return the numbers of the stored items, in order."""
    return [kept.row for kept in facts.items.all()]


# How far classification came


def test_what_arrived_is_classified_once(facts: Facts, classifications: Classifications) -> None:
    """An item is classified when it is new, and not again while nothing changes."""
    carry(facts, [about(1), about(2, "nothing at all")])
    assert classify_new(facts, classifications, (topic(),), NOON) == 1
    assert tagged(facts, classifications) == [about(1).title]
    forget(facts)
    assert classify_new(facts, classifications, (topic(),), NOON) == 0
    assert classifications.count() == 0


def test_only_what_arrived_since_is_classified(facts: Facts, classifications: Classifications) -> None:
    """The mark of a topic is the last item that it classified; classification goes on behind it."""
    carry(facts, [about(1)])
    classify_new(facts, classifications, (topic(),), NOON)
    carry(facts, [about(2)])
    forget(facts)
    assert classify_new(facts, classifications, (topic(),), NOON) == 1
    assert tagged(facts, classifications) == [about(2).title]
    mark = classifications.progress()["harbour"]
    assert (mark.version, mark.seq) == (topic().version, facts.items.after(0, 10)[-1].seq)


def test_what_came_after_a_number_waits_for_the_next_pass(facts: Facts, classifications: Classifications) -> None:
    """A pass can be told where to stop; the next one goes on there."""
    carry(facts, [about(1)])
    until = facts.items.last_seq()
    carry(facts, [about(2)])
    assert classify_new(facts, classifications, (topic(),), NOON, until=until) == 1
    assert classifications.progress()["harbour"].seq == until
    assert classify_new(facts, classifications, (topic(),), NOON, until=until) == 0
    assert classify_new(facts, classifications, (topic(),), NOON) == 1


def test_a_changed_wording_classifies_everything_anew(facts: Facts, classifications: Classifications) -> None:
    """Other words classify the stored facts again, without a source being asked, and take away what they no longer tag."""
    carry(facts, [about(1), about(2, "market by the harbour")])
    classify_new(facts, classifications, (topic(),), NOON)
    assert classify_new(facts, classifications, (WIDER,), NOON) == 2
    assert len(tagged(facts, classifications)) == 2
    assert classify_new(facts, classifications, (STRICTER,), NOON) == 0
    assert tagged(facts, classifications) == []
    assert classifications.count() == 0


def test_a_changed_description_classifies_nothing(facts: Facts, classifications: Classifications) -> None:
    """What a topic says of itself decides nothing, so it costs nothing."""
    carry(facts, [about(1)])
    classify_new(facts, classifications, (topic(),), NOON)
    forget(facts)
    told = topic(HARBOUR.replace("What happens at the quay.", "All about the quay.").replace("Harbour news", "The quay"))
    assert classify_new(facts, classifications, (told,), NOON) == 0
    assert classifications.count() == 0


def test_a_changed_item_is_classified_anew(facts: Facts, classifications: Classifications) -> None:
    """An item whose new text is about something else loses its tag, and gets it back."""
    carry(facts, [about(1)])
    classify_new(facts, classifications, (topic(),), NOON)
    other = replace(about(1), title="Story 1: a quiet day")
    assert carry(facts, [other], at=NOON + timedelta(hours=1)).changed == 1
    classify_new(facts, classifications, (topic(),), NOON)
    assert tagged(facts, classifications) == []
    carry(facts, [about(1)], at=NOON + timedelta(hours=2))
    classify_new(facts, classifications, (topic(),), NOON)
    assert tagged(facts, classifications) == [about(1).title]


def test_a_new_topic_classifies_what_is_there(facts: Facts, classifications: Classifications) -> None:
    """A topic that comes later classifies everything, and the others classify nothing again."""
    carry(facts, [about(1)])
    classify_new(facts, classifications, (topic(),), NOON)
    forget(facts)
    assert classify_new(facts, classifications, (topic(), topic(HARBOUR, "later")), NOON) == 1
    assert tagged(facts, classifications, "later") == [about(1).title]
    assert tagged(facts, classifications) == []


def test_each_topic_has_its_own_answer(facts: Facts, classifications: Classifications) -> None:
    """Topics classify one item side by side, each by its own words."""
    carry(facts, [about(1), about(2, "market by the harbour")])
    market = topic(HARBOUR.replace('"boat*"]', '"market"]'), "market")
    assert classify_new(facts, classifications, (topic(), market), NOON) == 3
    assert tagged(facts, classifications) == [about(1).title]
    assert len(tagged(facts, classifications, "market")) == 2


def test_without_topics_nothing_is_classified(facts: Facts, classifications: Classifications) -> None:
    """An empty topics folder tags nothing."""
    carry(facts, [about(1)])
    assert classify_new(facts, classifications, (), NOON) == 0


def test_an_interrupted_classification_goes_on_where_it_stopped(
    facts: Facts, classifications: Classifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between two batches, the next pass does the rest and nothing twice."""
    carry(facts, [about(number) for number in range(5, 0, -1)])
    monkeypatch.setattr(classification_pass, "_BATCH", 2)
    after = Items.after

    def killed(self: Items, seq: int, limit: int) -> tuple[StoredItem, ...]:
        if classifications.count() == 2:
            raise KeyboardInterrupt
        return after(self, seq, limit)

    with monkeypatch.context() as patch:
        patch.setattr(Items, "after", killed)
        with pytest.raises(KeyboardInterrupt):
            classify_new(facts, classifications, (topic(),), NOON)
    assert classifications.count() == 2
    assert classify_new(facts, classifications, (topic(),), NOON) == 3
    assert classifications.count() == 5


def test_an_interrupted_reclassification_goes_on_where_it_stopped(
    facts: Facts, classifications: Classifications, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a change of wording the old items are classified in batches, over several passes if need be, each item once."""
    carry(facts, [about(number) for number in range(5, 0, -1)])
    classify_new(facts, classifications, (topic(),), NOON)
    forget(facts)
    monkeypatch.setattr(classification_pass, "_BATCH", 2)
    given = [classify_new(facts, classifications, (WIDER,), NOON, 1) for _ in range(5)]
    assert sum(given) == 5
    assert given[0] == 2, "no more at once than was asked for"
    assert classifications.count() == 5


def test_tags_and_mark_are_stored_together(facts: Facts, classifications: Classifications) -> None:
    """A fault in the middle of a batch leaves neither tags nor a mark, and the next pass does it all."""
    carry(facts, [about(1)])
    facts.database.execute("create trigger stop before insert on topic when new.seq > 0 begin select raise(abort, 'full'); end")
    with pytest.raises(sqlite3.IntegrityError, match="full"):
        classify_new(facts, classifications, (topic(),), NOON)
    assert classifications.count() == 0
    facts.database.execute("drop trigger stop")
    assert classify_new(facts, classifications, (topic(),), NOON) == 1


def test_classifications_are_there_after_a_restart(home: Path, facts: Facts, classifications: Classifications) -> None:
    """What was classified is read back by another process."""
    carry(facts, [about(1)])
    classify_new(facts, classifications, (topic(),), NOON)
    with home_at(home).facts() as again:
        assert tagged(again, Classifications(again)) == [about(1).title]
        assert Classifications(again).progress() == classifications.progress()


# The evidence


@pytest.mark.parametrize(
    "what",
    [
        item(),
        item(title="Паром 🚢 — the ferry", text="Im Hafen: harbour. “Quoted”\nThe ferries of the harbour.", language=None),
        item(title="A boat", text="A harbour of “boats”; \u202bعبّارة\u202c boats in the harbour.", language="ar"),
    ],
)
def test_the_evidence_comes_back_as_it_was_stored(facts: Facts, classifications: Classifications, what: Item) -> None:
    """A stored classification is, field by field, the one that was made."""
    carry(facts, [what])
    classify_new(facts, classifications, (topic(),), NOON)
    made = classification(facts.items.after(0, 1)[0])
    assert made.tagged
    (kept,) = classifications.of(rows(facts)[0])
    for name in ("topic", "version", "tagged", "grade", "score", "why", "hits", "cancelled", "distance"):
        assert getattr(kept, name) == getattr(made, name)
    assert newest(classifications, "harbour", 1) == [(rows(facts)[0], kept)]


def test_the_tags_of_an_item_stand_in_the_order_of_their_names(facts: Facts, classifications: Classifications) -> None:
    """An item's tags are listed by topic, an untagged item has none."""
    carry(facts, [about(1), about(2, "nothing at all")])
    classify_new(facts, classifications, (topic(HARBOUR, "b"), topic(HARBOUR, "a")), NOON)
    found = {kept.item.title: [j.topic for j in classifications.of(kept.row)] for kept in facts.items.all()}
    assert found == {about(1).title: ["a", "b"], about(2, "nothing at all").title: []}


def test_no_more_are_given_than_asked_for(facts: Facts, classifications: Classifications) -> None:
    """The newest so many are given."""
    carry(facts, [about(1), about(2), about(3)])
    classify_new(facts, classifications, (topic(),), NOON)
    assert len(newest(classifications, "harbour", 2)) == 2
    assert newest(classifications, "no such topic", 2) == []


# The permanent ids


def named(facts: Facts, classifications: Classifications) -> dict[str, str]:
    """Return the atom id of every item by its title, made now if it had none."""
    ids = {}
    for kept in facts.items.all():
        with facts.transaction():
            given = classifications.atom_ids({kept.row: (permanent_id(kept.item.guid), own_id(kept.id))})
            ids[kept.item.title] = given[kept.row]
    return ids


def test_the_publishers_id_is_taken_over(facts: Facts, classifications: Classifications) -> None:
    """A valid id that no other item uses is the entry's id."""
    carry(facts, [item()])
    assert named(facts, classifications) == {item().title: "http://post.example/?p=1"}


def test_an_item_without_a_valid_id_gets_ours(facts: Facts, classifications: Classifications) -> None:
    """A number is no IRI: the item gets an id of ours, a urn:uuid."""
    carry(facts, [item(guid="1234")])
    assert named(facts, classifications)[item().title].startswith("urn:uuid:")


def test_a_document_never_lends_its_file_name(facts: Facts, classifications: Classifications) -> None:
    """A file name is no publisher's id, whatever it looks like."""
    carry(facts, [item(guid="urn:x:notes.txt", url=None)], SEED)
    assert named(facts, classifications)[item().title].startswith("urn:uuid:")


def test_an_id_that_two_items_use_is_given_to_neither(facts: Facts, classifications: Classifications) -> None:
    """Where two articles come under one id, each gets one of ours."""
    one, two = about(1), replace(about(2, "boats in the harbour"), guid="urn:item:1")
    carry(facts, [one])
    carry(facts, [two], GAZETTE)
    ids = named(facts, classifications)
    assert len(set(ids.values())) == 2
    assert all(value.startswith("urn:uuid:") for value in ids.values())


def test_an_id_once_given_stays(facts: Facts, classifications: Classifications) -> None:
    """An item keeps its id when another comes under the same one, and when its own guid changes."""
    carry(facts, [about(1)])
    first = named(facts, classifications)[about(1).title]
    carry(facts, [replace(about(2), guid="urn:item:1")], GAZETTE)
    carry(facts, [replace(about(1), guid="urn:item:new")], at=NOON + timedelta(hours=1))
    ids = named(facts, classifications)
    assert ids[about(1).title] == first == "urn:item:1"
    assert len(set(ids.values())) == 2


def test_our_ids_are_the_same_after_a_new_installation(home: Path, tmp_path: Path) -> None:
    """The same items in a fresh database, from the same sources in another order, have the same ids."""
    found = []
    for number, order in enumerate(((1, 2), (2, 1))):
        with home_at(tmp_path / f"home-{number}").facts() as facts:
            for story in order:
                carry(facts, [replace(about(story), guid=str(story))], POST)
            found.append(named(facts, Classifications(facts)))
    assert found[0] == found[1]
    assert len(set(found[0].values())) == 2
    assert home.exists()


def test_every_topic_publishes_an_item_under_one_id(home: Path, facts: Facts, classifications: Classifications) -> None:
    """The id does not depend on the topic."""
    carry(facts, [about(1)])
    topics: tuple[Topic, ...] = (topic(), topic(HARBOUR, "two"))
    classify_new(facts, classifications, topics, NOON)
    target = target_of(home_at(home), facts)
    assert {shown(facts, classifications, t, target)[0].id for t in topics} == {"urn:item:1"}
