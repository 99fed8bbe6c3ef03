from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from making import GAZETTE, POST, Cli, carry, item
from sqlite_utils import Database
from story_making import BODY, LATER, grouped, store
from support import NOON

from benchmarks.wire import Piece, wire
from feeds.store.migrations import migrations
from feeds.store.stories import StoryTables
from feeds.stories import grouping_pass
from feeds.stories.grouping import Stories
from feeds.stories.grouping_pass import GroupingPass, group_new
from feeds.stories.pair import VERSION
from ingest.model import Item, Source
from ingest.store import items as stored_items
from ingest.store.facts import Facts

WIRE = Source("http://reuters.example/feed", title="Reuters")


def copy(name: str, text: str = BODY, **changes: object) -> Item:
    """Return one paper's copy of the text about the bridge."""
    return item(
        **{"guid": name, "url": f"http://{name}.example/bridge", "title": "Norwick bridge closes", "text": text, "summary": ""}
        | changes
    )


def edited(text: str = BODY, word: str = "Tuesday") -> str:
    """Return the text with a word changed, which is another item and the same story."""
    return text.replace(word, "soon")


def rows(facts: Facts) -> dict[str, int]:
    """Return the number of each item by its guid."""
    return {stored.item.guid or "": stored.row for stored in facts.items.all()}


@pytest.fixture
def two(facts: Facts) -> Facts:
    """Store a text and its edited copy of an hour later, grouped."""
    carry(facts, [copy("post")], POST)
    carry(facts, [copy("gazette", edited(), published=NOON - timedelta(hours=1))], GAZETTE)
    group_new(facts, NOON)
    return facts


# Reading stories


def test_a_story_has_one_lead_all_carriers_and_its_evidence(two: Facts) -> None:
    """The earliest original stands for the story; each member is listed; the merge says why."""
    number = rows(two)
    story = Stories(two).of(number["gazette"])
    assert (story.lead.row, story.rows, story.id) == (number["post"], (number["post"], number["gazette"]), number["post"])
    assert [merge.why.partition(";")[0] for merge in story.merges] == ["same: the same text"]
    assert story.why == "2 items are one story: the same text"


def test_an_item_alone_is_its_own_story(facts: Facts) -> None:
    """Whoever publishes needs no special case for what has no copies."""
    carry(facts, [copy("post")], POST)
    story = Stories(facts).of(rows(facts)["post"])
    assert (len(story.members), story.merges, story.related) == (1, (), ())
    assert story.why == "one item: nothing like it is known"


def test_many_items_are_asked_for_at_once(two: Facts) -> None:
    """The stories of many items come in one reading, and items of one story share it."""
    carry(two, [copy("choir", "The choir sang. " * 20, title="Choir wins prize")], POST)
    number = rows(two)
    found = Stories(two).leads(number.values())
    assert found.keys() == set(number.values())
    assert found[number["post"]] is found[number["gazette"]]
    assert found[number["choir"]].rows == (number["choir"],)


def test_a_late_carrier_joins_and_the_story_keeps_its_id(two: Facts) -> None:
    """A copy of two days later changes neither the lead nor the id under which the story's entry is known."""
    before = Stories(two).of(rows(two)["post"])
    carry(two, [copy("late", edited(word="Engineers"), published=NOON + timedelta(days=2))], WIRE, NOON + timedelta(days=2))
    group_new(two, NOON + timedelta(days=2))
    after = Stories(two).of(rows(two)["late"])
    assert (after.id, after.lead.row, len(after.members)) == (before.id, before.lead.row, 3)


def test_the_agency_itself_stands_for_its_text(facts: Facts) -> None:
    """A text that credits an agency is led by the agency's own item, though another paper was earlier."""
    text = f"NORWICK (Reuters) - {BODY}"
    carry(facts, [copy("post", text)], POST)
    carry(facts, [copy("reuters", edited(text), published=NOON - timedelta(minutes=5))], WIRE)
    group_new(facts, NOON)
    assert Stories(facts).of(rows(facts)["post"]).lead.row == rows(facts)["reuters"]


def test_an_excerpt_does_not_stand_for_the_whole(facts: Facts) -> None:
    """The earliest full text leads, not an earlier excerpt."""
    carry(facts, [copy("brief", " ".join(BODY.split()[:30]), published=NOON - timedelta(hours=9))], GAZETTE)
    carry(facts, [copy("post", published=NOON - timedelta(hours=3))], POST)
    group_new(facts, NOON)
    story = Stories(facts).of(rows(facts)["brief"])
    assert (len(story.members), story.lead.row) == (2, rows(facts)["post"])


