"""What has been kept long enough goes: by age and count, for sources and topics; archives and decisions stay, nothing returns."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from making import GAZETTE, POST, Cli, about, archiving_cli, carry, home_at, item, listed_poll
from support import FakeWeb, rss, rss_item

from feeds.cli.home import topics_of
from feeds.publication.erasure.retention import Purge, delete_expired, expired
from ingest.model import Item, Source
from ingest.settings import Retention
from ingest.store.facts import Facts
from topicwire_service import ServiceTicks, classify_and_publish

STORY = "The old ferry sailed from the harbour for the last time on Monday, and forty passengers came to wave. " * 3


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return a home with one topic, whose feed archives early, and no list of sources."""
    return archiving_cli(home)


def store(cli: Cli, *items: Item, source: Source = POST) -> None:
    """Store items of a source, none of which is in its last document any more, and publish them."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts:
        carry(facts, items, source, cli.clock())
        carry(facts, [], source, cli.clock())
        classify_and_publish(made, facts, topics_of(made))


def other(number: int) -> Item:
    """Return an item that no topic tags."""
    return about(number, "a bakery opens")


def long(number: int) -> Item:
    """Return an untagged item with a long text of its own."""
    return replace(other(number), text=f"bread{number} and rolls{number} " * 200)


def titles(cli: Cli) -> list[str]:
    """Return the numbers of the stored stories."""
    return [row["title"].removeprefix("Story ").partition(":")[0] for row in cli.rows("items", "--json")]


def purge(cli: Cli, **settings: str) -> str:
    """Delete what the settings say; give what the command said."""
    cli.settings |= {f"retention.{key}": value for key, value in settings.items()}
    done = cli("purge")
    assert done.exit_code == 0, done.stderr
    with closing(sqlite3.connect(cli.home / "topicwire.db")) as db:
        counted = """select language, count(*) from item i join version v on v.id = i.version_id
            where language is not null group by 1 order by 1"""
        kept = "select language, number from language_count where number != 0 order by 1"
        assert db.execute(counted).fetchall() == db.execute(kept).fetchall()
        assert db.execute("pragma foreign_key_check").fetchall() == []
        db.execute("insert into version_fts (version_fts, rank) values ('integrity-check', 1)")
    return done.stderr.strip()


def test_without_settings_nothing_goes(cli: Cli) -> None:
    """Nothing is ever deleted unless somebody says so; the command says which settings there are."""
    store(cli, about(1), other(2))
    cli.clock.forward(days=9_000)
    done = cli("purge")
    assert (done.exit_code, "retention.untagged_days" in done.stderr) == (2, True)
    assert len(titles(cli)) == 2


def test_untagged_items_go_by_age(cli: Cli) -> None:
    """Those that no topic tags go when their days are over; younger and tagged ones stay; a dry run deletes nothing."""
    store(cli, about(1), other(2))
    cli.clock.forward(days=20)
    store(cli, other(3))
    cli.clock.forward(days=11)
    cli.settings |= {"retention.untagged_days": "30"}
    assert [row["title"] for row in cli.rows("purge", "--dry-run", "--json")] == [other(2).title]
    assert sorted(titles(cli)) == ["1", "2", "3"]
    assert purge(cli) == "1 items deleted"
    assert sorted(titles(cli)) == ["1", "3"]
    assert purge(cli) == "0 items deleted"


def test_a_source_has_days_of_its_own(cli: Cli) -> None:
    """Another time for the untagged items of one source, shorter or longer than that of all."""
    store(cli, other(1))
    store(cli, other(2), source=GAZETTE)
    cli.clock.forward(days=40)
    purge(cli, sources=f"{POST.url}=30")
    assert titles(cli) == ["2"]
    purge(cli, sources=f"{GAZETTE.url}=90", untagged_days="30")
    assert titles(cli) == ["2"]


def test_a_source_keeps_its_newest(cli: Cli) -> None:
    """By count the oldest untagged items of each source go; tagged ones do not count."""
    for number in range(5):
        cli.clock.forward(hours=1)
        store(cli, other(number), about(100 + number))
        store(cli, other(10 + number), source=GAZETTE)
    purge(cli, untagged_per_source="2")
    assert sorted(titles(cli), key=int) == ["3", "4", "13", "14", "100", "101", "102", "103", "104"]


def test_tagged_items_go_by_topic_and_archives_stay(cli: Cli) -> None:
    """What is in an archive document only may go: the document keeps every byte, and no tombstone goes out."""
    for number in range(0, 12, 3):
        cli.clock.forward(hours=1)
        store(cli, *(about(one) for one in range(number, number + 3)))
    archives = {path: path.read_bytes() for path in (cli.home / "public").glob("*.archive-*")}
    feed = (cli.home / "public" / "harbour.atom").read_bytes()
    assert archives
    cli.clock.forward(days=50)
    assert purge(cli, topics="harbour=60", days="10") == "0 items deleted", "the topic's own days count"
    purge(cli, topics="other=60")
    left = {entry.title for entry in cli.published().entries}
    assert {row["title"] for row in cli.rows("items", "--json")} == left, "what the feed shows now stays"
    cli("publish")
    assert {path: path.read_bytes() for path in (cli.home / "public").glob("*.archive-*")} == archives
    assert (cli.home / "public" / "harbour.atom").read_bytes() == feed
    assert b"deleted-entry" not in feed


def test_a_story_goes_as_a_whole(cli: Cli) -> None:
    """A copy stays as long as the story that it belongs to, so that no entry is told anew."""
    lead = item(guid="urn:item:lead", url="http://post.example/lead", title="The ferry leaves the harbour today", text=STORY)
    copy = replace(
        lead,
        guid="urn:item:copy",
        url="http://gazette.example/copy",
        text=STORY.replace("harbour", "quay"),
        title="The ferry leaves today",
    )
    store(cli, lead)
    cli.clock.forward(hours=20)
    store(cli, copy, other(3), source=GAZETTE)
    assert [row["tags"] for row in cli.rows("items", "--json")] == [["harbour"], [], []]
    cli.clock.forward(days=15)
    purge(cli, untagged_days="10", days="30")
    assert [row["guid"] for row in cli.rows("items", "--json")] == ["urn:item:lead", "urn:item:copy"]


def test_what_a_person_decided_stays(cli: Cli) -> None:
    """A review is kept with its item, however old."""
    store(cli, other(1), other(2))
    assert cli("review", "reject", "http://post.example/1", "--topic", "harbour", "--reason", "no boat").exit_code == 0
    cli.clock.forward(days=100)
    purge(cli, untagged_days="30")
    assert titles(cli) == ["1"]


def test_what_is_still_served_stays_and_what_went_does_not_return(cli: Cli, web: FakeWeb) -> None:
    """An item in the last document is kept; one that an archive brings again is not stored again."""
    cli.settings["fetch.allow"] = web.allow
    made = home_at(cli.home, cli.settings, cli.clock)
    old = rss_item("An old bakery", "http://post.example/1", guid="urn:1")
    new = rss_item("A new bakery", "http://post.example/2", guid="urn:2")
    url = web.serve("/feed", rss(old))
    listed_poll(made, url)
    web.serve("/feed", rss(new))
    listed_poll(made, url)
    cli("publish")
    cli("run", "--once")
    cli.clock.forward(days=100)
    purge(cli, untagged_days="30")
    assert [row["title"] for row in cli.rows("items", "--json")] == ["A new bakery"]
    web.serve("/feed", rss(new, old))
    listed_poll(made, url)
    assert [row["title"] for row in cli.rows("items", "--json")] == ["A new bakery"]


def test_what_came_after_is_classified_all_the_same(cli: Cli) -> None:
    """The highest number of change is not given twice: the next item would be taken for one that is classified."""
    store(cli, about(1))
    store(cli, other(2))
    cli.clock.forward(days=100)
    purge(cli, untagged_days="30")
    assert titles(cli) == ["1"]
    store(cli, about(3))
    assert [row["tags"] for row in cli.rows("items", "--json")] == [["harbour"], ["harbour"]]
    store(cli, other(4))
    cli("forget", "http://post.example/4", "--yes")
    store(cli, about(5))
    assert [row["tags"] for row in cli.rows("items", "--json")] == [["harbour"]] * 3


@pytest.fixture
def service(cli: Cli) -> Iterator[ServiceTicks]:
    """Yield the ticks of a service that deletes by its settings."""
    cli.settings |= {"retention.untagged_days": "30"}
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        yield ServiceTicks(made, engine)


def test_the_service_deletes_once_an_hour(cli: Cli, service: ServiceTicks) -> None:
    """Its housekeeping does what the command does, and gives free pages back to the disk."""
    store(cli, *map(long, range(250)))
    cli.clock.forward(days=100)
    with Facts(cli.home / "topicwire.db") as facts:
        facts.tidy()
    before = (cli.home / "topicwire.db").stat().st_size
    service.housekeeping()
    assert titles(cli) == []
    service.housekeeping()
    assert (cli.home / "topicwire.db").stat().st_size < before / 2


def test_a_large_home_is_looked_at_in_parts(cli: Cli) -> None:
    """The service looks at some items an hour: all have their turn, again and again, by the same rules as all at once."""
    store(cli, *map(other, range(1, 13)))
    store(cli, *map(other, range(21, 25)), source=GAZETTE)
    cli.clock.forward(days=40)
    with home_at(cli.home).facts() as facts:
        for rules, deleted in ((Retention(untagged_per_source=9), 3), (Retention(untagged_days=30), 13)):
            purge = Purge(rules, cli.clock(), b"secret", most=100, looked=5)
            assert len(expired(facts, purge)) == deleted
            hours = [delete_expired(facts, purge) for _ in range(6)]
            assert (sum(hours), max(hours) <= 5) == (deleted, True)


def test_an_hour_without_anything_to_delete_costs_the_same_in_a_large_home(cli: Cli) -> None:
    """What the database does for the rules does not grow with the home, once the turn is past what is not old enough."""
    rules = Retention(untagged_days=30, days=30, untagged_per_source=1_000, topics=("harbour=60",))
    work = []
    for number in (30, 90):
        store(cli, *(about(n, "a ferry" if n % 3 else "a bakery") for n in range(number)))
        with home_at(cli.home).facts() as facts:
            steps: list[int] = []
            facts.database.connection.set_progress_handler(partial(steps.append, 1), 1)
            assert delete_expired(facts, Purge(rules, cli.clock(), b"secret", most=100, looked=10)) == 0
            work.append(len(steps))
    assert work[1] < 1.2 * work[0]


def test_an_older_database_shrinks_on_request(cli: Cli) -> None:
    """A file that was not made to give pages back is rewritten with --compact, and gives them back from then on."""
    path = cli.home / "topicwire.db"
    store(cli, *map(long, range(150)))
    with closing(sqlite3.connect(path)) as db:
        db.execute("pragma journal_mode=delete")
        db.execute("pragma auto_vacuum=none")
        db.execute("vacuum")
    cli.clock.forward(days=100)
    purge(cli, untagged_days="30")
    before = path.stat().st_size
    assert cli("purge", "--compact").exit_code == 0
    with Facts(path) as facts:
        facts.tidy()
        assert facts.database.execute("pragma auto_vacuum").fetchone() == (2,)
    assert path.stat().st_size < before * 0.6


@pytest.mark.parametrize("entry", ["harbour", "harbour=", "=3", "harbour=0", "harbour=many"])
def test_days_that_are_none_are_refused(cli: Cli, entry: str) -> None:
    """One line with the form, exit code 2."""
    cli.settings |= {"retention.topics": entry}
    done = cli("items")
    assert (done.exit_code, 'write "harbour=365"' in done.stderr) == (2, True)


def test_days_are_settings_of_their_own(cli: Cli) -> None:
    """An address may hold an equals sign."""
    cli.settings |= {"retention.sources": "http://a.example/?x=1=30"}
    assert home_at(cli.home, cli.settings).settings.retention.days_of_sources == {"http://a.example/?x=1": 30}
