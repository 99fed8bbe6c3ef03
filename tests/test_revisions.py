"""Revisions: whatever changes what publication reads raises the number that publication compares; nothing else does."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from making import carry, item
from story_making import BODY
from support import NOON

from feeds.model import Classification, Grade, Tagging
from feeds.store.classifications import Classifications
from feeds.store.reviews import Reviews, Verdict
from feeds.store.stories import StoryTables
from feeds.stories.grouping_pass import GroupingPass, group_new
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source, SourceKind
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import IN_MEMORY, Facts

TOPICS: Final = ("harbour", "bakery")
SOURCES: Final = tuple(Source(f"http://{name}.example/feed", title=name) for name in ("post", "gazette", "herald"))
ENDS: Final = ("", "", "It rained.", "Nobody was surprised.", "The mayor said no more.")  # of articles that are one story
# What a topic's feed, and stories, are made of, row by row.
OF_TOPIC: Final = (
    "select item_id, version, grade, score, why, evidence, quiet from tag where topic = ? order by 1",
    "select i.id, i.seq, i.version_id from tag t join item i on i.id = t.item_id where t.topic = ? order by 1",
    "select g.id, g.item_id, g.version_id from tag t join sighting g on g.item_id = t.item_id where t.topic = ? order by 1",
    "select * from decision where topic = ? order by 1",
)
OF_STORIES: Final = (
    "select * from story order by 1",
    "select i.id, i.seq, i.version_id from story s join item i on i.id = s.item_id order by 1",
    "select g.id, g.item_id, g.version_id from story s join sighting g on g.item_id = s.item_id order by 1",
    "select * from story_edge order by 1, 2",
    "select * from story_decision order by 1, 2",
)


class Stores:
    """A database with two topics and all that writes what publication reads."""

    def __init__(self) -> None:
        self.facts = Facts(IN_MEMORY)
        self.classifications, self.stories = Classifications(self.facts), StoryTables(self.facts)
        self.reviews, self.grouping = Reviews(self.facts), GroupingPass(self.facts)

    def look(self) -> dict[str, tuple[list[Any], int]]:
        """Give, by key, what is read, and the number that stands for it."""
        execute = self.facts.database.execute
        found = {name: [execute(one, [name]).fetchall() for one in OF_TOPIC] for name in TOPICS}
        seen = {name: (rows, self.classifications.revision(name)) for name, rows in found.items()}
        return seen | {"stories": ([execute(one).fetchall() for one in OF_STORIES], self.stories.revision())}

    def rows(self) -> list[int]:
        """Return all items."""
        return [one.row for one in self.facts.items.all()]

    def carry(self, number: int, words: str = "", source: Source = SOURCES[0], **parts: Any) -> None:
        """Let a source carry an article, or another state of it."""
        url = f"http://post.example/{number}"
        what = item(
            guid=f"urn:{number}",
            url=url,
            title="The old swing bridge closes for repairs",
            text=f"{BODY} {ENDS[number]} {words}",
            **parts,
        )
        carry(self.facts, [what], source)

    def tag(self, row: int, topic: str, *, tagged: bool = True, score: float = 1.0, version: str = "v") -> None:
        """Store what a topic says of an item."""
        (stored,) = self.facts.items.by_rows([row])
        answer = Classification(topic, version, tagged=True, grade=Grade.CORE, score=score, why="a ferry")
        said = Tagging((answer,) if tagged else (), frozenset())
        self.classifications.record([(stored, said)], {topic: version}, {}, NOON)

    def group(self) -> None:
        """Group what is new."""
        group_new(self.facts, NOON)


@pytest.fixture
def stores() -> Iterator[Stores]:
    """Yield two tagged copies of one article, an item of the other topic, and an item that no topic has."""
    made = Stores()
    made.carry(1)
    made.carry(1, source=SOURCES[1])
    for number in (2, 3):
        carry(made.facts, [Item(f"urn:{number}", None, f"Other news {number}", text=f"Words {number}.")])
    made.carry(4, source=SOURCES[2])
    first, second, _, copy = made.rows()
    made.tag(first, "harbour")
    made.tag(copy, "harbour")
    made.tag(second, "bakery")
    made.reviews.put(first, "harbour", Verdict.ACCEPT, "", NOON)
    made.group()
    yield made
    made.facts.close()


def _document(stores: Stores) -> None:
    folder = Source("topicwire:documents", SourceKind.DOCUMENT)
    (first, *_) = stores.facts.items.all()
    what = replace(first.item, guid="a.txt", url=None)

    stores.facts.documents.record(Outcome(folder, NOON, feed=ParsedFeed(document_keys((what,))), body_hash="h"), "a.txt")


WRITERS: Final[dict[str, tuple[Callable[[Stores], object], set[str]]]] = {
    "another wording": (lambda stores: stores.carry(1, "until Monday"), {"harbour", "stories"}),
    "a correction": (lambda stores: stores.carry(1, language="fr"), {"harbour", "stories"}),
    "another carrier": (lambda stores: stores.carry(1, source=SOURCES[2]), {"harbour", "stories"}),
    "another carrier's new wording": (lambda stores: stores.carry(1, "at once", source=SOURCES[1]), {"harbour", "stories"}),
    "a document of the same words": (_document, {"harbour", "stories"}),
    "a tag": (lambda stores: stores.tag(3, "bakery"), {"bakery"}),
    "another score": (lambda stores: stores.tag(2, "bakery", score=2.0), {"bakery"}),
    "another version of a topic": (lambda stores: stores.tag(2, "bakery", version="w"), {"bakery"}),
    "a tag taken off": (lambda stores: stores.tag(2, "bakery", tagged=False), {"bakery"}),
    "a review": (lambda stores: stores.reviews.put(3, "bakery", Verdict.REJECT, "no", NOON), {"bakery"}),
    "another review": (lambda stores: stores.reviews.put(1, "harbour", Verdict.REJECT, "no", NOON), {"harbour"}),
    "a review taken back": (lambda stores: stores.reviews.take_back(1, "harbour"), {"harbour"}),
    "a split": (lambda stores: stores.grouping.split(1, "", NOON), {"stories"}),
    "a join": (lambda stores: stores.grouping.join(1, 2, "", NOON), {"stories"}),
    "edges dropped": (lambda stores: stores.stories.drop_edges([1]), {"stories"}),
    "thresholds": (lambda stores: stores.stories.mark("others"), {"stories"}),
}


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_writes_raises_the_numbers_of_what_it_changes(stores: Stores, name: str) -> None:
    """Each way to change what a feed or a story is made of raises its revision, and no other topic's."""
    write, keys = WRITERS[name]
    before = stores.look()
    write(stores)
    after = stores.look()
    assert {key for key in after if after[key][0] != before[key][0]} == keys, "the case changes what it says"
    assert {key for key in after if after[key][1] != before[key][1]} == keys
    assert all(after[key][1] >= before[key][1] for key in after)


