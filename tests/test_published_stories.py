"""One story, one entry: what stories become in feeds and on the command line."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from feed_history import ATOM, DELETED
from lxml import etree
from making import GAZETTE, POST, Cli, carry, home_at, item, topic, write_topic
from schema import valid
from story_making import BODY
from support import NOON

from feeds.cli.home import target_of
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.stories.grouping_pass import GroupingPass, group_new
from feeds.tagging.classification_pass import classify_new
from ingest.model import Item, Source
from ingest.store.facts import Facts

TW = "{urn:x-topicwire:evidence:1}"
CHOIR = Source("http://choir.example/feed", title="The Choir")
ON_TOPIC = "A ferry now waits in the harbour every half hour."


def copy(name: str, title: str = "Norwick bridge closes for a year of repairs", text: str = BODY, hours: float = 2) -> Item:
    """Return one paper's copy of the text about the bridge, some hours before noon."""
    url = f"http://{name}.example/bridge"
    return item(guid=f"urn:{name}", url=url, title=title, text=text, summary="", published=NOON - timedelta(hours=hours))


@dataclass
class Publisher:
    """A home with one topic, and what its feed says."""

    facts: Facts
    home: Path
    now: datetime = NOON

    def publish(self) -> etree._Element:
        """Group, classify and publish what is stored; return the feed, which is valid."""
        classifications, chosen = Classifications(self.facts), (topic(),)
        group_new(self.facts, self.now)
        classify_new(self.facts, classifications, chosen, self.now)
        target = target_of(home_at(self.home), self.facts)
        publish(self.facts, classifications, chosen, target)
        return valid((self.home / "public" / "harbour.atom").read_bytes())

    def row(self, guid: str) -> int:
        """Return an item's number."""
        return self.facts.items.find(guid)[0].row


@pytest.fixture
def publisher(facts: Facts, home: Path) -> Publisher:
    """Return a publisher with the Post's original and the Gazette's later, edited copy."""
    write_topic(home)
    carry(facts, [copy("post", text=f"{BODY} {ON_TOPIC}")], POST)
    carry(facts, [copy("gazette", "Bridge at Norwick shut for year of repairs", BODY.replace("Tuesday", "soon"), 1)], GAZETTE)
    return Publisher(facts, home)


def entries(feed: etree._Element) -> list[etree._Element]:
    """Return the entries of a feed."""
    return feed.findall(ATOM + "entry")


def carriers(entry: etree._Element) -> list[tuple[str, str]]:
    """Return who carried an entry, and the first words of why that is known."""
    return [(one.get("title", ""), one.get("reason", "").partition(";")[0]) for one in entry.findall(TW + "carrier")]


def test_copies_of_one_article_are_one_entry(publisher: Publisher) -> None:
    """The original speaks for it; every carrier is listed with the reason, the language, the time and the link."""
    (entry,) = entries(publisher.publish())
    assert entry.findtext(ATOM + "title") == "Norwick bridge closes for a year of repairs"
    assert carriers(entry) == [("The Harbour Post", "first"), ("The Gazette", "same: the same text")]
    second = entry.findall(TW + "carrier")[1]
    assert (second.get("href"), second.get("hreflang")) == ("http://gazette.example/bridge", "en")
    related = [link.get("href") for link in entry.findall(ATOM + "link") if link.get("rel") == "related"]
    assert related == ["http://gazette.example/bridge"]
    assert "Carried by The Harbour Post; also by The Gazette." in (entry.findtext(ATOM + "summary") or "")


def test_a_copy_by_the_same_publisher_can_be_reached_too(publisher: Publisher, facts: Facts) -> None:
    """What a source carried at two addresses is named once in words, and both addresses are there: nothing is hidden."""
    again = replace(copy("post", text=f"{BODY} {ON_TOPIC}", hours=1), guid="urn:post-2", url="http://post.example/bridge-again")
    carry(facts, [again], POST)
    (entry,) = entries(publisher.publish())
    links = [link.get("href") for link in entry.findall(ATOM + "link") if link.get("rel") in {None, "alternate", "related"}]
    assert sorted(map(str, links)) == [
        "http://gazette.example/bridge",
        "http://post.example/bridge",
        "http://post.example/bridge-again",
    ]
    assert "Carried by The Harbour Post; also by The Gazette." in (entry.findtext(ATOM + "summary") or "")


