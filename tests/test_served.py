import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from support import NOON, TEXT, atom, atom_entry, rss, rss_item

from ingest.formats.feed import parse_feed
from ingest.formats.xml import feedparser_reader
from ingest.model import NOTHING, Before, ParsedFeed, Source
from ingest.normalize import Context, normalize
from ingest.poll_state import Outcome, SourceState
from ingest.raw import RawEntry, RawFeed, RawText
from ingest.store.facts import Facts

URL: Final = "http://harbour.example/feed"
SOURCE: Final = Source(URL)
ONE: Final = rss_item("One", "http://harbour.example/1", guid="1", text=f"<p>{TEXT}</p>")
TWO: Final = rss_item("Two", "http://harbour.example/2", guid="2", text="<p>words</p>")
CHANGED: Final = rss_item("Two", "http://harbour.example/2", guid="2", text="<p>other words</p>")


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database."""
    with Facts(home / "topicwire.db") as opened:
        yield opened


def parse(body: bytes, before: Before = NOTHING, url: str = URL) -> ParsedFeed:
    """Parse a feed of a source whose last document held `before`."""
    return parse_feed(body, {}, url, NOON, before)


def held(feed: ParsedFeed) -> Before:
    """Return what a document held, as the next is told."""
    return Before(feed.parser, dict(feed.served))


def titles(feed: ParsedFeed) -> list[str]:
    """Return the titles of the items that were made."""
    return [item.title for item, _ in feed.items]


def record(facts: Facts, feed: ParsedFeed) -> tuple[int, int]:
    """Store a document; give how many items were new and changed."""
    counts = facts.polls.record([(Outcome(SOURCE, NOON, feed=feed), SourceState())])
    return counts.new, counts.changed


# Parsing


def test_known_entries_are_not_made_again() -> None:
    """What was served before in the same words is named by its fingerprint alone, in the order of no matter what."""
    first = parse(rss(ONE, TWO))
    again = parse(rss(TWO, rss_item("Three", guid="3"), ONE), held(first))
    assert titles(first) == ["One", "Two"]
    assert titles(again) == ["Three"]
    assert set(first.fingerprints) < set(again.fingerprints)
    assert len(again.fingerprints) == 3


def test_a_changed_entry_is_made_again() -> None:
    """One word more, and the entry is read in full."""
    assert titles(parse(rss(ONE, CHANGED), held(parse(rss(ONE, TWO))))) == ["Two"]


def test_half_of_a_surrogate_pair_names_an_entry_too() -> None:
    """No encoding has it, and the entry is recognised nevertheless."""
    entries = tuple(RawEntry(name, texts=(RawText("title", f"{name} \ud83d"),)) for name in ("One", "Two"))
    raw, context = RawFeed(form="rss", entries=entries, total=2), Context(NOON, URL)
    first = normalize(raw, context)
    assert len({raw for raw, _ in first.served}) == 2
    assert titles(first) == ["One", "Two"]
    assert titles(normalize(raw, context, held(first))) == []


@pytest.mark.parametrize("inner", ["", "<language>fr</language>"])
def test_what_an_item_depends_on_makes_it_anew(inner: str) -> None:
    """Links depend on the feed's address, languages on the feed's: when these change, so may items."""
    before = held(parse(rss(ONE)))
    assert titles(parse(rss(ONE, extra=inner), before, URL if inner else "http://moved.example/feed")) == ["One"]


def test_entries_that_share_a_name_are_always_made() -> None:
    """What an address is worth is decided by all that have it: none of them is passed over."""
    body = rss(rss_item("One", "http://a.example/x"), rss_item("Two", "https://www.a.example/x/"), TWO)
    first = parse(body)
    again = parse(body, held(first))
    assert titles(again) == ["One", "Two"]
    assert again.items == first.items[:2]


def test_an_inherited_author_counts() -> None:
    """An Atom entry has its feed's author: another author makes another item."""
    bodies = [
        atom(atom_entry("One", "/1")).replace(b"<entry>", b"<author><name>%b</name></author><entry>" % n) for n in (b"A", b"B")
    ]
    again = parse(bodies[1], held(parse(bodies[0])))
    assert [author.name for item, _ in again.items for author in item.authors] == ["B"]


# Who reads


def test_the_reader_is_named() -> None:
    """A feed says which reader made its items."""
    assert parse(rss(ONE)).parser == "topicwire"
    assert parse(rss(ONE)[:-3]).parser == "feedparser"


def test_a_source_changes_hands_where_both_readers_agree() -> None:
    """What feedparser read before is read by our reader as soon as both call its entries the same."""
    assert parse(rss(ONE), Before("feedparser")).parser == "topicwire"


def test_a_source_stays_with_its_reader_where_they_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that would give other addresses does not take over: no old article becomes a new one."""
    other = feedparser_reader.read(rss(rss_item("One", "http://other.example/1", guid="1")), None, 9)
    monkeypatch.setattr(feedparser_reader, "read", lambda *_: other)
    kept = parse(rss(ONE), Before("feedparser"))
    assert (kept.parser, [item.url for item, _ in kept.items]) == ("feedparser", ["http://other.example/1"])


def test_both_readers_make_the_same_keys() -> None:
    """A document that breaks and is mended again brings nothing new."""
    whole, broken = parse(rss(ONE, TWO)), parse(rss(ONE, TWO)[:-3])
    assert [key for _, key in whole.items] == [key for _, key in broken.items]


# Storing


def test_what_was_served_is_stored(facts: Facts) -> None:
    """A source remembers its last document: its reader, and the fingerprint of each entry."""
    assert facts.polls.before(URL) == NOTHING
    feed = parse(rss(ONE, TWO))
    assert record(facts, feed) == (2, 0)
    assert facts.polls.before(URL) == held(feed)
    assert record(facts, parse(rss(ONE, CHANGED), facts.polls.before(URL))) == (0, 1)
    assert record(facts, parse(rss(ONE, TWO), facts.polls.before(URL))) == (0, 1)
    assert len(facts.polls.before(URL).entries) == 2


def test_an_entry_that_is_not_stored_as_it_is_now_is_not_known(facts: Facts) -> None:
    """When another process stored a later state meanwhile, the entry is read in full at the next poll."""
    first = parse(rss(TWO))
    record(facts, first)
    record(facts, parse(rss(CHANGED)))
    late = parse(rss(TWO), held(first))
    assert titles(late) == []
    record(facts, late)
    assert facts.polls.before(URL).entries == {}


def test_an_older_database_opens(home: Path, facts: Facts) -> None:
    """What polls brought before this table was made stays, and its sources were read by feedparser."""
    record(facts, parse(rss(ONE)))
    with sqlite3.connect(home / "topicwire.db") as old:
        old.execute("drop table served")
        old.execute("delete from _sqlite_migrations where name = 'what_was_served'")
    old.close()
    with Facts(home / "topicwire.db") as opened:
        assert [item.item.title for item in opened.items.all()] == ["One"]
        assert opened.polls.before(URL) == Before("feedparser")
        assert (
            opened.polls.record([(Outcome(SOURCE, NOON, feed=parse(rss(ONE), opened.polls.before(URL))), SourceState())]).new == 0
        )
        assert replace(opened.polls.before(URL), entries={}) == Before("topicwire")