def test_what_is_only_alike_is_a_link(facts: Facts) -> None:
    """An article on the same event is linked as related, with its reason, and stays a story of its own."""
    carry(facts, [copy("post", "", title="Norwick bridge closed after Dorval ship hits pillar")], POST)
    carry(facts, [copy("gazette", "", title="Dorval ship in Norwick bridge crash had no pilot")], GAZETTE)
    group_new(facts, NOON)
    story = Stories(facts).of(rows(facts)["post"])
    assert len(story.members) == 1
    assert [(link.row, link.relation) for link in story.related] == [(rows(facts)["gazette"], "related")]
    assert "one event" in story.related[0].why


def test_an_archive_is_grouped_by_its_own_dates(facts: Facts) -> None:
    """Items of long ago that come at once are compared by their dates: copies join, the next day's edition does not."""
    old = NOON - timedelta(days=60)
    carry(
        facts,
        [copy("post", published=old), copy("day", "", title="Ten things to see in Norwick harbour today", published=old)],
        POST,
    )
    later = copy("next", "", title="Ten things to see in Norwick harbour today", published=old + timedelta(days=1))
    carry(facts, [copy("gazette", edited(), published=old + timedelta(hours=3)), later], GAZETTE)
    group_new(facts, NOON)
    assert grouped(facts) == {frozenset({"post", "gazette"})}


# People


def test_a_split_survives_a_new_comparison(two: Facts) -> None:
    """What a person parted stays apart under other thresholds, and is shown as related."""
    GroupingPass(two).split(rows(two)["gazette"], "another bridge", NOON)
    for version in (VERSION, "another"):
        group_new(two, NOON, version=version)
        story = Stories(two).of(rows(two)["post"])
        assert len(story.members) == 1
    assert [link.relation for link in story.related] == ["related"]


def test_a_split_keeps_others_from_bringing_them_together(two: Facts) -> None:
    """A third copy joins one of two that a person parted, never both."""
    GroupingPass(two).split(rows(two)["gazette"], "", NOON)
    carry(two, [copy("third", edited(word="Engineers"))], WIRE)
    group_new(two, NOON)
    assert sorted(map(len, grouped(two))) == [2]


def test_a_join_survives_a_new_comparison(facts: Facts) -> None:
    """What a person joined is one story whatever the rules say, and the evidence says so."""
    carry(facts, [copy("post"), copy("choir", "The choir sang. " * 20, title="Choir wins prize")], POST)
    number = rows(facts)
    GroupingPass(facts).join(number["post"], number["choir"], "the opening concert", NOON)
    group_new(facts, NOON)
    story = Stories(facts).of(number["choir"])
    assert set(story.rows) == {number["post"], number["choir"]}
    assert [merge.why for merge in story.merges] == ["joined by hand: the opening concert"]


def test_the_last_word_counts(two: Facts) -> None:
    """A join after a split brings the story back together."""
    number = rows(two)
    work = GroupingPass(two)
    assert work.split(number["gazette"], "", NOON) == (number["post"],)
    work.join(number["post"], number["gazette"], "", NOON)
    assert grouped(two) == {frozenset({"post", "gazette"})}
    assert work.split(number["gazette"], "", NOON) == (number["post"],)
    assert grouped(two) == set()


# Comparing again


