"""A correction of any field is stored and shown; only a significant one moves `updated`."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import HARBOUR, ITEM, Cli, carry, home_at, item, shown, topic, write_topic
from support import NOON, TEXT, Clock, FakeWeb, rss, rss_item

from feeds.cli.home import target_of
from feeds.publication.entry import FeedEntry
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from ingest.model import Author, Category, Enclosure, Item, Place, Source, StoredItem
from ingest.store.facts import Facts

MEMORY = Path(":memory:")
GAZETTE = Source("http://gazette.example/rss", title="The Gazette", site_url="http://gazette.example/")
LATER = NOON + timedelta(hours=1)
NEVER_CORRECTED = {"id", "updated"}  # what an entry has once, and what tells of other words

names = st.text("abcdefgh é", min_size=1, max_size=12).map(str.strip).filter(bool)
addresses = st.sampled_from([f"http://post.example/{page}" for page in ("a", "b?x=1", "c#part-1", "d.html")])
moments = st.integers(1, 10_000).map(lambda minutes: NOON - timedelta(minutes=minutes))
raws = st.none() | names
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "guid": st.none() | st.sampled_from(["urn:x:1", "http://post.example/?p=2"]),
    "url": addresses | st.none(),
    "title": names.map(lambda words: f"The last ferry leaves the harbour {words}"),
    "title_inferred": st.booleans(),
    "summary": names.map(lambda words: f"<p>{words}</p>"),
    "content": names.map(lambda words: f"<p>{words}</p>"),
    "text": names.map(lambda words: f"Forty passengers came to wave {words}"),
    "boilerplate": names,
    "language": st.sampled_from(["en", "de", "he", None]),
    "language_from": st.sampled_from(["declared", "detected", None]),
    "published": moments | st.none(),
    "published_raw": raws,
    "updated": moments | st.none(),
    "updated_raw": raws,
    "authors": st.lists(st.builds(Author, names, st.none() | addresses, st.none() | st.just("a@a.example")), max_size=3).map(tuple),
    "categories": st.lists(st.builds(Category, names, st.none() | addresses, raws), max_size=3).map(tuple),
    "enclosures": st.lists(st.builds(Enclosure, addresses, st.just("audio/mpeg"), st.integers(0, 99)), max_size=3).map(tuple),
    "places": st.lists(st.builds(Place, st.just("point"), st.sampled_from(["1 2", "3 4"])), max_size=2).map(tuple),
}


@st.composite
def corrections(draw: st.DrawFn) -> tuple[Item, Item, str]:
    """Return an item, the same with one field changed, and the field's name."""
    name = draw(st.sampled_from(sorted(VALUES)))
    before = item(**{name: draw(VALUES[name])})
    return before, replace(before, **{name: draw(VALUES[name].filter(lambda value: value != getattr(before, name)))}), name


def only(facts: Facts) -> StoredItem:
    """Return the one stored item."""
    (stored,) = facts.items.all()
    return stored


def entry(facts: Facts, home: Path) -> FeedEntry:
    """Classify, and give the one entry that the topic's feed has."""
    classifications, by = Classifications(facts), topic()
    classify_new(facts, classifications, (by,), LATER)
    (said,) = shown(facts, classifications, by, target_of(home_at(home, clock=Clock(LATER)), facts))
    return said


def test_every_field_of_an_item_is_tried() -> None:
    """A field that is added later is corrected here too."""
    assert VALUES.keys() == {field.name for field in fields(Item)}


@given(corrections())
@settings(max_examples=100)
def test_any_one_field_may_be_corrected(correction: tuple[Item, Item, str]) -> None:
    """What is stored is what the source says now, whichever field it changed, and looking again changes nothing."""
    before, after, _ = correction
    with Facts(MEMORY) as facts:
        carry(facts, [before])
        assert only(facts).item == before
        carry(facts, [after], at=LATER)
        assert only(facts).item == after
        known = only(facts)
        assert carry(facts, [after], at=LATER) == carry(facts, [after], at=LATER)
        assert only(facts) == known
        carry(facts, [before], at=LATER)
        assert only(facts).item == before


