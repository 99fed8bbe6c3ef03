from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from making import INSTANCE, POST, document, item, sighting, stored, topic
from support import NOON

from feeds.model import Classification, Grade
from feeds.publication.document import FeedDocument
from feeds.publication.entry import FeedEntry, PublishingPolicy, StoryEntry, make_entry
from feeds.publication.formats import atom, jsonfeed, rss
from ingest.formats.feed import parse_feed
from ingest.model import Author, Category, Enclosure, Item, Place
from ingest.text.sanitize import one_line, paragraphs, safe_html, title_text, xml_safe

ADDRESS: Final = "http://feeds.example/harbour.atom"


# A format that we publish belongs here.
RENDERERS: Final[dict[str, Callable[[FeedDocument], bytes]]] = {"atom": atom.render, "rss": rss.render, "json": jsonfeed.render}
SCRIPTS: Final = st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs", "Cf"))
WORDS: Final = st.text(SCRIPTS, max_size=40)
MOMENTS: Final = st.datetimes(datetime(1990, 1, 2), datetime(2026, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - aware by the last
NAMES: Final = WORDS.map(one_line).filter(bool)
PEOPLE: Final = st.builds(Author, NAMES, st.none() | st.just("http://a.example/ann"), st.none() | st.just("ann@site.example"))
TAGS: Final = st.builds(Category, NAMES, st.just("urn:words"), st.none() | NAMES)
SOUNDS: Final = st.builds(
    Enclosure,
    st.just("http://a.example/x.mp3"),
    st.just("audio/mpeg"),
    st.none() | st.integers(0, 10**12),
    st.none() | st.integers(1, 10**5),
)
SMALL: Final = st.just(Enclosure("http://a.example/x.jpg", kind="thumbnail"))
SPOKEN: Final = st.just(Enclosure("http://a.example/x.vtt", "text/vtt", kind="transcript"))
FILES: Final = st.tuples(st.none() | SOUNDS, st.none() | SMALL, st.none() | SPOKEN).map(lambda some: [one for one in some if one])
PLACES: Final = st.builds(
    lambda form, pairs: Place(form, " ".join(f"{north:g} {east:g}" for north, east in pairs)),
    st.sampled_from(["point", "line", "polygon", "box", "circle"]),
    st.lists(st.tuples(st.integers(-90, 90), st.integers(-180, 180)), min_size=1, max_size=4),
)


def left_alone(value: str) -> bool:
    """Say whether both readers leave a text as it is: UTF-8 that was read as Latin-1 they mend."""
    try:
        return value.encode("latin-1").decode("utf-8") == value
    except UnicodeError:
        return True


def again(entry: FeedEntry, name: str) -> Item:
    """Render an entry and read it."""
    items = parse_feed(RENDERERS[name](document(entry)), {}, ADDRESS, NOON).items
    assert len(items) == 1
    return items[0][0]


# What of an item no feed says, or each says in its own words. Every other field is read back, also one that is added later.
NOT_READ_BACK: Final = {"title_inferred", "text", "boilerplate", "language", "language_from", "published_raw", "updated_raw"}


def in_words_of(name: str, entry: FeedEntry) -> dict[str, Any]:
    """Return what is read back of an entry in a format, by fields of an item; the first category is the topic."""
    whole: dict[str, Any] = {
        "guid": entry.id,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published,
        "updated": entry.updated,
        "authors": entry.authors,
        "categories": entry.categories,
        "enclosures": entry.enclosures,
        "places": entry.places,
        "summary": entry.summary,
        "content": entry.content,
    }
    if name == "rss":  # one file, of some length; authors by name, categories without label
        whole |= {
            "authors": tuple(Author(author.name) for author in entry.authors),
            "categories": tuple(replace(tag, label=None) for tag in entry.categories),
            "enclosures": tuple(replace(file, length=file.length or 0) if file.kind is None else file for file in entry.enclosures),
        }
    if name == "json":  # no mail address nor place, categories by term alone; a summary is plain
        whole |= {
            "authors": tuple(dict.fromkeys(replace(author, email=None) for author in entry.authors)),
            "categories": tuple(Category(tag.term) for tag in entry.categories if tag.term != entry.classification.topic),
            "places": (),
            # A picture is a member of its own, and comes first; a transcript is a file like others.
            "enclosures": tuple(
                replace(file, kind=None if file.kind == "transcript" else file.kind)
                for file in sorted(entry.enclosures, key=lambda file: file.kind != "thumbnail")
            ),
            "summary": paragraphs(entry.excerpt),
            "content": entry.content or entry.summary,
        }
    same = whole["summary"] == whole["content"]
    return whole | {
        "summary": "" if same else safe_html(whole["summary"], ADDRESS),
        "content": safe_html(whole["content"], ADDRESS),
    }


@pytest.mark.parametrize("name", RENDERERS)
@settings(deadline=None, max_examples=40)
@given(
    title=NAMES,
    body=WORDS.map(xml_safe),
    moment=MOMENTS,
    people=st.lists(PEOPLE, max_size=2, unique_by=lambda who: who.email),
    tags=st.lists(TAGS, max_size=3, unique_by=lambda tag: tag.term),
    files=FILES,
    places=st.lists(PLACES, max_size=2, unique=True),
)
def test_what_we_publish_we_read_back(  # noqa: PLR0913, PLR0917 - an entry has that many parts
    name: str,
    title: str,
    body: str,
    moment: datetime,
    people: list[Author],
    tags: list[Category],
    files: list[Enclosure],
    places: list[Place],
) -> None:
    """parse(render(item)) is the item: title, texts, address, dates, authors, categories, enclosures, places and id."""
    said = [title, *(a.name for a in people), *(text for t in tags for text in (t.term, t.label or ""))]
    assume(all(title_text(text) == text for text in said))  # feeds do not say whether a name is HTML: what looks like it is
    assume(all(map(left_alone, said)))
    what = item(
        title=title,
        text=body,
        published=moment.replace(microsecond=0),
        authors=tuple(people),
        categories=tuple(tags),
        enclosures=tuple(files),
        places=tuple(places),
    )
    classified = Classification("harbour", "v1", tagged=True, grade=Grade.CORE, score=3.0, why="why")
    entry = make_entry(
        StoryEntry(stored(what, sighting(POST)), classified), topic(), "urn:x:1", PublishingPolicy(INSTANCE, full=True)
    )
    found = again(entry, name)
    wanted = in_words_of(name, entry)
    assert wanted.keys() == {one.name for one in fields(Item)} - NOT_READ_BACK
    read = {one: getattr(found, one) for one in wanted}
    assert read | {"categories": found.categories[1:]} == wanted
