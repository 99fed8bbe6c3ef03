import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, TEXT

from ingest.errors import ParseError
from ingest.formats.autodiscovery import read_page
from ingest.formats.feed import parse_feed
from ingest.model import Author, Category, Enclosure, Item, ParsedFeed

URL = "http://host.example/feeds/all.json"
FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour & Quay",
    "home_page_url": "/",
    "feed_url": URL,
    "language": "de-AT",
    "authors": [{"name": "Die Redaktion", "url": "/wir"}],
}
ENTRY = {
    "id": "urn:e:1",
    "url": "/1",
    "title": "Die letzte Fähre legt ab",
    "content_html": '<p>Vierzig Fahrgäste winkten. <a href="/karte">Karte</a><script>bad()</script></p>',
    "summary": "Vierzig winkten.",
    "date_published": "2026-03-01T10:00:00+01:00",
    "date_modified": "2026-03-01T11:00:00Z",
    "tags": ["Hafen", "Hafen", "", 7],
    "attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 1234}, {"url": "ftp://x/"}, "no"],
}


def parse(*entries: Any, **feed: Any) -> ParsedFeed:
    """Parse a JSON Feed of these entries."""
    return parse_feed(json.dumps({**FEED, "items": list(entries), **feed}).encode(), {}, URL, NOON)


def item(**changes: Any) -> Item:
    """Parse the one entry with some keys changed."""
    return parse({**ENTRY, **changes}).items[0][0]


def test_a_feed_says_what_it_is() -> None:
    """Title, home page, language and its own address are taken; the parser is named."""
    feed = parse(ENTRY)
    assert (feed.title, feed.site_url, feed.feed_id) == ("Harbour & Quay", "http://host.example/", URL)
    assert (feed.language, feed.parser, feed.notes) == ("de", "jsonfeed", ())


def test_an_entry_is_translated_whole() -> None:
    """Every value arrives, made safe: no script, links absolute, dates in UTC, each tag once."""
    one = item()
    assert (one.guid, one.url, one.title) == ("urn:e:1", "http://host.example/1", "Die letzte Fähre legt ab")
    assert one.content.startswith('<p>Vierzig Fahrgäste winkten. <a href="http://host.example/karte"')
    assert "bad" not in one.content
    assert (one.summary, one.text) == ("<p>Vierzig winkten.</p>", "Vierzig Fahrgäste winkten. Karte")
    assert [str(moment) for moment in (one.published, one.updated)] == ["2026-03-01 09:00:00+00:00", "2026-03-01 11:00:00+00:00"]
    assert one.categories == (Category("Hafen"),)
    assert one.enclosures == (Enclosure("http://host.example/a.mp3", "audio/mpeg", 1234),)
    assert (one.language, one.language_from) == ("de", "declared")


def test_an_entry_without_an_author_has_its_feeds() -> None:
    """Authors are inherited, and an own one outranks them; version 1.0 named a single one."""
    assert item().authors == (Author("Die Redaktion", "http://host.example/wir"),)
    assert item(authors=[{"name": "Ann"}, {"name": "Ben"}]).authors == (Author("Ann"), Author("Ben"))
    assert item(author={"name": "Ann"}).authors == (Author("Ann"),)


def test_plain_text_is_text() -> None:
    """What stands in content_text is shown as it stands, a paragraph a line."""
    one = item(content_html=None, content_text="a < b\n\nand <b>so</b> on")
    assert one.content == "<p>a &lt; b</p><p>and &lt;b&gt;so&lt;/b&gt; on</p>"
    assert one.text == "a < b\nand <b>so</b> on"


def test_a_number_may_be_an_id() -> None:
    """Some publishers write ids as numbers; true and null are none."""
    assert [item(id=value).guid for value in (7, 7.5, True, None, [1])] == ["7", "7.5", None, None, None]


