import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import about, carry
from support import NOON, TEXT

from ingest.errors import Failure, StoreError
from ingest.identity import document_keys
from ingest.model import Author, Category, Enclosure, Item, ParsedFeed, Source, SourceKind, SourceStatus, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.store import items as stored_items
from ingest.store.facts import Facts
from ingest.store.instance import instance_of
from ingest.store.recorder import Counts
from ingest.store.sources import Sources

FEED = Source("http://a.example/rss", title="A")
OTHER = Source("http://b.example/rss", title="B")
FOLDER = Source("seeds:", SourceKind.DOCUMENT, title="Seeds", status=SourceStatus.ONCE)
MEMORY = Path(":memory:")
OTHER_TEXT = (
    "The bakery behind the church burned down on Sunday night, and by Monday noon the whole street had begun to rebuild it."
)


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database."""
    with Facts(home / "topicwire.db") as opened:
        yield opened


def article(
    guid: str | None = "g1", url: str | None = "http://a.example/1", title: str = "Last ferry sails", text: str = TEXT
) -> Item:
    """Make an item."""
    return Item(guid=guid, url=url, title=title, content=f"<p>{text}</p>", text=text)


def outcome(source: Source, *items: Item, at: datetime = NOON, **said: Any) -> Outcome:
    """Make what a look at a source brought."""
    return Outcome(source, at, feed=ParsedFeed(document_keys(items), **said), body_hash="h")


def record(facts: Facts, source: Source, *items: Item, at: datetime = NOON) -> Counts:
    """Store what a source served."""
    return facts.polls.record([(outcome(source, *items, at=at), SourceState(last_poll=at))])


def stored(facts: Facts) -> list[StoredItem]:
    """Return every stored item."""
    return list(facts.items.all())


def only(facts: Facts) -> StoredItem:
    """Return the one stored item."""
    (item,) = facts.items.all()
    return item


# Items and versions


def test_an_item_comes_back_as_it_was(facts: Facts) -> None:
    """Every field survives being stored, and an item has the id that its address gives it."""
    item = replace(
        article(),
        title_inferred=True,
        summary="<p>s</p>",
        boilerplate="Share",
        language="en",
        language_from="declared",
        published=NOON - timedelta(hours=1),
        published_raw="an hour ago",
        updated=NOON,
        updated_raw="now",
        authors=(Author("Ann", "http://a.example/ann", "a@a.example"), Author("Ben")),
        categories=(Category("x", "http://a.example/", "X"), Category("שלום")),
        enclosures=(Enclosure("http://a.example/e.mp3", "audio/mpeg", 9),),
    )
    assert record(facts, FEED, item) == Counts(new=1)
    back = only(facts)
    assert back.item == item
    assert (back.first_seen, back.changed, back.versions) == (NOON, NOON, 1)
    assert len(back.id) == 16
    assert (back.carrier.source.url, back.carrier.reason, back.carrier.guid, back.carrier.published) == (
        FEED.url,
        "first",
        "g1",
        NOON - timedelta(hours=1),
    )


def test_the_same_again_is_nothing_new(facts: Facts) -> None:
    """Served twice is stored once, and nothing about it changes."""
    record(facts, FEED, article())
    before = only(facts)
    assert record(facts, FEED, article(), at=NOON + timedelta(hours=1)) == Counts()
    assert only(facts) == before


def test_the_newest_entry_has_the_highest_number(facts: Facts) -> None:
    """Feeds list the newest first: it is stored last."""
    record(facts, FEED, article("g2", "http://a.example/2", "Two"), article("g1", "http://a.example/1", "One"))
    assert [item.item.title for item in stored(facts)] == ["One", "Two"]


def test_an_edited_entry_is_a_new_version(facts: Facts) -> None:
    """The item stays itself, its text is the new one, its number rises."""
    record(facts, FEED, article())
    first = only(facts)
    later = NOON + timedelta(hours=1)
    assert record(facts, FEED, article(title="Last ferry sails tonight"), at=later) == Counts(changed=1)
    edited = only(facts)
    assert edited.item.title == "Last ferry sails tonight"
    assert (edited.id, edited.first_seen, edited.changed, edited.versions) == (first.id, NOON, later, 2)
    assert edited.seq > first.seq
    assert len(edited.sightings) == 1


def test_an_edit_taken_back_is_the_old_version_again(facts: Facts) -> None:
    """A, B, A are two texts, and the present one is A."""
    for title in ("Last ferry sails", "Last ferry sails tonight", "Last ferry sails"):
        record(facts, FEED, article(title=title))
    assert (only(facts).item.title, only(facts).versions) == ("Last ferry sails", 2)
    assert record(facts, FEED, article(title="Last ferry sails tonight")) == Counts(changed=1)
    assert (only(facts).item.title, only(facts).versions) == ("Last ferry sails tonight", 2)


def test_a_new_date_or_guid_is_no_new_version(facts: Facts) -> None:
    """What says nothing about the words is corrected where it stands: the names, the date, the authors."""
    record(facts, FEED, article())
    before = only(facts)
    changed = replace(article(guid="g9", url="http://a.example/1?utm_source=x"), updated_raw="2026")
    assert record(facts, FEED, changed) == Counts()
    assert only(facts).seq == before.seq
    assert record(facts, FEED, replace(changed, authors=(Author("Ann"),))) == Counts(changed=1)
    after = only(facts)
    assert (after.versions, after.changed, after.item.title) == (1, before.changed, before.item.title)
    assert (after.item.guid, after.item.authors) == ("g9", (Author("Ann"),))
    assert [sighting.reason for sighting in after.sightings] == ["first"]


def test_a_reused_guid_is_another_item(facts: Facts) -> None:
    """Another story under an old guid is stored beside the old one."""
    record(facts, FEED, article())
    record(facts, FEED, article(url="http://a.example/2", title="Bakery burns down", text=OTHER_TEXT))
    assert [item.item.title for item in stored(facts)] == ["Last ferry sails", "Bakery burns down"]


def test_one_address_for_several_stories_gives_each_an_id(facts: Facts) -> None:
    """Ids stay unique where a source puts all its stories under one address."""
    record(facts, FEED, article("g1", title="Last ferry sails"))
    record(facts, FEED, article("g2", title="Bakery burns down", text=OTHER_TEXT))
    assert len({item.id for item in stored(facts)}) == 2


def test_the_database_holds_no_title_hostage(facts: Facts) -> None:
    """Quotes, semicolons and wildcards are data."""
    title = "'); drop table item; -- % _ * \" ?"
    record(facts, FEED, article(title=title))
    assert only(facts).item.title == title


# Carriers


def test_a_second_source_adds_a_sighting(facts: Facts) -> None:
    """The same article elsewhere is the same item, with the reason it was recognised."""
    record(facts, FEED, article())
    assert record(facts, OTHER, article("x", "http://b.example/z"), at=NOON + timedelta(hours=1)) == Counts()
    item = only(facts)
    assert [(s.source.url, s.reason, s.first_seen) for s in item.sightings] == [
        (FEED.url, "first", NOON),
        (OTHER.url, "text", NOON + timedelta(hours=1)),
    ]
    assert item.carrier.source.name == "A"
    assert (item.item.guid, item.item.url) == ("g1", "http://a.example/1")


def test_another_carriers_wording_is_its_own(facts: Facts) -> None:
    """It is kept as a version, and the first carrier's text stays the item's."""
    record(facts, FEED, article())
    assert record(facts, OTHER, article("x", title="FERRY GONE")) == Counts()
    item = only(facts)
    assert (item.item.title, item.versions) == ("Last ferry sails", 1)
    assert [sighting.title for sighting in item.sightings] == ["Last ferry sails", "FERRY GONE"]


def test_the_first_carrier_stays_the_one_that_may_change_the_text(facts: Facts) -> None:
    """Also after it has come to the very words of another carrier."""
    record(facts, FEED, article())
    record(facts, OTHER, article("x", title="Last ferry sails tonight"))
    for title in ("Last ferry sails tonight", "Last ferry sails on Monday"):
        assert record(facts, FEED, article(title=title)) == Counts(changed=1)
    assert record(facts, OTHER, article("x", title="FERRY GONE")) == Counts()
    assert only(facts).item.title == "Last ferry sails on Monday"


def test_two_states_of_an_article_in_one_feed_are_one_item(facts: Facts) -> None:
    """The first listed is the present one, and looking again changes nothing."""
    feed = (article(text=OTHER_TEXT), article(), article("g2", "http://a.example/2", "Bakery burns down", "x"))
    assert record(facts, FEED, *feed).new == 2
    before = stored(facts)
    assert [item.item.text for item in before] == ["x", OTHER_TEXT]
    assert record(facts, FEED, *feed) == Counts()
    assert record(facts, FEED, article("g3", "http://a.example/3", "Mayor speaks", "y"), *feed) == Counts(new=1)
    assert stored(facts)[:2] == before


def test_the_same_words_in_the_same_feed_are_two_items(facts: Facts) -> None:
    """A feed that gives them two guids and addresses means two."""
    record(facts, FEED, article("g1", "http://a.example/1"), article("g2", "http://a.example/2"))
    assert len(stored(facts)) == 2


def test_a_feed_lends_its_date_to_a_document(facts: Facts) -> None:
    """A document has no date of its own; the same text in a feed has."""
    record(facts, FOLDER, replace(article("a.txt", None), content=""))
    assert only(facts).item.published is None
    record(facts, OTHER, replace(article("x", "http://b.example/z"), published=NOON))
    assert only(facts).item.published == NOON
    assert only(facts).item.guid == "x"


def test_two_stores_give_one_id(home: Path) -> None:
    """A fresh database gives an item the id it had."""
    ids = set()
    for name in ("one.db", "two.database.schema"):
        with Facts(home / name) as facts:
            record(facts, OTHER, article("z", "http://z.example/", "Filler", "x")) if name == "two.database.schema" else None
            record(facts, FEED, article())
            ids.add(facts.items.find("http://a.example/1")[0].id)
    assert len(ids) == 1


# Questions


def test_changes_come_in_their_order(facts: Facts) -> None:
    """What is new or changed after a number, oldest change first, so many at a time."""
    record(facts, FEED, *(article(f"g{n}", f"http://a.example/{n}", f"Story number {n}", "x") for n in (3, 2, 1)))
    record(facts, FEED, article("g1", "http://a.example/1", "Story number 1 edited", "x"))
    titles = [item.item.title for item in facts.items.after(0, 10)]
    assert titles == ["Story number 2", "Story number 3", "Story number 1 edited"]
    first = facts.items.after(0, 1)[0]
    assert [item.item.title for item in facts.items.after(first.seq, 1)] == titles[1:2]
    assert facts.items.after(facts.items.after(0, 10)[-1].seq, 10) == ()


def test_changes_come_without_markup(facts: Facts) -> None:
    """Who reads what is new or changed wants its words: markup takes more memory than they do."""
    record(facts, FEED, replace(article("g1", "http://a.example/1", "A story", "x"), summary="x", content="<p>x</p>"))
    (found,) = facts.items.after(0, 1)
    (whole,) = facts.items.by_rows([found.row])
    assert (whole.item.summary, whole.item.content) == ("x", "<p>x</p>")
    assert found == replace(whole, item=replace(whole.item, summary="", content=""))


def test_items_are_given_by_number_in_the_order_asked_for(facts: Facts) -> None:
    """Not in the order in which they lie."""
    record(facts, FEED, article("g2", "http://a.example/2", "Two", "x"), article("g1", "http://a.example/1", "One", "x"))
    one, two = stored(facts)
    assert facts.items.by_rows([two.row, one.row]) == (two, one)


def test_all_items_are_given_however_many(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are read a few at a time."""
    monkeypatch.setattr(stored_items, "_CHUNK", 2)
    record(facts, FEED, *(article(f"g{n}", f"http://a.example/{n}", f"Story {n}", "x") for n in range(5)))
    assert len(stored(facts)) == 5


