import io
import os
import re
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import feedparser
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree
from making import GAZETTE, HARBOUR, INSTANCE, ITEM, POST, SEED, about, document, entry, item, sighting, stored, topic
from schema import valid
from support import NOON

from feeds.model import Classification, Evidence, Grade
from feeds.publication.entry import TOPIC_SCHEME, FeedEntry, PublishingPolicy, StoryEntry, feed_id, make_entry
from feeds.publication.formats.atom import render
from feeds.publication.formats.envelope import TW as NAMESPACE
from feeds.tagging.topic.model import Topic
from ingest.model import Author, Category, Enclosure, Source
from ingest.text.sanitize import one_line, plain, xml_safe

ATOM: Final = "{http://www.w3.org/2005/Atom}"
TW: Final = f"{{{NAMESPACE}}}"
LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
GOLDEN: Final = Path(__file__).parent / "golden" / "atom"
RFC3339: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")
FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


def made(*entries: FeedEntry, by: Topic | None = None) -> bytes:
    """Render a feed."""
    return render(document(*entries, by=by))


def tree(*entries: FeedEntry) -> etree._Element:
    """Render a feed, which must be valid to the letter, and read it back as XML."""
    return valid(made(*entries))


def element(one: FeedEntry) -> etree._Element:
    """Render an entry and read it back as XML."""
    found = tree(one).find(f"{ATOM}entry")
    assert found is not None
    return found


def read(data: bytes) -> Any:
    """Read a feed as a subscriber would: with feedparser, which must find nothing to repair."""
    parsed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    assert not parsed.bozo, parsed.bozo_exception
    assert parsed.version == "atom10"
    return parsed


def names(parent: etree._Element) -> list[str]:
    """Return the names of an element's children, in order."""
    return [etree.QName(child).localname for child in parent]


def text(parent: etree._Element, name: str) -> str | None:
    """Return the text of an Atom child."""
    return parent.findtext(f"{ATOM}{name}")


RICH: Final = entry(
    stored(
        item(
            content="<p>The <b>whole</b> story of the ferry.</p>",
            updated=NOON - timedelta(hours=1),
            authors=(Author("Ada", "http://post.example/ada", "ada@post.example"), Author("Ben")),
            categories=(Category("Boats"), Category("Ships", "urn:words", "On ships")),
            enclosures=(Enclosure("http://post.example/horn.mp3", "audio/mpeg", 9), Enclosure("http://post.example/map")),
        ),
        sighting(),
        sighting(GAZETTE, url="http://gazette.example/f?a=1&b=2", reason="text"),
        sighting(SEED, url=None, reason="text"),
    ),
    full=True,
)

# The entry


def test_a_subscriber_reads_back_what_was_published() -> None:
    """Feedparser finds id, title, address, dates, authors, text and content as they are, with nothing to repair."""
    found = read(made(RICH)).entries[0]
    assert (found.id, found.title, found.link) == ("urn:x:1", ITEM.title, ITEM.url)
    assert (found.published, found.updated) == ("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z")
    assert [author.name for author in found.authors] == ["Ada", "Ben"]
    assert found.author_detail.href == "http://post.example/ada"
    assert (found.summary, found.content[0].value) == (RICH.summary, RICH.content)
    assert (found.summary_detail.type, found.content[0].type) == ("text/html", "text/html")


def test_every_link_keeps_its_relation_and_attributes() -> None:
    """Alternate, via, related and enclosure stay apart, each with its attributes."""
    assert [dict(link.attrib) for link in element(RICH).findall(f"{ATOM}link")] == [
        {"rel": "alternate", "href": "http://post.example/ferry", "hreflang": "en"},
        {"rel": "via", "href": "http://post.example/feed.xml", "title": "The Harbour Post"},
        {"rel": "related", "href": "http://gazette.example/f?a=1&b=2", "title": "The Gazette"},
        {"rel": "enclosure", "href": "http://post.example/horn.mp3", "type": "audio/mpeg", "length": "9"},
        {"rel": "enclosure", "href": "http://post.example/map"},
    ]


def test_readers_that_list_links_are_not_flooded() -> None:
    """Three other addresses are links, carriers first; the evidence for programs has all of them."""
    papers = [sighting(Source(f"http://p{n}.example/", title=f"P{n}"), url=f"http://p{n}.example/f") for n in range(5)]
    found = element(entry(stored(ITEM, sighting(), *papers)))
    links = [link.get("href") for link in found.findall(f"{ATOM}link") if link.get("rel") == "related"]
    assert links == [f"http://p{n}.example/f" for n in range(3)]
    assert len(found.findall(TW + "carrier")) == 6


