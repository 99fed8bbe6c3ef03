from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import GAZETTE, HARBOUR, INSTANCE, ITEM, SEED, classification, document, entry, item, sighting, stored, topic
from support import NOON

from feeds.publication.entry import (
    TOPIC_SCHEME,
    PublishingPolicy,
    StoryEntry,
    _beginning,
    feed_id,
    is_iri,
    make_entry,
    own_id,
    permanent_id,
    public_url,
)
from ingest.model import Author, Category, Enclosure, Item, Place, Source


@given(st.text(st.sampled_from("ab \n\u2003\x85")), st.integers(1, 40))
def test_an_excerpt_needs_only_the_beginning(text: str, limit: int) -> None:
    """Reading only what an excerpt can show gives the same beginning as reading all of a text."""
    whole, begun = " ".join(text.split()), _beginning(text, limit)
    assert begun[: limit + 1] == whole[: limit + 1]
    assert whole.startswith(begun)


# Addresses


@pytest.mark.parametrize(
    ("stored_as", "shown"),
    [
        ("http://post.example/#a#b", "http://post.example/#a%23b"),
        ("http://post.example/a[1]?q=[x]#[y]", "http://post.example/a%5B1%5D?q=%5Bx%5D#%5By%5D"),
        ("http://[2001:db8::1]/a|b", "http://[2001:db8::1]/a%7Cb"),
        ("http://post.example/100%", "http://post.example/100%25"),
        ("http://post.example/ä b", "http://post.example/ä%20b"),
        ("http://me:secret@post.example/x#y#z", "http://post.example/x#y%23z"),
        ("http://post.example/ok?a=1&b=%5B#c", "http://post.example/ok?a=1&b=%5B#c"),
    ],
)
def test_what_may_not_stand_in_an_address_is_encoded(stored_as: str, shown: str) -> None:
    """Everywhere in what is published; what is stored keeps the publisher's spelling (RFC 3987)."""
    what = item(url=stored_as, enclosures=(Enclosure(stored_as, "audio/mpeg"),))
    made = entry(stored(what, sighting(), sighting(GAZETTE, url=stored_as)))
    assert (made.url, made.enclosures[0].url, made.carriers[1].url) == (shown, shown, shown)
    assert what.url == stored_as


@given(st.text(max_size=30))
def test_any_address_is_an_iri_when_it_is_published(rest: str) -> None:
    """Whatever a publisher wrote behind the host."""
    assert is_iri(public_url(f"http://post.example/{rest}"))


# The id


@pytest.mark.parametrize(
    "guid",
    [
        "http://post.example/?p=1",
        "https://post.example/2026/03/ferry",
        "http://post.example/#story-1",
        "urn:uuid:6f1d2f0a-3c57-5b0e-9d52-7c1f6a0e4b11",
        "urn:isbn:0451450523",
        "tag:post.example,2026-03-02:ferry",
        "http://post.example/%D7%A9?a=1&b=2",
    ],
)
def test_a_valid_id_of_the_publisher_is_kept(guid: str) -> None:
    """The publisher's id is kept when it is an absolute URI in normal form."""
    assert permanent_id(guid) == guid


@pytest.mark.parametrize(
    "guid",
    [
        None,
        "",
        "1234",
        "ferry-leaves",
        "/2026/03/ferry",
        "post.example/ferry",
        "http:///ferry",
        "http://post.example/a b",
        'http://post.example/"x"',
        "http://post.example/<b>",
        "http://post.example/{id}",
        "http://post.example/100%",
        "http://post.example/[1]",
        "http://post.example/#a#b",
        "http://post.example",
        "HTTP://post.example/",
        "http://Post.example/",
        "http://post.example:80/",
        "http://post.example/a/../b",
        "http://post.example/%d7%a9",
        "http://post.example/%41",
        "https://пример.example/новость",
        "http://[/",
        "URN:ISBN:0451450523",
        "http://post.example/\x07",
        "http://post.example/\n",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "urn:",
        "urn:x:",
        "tag:post.example:ferry",
        "mailto:desk@post.example",
    ],
)
def test_an_unsound_id_of_the_publisher_is_not_kept(guid: str | None) -> None:
    """What is no absolute URI, not in normal form, or of another kind, is never an entry's id."""
    assert permanent_id(guid) is None