def test_an_item_is_found_by_any_of_its_names(facts: Facts) -> None:
    """Id, the beginning of it, address and guid name it; wildcards name nothing."""
    record(facts, FEED, article("g[1]*"))
    item = only(facts)
    for name in (item.id, item.id[:5], "http://a.example/1", "g[1]*"):
        assert facts.items.find(name) == (item,)
    for name in (item.id[:3], "nothing", "????????????????", "****", "[0-9a-f]*", ""):
        assert facts.items.find(name) == ()


# Sources


def test_sources_are_added_once(facts: Facts) -> None:
    """The number added is that of the sources not polled before."""
    assert facts.sources.add([FEED, OTHER], NOON) == 2
    assert facts.sources.add([FEED], NOON) == 0
    assert facts.sources.retire(FEED.url)
    assert not facts.sources.retire("http://unknown.example/")
    assert facts.sources.add([FEED], NOON) == 1
    assert [source for source, _ in facts.sources.all()] == [FEED, OTHER]


def test_adding_again_takes_nothing_away(facts: Facts) -> None:
    """An empty title, language or folder leaves what is known."""
    full = replace(FEED, language="en", categories=("News",), site_url="http://a.example/")
    facts.sources.add([full], NOON)
    facts.sources.add([Source(FEED.url, origin="opml")], NOON)
    known = facts.sources.get(FEED.url)
    assert known is not None
    assert known[0] == replace(full, origin="opml")
    assert facts.sources.get("http://unknown.example/") is None


