import json
import re
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, TEXT, atom, atom_entry, rss, rss_item

from ingest.errors import ParseError
from ingest.formats import atom as atom_names
from ingest.formats import rdf
from ingest.formats import rss as rss_names
from ingest.formats.autodiscovery import Page, read_page
from ingest.formats.feed import parse_feed
from ingest.formats.xml import vocabulary
from ingest.formats.xml.extensions import EXTENSIONS
from ingest.model import Item, ParsedFeed, Place
from ingest.polling.parsers import Job, read
from ingest.text.dates import rfc3339
from ingest.text.sanitize import one_line, safe_html, xml_safe

GOLDEN = Path(__file__).parent / "golden" / "feeds"
URL = "http://host.example/feeds/all.xml"


def parse(body: bytes, headers: dict[str, str] | None = None) -> ParsedFeed:
    """Parse a feed served at URL."""
    return parse_feed(body, headers or {}, URL, NOON)


def items(body: bytes) -> list[Item]:
    """Return the items of a feed served at URL."""
    return [item for item, _ in parse(body).items]


def refusal(body: bytes) -> ParseError:
    """Return the error that a document ends in."""
    with pytest.raises(ParseError) as caught:
        parse(body)
    return caught.value


# Places

GEORSS = """<rss version="2.0" xmlns:g="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml"><channel>
<item><title>Harbour news of the day</title><guid>1</guid>%s</item></channel></rss>"""


CORNERS = "<gml:lowerCorner>1 2</gml:lowerCorner><gml:upperCorner>3 4</gml:upperCorner>"


@pytest.mark.parametrize(
    ("served", "kept"),
    [
        ("<g:point>1.50 -2</g:point><g:point>3 4</g:point>", [Place("point", "1.50 -2"), Place("point", "3 4")]),
        ("<g:circle>42.9 -71.0 500</g:circle>", [Place("circle", "42.9 -71.0 500")]),
        (f"<g:where><gml:Envelope>{CORNERS}</gml:Envelope></g:where>", [Place("box", "1 2 3 4")]),
        ("<g:point/><g:point>here</g:point><g:point>7</g:point><g:line>1 2 &lt;b&gt;</g:line>", []),
        (f"<g:line>{'1 2 ' * 3_000}</g:line>", []),
        ("<g:where><gml:Sphere>1 2</gml:Sphere></g:where>", []),
    ],
)
def test_places_are_kept_with_their_numbers_as_written(served: str, kept: list[Place]) -> None:
    """GeoRSS in both its forms; what is no row of numbers is no place."""
    (item,) = items((GEORSS % served).encode())
    assert list(item.places) == kept


def test_of_a_document_that_only_feedparser_reads_the_place_is_kept_too() -> None:
    """A broken feed has its numbers as they were written, too."""
    body = (GEORSS.replace("</channel></rss>", "") % "<g:polygon>1.50 2 3 4 5 6 1.5 2</g:polygon>").encode()
    (item,) = items(body)
    assert item.places == (Place("polygon", "1.50 2 3 4 5 6 1.5 2"),)


# Golden pairs: drop NAME.xml and NAME.json in golden/feeds, and it is a test


def as_json(feed: ParsedFeed) -> dict[str, Any]:
    """Return a feed as plain values; what an item leaves at its default is left out."""
    said = {name: _plain(getattr(feed, name)) for name in ("title", "site_url", "feed_id", "updated", "language")}
    return {**said, "notes": len(feed.notes), "items": [_item(item) for item, _ in feed.items]}


def _item(item: Item) -> dict[str, Any]:
    values = ((field.name, getattr(item, field.name), field.default) for field in fields(Item))
    return {name: _plain(value) for name, value, default in values if value != default}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple):
        return [{k: v for k, v in asdict(part).items() if v is not None} for part in value]
    return value


@pytest.mark.parametrize("name", sorted(path.stem for path in GOLDEN.glob("*.xml")))
def test_golden_pairs(name: str) -> None:
    """Each document in golden/feeds is read as the JSON beside it says."""
    expected = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    assert as_json(parse((GOLDEN / f"{name}.xml").read_bytes())) == expected


# What is not a feed


def test_an_empty_document_says_so() -> None:
    """Nothing served is an error of its own."""
    assert refusal(b" \n").what == "the document is empty"