def test_our_own_id_depends_on_the_item_alone() -> None:
    """The id that we give is a urn:uuid, the same for the same item, another for another."""
    assert own_id("a1b2") == own_id("a1b2")
    assert own_id("a1b2") != own_id("a1b3")
    assert UUID(own_id("a1b2")).version == 5
    assert own_id("a1b2") == "urn:uuid:085f146c-b334-5ecc-a00f-54b0a1ebca17", "an id once published stands for ever"


def test_a_feed_has_an_id_of_its_own_in_each_database() -> None:
    """A feed's id depends on database and topic: two installations publish two feeds."""
    other = UUID(int=2)
    assert len({feed_id(i, t) for i in (INSTANCE, other) for t in ("harbour", "market")}) == 4
    assert feed_id(INSTANCE, "harbour") == feed_id(INSTANCE, "harbour")
    assert permanent_id(feed_id(INSTANCE, "harbour"))


# The dates


def test_what_the_publisher_dated_is_published_under_that_date() -> None:
    """A publication date in the past is taken over, and is the date of the last change too."""
    made = entry()
    assert (made.published, made.updated) == (ITEM.published, ITEM.published)


def test_an_item_without_a_date_has_none() -> None:
    """No date is invented: `published` is absent and `updated` is when the item was first seen."""
    made = entry(stored(item(published=None)))
    assert (made.published, made.updated) == (None, NOON)


def test_a_date_in_the_future_is_not_believed() -> None:
    """An item dated later than it was seen has no publication date, and was updated when it was seen."""
    made = entry(stored(item(published=NOON + timedelta(hours=5))))
    assert (made.published, made.updated) == (None, NOON)


def test_the_publishers_own_update_is_taken_over() -> None:
    """Where the publisher says when it updated, that is when."""
    assert entry(stored(item(updated=NOON - timedelta(hours=1)))).updated == NOON - timedelta(hours=1)


def test_an_update_in_the_future_is_not_believed() -> None:
    """An update later than the change was seen is dated when it was seen."""
    assert entry(stored(item(updated=NOON + timedelta(days=1)))).updated == NOON


def test_a_changed_text_without_a_date_was_updated_when_the_change_was_seen() -> None:
    """A second version without a date of its own is dated by the change; the publication date stays."""
    later = NOON + timedelta(hours=6)
    made = entry(stored(changed=later, versions=2))
    assert (made.published, made.updated) == (ITEM.published, later)


def test_seeing_an_item_again_changes_no_date() -> None:
    """A later carrier changes neither date: nothing significant happened."""
    again = stored(ITEM, sighting(), sighting(GAZETTE, first_seen=NOON + timedelta(days=2)))
    assert (entry(again).published, entry(again).updated) == (entry().published, entry().updated)


def test_a_feed_was_updated_with_its_newest_entry() -> None:
    """A feed's date is that of its newest change."""
    old, new = entry(), entry(stored(item(published=None)))
    assert document(old, new).updated == NOON


def test_an_empty_feed_is_as_old_as_its_topic() -> None:
    """A feed without entries takes the date of its topic file, else the epoch: never the clock."""
    assert document().updated == datetime(2026, 1, 5, tzinfo=UTC)
    assert document(by=topic(HARBOUR.replace("updated = 2026-01-05", ""))).updated == datetime(1970, 1, 1, tzinfo=UTC)


def test_a_topic_dated_to_the_minute_has_a_feed_too() -> None:
    """A time beside the day of a topic file does no harm."""
    assert document(by=topic(HARBOUR.replace("2026-01-05", "2026-01-05T08:30:00"))).updated == datetime(2026, 1, 5, tzinfo=UTC)


# The texts