@given(correction=corrections())
@settings(max_examples=40)
def test_any_one_field_reaches_the_feed(correction: tuple[Item, Item, str]) -> None:
    """The entry says what the source says now; `updated` moves for other words and for nothing else."""
    before, after, name = correction
    with Facts(MEMORY) as facts:
        carry(facts, [before])
        first = entry(facts, Path())
        carry(facts, [after], at=LATER)
        said = entry(facts, Path())
        with Facts(MEMORY) as fresh:
            carry(fresh, [after])
            wanted = entry(fresh, Path())
    for published in (one.name for one in fields(FeedEntry) if one.name not in NEVER_CORRECTED):
        assert getattr(said, published) == getattr(wanted, published)
    moved = name in {"title", "text"}
    assert (said.updated > first.updated) is moved
    assert said.id == first.id


def test_a_correction_is_told_where_it_is_shown() -> None:
    """The number of change rises with what is published, and not with how a date was written."""
    with Facts(MEMORY) as facts:
        carry(facts, [ITEM])
        first = only(facts).seq
        assert carry(facts, [item(published_raw="noon", language_from="detected")], at=LATER).changed == 0
        assert only(facts).seq == first
        assert carry(facts, [item(authors=(Author("Ann"),))], at=LATER).changed == 1
        assert only(facts).seq > first
        assert (only(facts).changed, only(facts).versions) == (NOON, 1)


def test_a_date_that_nobody_believes_tells_nothing() -> None:
    """A source that dates its entries anew in every answer keeps nobody busy."""
    with Facts(MEMORY) as facts:
        carry(facts, [item(published=LATER)])
        first = only(facts).seq
        assert carry(facts, [item(published=LATER + timedelta(hours=1))], at=LATER).changed == 0
        assert (only(facts).seq, only(facts).item.published) == (first, LATER + timedelta(hours=1))


def test_what_changes_in_every_answer_is_told_so_often_and_no_more() -> None:
    """It is stored each time; after fifty times it no longer makes anybody classify and publish anew."""
    with Facts(MEMORY) as facts:
        for number in range(60):
            carry(facts, [item(enclosures=(Enclosure(f"http://post.example/{number}.mp3"),))], at=LATER)
        assert only(facts).seq <= 52
        assert only(facts).item.enclosures[0].url == "http://post.example/59.mp3"
        assert facts.database.execute("select count(*) from version").fetchone()[0] == 1


def test_the_words_of_a_correction_are_found() -> None:
    """The full-text index holds every wording once, and stays intact."""
    with Facts(MEMORY) as facts:
        carry(facts, [item(), item(guid="urn:2", url="http://post.example/2", title="Bakery burns down")])
        carry(facts, [item(authors=(Author("Ann"),))], at=LATER)
        carry(facts, [item(title="The very last ferry leaves the harbour")], at=LATER)
        count = "select count(*) from version_fts where version_fts match ?"
        assert [facts.database.execute(count, [word]).fetchone()[0] for word in ("ferry", "very", "bakery")] == [2, 1, 1]
        facts.database.execute("insert into version_fts (version_fts, rank) values ('integrity-check', 1)")


def test_a_carrier_corrects_what_is_shown_of_it() -> None:
    """Another source's date fills in for one that the first does not give, also when it comes later."""
    with Facts(MEMORY) as facts:
        carry(facts, [item(published=None)])
        other = item(guid="z", published=None)
        carry(facts, [other], GAZETTE)
        seq = only(facts).seq
        carry(facts, [replace(other, published=NOON - timedelta(days=1))], GAZETTE, LATER)
        assert only(facts).item.published == NOON - timedelta(days=1)
        assert only(facts).seq > seq
        carry(facts, [replace(other, authors=(Author("Ben"),))], GAZETTE, LATER)
        assert only(facts).item.authors == ()


def test_an_older_version_is_corrected_where_it_lies() -> None:
    """A text whose key was made by an earlier program is the same text still."""
    with Facts(MEMORY) as facts:
        carry(facts, [ITEM])
        facts.database.execute("update version set content_key = 'made before', authors = '[ ]'")
        facts.database.connection.commit()
        assert carry(facts, [item(updated_raw="x")], at=LATER).changed == 0
        assert carry(facts, [item(authors=(Author("Ann"),))], at=LATER).changed == 1
        assert only(facts).versions == 1