def test_the_page_with_the_evidence_is_a_link() -> None:
    """Programs find it by its relation; where there is no article it is the alternate too."""
    page = "http://feeds.example/item/a1b2c3d4e5f60718.html"
    about = {"rel": "describedby", "href": page, "type": "text/html", "title": "Evidence"}
    with_article = element(entry(pages="http://feeds.example/"))
    assert [dict(link.attrib) for link in with_article.findall(f"{ATOM}link")][:2] == [
        {"rel": "alternate", "href": "http://post.example/ferry", "hreflang": "en"},
        about,
    ]
    seed = entry(stored(item(url=None), sighting(SEED, url=None)), pages="http://feeds.example/")
    assert [dict(link.attrib) for link in element(seed).findall(f"{ATOM}link")] == [{"rel": "alternate", "href": page}, about]
    assert read(made(seed)).entries[0].link == page


def test_no_entry_is_offered_for_editing() -> None:
    """There is no `edit` link: we are no AtomPub server."""
    assert b'rel="edit' not in made(RICH)


def test_the_source_is_complete_and_last() -> None:
    """`source` names id, title, date and addresses of the feed it came from, and nothing comes after it."""
    found = element(RICH)
    assert names(found)[-1] == "source"
    source = found[-1]
    assert names(source) == ["id", "title", "updated", "link", "link"]
    assert (text(source, "id"), text(source, "title")) == ("http://post.example/feed.xml", "The Harbour Post")
    assert text(source, "updated") == "2026-03-02T11:00:00Z"
    assert [dict(link.attrib) for link in source.findall(f"{ATOM}link")] == [
        {"rel": "self", "href": "http://post.example/feed.xml"},
        {"rel": "alternate", "href": "http://post.example/"},
    ]


def test_the_children_of_source_never_leak_into_the_entry() -> None:
    """Two parsers see one id, one title and one date in an entry: its own."""
    found = element(RICH)
    assert [names(found).count(name) for name in ("id", "title", "updated", "published", "source")] == [1, 1, 1, 1, 1]
    parsed = read(made(RICH)).entries[0]
    assert (parsed.id, parsed.title) == (text(found, "id"), text(found, "title")) == ("urn:x:1", ITEM.title)
    assert (parsed.source.id, parsed.source.title) == ("http://post.example/feed.xml", "The Harbour Post")


def test_a_document_has_a_source_without_links() -> None:
    """An entry from a seed document has content instead of an address, and a source without any."""
    found = element(entry(stored(item(url=None), sighting(SEED, url=None))))
    assert found.findall(f"{ATOM}link") == []
    assert (text(found, "content") or "").startswith("<p>Forty passengers")
    assert names(found[-1]) == ["id", "title", "updated"]


def test_every_entry_says_its_language() -> None:
    """An entry has its own xml:lang; an unknown language is said to be unknown, not that of the feed."""
    assert element(entry(stored(item(language="he")))).get(LANG) == "he"
    assert element(entry(stored(item(language=None)))).get(LANG) == "und"


def test_an_unknown_language_is_claimed_for_no_link() -> None:
    """Without a known language the address is not said to be in one."""
    link = element(entry(stored(item(language=None)))).find(f"{ATOM}link")
    assert link is not None
    assert "hreflang" not in link.attrib


def test_every_category_has_a_scheme() -> None:
    """The topic comes first as a category of ours, then the publisher's, each with its scheme."""
    assert [dict(category.attrib) for category in element(RICH).findall(f"{ATOM}category")] == [
        {"term": "harbour", "scheme": TOPIC_SCHEME, "label": "Harbour news"},
        {"term": "Boats", "scheme": "http://post.example/"},
        {"term": "Ships", "scheme": "urn:words", "label": "On ships"},
    ]


@pytest.mark.parametrize(
    ("said", "written"), [("audio/mpeg", "audio/mpeg"), ("text/html; charset=utf-8",) * 2, ("mp3", None), ("", None)]
)
def test_a_media_type_that_is_none_is_not_written(said: str, written: str | None) -> None:
    """An enclosure keeps its type where that is a media type; another would make the feed invalid."""
    link = element(entry(stored(item(enclosures=(Enclosure("http://post.example/x", said),))))).findall(f"{ATOM}link")[-1]
    assert link.get("type") == written


@pytest.mark.parametrize(("said", "written"), [("ada@post.example", "ada@post.example"), ("ada at post", None), ("@", None)])
def test_a_mailbox_that_is_none_is_not_written(said: str, written: str | None) -> None:
    """An author's e-mail address is kept where it is one."""
    author = element(entry(stored(item(authors=(Author("Ada", email=said),))))).find(f"{ATOM}author")
    assert author is not None
    assert text(author, "email") == written


