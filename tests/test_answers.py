"""Answers to programs hold what pages and feeds show, to the same people, and by page without a loss or a double."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from answering import HERALD, STORY, Filled, filled
from making import GAZETTE, Cli, about, item, write_topic
from msgspec import to_builtins
from support import NOON

from feeds.answers import cursor
from feeds.answers.audience import UnknownNameError, WithdrawnError
from feeds.answers.items import item as one_item
from feeds.answers.model import StoriesPage
from feeds.answers.sources import all_sources, sources_page
from feeds.answers.stories import story
from feeds.answers.topics import all_topics, counts_by_day, one_topic
from ingest.errors import UsageError
from ingest.model import Source


@pytest.fixture
def home_(cli: Cli) -> Iterator[Filled]:
    """Return a home with stories of several topics."""
    with filled(cli) as made:
        yield made


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filled]:
    """Return such a home, in which nothing changes."""
    with filled(Cli(tmp_path_factory.mktemp("home"))) as made:
        yield made


def walk(ask: Callable[..., StoriesPage], **asked: str) -> Iterator[StoriesPage]:
    """Follow the cursors to the end."""
    page = ask(**asked)
    yield page
    while page.next:
        page = ask(**(asked | {"cursor": page.next}))
        yield page


def test_topics_have_the_counts_of_the_pages_and_private_ones_are_for_the_owner(still: Filled) -> None:
    """Anybody sees the open topics; the owner the private one too, with its stories counted."""
    names = {one.name: one.stories for one in all_topics(still.read()).topics}
    assert names == {"harbour": 7, "links": 1, "pole": 0, "tavern": 1}
    assert {one.name: one.stories for one in all_topics(still.read(owner=True)).topics} == names | {"quiet": 1}
    with pytest.raises(UnknownNameError, match='no topic is called "quiet"'):
        one_topic(still.read(), "quiet")
    told = one_topic(still.read(), "harbour")
    assert (told.title, told.means, told.by_source[0].source) == ("Harbour news", ("Ships that come and go.",), "The Harbour Post")
    assert [(one.language, one.stories) for one in told.by_language] == [("en", 7)]


def test_pages_of_stories_lose_and_double_none(still: Filled) -> None:
    """Whatever the size of a page, following `next` gives each story once, the newest first; the last page has no `next`."""
    whole = [one.item for one in still.page(limit="100").stories]
    assert len(whole) == 7
    for limit in "1237":
        pages = list(walk(still.page, limit=limit))
        assert [one.item for page in pages for one in page.stories] == whole
        assert all(len(page.stories) <= int(limit) for page in pages)


def test_a_cursor_holds_while_new_stories_come(home_: Filled) -> None:
    """New stories push nothing over the edge of a page: what follows a cursor stays what follows it."""
    first = home_.page(limit="3")
    after = [one.item for one in home_.page(limit="3", cursor=first.next or "").stories]
    home_.store(about(50), replace(about(51), published=home_.cli.clock()))
    assert [one.item for one in home_.page(limit="3", cursor=first.next or "").stories] == after


def test_a_story_is_as_the_export_has_it(still: Filled) -> None:
    """A story of a page has the values of its row in the export, key for key; lists are lists."""
    rows = {row["item"]: row for row in still.cli.rows("export", "--topic", "harbour")}
    found = [to_builtins(one) for one in still.page(limit="100").stories]
    assert sorted(one["item"] for one in found) == sorted(rows)
    for told in found:
        row = rows[told["item"]]
        assert "; ".join(told.pop("authors")) == row.pop("authors")
        assert "; ".join(told.pop("categories")) == row.pop("categories")
        assert "; ".join(one["name"] for one in told.pop("sources")) == row.pop("carrier_names")
        del row["carrier_urls"]
        assert told == row


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"since": "2026-03-01"}, 7),
        ({"until": "2026-02-28"}, 0),
        ({"language": "fr"}, 0),
        ({"language": "EN"}, 7),
        ({"source": "the harbour post"}, 7),
        ({"grade": "core"}, 7),
        ({"grade": "mention"}, 0),
        ({"q": "Story"}, 7),
        ({"q": '"story 3"'}, 1),
        ({"q": "story -harbour"}, 0),
        ({"q": "story", "since": "2026-03-01", "grade": "core", "limit": "2"}, 7),
        ({"q": "zeppelin"}, 0),
    ],
)
def test_filters_narrow_a_list(still: Filled, asked: dict[str, str], titles: int) -> None:
    """Days, language, source, grade and words narrow it; each alone, or together."""
    assert sum(len(page.stories) for page in walk(still.page, **asked)) == titles


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "2026-02-30"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "ten"},
        {"limit": "٣"},
        {"limit": "1" * 5_000},
        {"grade": "best"},
        {"source": "The Nobody"},
        {"source": HERALD.url},
        {"cursor": "%%%"},
        {"cursor": "e30"},
        {"cursor": cursor.written("a")},
        {"cursor": cursor.written("a", "b", "c")},
        {"cursor": "W1tbW1tb" * 2_000},
        {"cursor": "🛥"},
        {"q": '"no partner'},
        {"q": "-alone"},
        {"q": "x" * 301},
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_reason(still: Filled, asked: dict[str, str]) -> None:
    """A value that is none is an error of the asker that names it, never an empty answer and never a fault of ours."""
    with pytest.raises(UsageError):
        still.page(**asked)


def test_masked_words_are_in_no_answer(still: Filled) -> None:
    """Lists, stories and items show a masked word as the pages do, to the owner too, and a search for it finds nothing."""
    uid = still.uid("A scoundrel in the tavern")
    for owner in (False, True):
        read = still.read(owner=owner)
        told = (
            still.page("tavern", owner=owner),
            one_item(read, uid),
            story(read, uid),
            one_topic(read, "tavern"),
        )
        assert "scoundrel" not in repr(told)
        assert "s********" in repr(told[1])
        assert still.page("tavern", owner=owner, q="scoundrel").stories == ()
        assert len(still.page("tavern", owner=owner, q="tavern").stories) == 1


def test_a_topic_of_links_tells_no_text(still: Filled) -> None:
    """Where only links are published an item has no text for anybody, and its words are not searched."""
    uid = still.uid("The lighthouse is lit")
    assert one_item(still.read(), uid).text == ""
    assert still.page("links", q="keeper").stories == ()
    assert still.page("links").stories[0].summary == ""


def test_an_item_comes_with_its_evidence(still: Filled) -> None:
    """It says why each topic tags it, with the words and where they stand, who carried it, and its versions."""
    uid = still.uid("Story 3: ferry in the harbour")
    told = one_item(still.read(), uid)
    (tag,) = told.topics
    assert (tag.topic, tag.title, tag.grade) == ("harbour", "Harbour news", "core")
    assert {(hit.group, hit.text, hit.field) for hit in tag.hits} == {("ship", "ferry", "title"), ("place", "harbour", "title")}
    assert told.title[tag.hits[0].start : tag.hits[0].end] == tag.hits[0].text
    assert [(one.name, one.reason) for one in told.sources] == [("The Harbour Post", "first")]
    assert (told.tags, len(told.versions), told.story.lead) == (("harbour",), 1, uid)


def test_what_is_not_published_is_not_there(still: Filled) -> None:
    """Items of private topics and of none are unknown to anybody, in the same words as an id that never was; not to the owner."""
    unknown = []
    for uid in (still.uid("The ledger of the desk"), still.uid("Nothing to see"), "f" * 16):
        for ask in (one_item, story):
            with pytest.raises(UnknownNameError) as raised:
                ask(still.read(), uid)
            assert not isinstance(raised.value, WithdrawnError)
            unknown.append(str(raised.value).replace(uid, "ID"))
    assert len(set(unknown)) == 1
    owner = still.read(owner=True)
    assert one_item(owner, still.uid("The ledger of the desk")).tags == ("quiet",)
    assert one_item(owner, still.uid("Nothing to see")).tags == ()
    assert [one.title for one in still.page("quiet", owner=True).stories] == ["The ledger of the desk"]


def test_what_has_left_the_feeds_is_gone(home_: Filled) -> None:
    """An item that a person rejected is withdrawn: it says so, it is in no list, and the owner still finds it."""
    uid = home_.reject("Story 3: ferry in the harbour")
    assert uid not in {one.item for one in home_.page(limit="100").stories}  # before the next publication too
    home_.publish()
    with pytest.raises(WithdrawnError, match="no longer published"):
        one_item(home_.read(), uid)
    assert len(home_.page(limit="100").stories) == 6
    assert one_item(home_.read(owner=True), uid).tags == ()


def test_copies_are_one_story_and_private_ones_are_not_named(home_: Filled) -> None:
    """A story has all its copies and why they are one; a copy that only a private topic tags is the owner's alone."""
    lead = item(guid="u:a", url="http://post.example/a", title="The ferry leaves the harbour today", text=STORY)
    copy = replace(lead, guid="u:b", url="http://gazette.example/b", title="The ferry leaves the harbour")
    hidden = replace(lead, guid="u:c", url="http://herald.example/c", title="The ledger of the old boats")
    home_.store(lead)
    home_.store(copy, source=GAZETTE)
    home_.store(hidden, source=HERALD)
    uids = [home_.uid(one.title) for one in (lead, copy)]
    told = story(home_.read(), uids[1])
    assert told == story(home_.read(), uids[0])
    assert (told.lead, [(one.id, bool(one.why)) for one in told.members]) == (uids[0], [(uids[0], False), (uids[1], True)])
    assert [(one.item, one.carriers) for one in home_.page(limit="100").stories if one.item in uids] == [(uids[0], 2)]
    owners = story(home_.read(owner=True), home_.uid(hidden.title))
    assert (owners.lead, {one.title for one in owners.members}) == (uids[0], {lead.title, copy.title, hidden.title})
    assert home_.uid(hidden.title) in {one.item for one in home_.page("quiet", owner=True).stories}