def test_the_summary_ends_with_the_reason_and_the_carriers() -> None:
    """The last line of a summary says why it was tagged and who carried it."""
    made = entry(stored(ITEM, sighting(), sighting(GAZETTE)))
    text, _, why = made.summary.rpartition("<p><small>")
    assert text == "<p>Forty passengers came to wave.</p>\n"
    assert why.startswith("Tagged “Harbour news” because the title says “ferry” (ship) near “harbour” (place). ")
    assert why.endswith("Carried by The Harbour Post; also by The Gazette.</small></p>")


PAGES = "http://feeds.example/"


def test_an_entry_leads_to_its_evidence() -> None:
    """The why-line ends with a link to the page that shows all of it, in the summary and in the whole text."""
    made = entry(full=True, pages=PAGES)
    link = ' <a href="http://feeds.example/item/a1b2c3d4e5f60718.html">All evidence</a></small></p>'
    assert made.evidence == "http://feeds.example/item/a1b2c3d4e5f60718.html"
    assert made.summary.endswith(link)
    assert made.content.endswith(link)
    assert "evidence" not in made.why, "that is plain text"
    assert made.link == ITEM.url, "a reader still opens the article"


def test_an_item_without_an_address_is_opened_at_its_evidence() -> None:
    """A seed document has no address of its own that works elsewhere: its page is where a reader reads on."""
    made = entry(stored(item(url=None), sighting(SEED, url=None)), pages=PAGES)
    assert (made.url, made.link) == (None, "http://feeds.example/item/a1b2c3d4e5f60718.html")
    assert entry(stored(item(url=None))).link is None, "without pages it has none"


def test_the_copy_that_has_the_words_has_the_evidence() -> None:
    """Its page shows them, not the page of the copy that is published."""
    other = stored(row=2, id="b1b2c3d4e5f60718")
    story = StoryEntry(stored(), classification(stored()), ((other, "same"),), other)
    made = make_entry(story, topic(), "urn:x:1", PublishingPolicy(INSTANCE, full=False, pages=PAGES))
    assert made.evidence == "http://feeds.example/item/b1b2c3d4e5f60718.html"


def test_what_has_no_page_leads_to_none() -> None:
    """The items of a private topic have no page, nor those of a topic that takes everything."""
    private = topic(f"{HARBOUR}\n[publish]\nprivate = true\n")
    everything = topic('title = "All"\n')
    for by in (private, everything):
        made = entry(by=by, pages=PAGES)
        assert (made.evidence, "All evidence" in made.summary) == ("", False)


def test_a_single_carrier_is_named_alone() -> None:
    """Without a second carrier nothing is said of others."""
    assert entry().summary.endswith("Carried by The Harbour Post.</small></p>")


def test_names_and_texts_cannot_bring_markup() -> None:
    """What a feed calls itself, and an item's plain text, stand as text in the summary."""
    evil = sighting(Source("http://x.example/", title="<script>alert(1)</script>"))
    made = entry(stored(item(text="a <b> & c, ferry"), evil))
    assert "<script" not in made.summary
    assert made.summary.startswith("<p>a &lt;b&gt; &amp; c, ferry</p>")


def test_a_long_text_is_cut_after_a_sentence() -> None:
    """An excerpt keeps whole sentences and shows that there is more."""
    made = entry(stored(item(text="The ferry sailed at noon with some passengers. " * 30)))
    excerpt = made.summary.partition("</p>")[0].removeprefix("<p>")
    assert excerpt.endswith("passengers. …")
    assert 200 < len(excerpt) <= 602


def test_a_long_text_without_sentences_is_cut_at_a_word() -> None:
    """A text that never ends a sentence is cut between two words."""
    made = entry(stored(item(text="word " * 400)))
    assert made.summary.partition("</p>")[0].endswith("word…")
    assert len(made.summary.partition("</p>")[0]) <= 603


def test_an_item_without_a_text_has_the_reason_as_its_summary() -> None:
    """An item that is a title alone shows just why it is there."""
    assert entry(stored(item(text="", summary=""))).summary.startswith("<p><small>Tagged ")


def test_the_content_is_published_only_if_asked_for() -> None:
    """The whole text is left out by default, and has the reason below it when it is wanted."""
    whole = stored(item(content="<p>The whole story of the ferry.</p>"))
    assert entry(whole).content == ""
    wanted = entry(whole, full=True).content
    assert wanted.startswith("<p>The whole story of the ferry.</p>\n<p><small>Tagged ")