def test_an_unknown_date_is_not_written() -> None:
    """An item without a publication date has no `published`."""
    assert "published" not in names(element(entry(stored(item(published=None)))))


def test_no_content_is_written_unless_there_is_some() -> None:
    """By default an entry has a summary and no content."""
    assert [name for name in names(element(entry())) if name in {"content", "summary"}] == ["summary"]


def test_every_date_is_rfc_3339() -> None:
    """Each date in the document has date, time and offset (RFC 4287, 3.3)."""
    dates = [node.text or "" for node in tree(RICH, entry(atom_id="urn:x:2")).iter(f"{ATOM}updated", f"{ATOM}published")]
    assert len(dates) == 7
    assert all(RFC3339.fullmatch(date) for date in dates)


# The evidence


def test_programs_can_read_why_it_was_tagged() -> None:
    """The evidence says topic, version, grade and score, and each hit with its place and its words."""
    tag = element(RICH).find(f"{TW}tag")
    assert tag is not None
    classified = RICH.classification
    assert (tag.get("topic"), tag.get("version"), tag.get("grade")) == ("harbour", classified.version, str(classified.grade))
    assert float(tag.get("score") or "0") == classified.score > 0
    hits = tag.findall(f"{TW}hit")
    assert {hit.get("group") for hit in hits} == {"ship", "place"}
    for hit in hits:
        assert ITEM.title[int(hit.get("start") or "") : int(hit.get("end") or "")] == hit.text


def test_programs_can_read_who_carried_it() -> None:
    """Each carrier is named with its address, since when it carried the item and how it was recognised."""
    assert [dict(carrier.attrib) for carrier in element(RICH).findall(f"{TW}carrier")] == [
        {"title": "The Harbour Post", "first-seen": "2026-03-02T12:00:00Z", "reason": "first", "href": "http://post.example/ferry"},
        {
            "title": "The Gazette",
            "first-seen": "2026-03-02T12:00:00Z",
            "reason": "text",
            "href": "http://gazette.example/f?a=1&b=2",
        },
        {"title": "Seed documents", "first-seen": "2026-03-02T12:00:00Z", "reason": "text"},
    ]


def test_an_inferred_title_is_marked() -> None:
    """A title that we made of the text is said to be ours, and only then."""
    inferred = element(entry(stored(item(title_inferred=True)))).findall(f"{TW}inferred")
    assert [mark.get("field") for mark in inferred] == ["title"]
    assert element(RICH).findall(f"{TW}inferred") == []


# The feed


def test_the_feed_says_who_it_is() -> None:
    """A feed has its permanent id, its title, its own address, its topic, its maker and its date."""
    parsed = read(made(RICH)).feed
    assert (parsed.id, parsed.title, parsed.language, parsed.generator) == (
        feed_id(INSTANCE, "harbour"),
        "Harbour news",
        "en",
        "topicwire",
    )
    assert (parsed.links[0].rel, parsed.links[0].href, parsed.links[0].type) == (
        "self",
        "http://feeds.example/harbour.atom",
        "application/atom+xml",
    )
    assert (parsed.tags[0].term, parsed.tags[0].scheme) == ("harbour", TOPIC_SCHEME)
    assert parsed.updated == "2026-03-02T11:00:00Z"


def test_the_subtitle_is_one_sentence() -> None:
    """A feed reader shows it whole; what the topic means and does not mean stands on its page."""
    assert read(made()).feed.subtitle == "What happens at the quay."


def test_a_topic_that_says_nothing_of_itself_has_a_feed_too() -> None:
    """A topic of the least words makes a feed that reads well."""
    bare = topic('require = ["a"]\n[group.a]\nany = ["ferry"]', "bare")
    assert read(made(by=bare)).feed.title == "bare"


def test_an_empty_feed_is_a_feed() -> None:
    """A topic without entries has a whole feed with an author, dated by the topic, never by the clock."""
    parsed = read(made())
    assert parsed.feed.author == "topicwire"
    assert (parsed.entries, parsed.feed.updated) == ([], "2026-01-05T00:00:00Z")


def test_entries_keep_their_order() -> None:
    """The entries stand as they were given (T1d)."""
    ids = [f"urn:x:{number}" for number in (3, 1, 2)]
    assert [found.id for found in read(made(*(replace(RICH, id=i) for i in ids))).entries] == ids