def test_other_thresholds_compare_everything_again(two: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stored items are grouped anew when the rules' version changes, and nothing of the old answer stays."""
    monkeypatch.setattr(grouping_pass, "keys", lambda articles: [()] * len(articles))
    assert group_new(two, NOON) == 0
    assert group_new(two, NOON, version="strict") == 2
    assert grouped(two) == set()


def test_stories_hold_until_all_is_compared_anew(two: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """While other thresholds work through what is stored, what is published does not fall apart."""
    monkeypatch.setattr(grouping_pass, "_BATCH", 1)
    together = {frozenset({"post", "gazette"})}
    assert group_new(two, NOON, batches=1, version="another") == 1
    assert grouped(two) == together
    assert group_new(two, NOON, version="another") == 1
    assert grouped(two) == together


def test_a_changed_text_leaves_its_story(two: Facts) -> None:
    """When an item's text becomes another one, it is compared anew."""
    carry(two, [copy("gazette", "The choir sang all evening before a full house. " * 9, title="Choir closes season")], GAZETTE)
    group_new(two, NOON)
    assert grouped(two) == set()


def test_a_killed_grouping_goes_on_where_it_stopped(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Grouping in batches that break off ends as the same stories as one that ran through."""
    pieces = wire(6, seed=5)
    store(facts, pieces)
    monkeypatch.setattr(grouping_pass, "_BATCH", 7)
    for _ in _until_done(facts, monkeypatch):
        pass
    assert grouped(facts) == _expected(pieces)


def _until_done(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Break off every other batch in its middle."""
    whole = StoryTables.replace_stories
    for turn in range(100):
        with monkeypatch.context() as broken:
            if turn % 2 == 0:
                broken.setattr(StoryTables, "replace_stories", _break)
            try:
                if group_new(facts, LATER, batches=1) == 0:
                    return
            except KeyboardInterrupt:
                assert StoryTables.replace_stories is not whole
        yield


def _break(*_: object) -> None:
    raise KeyboardInterrupt


def _expected(pieces: list[Piece]) -> set[frozenset[str]]:
    names = {piece.story for piece in pieces if not piece.story.startswith("twin")}
    return {frozenset(piece.id for piece in pieces if piece.story == name) for name in names}


def test_batches_are_bounded(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call does at most the batches it was given."""
    monkeypatch.setattr(grouping_pass, "_BATCH", 3)
    store(facts, wire(2, seed=5))
    assert group_new(facts, LATER, batches=2) == 6


def test_sketches_go_with_the_window(two: Facts) -> None:
    """When nothing new can be like an old item, its keys are dropped; the story stays."""
    count = two.database.schema.table("story_band").count
    group_new(two, NOON + timedelta(days=3))
    assert two.database.schema.table("story_band").count == count > 0
    group_new(two, NOON + timedelta(days=17))
    assert two.database.schema.table("story_band").count == 0
    assert len(grouped(two)) == 1


@pytest.mark.usefixtures("by_migrations")
def test_an_older_database_gains_the_tables(facts: Facts) -> None:
    """A database from before stories opens, keeps its rows, and is grouped."""
    carry(facts, [copy("post")], POST)
    carry(facts, [copy("gazette", edited())], GAZETTE)
    _before_stories(facts.database.schema)
    group_new(facts, NOON)
    assert grouped(facts) == {frozenset({"post", "gazette"})}


def _before_stories(db: Database) -> None:
    """Apply all but the migrations of stories, by hand."""
    pending = [step.name for step in migrations.pending(db)]
    assert "stories" in pending
    migrations.apply(db, stop_before="stories")
    assert "story" not in db.table_names()


# The command


def test_a_story_is_shown_parted_and_joined(cli: Cli) -> None:
    """`stories show` lists carriers and reasons, `split` and `join` change the story, `explain` says why in one line."""
    _home(cli)
    shown = cli("stories", "show", "post").stdout
    assert "2 items are one story: the same text" in shown
    assert "stands for the story; The Harbour Post  http://post.example/bridge" in shown
    assert "The Gazette  http://gazette.example/bridge" in shown
    assert "2 items are one story: the same text" in cli("explain", "post").stdout
    assert cli("explain", "post", "--with", "gazette").stdout.startswith("one story; same: the same text; ")
    assert cli("stories", "split", "gazette", "--reason", "mine").exit_code == 0
    assert cli("stories", "show", "post", "gazette").stdout.startswith("two stories; same: ")
    assert "related " in cli("stories", "show", "post").stdout
    assert cli("stories", "join", "gazette", "post").exit_code == 0
    assert cli("stories", "show", "post", "gazette").stdout.startswith("one story; ")


def _home(cli: Cli) -> None:
    with Facts(cli.home / "topicwire.db") as facts:
        carry(facts, [copy("post")], POST)
        carry(facts, [replace(copy("gazette", edited()), url="http://gazette.example/bridge")], GAZETTE)
        group_new(facts, NOON)


def test_mistakes_are_told(cli: Cli) -> None:
    """An item without copies cannot be split, an item cannot join itself; two carriers of one item are said to be one."""
    _home(cli)
    cli("stories", "split", "gazette")
    alone = cli("stories", "split", "gazette")
    assert (alone.exit_code, "has no copies" in alone.stderr) == (2, True)
    itself = cli("stories", "join", "post", "post")
    assert (itself.exit_code, "is that item itself" in itself.stderr) == (2, True)
    assert "is one item" in cli("stories", "show", "post", "post").stdout


# Finding an item


def test_an_item_is_found_by_each_of_its_names_by_indexes_alone(facts: Facts) -> None:
    """An id, its beginning, a guid, an address with or without a key, and former names lead to an item; no table is read whole."""
    carry(
        facts, [copy("post", url="http://post.example/bridge?utm_source=feed"), copy("site", edited(), url="http://site.example/")]
    )
    carry(facts, [copy("post", url="http://post.example/bridge-reopens")])
    number = rows(facts)
    ids = {stored.row: stored.id for stored in facts.items.all()}
    names = ("post", "http://post.example/bridge-reopens", "http://post.example/bridge?utm_source=feed", ids[number["post"]])
    for name in (*names, ids[number["post"]][:6]):
        assert [found.row for found in facts.items.find(name)] == [number["post"]], name
    assert [found.row for found in facts.items.find("http://site.example/")] == [number["site"]]
    assert facts.items.find("http://post.example/other") == ()
    plan = facts.database.execute(f"explain query plan {stored_items._NAMED}", {"n": "x", "key": "x"}).fetchall()
    assert not [said for *_, said in plan if said.startswith("SCAN") and "CONSTANT" not in said], plan