def test_a_tag_on_any_carrier_tags_the_story(facts: Facts, home: Path) -> None:
    """The words stand in the copy alone: the entry says in whose."""
    write_topic(home)
    carry(facts, [copy("post")], POST)
    carry(facts, [copy("gazette", text=f"{BODY} {ON_TOPIC}", hours=1)], GAZETTE)
    (entry,) = entries(Publisher(facts, home).publish())
    assert "(in the copy of The Gazette)" in (entry.findtext(ATOM + "summary") or "")
    assert [name for name, _ in carriers(entry)] == ["The Harbour Post", "The Gazette"]


def test_a_late_carrier_joins_without_making_the_entry_new(publisher: Publisher) -> None:
    """Id and `updated` stay; the third carrier is listed last."""
    (before,) = entries(publisher.publish())
    carry(publisher.facts, [copy("choir", text=BODY.replace("painful", "hard"), hours=-4)], CHOIR, NOON + timedelta(hours=5))
    (after,) = entries(publisher.publish())
    for name in ("id", "updated", "published"):
        assert after.findtext(ATOM + name) == before.findtext(ATOM + name)
    assert [name for name, _ in carriers(after)] == ["The Harbour Post", "The Gazette", "The Choir"]


def test_what_a_person_parts_is_two_entries_again(publisher: Publisher) -> None:
    """The copy has words of the topic's own: apart, it stands for itself."""
    carry(publisher.facts, [copy("choir", text=f"{BODY} {ON_TOPIC} So says the choir.", hours=1)], CHOIR)
    assert len(entries(publisher.publish())) == 1
    GroupingPass(publisher.facts).split(publisher.row("urn:choir"), "another bridge", NOON)
    assert len(entries(publisher.publish())) == 2


def test_what_a_person_joins_leaves_a_tombstone_that_says_where_it_went(publisher: Publisher) -> None:
    """An entry that was published and is now a copy is deleted, with the id of the story it belongs to."""
    carry(publisher.facts, [_boat()], CHOIR)
    first = {entry.findtext(ATOM + "id") for entry in entries(publisher.publish())}
    assert len(first) == 2
    GroupingPass(publisher.facts).join(publisher.row("urn:post"), publisher.row("urn:boat"), "one event", NOON)
    feed = publisher.publish()
    (entry,) = entries(feed)
    (gone,) = feed.findall(DELETED)
    assert {entry.findtext(ATOM + "id"), gone.get("ref")} == first
    assert f"same story as {entry.findtext(ATOM + 'id')}" in "".join(str(text) for text in gone.itertext())


def _boat() -> Item:
    return item(
        guid="urn:boat",
        url="http://choir.example/boat",
        title="A boat for the ferry company is launched in the harbour",
        text="The small boat was blessed by the pastor. Two hundred people sang on the quay until it rained.",
        published=NOON - timedelta(hours=1),
    )


def test_json_and_atom_name_the_same_carriers(publisher: Publisher) -> None:
    """Both forms of the feed say who carried the story and why that is known."""
    (entry,) = entries(publisher.publish())
    (same,) = json.loads((publisher.home / "public" / "harbour.json").read_bytes())["items"]
    said = [(one["title"], one["reason"].partition(";")[0]) for one in same["_topicwire"]["carriers"]]
    assert said == carriers(entry)
    assert [one["language"] for one in same["_topicwire"]["carriers"]] == ["en", "en"]


def test_nothing_is_published_twice_for_a_story_that_does_not_change(publisher: Publisher) -> None:
    """Publishing again touches no file."""
    publisher.publish()
    before = {path: path.stat().st_mtime_ns for path in (publisher.home / "public").rglob("*")}
    publisher.publish()
    assert {path: path.stat().st_mtime_ns for path in (publisher.home / "public").rglob("*")} == before


def test_explain_says_why_these_are_one(publisher: Publisher) -> None:
    """Both questions have a one-line answer, and a copy without the words says through which other it is published."""
    publisher.publish()
    cli, lead = Cli(publisher.home), publisher.facts.items.find("urn:post")[0].id
    lines = cli("explain", "urn:gazette").stdout.splitlines()
    assert f"  2 items are one story: the same text; {lead} stands for it" in lines
    assert f"  published there with its story: {lead} is tagged" in lines
    assert cli("explain", "urn:post", "--with", "urn:gazette").stdout.startswith("one story; same: the same text; ")