def test_what_nobody_publishes_raises_nothing(stores: Stores) -> None:
    """A new item that no topic has, the same items once more and the same answers leave every number as it was."""
    before = stores.look()
    carry(stores.facts, [Item("urn:9", None, "Nothing like it", text="Quite other words.")])
    stores.carry(1)
    stores.carry(1, source=SOURCES[1])
    stores.tag(2, "bakery")
    with stores.facts.transaction():
        stores.classifications.announce([1], "harbour")
    stores.facts.polls.record([(Outcome(SOURCES[0], NOON), SourceState(last_poll=NOON))])
    stores.group()
    assert stores.look() == before


def test_what_is_taken_back_raises_nothing(stores: Stores) -> None:
    """A transaction that fails leaves the numbers as they were."""
    before = stores.look()
    execute = stores.facts.database.execute
    with pytest.raises(sqlite3.IntegrityError), stores.facts.transaction():
        execute("delete from tag") and execute("insert into story values (1, 1), (1, 2)")
    assert stores.look() == before


class Writing(RuleBasedStateMachine):
    """Everything writes in any order."""

    def __init__(self) -> None:
        """Open an empty database."""
        super().__init__()
        self.stores = Stores()
        self.seen = self.stores.look()

    @rule(number=st.integers(1, 3), words=st.sampled_from(("", "again", "at once")), source=st.sampled_from(SOURCES))
    def carry(self, number: int, words: str, source: Source) -> None:
        """Carry one of a few articles, in one of a few states."""
        self.stores.carry(number, words, source)

    @precondition(lambda self: self.stores.rows())
    @rule(data=st.data(), topic=st.sampled_from(TOPICS), tagged=st.booleans(), score=st.sampled_from((1.0, 2.0)))
    def tag(self, data: st.DataObject, topic: str, score: float, *, tagged: bool) -> None:
        """Return an item a tag, or take it off."""
        self.stores.tag(data.draw(st.sampled_from(self.stores.rows())), topic, tagged=tagged, score=score)

    @precondition(lambda self: self.stores.rows())
    @rule(data=st.data(), topic=st.sampled_from(TOPICS), verdict=st.sampled_from((None, *Verdict)))
    def review(self, data: st.DataObject, topic: str, verdict: Verdict | None) -> None:
        """Accept, reject, or take it back."""
        row = data.draw(st.sampled_from(self.stores.rows()))
        if verdict:
            self.stores.reviews.put(row, topic, verdict, "", NOON)
        else:
            self.stores.reviews.take_back(row, topic)

    @rule()
    def group(self) -> None:
        """Group what is new."""
        self.stores.group()

    @precondition(lambda self: len(self.stores.rows()) > 1)
    @rule(data=st.data(), apart=st.booleans())
    def decide(self, data: st.DataObject, *, apart: bool) -> None:
        """Split or join items."""
        one, two, *_ = data.draw(st.permutations(self.stores.rows()))
        if apart:
            self.stores.grouping.split(one, "", NOON)
        else:
            self.stores.grouping.join(one, two, "", NOON)

    @invariant()
    def nothing_is_missed(self) -> None:
        """Compare what is read, and the numbers, with what they were."""
        seen = self.stores.look()
        for key, (rows, number) in seen.items():
            assert rows == self.seen[key][0] or number > self.seen[key][1], key
        self.seen = seen

    def teardown(self) -> None:
        """Close the database."""
        self.stores.facts.close()


TestWriting = Writing.TestCase
TestWriting.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True)