def test_a_feed_says_what_its_owner_did_not(facts: Facts) -> None:
    """A title given by the owner stays; site and id are the feed's own."""
    facts.sources.add([FEED, Source(OTHER.url)], NOON)
    for source in (FEED, Source(OTHER.url)):
        said = outcome(source, title="Its own", site_url="http://s.example/", feed_id="urn:x", language="fr")
        facts.polls.record([(said, SourceState())])
    titles = [(source.title, source.site_url, source.feed_id, source.language) for source, _ in facts.sources.all()]
    assert titles == [("A", "http://s.example/", "urn:x", "fr"), ("Its own", "http://s.example/", "urn:x", "fr")]


def test_due_sources_are_the_polled_ones_whose_time_has_come(facts: Facts) -> None:
    """Never polled, then longest overdue; documents, retired and once-read sources never."""
    facts.sources.add(
        [Source(f"http://a.example/{n}") for n in range(4)]
        + [FOLDER, replace(OTHER, status=SourceStatus.ONCE), Source("http://gone.example/")],
        NOON,
    )
    facts.sources.retire("http://gone.example/")
    for number, minutes in ((0, -1), (1, -5), (2, +1)):
        state = SourceState(next_poll=NOON + timedelta(minutes=minutes))
        facts.polls.record([(Outcome(Source(f"http://a.example/{number}"), NOON, error="x"), state)])

    def due(now: datetime | None, limit: int = -1) -> list[str]:
        return [source.url[-1] for source, _ in facts.sources.due(now, limit)]

    assert due(NOON) == ["0", "1", "3"]
    assert due(None) == ["0", "1", "2", "3"]
    assert sorted(due(NOON, 2)) == ["1", "3"]
    assert due(NOON + timedelta(minutes=1)) == ["0", "1", "2", "3"]


