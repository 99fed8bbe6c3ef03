"""Noted changes: whatever changes what publication reads is noted for the next publication; nothing else is."""

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
from feeds.store.changes import Changes
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger, LedgerLine
from feeds.store.reviews import Reviews, Verdict
from feeds.store.stories import StoryTables
from feeds.stories.grouping_pass import GroupingPass, group_new
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source, SourceKind
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import IN_MEMORY, Facts

_ALL: Final = 1_000
TOPICS: Final = ("harbour", "bakery")
SOURCES: Final = tuple(Source(f"http://{name}.example/feed", title=name) for name in ("post", "gazette", "herald"))
LANGUAGES: Final = st.sampled_from(("en", "fr", None))
ENDS: Final = ("", "", "It rained.", "Nobody was surprised.", "The mayor said no more.")  # of articles that are one story
# What a topic's entry of an item is made of: rows of the item, and of the copies and related items that are shown with it.
OF_ITEM: Final = (
    "select version, grade, score, why, evidence, quiet from tag where topic = :topic and item_id = :row",
    "select seq, version_id from item where id = :row",
    "select id, version_id from sighting where item_id = :row order by id",
    "select * from decision where topic = :topic and item_id = :row",
    """select o.item_id, i.seq, i.version_id from story s join story o on o.story_id = s.story_id
        join item i on i.id = o.item_id where s.item_id = :row order by 1""",
    """select e.*, i.seq, i.version_id from story_edge e join item i on i.id = iif(e.a = :row, e.b, e.a)
        where :row in (e.a, e.b) order by e.a, e.b""",
    "select * from story_decision where :row in (a, b) order by a, b",
)


COUNTED: Final = (
    (
        "select topic, source_id, number from tag_source where number > 0 order by 1, 2",
        "select t.topic, g.source_id, count(*) from tag t join sighting g on g.item_id = t.item_id group by 1, 2 order by 1, 2",
    ),
    (
        "select source_id, number from source_count where number > 0 order by 1",
        "select source_id, count(*) from sighting group by 1 order by 1",
    ),
    (
        "select language, number from language_count where number > 0 order by 1",
        """select v.language, count(*) from item i join version v on v.id = i.version_id
            where v.language is not null group by 1 order by 1""",
    ),
    (
        "select at from latest",
        "select max(at) from (select max(last_poll) at from poll union all select max(first_seen) from sighting)",
    ),
)


class Stores:
    """A database with two topics and all that writes what publication reads."""

    def __init__(self) -> None:
        self.facts = Facts(IN_MEMORY)
        self.classifications, self.stories = Classifications(self.facts), StoryTables(self.facts)
        self.reviews, self.grouping = Reviews(self.facts), GroupingPass(self.facts)
        self.changes = Changes(self.facts)

    def look(self) -> dict[tuple[str, int], list[Any]]:
        """Give what is read of each tagged item, by topic and item."""
        execute = self.facts.database.execute
        tagged = execute("select topic, item_id from tag order by 1, 2").fetchall()
        return {(topic, row): [execute(one, {"topic": topic, "row": row}).fetchall() for one in OF_ITEM] for topic, row in tagged}

    def noted(self) -> set[tuple[str, int]]:
        """Give what is noted as changed, and forget it."""
        found = {(topic, row) for topic in TOPICS for row in self.changes.entries(topic, _ALL)}
        pages = self.changes.take_items()
        for topic in TOPICS:
            self.changes.drop_entries(topic, self.changes.entries(topic, _ALL))
        self.facts.database.connection.commit()
        assert pages == {row for _, row in found}, "pages are told of the same items"
        return found

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
    made.noted()
    yield made
    made.facts.close()


def _document(stores: Stores) -> None:
    folder = Source("topicwire:documents", SourceKind.DOCUMENT)
    (first, *_) = stores.facts.items.all()
    what = replace(first.item, guid="a.txt", url=None)

    stores.facts.documents.record(Outcome(folder, NOON, feed=ParsedFeed(document_keys((what,))), body_hash="h"), "a.txt")


HARBOUR: Final = {("harbour", 1), ("harbour", 4)}
WRITERS: Final[dict[str, tuple[Callable[[Stores], object], set[tuple[str, int]]]]] = {
    "another wording": (lambda stores: stores.carry(1, "until Monday"), HARBOUR),
    "a correction": (lambda stores: stores.carry(1, language="fr"), HARBOUR),
    "another carrier": (lambda stores: stores.carry(1, source=SOURCES[2]), HARBOUR),
    "another carrier's new wording": (lambda stores: stores.carry(1, "at once", source=SOURCES[1]), HARBOUR),
    "a document of the same words": (_document, HARBOUR),
    "a tag": (lambda stores: stores.tag(3, "bakery"), {("bakery", 3)}),
    "another topic's tag of a copy": (lambda stores: stores.tag(4, "bakery"), {*HARBOUR, ("bakery", 4)}),
    "another score": (lambda stores: stores.tag(2, "bakery", score=2.0), {("bakery", 2)}),
    "another version of a topic": (lambda stores: stores.tag(2, "bakery", version="w"), {("bakery", 2)}),
    "a tag taken off": (lambda stores: stores.tag(2, "bakery", tagged=False), {("bakery", 2)}),
    "a review": (lambda stores: stores.reviews.put(2, "bakery", Verdict.REJECT, "no", NOON), {("bakery", 2)}),
    "another review": (lambda stores: stores.reviews.put(1, "harbour", Verdict.REJECT, "no", NOON), HARBOUR),
    "a review taken back": (lambda stores: stores.reviews.take_back(1, "harbour"), HARBOUR),
    "a split": (lambda stores: stores.grouping.split(1, "", NOON), HARBOUR),
    "a join": (lambda stores: stores.grouping.join(1, 2, "", NOON), {*HARBOUR, ("bakery", 2)}),
    "edges dropped": (lambda stores: stores.stories.drop_edges([1]), HARBOUR),
    "thresholds": (lambda stores: stores.stories.mark("others"), HARBOUR),
    "another name of a source": (
        lambda stores: stores.facts.sources.add([replace(SOURCES[1], title="The Gazette")], NOON),
        HARBOUR,
    ),
}