def test_a_sealed_entry_comes_back_with_its_correction(facts: Facts, home: Path) -> None:
    """It stands in the feed again, with the `updated` that it had: nothing significant happened."""
    many = [item(guid=f"g{n}", url=f"http://post.example/{n}", title=f"Ferry {n} leaves the harbour") for n in range(6)]
    classifications, by = Classifications(facts), topic()
    clock = Clock(LATER)

    def publish(*items: Item) -> tuple[FeedEntry, ...]:
        now = clock.forward(minutes=1)
        carry(facts, items, at=now)
        classify_new(facts, classifications, (by,), now)
        return shown(facts, classifications, by, target_of(home_at(home, {"publish.entries": "2"}, clock), facts))

    for one in many:
        entries = publish(one)
    assert many[0].title not in {entry.title for entry in entries}
    entries = publish(replace(many[0], authors=(Author("Ann"),)))
    (back,) = (entry for entry in entries if entry.title == many[0].title)
    assert back.authors == (Author("Ann"),)
    assert back.updated == ITEM.published


# From the network to the files


@pytest.fixture
def post(cli: Cli, web: FakeWeb) -> Callable[..., str]:
    """Return a home that is told what its one source serves now, and publishes it."""
    write_topic(cli.home, HARBOUR)
    cli.settings["fetch.allow"] = web.allow

    def serve(*items: str, **said: Any) -> str:
        web.serve("/feed", rss(*items, **said))
        done = cli("ingest", web.url("/feed"))
        assert done.exit_code == 0, done.stderr
        cli("publish")
        return done.stderr

    return serve


FERRY = ("The last ferry leaves the harbour", "http://post.example/ferry")


def test_a_correction_reaches_every_file(cli: Cli, post: Callable[..., str]) -> None:
    """An author, a category, an enclosure and a date that are added later stand in Atom, RSS, JSON and on the item's page."""
    clock: Clock = cli.clock
    post(rss_item(*FERRY, guid="g", date="Mon, 02 Mar 2026 10:00:00 GMT", text=TEXT))
    (before,) = cli.published().entries
    clock.forward(hours=1)
    extra = "<author>ann@post.example (Ann Ash)</author><category>Shipping</category>"
    extra += '<enclosure url="http://post.example/horn.mp3" type="audio/mpeg" length="9"/>'
    said = post(rss_item(*FERRY, guid="g", date="Mon, 02 Mar 2026 09:00:00 GMT", text=TEXT, extra=extra))
    assert "1 changed" in said
    (row,) = cli.rows("items", "--json")
    assert (row["authors"], row["categories"], row["published"]) == (["Ann Ash"], ["Shipping"], "2026-03-02T09:00:00Z")
    assert row["enclosures"][0]["url"] == "http://post.example/horn.mp3"
    (after,) = cli.published().entries
    assert (after.id, after.updated) == (before.id, before.updated)
    assert after.published == "2026-03-02T09:00:00Z"
    for name in ("harbour.atom", "harbour.rss", "harbour.json"):
        text = (cli.home / "public" / name).read_text(encoding="utf-8")
        assert all(word in text for word in ("Ann Ash", "Shipping", "http://post.example/horn.mp3"))
    page = (cli.home / "public" / "item" / f"{row['id']}.html").read_text(encoding="utf-8")
    assert "Ann Ash" in page
    assert "Shipping" in page


def test_another_address_reaches_the_feed(cli: Cli, post: Callable[..., str]) -> None:
    """An entry that moved is linked where it is now; by its old address it is still known."""
    post(rss_item(*FERRY, guid="g", text=TEXT))
    post(rss_item(FERRY[0], "https://www.post.example/2026/ferry-leaves", guid="g", text=TEXT))
    (row,) = cli.rows("items", "--json")
    assert row["url"] == "https://www.post.example/2026/ferry-leaves"
    assert len(row["sources"]) == 1
    assert cli.published().entries[0].link == row["url"]
    assert cli.rows("items", "--json") == [row]