def test_a_state_comes_back_as_it_was(facts: Facts) -> None:
    """Validators byte for byte, moments, counts and errors."""
    day, fault = timedelta(1), "it broke; wait"
    state = SourceState('W/"é"', "yesterday", "h", NOON, NOON - day, 503, fault, Failure.SERVER, 3, NOON + day)
    facts.polls.record([(Outcome(FEED, NOON, error="it broke"), state)])
    assert facts.sources.all() == [(FEED, state)]


def test_a_failed_poll_removes_nothing(facts: Facts) -> None:
    """An error or an empty feed leaves the stored items."""
    record(facts, FEED, article())
    facts.polls.record([(Outcome(FEED, NOON, error="gone"), SourceState(error="gone"))])
    record(facts, FEED)
    assert only(facts).item.title == "Last ferry sails"


def test_read_documents_are_remembered(facts: Facts) -> None:
    """Name and hash of each file, per folder."""
    facts.documents.record(replace(outcome(FOLDER, article("a.txt", None)), body_hash="1"), "a.txt")
    facts.documents.record(Outcome(FOLDER, NOON, error="no words", body_hash="2"), "b.txt")
    facts.documents.record(Outcome(FOLDER, NOON, error="no words"), "c.txt")
    assert facts.documents.hashes(FOLDER) == {"a.txt": "1", "b.txt": "2", "c.txt": ""}
    assert facts.documents.hashes(FEED) == {}


def test_a_database_has_a_name_of_its_own(home: Path) -> None:
    """It is made once and kept."""
    with Facts(home / "a.db") as facts:
        name = instance_of(facts)
    with Facts(home / "a.db") as facts:
        assert instance_of(facts) == name
        assert facts.notes.instance(lambda: UUID(int=1)) == name
    with Facts(home / "b.db") as facts:
        assert instance_of(facts) != name


def test_tidying_changes_nothing_and_empties_the_log(facts: Facts, home: Path) -> None:
    """The write-ahead log is folded back."""
    record(facts, FEED, article())
    before = only(facts)
    facts.tidy()
    assert only(facts) == before
    assert (home / "topicwire.db-wal").stat().st_size == 0