def test_a_summary_is_the_content_of_what_has_no_other() -> None:
    """Full content of an item that has only a summary is that summary."""
    assert entry(full=True).content.startswith(ITEM.summary)


def test_an_item_without_an_address_has_its_content() -> None:
    """An entry without an alternate link must have content (RFC 4287, 4.1.2), asked for or not."""
    made = entry(stored(item(url=None), sighting(url=None)))
    assert made.url is None
    assert made.content.startswith("<p>Forty passengers came to wave.</p>\n<p><small>")


def test_an_item_without_a_title_is_called_by_its_address_or_source() -> None:
    """A title is never empty: the address stands for it, else the name of the source."""
    assert entry(stored(item(title=""))).title == "http://post.example/ferry"
    assert entry(stored(item(title="", url=None))).title == "The Harbour Post"


# People, categories, enclosures, carriers


def test_the_authors_are_the_publishers_else_the_source() -> None:
    """Named authors are kept; where there is none the source stands, since some readers hide `source`."""
    ada = Author("Ada", "http://post.example/ada")
    assert entry(stored(item(authors=(ada,)))).authors == (ada,)
    assert entry().authors == (Author("The Harbour Post"),)


def test_a_category_always_has_a_scheme() -> None:
    """A category keeps its scheme; one without is a word of the vocabulary of the source that used it."""
    mine, other = Category("Boats"), Category("Ships", "urn:words", "On ships")
    made = entry(stored(item(categories=(mine, other))))
    assert made.categories == (Category("Boats", "http://post.example/"), other)


@pytest.mark.parametrize("scheme", ["keyword", "/tags/", "www.post.example/tags", "http://post.example/a b", "x y:z", ""])
def test_a_scheme_that_is_no_iri_is_replaced(scheme: str) -> None:
    """A scheme that would make the feed invalid gives way to the source's own."""
    made = entry(stored(item(categories=(Category("Boats", scheme, "On boats"),))))
    assert made.categories == (Category("Boats", "http://post.example/", "On boats"),)


def test_a_category_of_a_source_without_a_site_has_the_feeds_address_as_scheme() -> None:
    """A feed that names no site lends its own address."""
    siteless = sighting(Source("http://siteless.example/feed"))
    assert entry(stored(item(categories=(Category("Boats"),)), siteless)).categories[0].scheme == "http://siteless.example/feed"
    assert TOPIC_SCHEME.startswith("urn:")


def test_enclosures_are_kept() -> None:
    """What a publisher encloses is carried on, type and length as given."""
    horn = Enclosure("http://post.example/horn.mp3", "audio/mpeg", 9)
    assert entry(stored(item(enclosures=(horn,)))).enclosures == (horn,)


def test_each_source_is_one_carrier_first_carrier_first() -> None:
    """A source that carried the item twice is named once, with its first sighting and the reason it was recognised by."""
    again = sighting(url="http://post.example/ferry-2", first_seen=NOON + timedelta(hours=1), reason="guid")
    other = sighting(GAZETTE, url="http://gazette.example/f", reason="address")
    made = entry(stored(ITEM, sighting(), again, other))
    assert [(c.name, c.url, c.reason) for c in made.carriers] == [
        ("The Harbour Post", "http://post.example/ferry", "first"),
        ("The Gazette", "http://gazette.example/f", "address"),
    ]
    assert made.carriers[0].first_seen == NOON


# Where it came from


def test_the_origin_is_the_first_carrier() -> None:
    """The source of an entry is the feed that carried it first: its own id, title, addresses and date."""
    origin = entry(stored(ITEM, sighting(), sighting(GAZETTE))).origin
    assert (origin.id, origin.title) == ("http://post.example/feed.xml", "The Harbour Post")
    assert (origin.url, origin.site_url) == ("http://post.example/feed.xml", "http://post.example/")
    assert origin.updated == NOON - timedelta(hours=1)


