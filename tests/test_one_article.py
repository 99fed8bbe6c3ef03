"""What happens in life: when two sightings are one article, told by cases that feeds have really produced."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from support import NOON, TEXT

from ingest.documents.document import parse_document
from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source, SourceKind, SourceStatus, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.store import migrations
from ingest.store.database import Database
from ingest.store.facts import Facts

FEED = Source("http://a.example/rss", title="A", site_url="http://a.example/news/")
OTHER = Source("http://b.example/rss", title="B")
FOLDER = Source("seeds:", SourceKind.DOCUMENT, title="Seeds", status=SourceStatus.ONCE)
BAKERY = (
    "The bakery behind the church burned down on Sunday night, and by Monday noon the whole street had begun to rebuild it "
    "with what bricks, beams and ovens the neighbours could spare."
)
DAY = timedelta(days=1)

Served = Callable[..., list[StoredItem]]


@pytest.fixture
def served(facts: Facts) -> Served:
    """Record what a source serves at one look; give all that is stored."""

    def serve(source: Source, *items: Item, at: datetime = NOON) -> list[StoredItem]:
        feed = ParsedFeed(document_keys(items), site_url=source.site_url)
        facts.polls.record([(Outcome(source, at, feed=feed, body_hash="h"), SourceState(last_poll=at))])
        return list(facts.items.all())

    return serve


def story(number: int = 1, title: str = "Last ferry sails", text: str = TEXT, published: datetime | None = NOON) -> Item:
    """Make an article of the first feed."""
    return Item(f"g{number}", f"http://a.example/{number}", title, content=f"<p>{text}</p>", text=text, published=published)


def press_review(day: int, text: str) -> Item:
    """Make the press review of a day, as a source that gives it the same names every day does."""
    return replace(story(0, "Press review", text, NOON + day * DAY), guid="press", url="http://a.example/press")


# One source


def test_a_guid_that_flips_at_every_poll_makes_no_second_item(served: Served) -> None:
    """Some programs make a new guid for each answer: the address still names the article."""
    for number in range(5):
        stored = served(FEED, replace(story(), guid=f"flip-{number}"), at=NOON + number * DAY)
    assert len(stored) == 1


def test_an_address_with_a_new_session_at_every_poll_makes_no_second_row(served: Served) -> None:
    """The same guid and the same page under new tracking is the sighting that is known."""
    for number in range(5):
        stored = served(FEED, replace(story(), url=f"http://a.example/1?utm_term={number}"))
    assert len(stored) == 1
    assert len(stored[0].sightings) == 1


def test_a_guid_that_is_the_feeds_own_address_names_no_article(served: Served) -> None:
    """A feed of one entry that calls each by its own address loses none of them."""
    guid, url = "http://a.example/rss", "https://www.a.example/news/"
    served(FEED, replace(story(1), guid=guid, url=url))
    assert len(served(FEED, replace(story(2, "Bakery burns down", BAKERY), guid=guid, url=url))) == 2


def test_a_press_review_of_every_day_is_an_article_of_every_day(served: Served) -> None:
    """Title, guid and address are those of yesterday; the date and the words are not."""
    served(FEED, press_review(0, TEXT))
    stored = served(FEED, press_review(1, BAKERY), at=NOON + DAY)
    assert [item.item.text for item in stored] == [TEXT, BAKERY]
    edited = BAKERY.replace("Sunday", "Saturday")
    assert [i.item.text for i in served(FEED, press_review(1, edited), at=NOON + 2 * DAY)] == [TEXT, edited]


def test_an_edited_headline_is_a_version(served: Served) -> None:
    """The item stays itself, the old wording is kept."""
    served(FEED, story())
    (item,) = served(FEED, story(title="Ferry line closes after forty years"), at=NOON + DAY)
    assert (item.item.title, item.versions) == ("Ferry line closes after forty years", 2)


def test_an_edited_text_with_a_new_date_is_a_version(served: Served) -> None:
    """A date moved by days with most words kept is an edit, no next issue."""
    served(FEED, story())
    (item,) = served(FEED, story(text=TEXT + " The harbour office confirmed it.", published=NOON + 2 * DAY), at=NOON + 2 * DAY)
    assert item.versions == 2


def test_an_article_republished_after_a_month_is_the_same(served: Served) -> None:
    """A new date on the old words under the old address makes nothing new, with a new guid neither."""
    served(FEED, story())
    month = 30 * DAY
    assert len(served(FEED, story(published=NOON + month), at=NOON + month)) == 1
    assert len(served(FEED, replace(story(published=NOON + month), guid="again"), at=NOON + month)) == 1


def test_ten_articles_under_one_address_are_ten(served: Served) -> None:
    """A live page is no name of what is on it."""
    lines = [
        replace(story(n, f"{word} at the harbour", f"{word} {TEXT}"), url="http://a.example/live")
        for n, word in enumerate("abcdefghij")
    ]
    assert len(served(FEED, *lines)) == 10
    assert len(served(FEED, *lines)) == 10


# Across sources


@pytest.mark.parametrize(
    "address",
    [
        "https://www.a.example/1/?utm_source=rss",
        "https://amp.a.example/1",
        "https://a.example/1/amp/",
        "https://www.google.com/url?sa=t&url=https://a.example/1&usg=x",
    ],
)
def test_twins_and_redirectors_carry_the_same_article(served: Served, address: str) -> None:
    """However another source writes the address, the item gains a carrier, with the reason."""
    served(FEED, story())
    (item,) = served(OTHER, Item("x", address, "Ferry line closes", text="Short."))
    assert [seen.reason for seen in item.sightings] == ["first", "address"]
    assert item.sightings[1].url == address


def test_one_wire_text_under_two_addresses_is_one_article(served: Served) -> None:
    """The same title and words elsewhere, on the same days."""
    served(FEED, story())
    (item,) = served(OTHER, replace(story(), guid="x", url="http://b.example/z"))
    assert item.sightings[1].reason == "text"


def test_last_years_text_is_another_edition(served: Served) -> None:
    """The same greeting every year is not one article."""
    served(FEED, story())
    assert len(served(OTHER, replace(story(published=NOON + 365 * DAY), guid="x", url="http://b.example/z"))) == 2


# Documents


def document(facts: Facts, text: str) -> None:
    """Read a seed document."""
    feed = parse_document(text.encode(), "ferry.txt", NOON)
    facts.documents.record(Outcome(FOLDER, NOON, feed=feed, body_hash="h"), "ferry.txt")


@pytest.mark.parametrize(
    "text",
    [
        f"Last ferry sails\n\n{TEXT}\n",
        f"Last ferry sails\n\n{TEXT}\n\nShare this article\nSubscribe to our newsletter\n",
        f"{TEXT}\n",
    ],
    ids=["title and text", "boilerplate below", "no title"],
)
def test_a_seed_gains_address_and_date_from_a_later_feed(facts: Facts, served: Served, text: str) -> None:
    """The document was first; what the feed knows of the same words is the item's from then on."""
    document(facts, text)
    (before,) = facts.items.all()
    (item,) = served(FEED, story(), at=NOON + DAY)
    assert item.id == before.id
    assert (item.item.url, item.item.published, item.item.title) == ("http://a.example/1", NOON, "Last ferry sails")
    assert not item.item.title_inferred
    assert [seen.source.url for seen in item.sightings] == ["seeds:", FEED.url]
    assert item.seq > before.seq