def test_a_page_says_which_feeds_it_names() -> None:
    """An HTML page is refused in one line that names the feeds it links to, safe and absolute."""
    page = b"""<!DOCTYPE html><html><head><title>Post</title>
        <link rel="alternate" type="application/rss+xml" href="/rss.xml">
        <LINK type='application/atom+xml' rel='home Alternate' href='//other.example/feed?a=1&amp;b=2'>
        <link rel=alternate type=application/rss+xml href=/rss.xml>
        <link rel="alternate" type="application/rss+xml" href="javascript:steal()">
        <link rel="alternate" type="text/html" hreflang="de" href="/de"><link rel="stylesheet" href="/x.css">
        </head></html>"""
    fault = refusal(page)
    assert fault.feeds == ("http://host.example/rss.xml", "http://other.example/feed?a=1&b=2")
    assert str(fault) == (
        "an HTML page, not a feed; it names these feeds: http://host.example/rss.xml http://other.example/feed?a=1&b=2"
    )
    assert "it names this feed: http://host.example/f" in str(
        refusal(b'<html><link rel=alternate type="text/xml" href=f></html>'.replace(b"href=f", b'href="/f"'))
    )


def test_a_page_without_feeds_says_so() -> None:
    """The cure differs when a page names none."""
    assert str(refusal(b"<html><body>Hello</body></html>")) == (
        "an HTML page, not a feed; it names no feed: look for an RSS or Atom link on the site"
    )
    assert read_page(b"<link rel=alternate type=application/rss+xml>", {}, URL) == Page()


@pytest.mark.parametrize("body", [b'{"version": "https://jsonfeed.org/version/1.1"}', b" [1, 2]"])
def test_json_is_refused_by_its_name(body: bytes) -> None:
    """A JSON document is never an empty feed."""
    assert refusal(body).what == "a JSON document, not a JSON Feed"


@pytest.mark.parametrize("body", [b"no such thing", b"<?xml version='1.0'?><note/>", b"\x00\xff\x1f\x8b", b"<rss", b"\xff\xfe"])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    """Other text, other XML and other bytes are refused with a cause."""
    assert refusal(body).what.startswith("not RSS, Atom or RDF (")


def test_bytes_that_name_a_file_are_not_opened(tmp_path: Path) -> None:
    """A body that happens to be a path is a body."""
    secret = tmp_path / "secret.xml"
    secret.write_bytes(rss(rss_item("Secret")))
    assert "not RSS" in refusal(str(secret).encode()).what


def test_an_empty_feed_is_a_feed() -> None:
    """A well-formed feed without entries is no error."""
    feed = parse(rss())
    assert (feed.title, feed.items, feed.notes) == ("The Harbour Post", (), ())


def test_a_parser_that_fails_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the library raises ends in one line."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("inside\nthe library")

    monkeypatch.setattr("ingest.formats.xml.feedparser_reader.replace_doctype", fail)
    assert refusal(rss()[:-1]).what == "not RSS, Atom or RDF (inside the library)"


def test_want_of_memory_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """It goes up to where it is put into words."""

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("ingest.formats.xml.feedparser_reader.replace_doctype", fail)
    with pytest.raises(MemoryError):
        parse(rss()[:-1])


# Good and bad neighbours


def test_a_bad_entry_does_not_lose_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that cannot be translated is left out, and a note says which and why."""
    real = safe_html

    def fragile(html: str, base: str | None) -> str:
        if "bomb" in html:
            raise RuntimeError("boom")
        return real(html, base)

    monkeypatch.setattr("ingest.normalize.safe_html", fragile)
    feed = parse(rss(rss_item("One", text="a"), rss_item("Two", text="bomb"), rss_item("Three", text="c")))
    assert [item.title for item, _ in feed.items] == ["One", "Three"]
    assert feed.notes == ("entry 2: left out: RuntimeError: boom",)


@pytest.mark.parametrize(
    "reference", ["&#0;", "&#xD800;", "&#xdfff;", "&#x110000;", "&#99999999999999999999;", "&#27;", "&#xFFFE;", "&#x0;"]
)
def test_a_reference_to_no_character_loses_nothing(reference: str) -> None:
    """One wrong character reference costs itself, not the feed."""
    feed = parse(
        rss(extra=f"<item><title>a{reference}b</title><link>http://x.example/c{reference}</link></item>" + rss_item("Two"))
    )
    assert [(item.title, item.url) for item, _ in feed.items] == [("ab", "http://x.example/c"), ("Two", None)]
    assert feed.notes == ()


def test_good_references_stay() -> None:
    """Characters named by number are read, also those that old programs meant otherwise."""
    assert items(rss(extra="<item><title>&#65;&#x42;&#128512;&#147;&#0000067;</title></item>"))[0].title == "AB😀“C"


def test_entries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an endless document the first entries are taken, and a note says so."""
    monkeypatch.setattr("ingest.normalize.MOST_ENTRIES", 3)
    monkeypatch.setattr("ingest.formats.feed.MOST_ENTRIES", 3)
    feed = parse(rss(*(rss_item(f"Item {n}", f"http://x.example/{n}") for n in range(5))))
    assert [item.title for item, _ in feed.items] == ["Item 0", "Item 1", "Item 2"]
    assert feed.notes == ("5 entries: the first 3 were taken",)


