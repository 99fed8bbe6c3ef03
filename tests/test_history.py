from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from feed_history import HISTORY, Client, Groups, Newsroom, deleted, ids, link, walk
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from lxml import etree
from making import about, carry, tagged
from support import NOON

from feeds.store.classifications import Classifications, Tagged
from feeds.store.reviews import Reviews, Verdict
from feeds.tagging.classification_pass import classify_one
from ingest.store.facts import Facts


@pytest.fixture
def room(facts: Facts) -> Newsroom:
    """Open a newsroom whose feed has room for four."""
    return Newsroom(facts)


def urn(*numbers: int) -> list[str]:
    """Return the ids under which items are published."""
    return [f"urn:item:{number}" for number in numbers]


# The head and the archive


def test_a_short_feed_has_no_archive(room: Newsroom) -> None:
    """While everything has room at the head there is no page and no link to one."""
    room.add(1, 2, 3, 4)
    room.publish()
    assert ids(etree.fromstring(room.head)) == urn(1, 2, 3, 4)
    assert room.pages() == {}
    assert b"archive" not in room.head.replace(b"purl.org/syndication/history", b"")


def test_what_has_no_room_is_sealed(room: Newsroom) -> None:
    """The head keeps the newest, older ones stand in pages, and the links lead back to the first of all."""
    room.add(*range(1, 11))
    room.publish()
    documents = walk(room)
    assert [ids(document) for document in documents] == [urn(7, 8, 9, 10), urn(5, 6), urn(1, 2, 3, 4)]


def test_every_entry_is_met_exactly_once(room: Newsroom) -> None:
    """Whoever walks back from the head meets every item that was ever published, each once."""
    for number in range(1, 30):
        room.pass_time(hours=1)
        room.add(number)
        room.publish()
    met = [identifier for document in walk(room) for identifier in ids(document)]
    assert sorted(met) == sorted(urn(*range(1, 30)))
    assert len(walk(room)) < 29, "pages are few"


def test_a_page_never_changes(room: Newsroom) -> None:
    """Whatever happens later, a sealed page keeps its bytes."""
    room.add(*range(1, 8))
    room.publish()
    before = room.pages()
    room.pass_time(days=40)
    room.write(6, "another ferry in the harbour")
    room.add(9, 10, 11)
    room.untag(5, 7)
    room.publish()
    assert {address: room.pages()[address] for address in before} == before


def test_a_page_says_what_it_is(room: Newsroom) -> None:
    """A page is marked as an archive, has its own address, leads to the feed, and shares its id; the head is no archive."""
    room.add(*range(1, 8))
    room.publish()
    page, head = walk(room)
    assert head.find(HISTORY) is None
    assert page.find(HISTORY) is not None
    assert link(page, "self") == "http://127.0.0.1:8080/harbour.archive-1.atom"
    assert link(page, "current") == link(head, "self") == "http://127.0.0.1:8080/harbour.atom"
    assert page.findtext("{*}id") == head.findtext("{*}id")


