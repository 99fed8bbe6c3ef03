import io
import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from making import GAZETTE, HARBOUR, SEED, document, entry, item, sighting, stored, topic
from schema import valid
from support import NOON
from test_atom import CLASSIFIED

from feeds.publication.document import FeedDocument
from feeds.publication.entry import FeedEntry, Tombstone
from feeds.publication.entry_view import EntryView
from feeds.publication.formats import atom, jsonfeed, rss
from ingest.model import Author, Category, Enclosure

GOLDEN: Final = Path(__file__).parent / "golden" / "forms"
RENDER: Final = {"atom": atom.render, "json": jsonfeed.render, "rss": rss.render}
GONE: Final = Tombstone("urn:x:9", NOON, "the topic's wording changed")


def published(words: str, **changes: Any) -> FeedEntry:
    """Return an entry of a topic whose file has a [publish] table of these words."""
    by = topic(f"{HARBOUR}\n[publish]\n{words}\n")
    return EntryView(by).of(entry(stored(item(**changes)), by=by))


RICH: Final = replace(
    entry(
        stored(
            item(
                content="<p>The <b>whole</b> story.</p>",
                authors=(Author("Ada", "http://post.example/ada"), Author("Ben")),
                categories=(Category("Boats"), Category("Ships", "urn:words", "On ships")),
                enclosures=(Enclosure("http://post.example/horn.mp3", "audio/mpeg", 9), Enclosure("http://post.example/map")),
            ),
            sighting(),
            sighting(GAZETTE, url="http://gazette.example/f?a=1&b=2", reason="text"),
        ),
        full=True,
    ),
    classification=CLASSIFIED,
)
SPARSE: Final = replace(
    entry(stored(item(url=None, title_inferred=True, language=None, published=None), sighting(SEED, url=None)), atom_id="urn:x:2"),
    classification=CLASSIFIED,
)


def test_a_seed_document_opens_at_its_evidence() -> None:
    """RSS and JSON Feed lead to its page as Atom does, and name the evidence of every entry."""
    seed = entry(stored(item(url=None), sighting(SEED, url=None)), pages="http://feeds.example/")
    page = "http://feeds.example/item/a1b2c3d4e5f60718.html"
    shown = json.loads(jsonfeed.render(document(seed)))["items"][0]
    assert (shown["url"], shown["_topicwire"]["evidence"]) == (page, page)
    assert etree.fromstring(rss.render(document(seed))).findtext("channel/item/link") == page
    other = json.loads(jsonfeed.render(document(entry(pages="http://feeds.example/"))))["items"][0]
    assert (other["url"], other["_topicwire"]["evidence"]) == ("http://post.example/ferry", page)


def head(**changes: Any) -> FeedDocument:
    """Return a feed with an entry of each kind, one that has left, an archive and a hub."""
    return document(RICH, SPARSE, tombstones=(GONE,), previous=3, hub="https://hub.example/", **changes)


def as_json(one: FeedDocument) -> Any:
    """Render and read back."""
    return json.loads(jsonfeed.render(one))


def parsed(data: bytes) -> Any:
    """Read as a subscriber would, who has nothing to repair."""
    found = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    assert not found.bozo, found.bozo_exception
    return found


def address(found: Any) -> list[str]:
    """Return where an entry leads to."""
    return [link.href for link in found.get("links", []) if link.rel == "alternate"]


# All forms