def test_a_valid_id_of_the_source_is_kept() -> None:
    """A feed that has an id of its own is known by it."""
    named = Source("http://post.example/feed.xml", title="Post", feed_id="tag:post.example,2026:feed")
    assert entry(stored(ITEM, sighting(named))).origin.id == "tag:post.example,2026:feed"


def test_a_source_whose_address_is_not_in_normal_form_has_an_id_of_ours() -> None:
    """An address that may not be an id is not made one; it stays the address."""
    origin = entry(stored(ITEM, sighting(Source("http://Post.example/feed")))).origin
    assert origin.id.startswith("urn:uuid:")
    assert origin.url == "http://Post.example/feed"


def test_a_source_without_a_date_was_updated_when_it_carried_the_item() -> None:
    """A feed that says no date has that of the sighting, not of the latest poll."""
    assert entry(stored(ITEM, sighting(feed_updated=None))).origin.updated == NOON


def test_a_document_has_an_origin_without_an_address() -> None:
    """A seed document's source has an id of ours, a title, and no link."""
    origin = entry(stored(item(url=None), sighting(SEED, url=None))).origin
    assert origin.id.startswith("urn:uuid:")
    assert (origin.title, origin.url, origin.site_url) == ("Seed documents", None, None)


def test_a_category_of_a_document_has_a_scheme() -> None:
    """Documents have no address to lend, yet their categories have a scheme."""
    made = entry(stored(item(url=None, categories=(Category("Boats"),)), sighting(SEED, url=None)))
    assert made.categories[0].scheme


def test_a_subscribers_password_is_never_published() -> None:
    """A feed's address may hold a name and a password: no field of an entry shows them, not even as a name or a title."""
    hidden = "http://user:secret@post.example"
    seen = sighting(Source(f"{hidden}/feed", title="", site_url=hidden + "/"), url=f"{hidden}/ferry")
    kept = item(
        guid="1",
        title="",
        url=f"{hidden}/ferry",
        content=f'<a href="{hidden}/more">more</a>',
        categories=(Category("Boats"),),
        enclosures=(Enclosure(f"{hidden}/horn.mp3"),),
    )
    shown = entry(stored(kept, seen, sighting(Source(f"{hidden}/2", title=f"{hidden}/2"))), full=True)
    assert shown.content.startswith('<a href="http://post.example/more">more</a>')
    assert "secret" not in repr(replace(shown, classification=classification(stored())))
    assert (shown.url, shown.title) == ("http://post.example/ferry", "http://post.example/ferry")
    assert (shown.origin.url, shown.origin.title) == ("http://post.example/feed", "http://post.example/feed")


# What is remembered of what was published


@dataclass(frozen=True, slots=True)
class _LaterItem(Item):
    """An item of a later program, which reads one thing more."""

    of_tomorrow: str | None = None


def digest(what: Item) -> str:
    """Return what is remembered of an item that was published."""
    kept = stored(what)
    return StoryEntry(kept, classification(kept)).digest


def test_the_digest_of_an_entry_never_changes() -> None:
    """Databases hold it: another one would make every published entry look corrected."""
    whole = item(
        content="<p>x</p>",
        title_inferred=True,
        authors=(Author("Ann", "u", "e"),),
        categories=(Category("c", "s", "l"),),
        enclosures=(Enclosure("http://a/x.mp3?t=1", "audio/mpeg", 5, 6, "audio"),),
        places=(Place("point", "1 2"),),
    )
    assert digest(ITEM) == "2:bde5ed56ce20a94b2bccb60a.f0ac63cf8417b3b3ad0b7ad4"
    assert digest(whole) == "2:f2ddfbb73dad347da8bfc3e5.a50d7123dc476b8f7e45a32a"


def test_a_field_that_is_added_later_counts_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry without it stays as it was published; one that has it is published again, with the `updated` that it had."""
    known = digest(ITEM)
    monkeypatch.setattr("ingest.identity._LATER", (("of_tomorrow", None),))
    values = {one.name: getattr(ITEM, one.name) for one in fields(ITEM)}
    assert digest(_LaterItem(**values)) == known
    said = digest(_LaterItem(**values, of_tomorrow="Ann"))
    assert said != known
    assert said.partition(".")[0] == known.partition(".")[0]