@pytest.mark.parametrize("name", WRITERS)
def test_whoever_writes_notes_what_it_changes(stores: Stores, name: str) -> None:
    """Each way to change what an entry is made of notes the item and what is shown beside it, and nothing else."""
    write, expected = WRITERS[name]
    write(stores)
    assert stores.noted() == expected


def test_what_nobody_publishes_notes_nothing(stores: Stores) -> None:
    """A new item that no topic has, the same items once more and the same answers note nothing."""
    carry(stores.facts, [Item("urn:9", None, "Nothing like it", text="Quite other words.")])
    stores.carry(1)
    stores.carry(1, source=SOURCES[1])
    stores.tag(2, "bakery")
    with stores.facts.transaction():
        stores.classifications.announce([1], "harbour")
    stores.facts.polls.record([(Outcome(SOURCES[0], NOON), SourceState(last_poll=NOON))])
    stores.group()
    assert stores.noted() == set()


def test_what_is_taken_back_notes_nothing(stores: Stores) -> None:
    """A transaction that fails leaves no note."""
    execute = stores.facts.database.execute
    with pytest.raises(sqlite3.IntegrityError), stores.facts.transaction():
        execute("delete from tag") and execute("insert into story values (1, 1), (1, 2)")
    assert stores.noted() == set()


def test_what_a_feed_holds_is_noted_after_its_tag_is_gone(stores: Stores) -> None:
    """An entry whose item no topic has any more is noted while the feed still holds it."""
    line = LedgerLine(2, "urn:x:2", NOON, NOON, "digest", "2:2", "v")
    with stores.facts.transaction():
        Ledger(stores.facts, "public/bakery").write([line])
    stores.tag(2, "bakery", tagged=False)
    stores.noted()
    carry(stores.facts, [Item("urn:2", None, "Other news 2", text="Words anew.")])
    assert stores.noted() == {("bakery", 2)}


@pytest.mark.parametrize("write", ["carry", "tag", "join"])
def test_no_note_reads_a_whole_table(stores: Stores, write: str) -> None:
    """Whatever is written, the triggers find by indexes what it concerns: the cost does not grow with what is stored."""
    execute = stores.facts.database.execute
    many = 600
    carry(stores.facts, [Item(f"urn:many:{n}", None, f"One of many {n}", text=f"Its own words {n}.") for n in range(many)])
    for row in stores.rows()[-many:]:
        execute("insert into tag values (?, 'bakery', 'v', 'core', 1.0, '', '{}', '', 0)", [row])
    stores.facts.database.connection.commit()
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    stores.facts.database.connection.set_progress_handler(count, 100)
    if write == "carry":
        carry(stores.facts, [Item("urn:last", None, "The last", text="Nothing like it.")])
    elif write == "tag":
        stores.tag(3, "harbour")
    else:
        execute("insert into story values (3, 3)")
        stores.facts.database.connection.commit()
    stores.facts.database.connection.set_progress_handler(None, 0)
    assert steps < many // 10, "a step is a hundred instructions, and a table that is read takes several for each row"


class Writing(RuleBasedStateMachine):
    """Everything writes in any order."""

    def __init__(self) -> None:
        """Open an empty database."""
        super().__init__()
        self.stores = Stores()
        self.seen = self.stores.look()

    @rule(
        number=st.integers(1, 3),
        words=st.sampled_from(("", "again", "at once")),
        source=st.sampled_from(SOURCES),
        language=st.sampled_from(("en", "fr", None)),
    )
    def carry(self, number: int, words: str, source: Source, language: str) -> None:
        """Carry one of a few articles, in one of a few states."""
        self.stores.carry(number, words, source, language=language)

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
        """Compare what is read with what it was: every item that differs is noted."""
        seen, noted = self.stores.look(), self.stores.noted()
        differs = {key for key in seen.keys() | self.seen.keys() if seen.get(key) != self.seen.get(key)}
        assert differs <= noted
        self.seen = seen

    @invariant()
    def counts_are_kept(self) -> None:
        """Compare what triggers count with the tables themselves."""
        execute = self.stores.facts.database.execute
        for kept, counted in COUNTED:
            assert execute(kept).fetchall() == execute(counted).fetchall()

    def teardown(self) -> None:
        """Close the database."""
        self.stores.facts.close()


TestWriting = Writing.TestCase
TestWriting.settings = settings(max_examples=40, stateful_step_count=20, deadline=None, derandomize=True)