def test_counts_by_day_are_those_of_the_pages(still: Filled) -> None:
    """Days have the stories that the pages count, of one topic or of all, and filters narrow them."""
    whole = counts_by_day(still.read(), {"topic": "harbour"})
    assert [(one.topic, one.stories) for one in whole.topics] == [("harbour", 7)]
    assert {(day.day, day.stories) for day in whole.topics[0].by_day} == {(NOON.date(), 7)}
    assert (whole.until - whole.since).days == 59
    assert [one.topic for one in counts_by_day(still.read(), {}).topics] == ["harbour", "links", "pole", "tavern"]
    none = {"topic": "harbour", "since": "2026-01-01", "until": "2026-02-01"}
    assert counts_by_day(still.read(), none).topics[0].by_day == ()
    assert counts_by_day(still.read(), {"topic": "harbour", "source": "The Harbour Post"}).topics[0].stories == 7
    wrong: list[dict[str, Any]] = [
        {"since": "2026-03-02", "until": "2026-03-01"},
        {"since": "2020-01-01", "until": "2026-01-01"},
        {"source": "The Harbour Post"},
        {"since": "x"},
    ]
    for asked in wrong:
        with pytest.raises(UsageError):
            counts_by_day(still.read(), asked)
    assert counts_by_day(still.read(), {"until": "0001-01-01"}).topics[0].stories == 0
    assert counts_by_day(still.read(), {"until": "9999-12-31"}).topics[0].stories == 0