@pytest.mark.parametrize("suffix", RENDER)
def test_each_form_is_rendered_to_the_byte(suffix: str) -> None:
    """A small feed in each form is as it was when somebody last looked at it.

    If the change is meant: GOLDEN=write pytest tests/test_forms.py, and read the difference.
    """
    path, data = GOLDEN / f"harbour.{suffix}", RENDER[suffix](head())
    if os.environ.get("GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    assert data.decode() == path.read_text(encoding="utf-8")


def test_a_sealed_page_is_rendered_to_the_byte() -> None:
    """A page of the archive is as it was when somebody last looked at it."""
    path, data = GOLDEN / "harbour.archive-4.atom", atom.render(head(number=4, next=5))
    if os.environ.get("GOLDEN") == "write":
        path.write_bytes(data)
    assert data.decode() == path.read_text(encoding="utf-8")
    valid(data)


def test_two_forms_read_alike() -> None:
    """Feedparser finds the same entries in Atom and in RSS: id, title, address, texts, authors, language and dates."""
    one, two = (parsed(RENDER[suffix](head())).entries for suffix in ("atom", "rss"))
    for first, second in zip(one, two, strict=True):
        assert first.id == second.id
        assert first.title == second.title
        assert address(first) == address(second)
        assert first.summary == second.summary
        assert first.get("published_parsed") == second.get("published_parsed")
        assert first.updated_parsed == second.updated_parsed
        assert [author.name for author in first.authors] == [author.name for author in second.authors]
        assert [tag.term for tag in first.tags] == [tag.term for tag in second.tags]
        assert [content.value for content in first.get("content", [])][:1] == [
            content.value for content in second.get("content", [])
        ][:1]


@given(st.text(st.characters(codec="utf-8")), st.integers(0, 400))
def test_json_is_written_as_the_standard_library_writes_it(words: str, score: int) -> None:
    """Whatever a title holds and however high a score is, the bytes stay those that a slower writer gave."""
    classified = replace(RICH.classification, score=score / 8)
    data = jsonfeed.render(replace(head(), entries=(replace(RICH, title=words, classification=classified), SPARSE)))
    assert data.decode() == json.dumps(json.loads(data), ensure_ascii=False, indent=1) + "\n"


def test_json_says_the_same() -> None:
    """JSON Feed has the same entries as Atom."""
    items = as_json(head())["items"]
    for found, one in zip(items, (RICH, SPARSE), strict=True):
        assert (found["id"], found["title"], found.get("url")) == (one.id, one.title, one.url)
        assert found["content_html"] == (one.content or one.summary)
        assert found["date_modified"] == one.updated.strftime("%Y-%m-%dT%H:%M:%SZ")
        assert [author["name"] for author in found["authors"]] == [author.name for author in one.authors]


# JSON Feed


def test_json_is_version_1_1() -> None:
    """What the format demands is there: version, title, and of each item an id, a text, and a media type of what is attached."""
    feed = as_json(head())
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["title"], feed["feed_url"]) == ("Harbour news", "http://feeds.example/harbour.json")
    assert feed["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert all(found["id"] and found["content_html"] for found in feed["items"])
    assert [one["mime_type"] for one in feed["items"][0]["attachments"]] == ["audio/mpeg", "application/octet-stream"]


def test_json_says_what_has_left() -> None:
    """The nearest thing to a tombstone: a list of ids, each with the moment and the reason."""
    told = as_json(head())["_topicwire"]
    assert told["deleted"] == [{"id": "urn:x:9", "when": "2026-03-02T12:00:00Z", "reason": "the topic's wording changed"}]
    assert told["archive"] == "http://feeds.example/harbour.archive-3.atom"


def test_json_invents_nothing() -> None:
    """What is not known is not there: no empty member, no date nobody said."""
    found = as_json(head())["items"][1]
    assert not {"url", "date_published", "attachments"} & found.keys()
    assert found["language"] == "und"


# RSS


def test_rss_names_feed_and_hub() -> None:
    """The channel has what RSS demands, its own address and the hub; the date is that of the newest change."""
    channel = etree.fromstring(rss.render(head()))[0]
    assert [channel.findtext(name) for name in ("title", "link", "language")] == [
        "Harbour news",
        "http://feeds.example/harbour.html",
        "en",
    ]
    assert channel.findtext("lastBuildDate") == "Mon, 02 Mar 2026 12:00:00 +0000"
    links = [(link.get("rel"), link.get("href")) for link in channel.findall("{http://www.w3.org/2005/Atom}link")]
    assert links == [("self", "http://feeds.example/harbour.rss"), ("hub", "https://hub.example/")]


def test_rss_ids_are_no_addresses() -> None:
    """A guid is the entry's id and never taken for a link."""
    guids = list(etree.fromstring(rss.render(head())).iter("guid"))
    assert [(guid.text, guid.get("isPermaLink")) for guid in guids] == [("urn:x:1", "false"), ("urn:x:2", "false")]


# Variants


def test_a_topic_may_publish_links_only() -> None:
    """With `content = "links"` there is title, address and reason, and not a word of the text."""
    shown = published('content = "links"', content="<p>All of it.</p>")
    assert shown.summary.startswith("<p><small>Tagged ")
    assert (shown.excerpt, shown.content) == ("", "")


def test_a_link_without_an_address_is_still_valid() -> None:
    """Where there is no address either, the reason is the content, as RFC 4287 wants one."""
    shown = published('content = "links"', url=None)
    assert "Forty passengers" not in shown.content
    valid(atom.render(document(shown)))


def test_a_topic_may_publish_the_whole_text() -> None:
    """`content = "full"` outranks the settings, and so does `content = "summary"`."""
    assert published('content = "full"', content="<p>All of it.</p>").content.startswith("<p>All of it.</p>")
    by = topic(f'{HARBOUR}\n[publish]\ncontent = "summary"\n')
    assert entry(stored(item(content="<p>All of it.</p>")), full=True, by=by).content == ""


def test_a_topic_may_publish_without_images() -> None:
    """With `images = false` no image is left, neither in the text nor attached; sound stays."""
    shown = published(
        'content = "full"\nimages = false',
        content='<p>See <img src="http://post.example/a.jpg" alt="a &gt; b"> here.</p>',
        enclosures=(
            Enclosure("http://post.example/a.jpg", "image/jpeg"),
            Enclosure("http://post.example/a.mp3", "audio/mpeg"),
            Enclosure("http://post.example/small", kind="thumbnail"),
            Enclosure("http://post.example/photo", kind="image"),
        ),
    )
    assert shown.body == "<p>See  here.</p>"
    assert [one.type for one in shown.enclosures] == ["audio/mpeg"]


def test_listed_words_are_masked_wherever_they_are_shown() -> None:
    """A masked word keeps its first letter, in title, text, reason, evidence and categories; in any of its forms."""
    shown = published(
        'content = "full"\nmask = ["ship", "passengers"]',
        title="Ferries & a boatman of the harbour",
        text="The FERRY took forty passengers.",
        content='<p>The FERRY <img src="http://post.example/ferry.jpg" alt="a ferry &amp; more"></p>',
        categories=(Category("Ferry", "urn:words", "A ferry"),),
    )
    assert shown.title == "F****** & a b****** of the harbour"
    assert shown.excerpt == "The F**** took forty p*********."
    assert shown.body == '<p>The F**** <img src="http://post.example/ferry.jpg" alt="a f**** &amp; more"></p>'
    assert shown.categories[0] == Category("F****", "urn:words", "A f****")
    data = b"".join(render(document(shown)) for render in RENDER.values()).replace(b"http://post.example/ferry", b"")
    assert b"ferr" not in data.lower().replace(b"f****", b"")
    assert b"boat" not in data.lower()


def test_a_mask_touches_nothing_else() -> None:
    """What is not listed stays letter by letter, markup included."""
    plain = published('content = "full"', content="<p>a &lt; b &#x2014; <i>c</i></p>")
    masked = published('content = "full"\nmask = ["zeppelin"]', content="<p>a &lt; b &#x2014; <i>c</i></p>")
    assert masked == plain


# Dates


def test_a_document_is_as_new_as_what_left_it() -> None:
    """An entry that has left is a change of the feed; a late carrier is one of its bytes, not of its date."""
    late = sighting(GAZETTE, first_seen=NOON + timedelta(days=1))
    one = entry(stored(item(), sighting(), late))
    assert document(tombstones=(GONE,)).updated == NOON
    assert document(one).updated == one.updated
    assert document(one).changed == NOON + timedelta(days=1)