def test_bodies_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """One body is at most so long."""
    monkeypatch.setattr("ingest.normalize.MOST_TEXT", 50)
    assert len(items(rss(rss_item("One", text="word " * 100)))[0].text) <= 50


def test_repairs_are_noted() -> None:
    """A feed that is not well-formed is read, and a note says what was wrong."""
    feed = parse(rss(rss_item("One")).replace(b"</channel>", b""))
    assert [item.title for item, _ in feed.items] == ["One"]
    assert len(feed.notes) == 1
    assert feed.notes[0].startswith("repaired: ")


# What an entry says


def test_the_longest_content_is_taken() -> None:
    """Of several contents the fullest is kept, and a summary that repeats it is not kept twice."""
    extra = '<content type="text">short</content><content type="html">&lt;p&gt;long enough to win&lt;/p&gt;</content>'
    item = items(atom(atom_entry("One", extra=extra + "<summary>short</summary>")))[0]
    assert (item.content, item.summary) == ("<p>long enough to win</p>", "<p>short</p>")
    same = items(atom(atom_entry("One", extra='<summary type="html">same</summary><content type="html">same</content>')))[0]
    assert (same.content, same.summary) == ("same", "")


def test_the_text_comes_from_the_content() -> None:
    """The plain reading is that of the content, else of the summary."""
    assert items(atom(atom_entry("One", text="<p>a</p><p>b</p>", extra="<summary>c</summary>")))[0].text == "a\nb"
    assert items(atom(atom_entry("One", extra="<summary>c</summary>")))[0].text == "c"


def test_no_date_is_lent_to_another() -> None:
    """`updated` stays missing where only `published` was said, and the other way round."""
    published = items(atom(atom_entry("One", published="2026-01-01T00:00:00Z")))[0]
    assert (published.published_raw, published.updated, published.updated_raw) == ("2026-01-01T00:00:00Z", None, None)
    updated = items(atom(atom_entry("One", updated="2026-01-01T00:00:00Z")))[0]
    assert (updated.updated_raw, updated.published, updated.published_raw) == ("2026-01-01T00:00:00Z", None, None)


def test_the_header_names_the_encoding() -> None:
    """Where the document does not say, the server's word counts."""
    body = "<rss version='2.0'><channel><item><title>Früh am Kai</title></item></channel></rss>".encode("iso-8859-1")
    feed = parse(body, {"content-type": "application/xml; charset=iso-8859-1"})
    assert feed.items[0][0].title == "Früh am Kai"


@pytest.mark.parametrize("charset", ["nonsense", "hex", "unicode_escape", "idna", "utf-7", '"'])
def test_a_strange_encoding_stops_nothing(charset: str) -> None:
    """A server may name any charset: the document is read all the same."""
    feed = parse(rss(rss_item("One")), {"content-type": f"text/xml; charset={charset}"})
    assert [item.title for item, _ in feed.items] == ["One"]


def test_a_declared_language_is_the_entrys_before_the_feeds() -> None:
    """An entry's own xml:lang goes before the feed's."""
    body = atom('<entry xml:lang="nl"><title>Acme</title></entry>', atom_entry("Umbra")).replace(b"<feed ", b'<feed xml:lang="de" ')
    assert [item.language for item in items(body)] == ["nl", "de"]


def test_a_guid_does_not_depend_on_where_the_feed_lies() -> None:
    """A relative guid or id stays as it was served."""
    body = atom(atom_entry("One", guid="/posts/1", link="/posts/1"))
    assert {parse_feed(body, {}, url, NOON).items[0][0].guid for url in (URL, "http://new.example/feed")} == {"/posts/1"}


# The door to the child process


def test_a_job_is_a_feed_or_a_file() -> None:
    """What has a name is a file, what has an address a feed."""
    feed = read(Job(atom(atom_entry("One", "/1")), NOON, URL, headers=(("content-type", "application/atom+xml"),)))
    assert feed.items[0][0].url == "http://host.example/1"
    assert read(Job(TEXT.encode(), NOON, name="a.txt")).items[0][0].guid == "a.txt"


# Any bytes