# All or nothing


def test_items_and_validators_are_one_transaction(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault anywhere in a commit leaves nothing of the whole batch."""
    real = Sources.put_states

    def fail(self: Sources, known: Sequence[tuple[int, SourceState]]) -> None:
        real(self, [one for one in known if one[0] != 2])
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(Sources, "put_states", fail)
    batch = [
        (outcome(source, article("g", f"{source.url}/1", source.title, source.title)), SourceState(etag='"1"'))
        for source in (FEED, OTHER)
    ]
    with pytest.raises(sqlite3.OperationalError):
        facts.polls.record(batch)
    assert (stored(facts), facts.sources.all()) == ([], [])
    monkeypatch.undo()
    assert facts.polls.record(batch) == Counts(new=2)
    assert [state.etag for _, state in facts.sources.all()] == ['"1"', '"1"']


@pytest.mark.parametrize("number", [1, 39, 40, 41, 81])
def test_a_commit_of_any_size_stores_every_state(facts: Facts, number: int) -> None:
    """States are written many at a time; none is left out where one statement ends and the next begins."""
    batch = [(outcome(Source(f"http://{n}.example/f")), SourceState(etag=f'"{n}"', failures=n)) for n in range(number)]
    facts.polls.record(batch)
    assert [(source.url, state.etag, state.failures) for source, state in facts.sources.all()] == [
        (f"http://{n}.example/f", f'"{n}"', n) for n in range(number)
    ]


CRASH = """
    import os, signal, sys
    from pathlib import Path
    from ingest.store.facts import Facts
    from ingest.store.sources import Sources
    sys.path.insert(0, sys.argv[2])
    from test_store import FEED, OTHER, article, outcome, record
    from ingest.poll_state import SourceState

    real, seen = Sources.put_states, []
    def crash(self, known):
        known = list(known)
        real(self, known[:1])
        seen.append(1)
        if len(seen) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    Sources.put_states = crash
    with Facts(Path(sys.argv[1])) as facts:
        record(facts, FEED, article())
        two = article("g2", "http://a.example/2", "Two", "x")
        facts.polls.record([(outcome(source, two), SourceState(etag="2")) for source in (FEED, OTHER)])
"""


def test_killed_in_the_middle_of_a_commit_nothing_is_half_there(home: Path) -> None:
    """What was committed before is there, of the rest nothing, and the file is intact."""
    path = home / "a.db"
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(CRASH), str(path), str(here)], cwd=here.parent, check=False, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with Facts(path) as facts:
        assert only(facts).item.title == "Last ferry sails"
        assert [(source.url, state.etag) for source, state in facts.sources.all()] == [(FEED.url, None)]
        assert facts.database.execute("pragma integrity_check").fetchone() == ("ok",)
        assert facts.database.execute("pragma foreign_key_check").fetchall() == []


def test_several_may_start_and_write_at_once(home: Path) -> None:
    """Those who open a new database together take turns, and each one's items are stored."""

    def work(number: int) -> int:
        with Facts(home / "a.db") as facts:
            source = Source(f"http://s{number}.example/")
            return sum(record(facts, source, article(f"g{n}", f"{source.url}{n}", f"Story {n}", "x")).new for n in range(5))

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == [5] * 6
    with Facts(home / "a.db") as facts:
        assert len(stored(facts)) == 30


def test_a_database_is_set_to_keep_what_it_is_told(facts: Facts) -> None:
    """Write-ahead log, full synchronisation, foreign keys, a patient lock."""
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    assert [facts.database.execute(f"pragma {name}").fetchone()[0] for name in pragmas] == ["wal", 2, 1, 30_000]


def test_words_are_found_in_the_index(facts: Facts) -> None:
    """The full-text index follows every version, accents aside."""
    record(facts, FEED, article(title="L’été au port"))
    found = facts.database.schema.table("version").search("ete", quote=True)
    assert [row["title"] for row in found] == ["L’été au port"]


def test_what_is_no_database_says_so(home: Path) -> None:
    """A file of another kind, or a folder that cannot be, is one line with a cure."""
    (home / "a.db").write_text("I am no database, and I am long enough to be sure of it." * 20)
    (home / "file").write_text("x")
    for path in (home / "a.db", home / "file" / "a.db", home):
        with pytest.raises(StoreError, match=r"the file is damaged|the right to read and write|check free space and rights"):
            Facts(path)


# Properties


STORIES = [(f"http://a.example/{n}", f"Story number {n} of the harbour", f"{TEXT} {OTHER_TEXT} Number {n}.") for n in range(4)]


def copy(source: int, story: int) -> Item:
    """Return a story as a source carries it: own guid, own tracking, its own address for odd numbers."""
    url, title, text = STORIES[story]
    own = f"http://s{source}.example/{story}" if story % 2 else f"{url}?utm_source=s{source}"
    return Item(guid=f"{source}-{story}", url=own, title=title, text=text, content=text)


def carriers(feeds: list[set[int]], order: tuple[int, ...]) -> set[frozenset[str | None]]:
    """Store feeds in an order; give each item as the set of guids that carried it."""
    with Facts(MEMORY) as facts:
        for number in order:
            record(facts, Source(f"http://s{number}.example/"), *(copy(number, story) for story in sorted(feeds[number])))
        return {frozenset(sighting.guid for sighting in item.sightings) for item in facts.items.all()}


@settings(max_examples=25)
@given(st.lists(st.sets(st.integers(0, 3)), min_size=3, max_size=3))
def test_the_order_of_sources_makes_no_difference(feeds: list[set[int]]) -> None:
    """Whoever is polled first, the same articles are the same items."""
    results = [carriers(feeds, order) for order in permutations(range(3))]
    assert all(result == results[0] for result in results)
    assert len(results[0]) == len(set().union(*feeds))


titles = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
items = st.builds(
    Item,
    guid=st.none() | st.sampled_from(["g1", "g2", "g3"]),
    url=st.none() | st.sampled_from([f"http://a.example/{n}" for n in range(3)]),
    title=titles,
    text=st.sampled_from(["", "few words", TEXT, OTHER_TEXT]),
    published=st.none() | st.just(NOON),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([FEED, OTHER, FOLDER]), st.lists(items, max_size=5)), max_size=4))