def test_an_external_address_is_second_best() -> None:
    """A link blog may give only the page that it points to."""
    assert item(url=None, external_url="http://other.example/a").url == "http://other.example/a"
    assert item(url="javascript:x", external_url="/b").url == "http://host.example/b"


def test_a_missing_title_is_inferred() -> None:
    """Micro-posts have none: the first line stands for it, and says so."""
    one = item(title=None, content_html=f"<p>{TEXT}</p>")
    assert one.title_inferred
    assert one.title.startswith("The old ferry")


@pytest.mark.parametrize("wrong", [{"tags": "x"}, {"attachments": {}}, {"authors": "Ann"}, {"title": []}, {"date_published": 5}])
def test_a_value_of_the_wrong_kind_is_absent(wrong: dict[str, Any]) -> None:
    """It costs itself, never its neighbours."""
    assert item(**wrong).url == "http://host.example/1"


@pytest.mark.parametrize("empty", [None, 7, "text", [], {}])
def test_an_entry_that_says_nothing_is_named(empty: Any) -> None:
    """It is left out with a note; its neighbours stay."""
    feed = parse(ENTRY, empty)
    assert len(feed.items) == 1
    assert feed.notes == ("entry 2 left out: it says nothing",)


def test_further_pages_are_not_followed() -> None:
    """A next page is noted, never fetched unasked."""
    assert parse(ENTRY, next_url="/2").notes == ("it names a next page, which is not followed",)


def test_a_feed_without_a_version_is_taken_by_its_look() -> None:
    """A document whose items look like JSON Feed's is one, repaired."""
    assert parse(ENTRY, version=None).notes == ("repaired: it does not say that it is a JSON Feed",)
    with pytest.raises(ParseError, match="not a JSON Feed"):
        parse({"sku": 1}, version=None)


def test_too_many_entries_are_cut() -> None:
    """The first five thousand are taken, and a note says so."""
    feed = parse(*({"id": str(n), "url": f"/{n}"} for n in range(5_001)))
    assert len(feed.items) == 5_000
    assert feed.notes == ("5001 entries: the first 5000 were taken",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_json_may_be_in_any_unicode_encoding(encoding: str) -> None:
    """With or without a mark, as RFC 4627 told them apart."""
    body = json.dumps({**FEED, "items": [ENTRY]}, ensure_ascii=False).encode(encoding)
    assert parse_feed(body, {}, URL, NOON).items[0][0].title == ENTRY["title"]


def test_one_bad_byte_spoils_one_character() -> None:
    """The byte is replaced, everything else stays."""
    body = json.dumps({**FEED, "items": [ENTRY]}, ensure_ascii=False).encode().replace("Fähre".encode(), b"F\xe4hre")
    assert parse_feed(body, {}, URL, NOON).items[0][0].title == "Die letzte F\ufffdhre legt ab"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "JSON that cannot be read"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[1, 2]", "a JSON document, not a JSON Feed"),
        (b'{"items": ' + b"9" * 5_000 + b"}", "JSON that cannot be read"),
    ],
)
def test_what_is_no_json_feed_is_refused_in_words(body: bytes, what: str) -> None:
    """Broken, deep and foreign JSON ends in one line."""
    with pytest.raises(ParseError, match=what):
        parse_feed(body, {}, URL, NOON)


def test_a_page_may_name_a_json_feed() -> None:
    """Autodiscovery knows the type of JSON Feed, and not that of any JSON interface."""
    page = b'<link rel=alternate type="application/feed+json" href=/f><link rel=alternate type="application/json" href=/api>'
    assert read_page(page, {}, URL).feeds == ("http://host.example/f",)


_VALUES = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(), lambda of: st.lists(of, max_size=3))


@given(st.dictionaries(st.sampled_from([*ENTRY, "author", "authors", "language", "external_url"]), _VALUES))
def test_any_values_are_survived(entry: dict[str, Any]) -> None:
    """Whatever kinds of values an entry holds, the feed is read."""
    assert len(parse(entry, ENTRY).items) >= 1