SCRAPS = """
<?xml version="1.0" encoding="utf-8"?> <?xml version="1.0" encoding="utf-16"?> <!DOCTYPE x> <!ENTITY x "y">
<rss version="2.0"> </rss> <feed xmlns="http://www.w3.org/2005/Atom"> </feed>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"> </rdf:RDF> <channel> </channel> <entry> </entry>
<item> </item> <title> </title> <title type="xhtml"> <link> </link> <link href="/a"/> <guid> <id>
<link rel="enclosure" href="x" length="9e9"/> <enclosure url="http://"/> <pubDate> <updated> 2026-01-01 <description>
</description> <content type="html"> </content> <content type="xhtml" xml:base="http://[::1"> <author> </author> <name>
<email> a@b.example (a) <category term="x"/> <![CDATA[ ]]> <!-- --> &x; &amp; &lt;b&gt; &#xD800; &#0; &eacute; < > & " '
= <svg> <div> </div> <a href="//"> http://[::1]@ http://a%b/ <![ <!x </ <x:y> xml:lang="\x0b" \ufffe
"""
scraps = st.sampled_from(re.findall(r"<[^<>]*>|\S+", SCRAPS))
documents = st.binary(max_size=200) | st.lists(scraps | st.text(max_size=5), max_size=25).map(
    lambda p: " ".join(p).encode("utf-8", "ignore")
)


def strings(value: Any) -> list[str]:
    """Return every string in a value."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.values() for text in strings(part)]
    return [text for part in value for text in strings(part)] if isinstance(value, list) else []


@given(documents | documents.map(lambda body: b'<rss version="2.0"><channel><item>' + body))
def test_any_bytes_are_a_feed_or_refused_in_words(body: bytes) -> None:
    """No bytes break the parser, and every string that comes out is XML-safe."""
    try:
        said = strings(as_json(parse(body)))
    except ParseError as fault:
        said = [fault.what, fault.cure]
        assert all(said)
    assert [text for text in said if xml_safe(text) != text] == []


latin1 = "".join(map(chr, range(0x80, 0x100)))  # feedparser takes some runs of it for UTF-8 read wrongly, and mends them
letters = st.characters(categories=["L", "N", "P", "Zs"], exclude_characters=f"<>&•{latin1}")
words = st.text(letters, min_size=1, max_size=60).filter(one_line)


@given(st.lists(st.tuples(words, words), max_size=4, unique_by=lambda pair: one_line(pair[0])))
def test_what_was_written_is_read(pairs: list[tuple[str, str]]) -> None:
    """Titles and bodies in any script come back as they were written, runs of spaces aside."""
    entries = (f"<entry><title>{title}</title><content type='text'>{body}</content></entry>" for title, body in pairs)
    assert [(item.title, item.text) for item in items(atom(*entries))] == [(one_line(t), one_line(b)) for t, b in pairs]


@pytest.mark.parametrize("code", ["", "<language>fi</language>"])
def test_a_date_that_cannot_be_read_costs_nothing_but_itself(code: str) -> None:
    """The document and its entries are kept, the words as they were written; one note counts what was left out and says why."""
    body = f"""<rss version="2.0"><channel><title>T</title>{code}<lastBuildDate>18 Brumaire 2025</lastBuildDate>
        <item><title>A ferry</title><link>https://h.example/1</link><pubDate>Ke, 12 Marras 2025 10:00:00 +0000</pubDate></item>
        <item><title>A quay</title><link>https://h.example/2</link><pubDate>Mon, 30 Nov -0001 00:00:00 +0000</pubDate></item>
        <item><title>A pier</title><link>https://h.example/3</link><pubDate>soon</pubDate></item></channel></rss>"""
    said = parse_feed(body.encode(), {}, "https://h.example/feed", NOON)
    items = {item.title: item for item, _ in said.items}
    assert rfc3339(items["A ferry"].published) == "2025-11-12T10:00:00Z"
    assert [items[title].published for title in ("A quay", "A pier")] == [None, None]
    assert items["A quay"].published_raw == "Mon, 30 Nov -0001 00:00:00 +0000"
    assert said.updated is None
    assert said.notes == ("3 dates left out, the first: “18 Brumaire 2025” (“brumaire” is no word of a date that is known)",)


def test_a_name_is_read_alike_in_every_format() -> None:
    """No format or module reads a name otherwise than another does."""
    tables = [rss_names.ELEMENTS, rss_names.CUSTOM_ELEMENTS, rdf.ELEMENTS, atom_names.ELEMENTS, atom_names.ELEMENTS_0_3]
    listed = [(name, kind) for table in tables for kind, names in table.items() for name in names.split()]
    listed += [
        (f"{one.prefix}:{name}", kind) for one in EXTENSIONS for kind, names in one.elements.items() for name in names.split()
    ]
    assert {(name, vocabulary.KINDS[name]) for name, _ in listed} == set(listed)
    assert len({one.prefix for one in EXTENSIONS}) == len(EXTENSIONS)