def test_a_document_and_a_feed_make_one_item_in_any_order(facts: Facts, served: Served) -> None:
    """The feed first, then the document: the same item, the same text in force."""
    served(FEED, story())
    document(facts, f"Last ferry sails\n\n{TEXT}\n\nShare this article\nSubscribe to our newsletter\n")
    (item,) = facts.items.all()
    assert (item.item.url, item.item.title_inferred) == ("http://a.example/1", False)


def test_an_edited_document_does_not_take_the_word_back(facts: Facts, served: Served) -> None:
    """A document that changes later has a wording of its own; the feed's stays in force."""
    document(facts, f"Last ferry sails\n\n{TEXT}\n")
    served(FEED, story())
    document(facts, f"Last ferry sails\n\n{TEXT}\nA line added by hand.\n")
    (item,) = facts.items.all()
    assert item.item.text == TEXT


def test_a_short_document_is_no_feeds_article(facts: Facts, served: Served) -> None:
    """Few words recognise nothing in a feed."""
    document(facts, "Press review\n\nNothing today.\n")
    assert len(served(FEED, Item("g", "http://a.example/p", "Press review", text="Nothing today."))) == 2


# All at once


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_sources_makes_no_difference(facts: Facts, served: Served, order: tuple[int, ...]) -> None:
    """Whoever is read first, there are the same items with the same carriers."""
    brief = Item("x", "https://m.a.example/2", "Bakery", text="Brief.")
    for number in order:
        if number == 0:
            served(FEED, story(1), story(2, "Bakery burns down", BAKERY))
        elif number == 1:
            served(OTHER, brief, replace(story(), guid="y", url=None))
        else:
            document(facts, f"Last ferry sails\n\n{TEXT}\n\nShare this article\nSubscribe to our newsletter\n")
    carried = {frozenset(seen.source.url for seen in item.sightings) for item in facts.items.all()}
    assert carried == {frozenset({FEED.url, OTHER.url}), frozenset({FEED.url, OTHER.url, FOLDER.url})}


def test_an_older_database_learns_the_new_names(home: Path) -> None:
    """Addresses stored before are found under the names that are given now; nothing is lost."""
    path = home / "topicwire.db"
    db = Database(path)
    migrations.migrations.apply(db.schema, stop_before="words_of_documents")
    db.connection.executescript("""
        insert into source (id, url, kind, title, categories, origin, status, added)
            values (1, 'http://a.example/rss', 'feed', 'A', '[]', 'command', 'active', '2026-01-01T00:00:00Z');
        insert into item (id, uid, seq, version_id, first_seen, changed) values (1, 'u', 1, 1, '2026-01-01', '2026-01-01');
        insert into version (id, item_id, source_id, content_key, seen, title, title_inferred,
            text, authors, categories, enclosures)
            values (1, 1, 1, 'c', '2026-01-01T00:00:00Z', 'Last ferry sails', 0, 'x', '[]', '[]', '[]');
        insert into sighting (id, item_id, source_id, version_id, url, url_key, fingerprint, reason, first_seen)
            values (1, 1, 1, 1, 'https://amp.a.example/1', 'http://amp.a.example/1', 'f', 'first', '2026-01-01T00:00:00Z');
    """)
    db.close()
    with Facts(path) as facts:
        feed = ParsedFeed(document_keys((story(),)))
        facts.polls.record([(Outcome(OTHER, NOON, feed=feed, body_hash="h"), SourceState(last_poll=NOON))])
        (item,) = facts.items.all()
    assert [seen.reason for seen in item.sightings] == ["first", "address"]