def test_the_same_entries_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two renderings are alike to the byte, in any time zone and with no clock in them."""
    first = made(RICH, entry())
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    assert made(RICH, entry()) == first


def test_a_feed_is_utf_8_without_a_doctype() -> None:
    """The document declares UTF-8 and no DOCTYPE."""
    head = made(RICH)[:200].lower()
    assert head.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert b"<!doctype" not in made(RICH).lower()


# Any text whatever

SCRIPTS: Final = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Z", "Cc", "Cf", "Cn", "Co"))
WORDS: Final = st.text(SCRIPTS, max_size=60)


def left_alone(value: str) -> bool:
    """Say whether feedparser leaves a text as it is: what looks like UTF-8 that was read as Latin-1 it repairs."""
    try:
        return value.encode("latin-1").decode("utf-8") == value
    except UnicodeError:
        return True


@settings(deadline=None)
@given(title=WORDS, body=WORDS, name=WORDS)
def test_any_text_comes_back_as_it_was_stored(title: str, body: str, name: str) -> None:
    """Titles, texts and names in any script reach a subscriber letter by letter, and the document stays well-formed."""
    title, body, name = one_line(title) or "ferry", xml_safe(body), one_line(name) or "Post"
    assume(left_alone(title) and left_alone(name))
    what = item(title=title, text=body, authors=(Author(name),), categories=(Category(name, "urn:words"),))
    classified = Classification("harbour", "v1", tagged=True, grade=Grade.CORE, score=3.0, why=f"ship: “{title}”")
    one = make_entry(
        StoryEntry(stored(what, sighting(replace(POST, title=name))), classified),
        topic(),
        "urn:x:1",
        PublishingPolicy(INSTANCE, full=True),
    )
    data = made(one)
    valid(data)
    found = read(data).entries[0]
    assert (found.title, found.author, found.tags[1].term, found.source.title) == (title, name, name, name)
    assert found.summary == one.summary
    assert plain(found.summary).startswith(" ".join(body.split()))
    assert not FORBIDDEN.search(data.decode())


def test_scripts_of_the_world_come_back() -> None:
    """Right-to-left, joined, unspaced and astral letters are the same at the other end."""
    titles = [
        "מעבורת בנמל",
        "العبّارة في الميناء",
        "फ़ेरी",
        "港のフェリー",
        "페리",
        "พายเรือ",
        "Паром ’26",
        "⛴️ 👩‍👩‍👧",
        "a < b & c > d",
    ]
    entries = [replace(RICH, id=f"urn:x:{number}", title=title) for number, title in enumerate(titles)]
    data = made(*entries)
    assert [found.title for found in read(data).entries] == titles
    assert [text(found, "title") for found in etree.fromstring(data).iter(f"{ATOM}entry")] == titles


# A whole feed, kept beside the tests

HITS: Final = (
    Evidence("ship", "ferry", None, "title", 9, 14, "ferry"),
    Evidence("place", "harbour*", None, "title", 26, 33, "harbour"),
)
CLASSIFIED: Final = Classification(
    "harbour",
    "0123456789ab",
    tagged=True,
    grade=Grade.CORE,
    score=3.0,
    why="ship: “ferry”; place: “harbour”",
    hits=HITS,
    distance=2,
)


def golden_feed() -> bytes:
    """Render the feed that is kept as a file: one entry of each kind."""
    rich = replace(RICH, classification=CLASSIFIED)
    text_file = stored(item(url=None, title_inferred=True, language=None, published=None), sighting(SEED, url=None))
    hebrew = stored(replace(about(2), title="מעבורת בנמל", language="he"))
    others = (
        make_entry(StoryEntry(kept, CLASSIFIED), topic(), f"urn:x:{n}", PublishingPolicy(INSTANCE, full=False))
        for n, kept in enumerate((text_file, hebrew), 2)
    )
    return made(replace(rich, body="<p>The story.</p>"), *others)


def test_the_kept_feed_is_rendered_to_the_byte() -> None:
    """A small feed with an entry of each kind is as it was when somebody last looked at it.

    If the change is meant: GOLDEN=write pytest tests/test_atom.py, and read the difference.
    """
    path = GOLDEN / "harbour.atom"
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(golden_feed())
    assert golden_feed().decode() == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.atom")), ids=lambda path: path.name)
def test_a_kept_feed_is_valid(path: Path) -> None:
    """A kept feed reads without repair, its ids are unique and its entries stand newest first."""
    valid(path.read_bytes())
    parsed = read(path.read_bytes())
    ids = [found.id for found in parsed.entries]
    assert len(set(ids)) == len(ids) == 3
    assert all(found.get("link") or found.get("content") for found in parsed.entries)
    assert all(one != two for one, two in pairwise(ids))
    assert HARBOUR.splitlines()[0] == f'title = "{parsed.feed.title}"'