def test_sources_come_by_name_and_show_no_secret(home_: Filled) -> None:
    """Sources stand by name on pages; secrets of addresses are in none; those of which nothing is published are the owner's."""
    intranet = Source("http://intranet.example/feed", title="The Intranet")
    home_.store(item(guid="u:z", url=None, title="Lunch", text="Soup."), source=intranet)
    found = all_sources(home_.read())
    assert [one.name for one in found] == ["The Harbour Post", "The Herald"]
    assert "s3cr3t" not in repr(found)
    owners = all_sources(home_.read(owner=True))
    assert [one.name for one in owners] == ["The Harbour Post", "The Herald", "The Intranet"]
    first = sources_page(owners, {"limit": "2"})
    rest = sources_page(owners, {"limit": "2", "cursor": first.next or ""})
    assert (*first.sources, *rest.sources) == owners
    assert rest.next is None
    assert [one.name for one in sources_page(owners, {"q": "HERALD"}).sources] == ["The Herald"]
    for asked in ({"standing": "ill"}, {"cursor": "x"}, {"limit": "-1"}):
        with pytest.raises(UsageError):
            sources_page(owners, asked)


def test_a_topic_that_takes_everything_lists_what_its_pages_do(home_: Filled) -> None:
    """A topic without a query is listed too, as far back as its pages go."""
    write_topic(home_.cli.home, 'title = "All"\nmeans = ["All."]\ndoes_not_mean = ["x."]\nlimits = ["x."]\n', "all")
    home_.publish()
    assert len(home_.page("all", limit="100").stories) == 11
    home_.cli.clock.forward(days=61)
    home_.store(item(guid="u:late", url="http://h.example/late", title="Late", text="Late.", published=None))
    assert [one.title for one in home_.page("all", limit="100").stories] == ["Late"]