def test_storing_twice_changes_nothing(feeds: list[tuple[Source, list[Item]]]) -> None:
    """Whatever was served last, served again it is nothing new, and every item has an id and a text of its own."""
    with Facts(MEMORY) as facts:
        for source, found in feeds:
            record(facts, source, *found)
            before = stored(facts)
            assert record(facts, source, *found) == Counts()
            assert stored(facts) == before
        assert len({item.id for item in before}) == len(before) if feeds else True


def test_a_database_made_before_the_last_index_opens(home: Path) -> None:
    """An older file gets what it lacks and keeps its rows."""
    with Facts(home / "old.db") as facts:
        carry(facts, [about(1)])
        facts.database.execute("drop index idx_sighting_version_id")
        facts.database.execute("delete from _sqlite_migrations where name = 'sightings_by_version'")
        facts.database.connection.commit()
    with Facts(home / "old.db") as facts:
        assert len(list(facts.items.all())) == 1
        assert "idx_sighting_version_id" in {index.name for index in facts.database.schema.table("sighting").indexes}


def test_every_field_of_an_item_has_its_column() -> None:
    """A field without a line in the table of columns would be lost; a line without a column would break every write."""
    with Facts(MEMORY) as facts:
        present = {column.name for column in facts.database.schema.table("version").columns}
    keys = {"id", "item_id", "source_id", "seen", "content_key", "text_key", "bare_key", "markup"}
    assert present - keys == {column.name for column in stored_items.VERSION_COLUMNS}
    assert {one.name for one in fields(Item)} - {"guid", "url"} == {column.field for column in stored_items.VERSION_COLUMNS}


@pytest.mark.parametrize(("refusals", "opens"), [(0, True), (2, True), (100, False)])
def test_opening_waits_while_another_process_switches_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusals: int, *, opens: bool
) -> None:
    """SQLite gives up at once where two processes open or close one file together; we ask again, but not for ever."""
    monkeypatch.setattr("ingest.store.database._PAUSE", 0.0)
    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY_RECOVERY
    left = iter([busy] * refusals)

    class Connection(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if "journal_mode" in sql and (fault := next(left, None)):
                raise fault
            return super().execute(sql, *parameters)

    monkeypatch.setattr("ingest.store.database.sqlite3.connect", partial(sqlite3.connect, factory=Connection))
    with nullcontext() if opens else pytest.raises(StoreError, match="database is locked"):
        Facts(tmp_path / "topicwire.db").close()