def test_the_work_grows_with_what_is_new_alone(room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as many new items are twice the work: no step reads again what steps before it have archived."""
    looked: list[int] = []
    read = Classifications.tagged_among

    def counted(of: Classifications, topic: str, rows: Iterable[int]) -> tuple[Tagged, ...]:
        found = read(of, topic, rows)
        looked.append(len(found))
        return found

    monkeypatch.setattr(Classifications, "tagged_among", counted)
    work = []
    for first, last in ((1, 20), (21, 60)):
        room.add(*range(first, last + 1))
        room.publish(looked=5)
        work.append(sum(looked))
        looked.clear()
    assert work[1] < 2.5 * work[0]
    assert sorted(one for document in walk(room) for one in ids(document)) == sorted(urn(*range(1, 61)))


def test_no_page_leads_to_one_that_was_not_there(room: Newsroom) -> None:
    """Pages that were sealed together know the next one; the last of them knows none, for it will never change."""
    room.add(*range(1, 13))
    room.publish()
    pages = walk(room)[:-1]
    assert [link(page, "next-archive") for page in pages] == ["http://127.0.0.1:8080/harbour.archive-2.atom", None]
    assert [link(page, "prev-archive") for page in pages] == [None, "http://127.0.0.1:8080/harbour.archive-1.atom"]


def test_age_moves_entries_to_the_archive(facts: Facts) -> None:
    """After `publish.days` in the feed entries are sealed, though there would be room for them."""
    room = Newsroom(facts, days=10)
    room.add(1, 2)
    room.publish()
    assert room.until == NOON + timedelta(days=10)
    room.pass_time(days=9)
    room.add(3)
    room.publish()
    assert room.pages() == {}
    room.pass_time(days=1)
    room.publish()
    assert [ids(document) for document in walk(room)] == [urn(1, 2), urn(3)]


def test_a_changed_entry_comes_back_to_the_head(room: Newsroom) -> None:
    """An article that is edited after it was sealed stands at the head again, with a later `updated`."""
    room.add(*range(1, 8))
    room.publish()
    page, head = walk(room)
    assert "urn:item:7" in ids(page)
    room.pass_time(days=1)
    room.write(7, "the very last ferry in the harbour")
    room.publish()
    head = etree.fromstring(room.head)
    assert "urn:item:7" in ids(head)
    dates = [document.xpath("string(*[*[.='urn:item:7']]/*[local-name()='updated'])") for document in (page, head)]
    assert dates[0] < dates[1]


def test_a_late_carrier_moves_nothing(room: Newsroom) -> None:
    """Another source that carries a sealed article neither brings it back nor dates it anew."""
    room.add(*range(1, 8))
    room.publish()
    before = [ids(document) for document in walk(room)]
    room.pass_time(days=1)
    other = replace(room.facts.sources.all()[0][0], url="http://gazette.example/rss")
    carry(room.facts, [about(7)], other, at=room.now)
    room.publish()
    assert [ids(document) for document in walk(room)] == before


def test_updated_stays_while_the_article_does(room: Newsroom) -> None:
    """A publisher that only moves its own date changes nothing: `updated` moves on a significant change."""
    room.add(1)
    first = room.publish().entries[0].updated
    room.pass_time(days=1)
    carry(room.facts, [replace(about(1), updated=room.now)], at=room.now)
    assert room.publish().entries[0].updated == first


def test_old_items_newly_tagged_go_to_the_archive(room: Newsroom) -> None:
    """What a changed wording finds among old items is in the complete history, and at no reader's head."""
    for number in (1, 2, 3):
        room.write(number)
    room.pass_time(days=20)
    room.add(4)
    room.publish()
    room.tag(1, 2, 3, again=True)
    room.publish()
    assert [ids(document) for document in walk(room)] == [urn(1, 2, 3), urn(4)]


# What has left


def test_an_item_that_leaves_is_said_to_have_left(room: Newsroom) -> None:
    """For thirty days the head says which entry is gone and why; then the archive says so for ever."""
    room.add(1, 2)
    room.publish()
    room.untag(1)
    room.publish()
    head = etree.fromstring(room.head)
    assert (ids(head), deleted(head)) == (urn(2), {"urn:item:1": "it changed and is no longer about the topic"})
    assert room.until == NOON + timedelta(days=30)
    room.pass_time(days=29)
    room.publish()
    assert deleted(etree.fromstring(room.head)) != {}
    room.pass_time(days=2)
    room.publish()
    page, head = walk(room)
    assert (deleted(head), list(deleted(page))) == ({}, ["urn:item:1"])


def test_a_changed_wording_is_the_reason(room: Newsroom) -> None:
    """Where the topic's words have changed since, that is why an item left."""
    room.add(1)
    room.publish()
    room.topic = replace(room.topic, version="another")
    room.untag(1)
    room.publish()
    assert deleted(etree.fromstring(room.head)) == {"urn:item:1": "the topic's wording changed"}


def test_a_veto_is_the_reason(room: Newsroom) -> None:
    """A person who takes an item out is quoted."""
    room.add(1)
    room.publish()
    Reviews(room.facts).put(room.row(1), "harbour", Verdict.REJECT, "an advertisement", room.now)
    classify_one(room.facts, room.classifications, room.topic, room.facts.items.by_rows([room.row(1)])[0], room.now)
    room.publish()
    assert deleted(etree.fromstring(room.head)) == {"urn:item:1": "rejected by hand: an advertisement"}


def test_what_comes_back_is_newer_than_the_word_that_it_had_left(room: Newsroom) -> None:
    """An item that leaves and returns keeps its id, is said to have left no longer, and is dated after its leaving."""
    room.add(1)
    room.publish()
    room.untag(1)
    gone = room.publish().tombstones[0].deleted_at
    room.tag(1)
    document = room.publish()
    assert ([entry.id for entry in document.entries], document.tombstones) == (urn(1), ())
    assert document.entries[0].updated > gone


# Stories


def test_copies_are_one_entry(room: Newsroom) -> None:
    """Several items of one article are one entry that names every carrier."""
    room.add(1, 2, 3)
    room.grouping = Groups(((room.row(1), room.row(3)),))
    entries = room.publish().entries
    assert [entry.id for entry in entries] == urn(1, 2) or [entry.id for entry in entries] == urn(2, 1)


def test_a_merged_entry_says_into_which(room: Newsroom) -> None:
    """An entry whose article turns out to be a copy leaves for that reason; the other keeps its id."""
    room.add(1)
    room.publish()
    room.pass_time(hours=1)
    room.add(2)
    room.publish()
    room.grouping = Groups(((room.row(2), room.row(1)),))
    room.publish()
    head = etree.fromstring(room.head)
    assert (ids(head), deleted(head)) == (urn(1), {"urn:item:2": "same story as urn:item:1"})
    assert "Story 2" in (head.findtext("{*}entry/{*}title") or ""), "the lead speaks, under the id that was published first"


def test_a_tag_on_a_copy_tags_the_story(room: Newsroom) -> None:
    """An article of which only one copy is tagged is published, and says in which copy the words stand."""
    room.write(1)
    room.add(2)
    room.grouping = Groups(((room.row(1), room.row(2)),))
    entry = room.publish().entries[0]
    assert entry.id == "urn:item:1"
    assert "(in the copy of The Harbour Post)" in entry.why


def test_a_split_story_is_two_entries_again(room: Newsroom) -> None:
    """What was merged by mistake comes back as it was, under its old id."""
    room.add(1, 2)
    room.publish()
    room.grouping = Groups(((room.row(1), room.row(2)),))
    room.publish()
    room.pass_time(days=1)
    room.grouping = Groups()
    document = room.publish()
    assert (sorted(entry.id for entry in document.entries), document.tombstones) == (urn(1, 2), ())


# Any history whatever


class Histories(RuleBasedStateMachine):
    """Items come, change, leave and return in any order; clients poll when they like; publishing happens when it likes."""

    def __init__(self) -> None:
        """Open a newsroom, and one client that polls now and then."""
        super().__init__()
        self.folder = TemporaryDirectory()
        self.room = Newsroom(Facts(Path(self.folder.name) / "topicwire.db"), entries=3, days=20)
        self.client, self.pages = Client(), dict[str, bytes]()
        self.items = self.versions = 0
        self.publish()

    @rule(again=st.booleans())
    def come(self, *, again: bool) -> None:
        """Let an item come and be tagged; perhaps it is old and found only now."""
        self.items += 1
        self.room.write(self.items)
        self.room.pass_time(days=5 if again else 0.01)
        self.room.tag(self.items, again=again)

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """Edit an article."""
        self.versions += 1
        self.room.pass_time(minutes=10)
        self.room.write(data.draw(st.integers(1, self.items)), f"{self.versions} ferries in the harbour")

    @precondition(lambda self: self.items)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        """Take an item's tag away."""
        self.room.untag(data.draw(st.integers(1, self.items)))

    @precondition(lambda self: self.items)
    @rule(data=st.data(), again=st.booleans())
    def come_back(self, data: st.DataObject, *, again: bool) -> None:
        """Return an item its tag again, or the first time."""
        self.room.tag(data.draw(st.integers(1, self.items)), again=again)

    @precondition(lambda self: self.items > 1)
    @rule(data=st.data())
    def merge_and_split(self, data: st.DataObject) -> None:
        """Make two items one article, or two again of those that seemed to be one."""
        rows = range(1, self.items + 1)
        pair = data.draw(st.lists(st.sampled_from(rows), min_size=2, max_size=2, unique=True))
        self.room.grouping = data.draw(st.sampled_from([Groups(), Groups((tuple(map(self.room.row, pair)),))]))

    @rule(days=st.sampled_from([0.001, 3, 31]))
    def wait(self, days: float) -> None:
        """Let time pass."""
        self.room.pass_time(days=days)

    @rule()
    def publish(self) -> None:
        """Bring the feed up to the database; a client that reads everything anew has just that.

        What is passed over, because it is sealed and stays as it is, makes no difference.
        """
        plain = self.room.publish_plainly()
        self.room.publish()
        assert (self.room.head, self.room.pages()) == plain
        newcomer = Client()
        newcomer.poll(self.room)
        self.agree(newcomer)

    @rule(looked=st.integers(1, 4))
    def poll(self, looked: int) -> None:
        """Look again with the old client, after a fresh publication, a few items at a time: it too has what the database says."""
        self.room.publish(looked)
        self.client.poll(self.room)
        self.agree(self.client)

    def agree(self, client: Client) -> None:
        """Say that a client has one entry of each article that is tagged, with the words of its lead, and nothing else."""
        assert client.has == client.in_order
        found = {}
        for rows in self.room.grouping.groups([one.row for one in tagged(self.room.classifications, "harbour")]):
            stored = self.room.facts.items.by_rows(rows)
            mine = [one.item.guid or "" for one in stored if one.item.guid in client.has]
            assert len(mine) == 1
            found[mine[0]] = stored[0].item.title
        assert client.has == found

    @invariant()
    def pages_stay(self) -> None:
        """No page ever changes, the head is bounded, and nothing is said twice in one document."""
        pages = self.room.pages()
        assert {address: pages[address] for address in self.pages} == self.pages
        self.pages = pages
        head = ids(etree.fromstring(self.room.head))
        assert len(head) == len(set(head)) <= 3

    def teardown(self) -> None:
        """Close the newsroom."""
        self.room.facts.close()
        self.folder.cleanup()


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=15, stateful_step_count=25, deadline=None, derandomize=True)
