"""Aggregators and publishers give one entry many names: guids and links that change in every answer, redirectors, parameters."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from making import Cli, write_topic
from support import NOON, TEXT, FakeWeb, rss, rss_item

from ingest.identity import document_keys
from ingest.model import Item, ParsedFeed, Source, StoredItem
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts
from ingest.text.urls import canonical

NEWS = Source("https://news.example/rss", title="News")
OTHER = Source("https://other.example/rss", title="Other")
HOUR = timedelta(hours=1)
Served = Callable[..., list[StoredItem]]


@pytest.fixture
def served(facts: Facts) -> Served:
    """Record what a source serves at one look, as a poll does; give all that is stored."""

    def serve(*items: Item, source: Source = NEWS, at: datetime = NOON) -> list[StoredItem]:
        pairs = document_keys(items)
        entries = tuple((f"raw{key.fingerprint}", key.fingerprint) for _, key in pairs)
        feed = ParsedFeed(pairs, served=entries)
        facts.polls.record([(Outcome(source, at, feed=feed, body_hash="h"), SourceState(last_poll=at))])
        return list(facts.items.all())

    return serve


def entry(turn: int, number: int = 1, published: datetime | None = NOON, **said: str) -> Item:
    """Make an entry as an aggregator serves it at its `turn`: everything but title, date and words is new."""
    title = said.get("title", f"Harbour council number {number} votes on the ferry - Post")
    text = said.get("text", f"{title} Post")
    link = f"https://news.example/rss/articles/{turn}x{number}?oc=5"
    return Item(f"CBM{turn}{number}", link, title, summary=f'<a href="{link}">{text}</a>', text=text, published=published)


# Names that change


@pytest.mark.parametrize("published", [NOON, None], ids=["dated", "undated"])
def test_an_entry_renamed_in_every_answer_stays_one(facts: Facts, served: Served, published: datetime | None) -> None:
    """One item, one carrier, one version; nothing of it grows."""
    for turn in range(8):
        stored = served(*(entry(turn, number, published) for number in range(3)), at=NOON + turn * HOUR)
    assert len(stored) == 3
    assert [(len(item.sightings), item.versions, item.changed) for item in stored] == [(1, 1, NOON)] * 3
    assert stored[0].item.guid is not None
    assert stored[0].item.guid.startswith("CBM7")
    assert facts.database.execute("select count(*) from former_name").fetchone()[0] <= 9


def test_a_renamed_entry_is_not_announced_again(cli: Cli, web: FakeWeb) -> None:
    """In the published feed it is the same entry with the same `updated`, carried by one source."""
    cli.settings["fetch.allow"] = web.allow
    write_topic(cli.home)
    said = set()
    for turn in range(4):
        link = f"https://news.example/rss/articles/CBMi{turn}?oc=5"
        text = f'<a href="{link}">The last ferry leaves the harbour</a> <font>Harbour Post</font>'
        one = rss_item("The last ferry leaves the harbour - Harbour Post", link, guid=f"CBMi{turn}", text=text)
        dated = one.replace("</item>", "<pubDate>Mon, 02 Mar 2026 09:00:00 GMT</pubDate></item>")
        cli("ingest", web.serve("/news", rss(dated, title="News")))
        cli("publish")
        cli.clock.forward(hours=1)
        (published,) = cli.published().entries
        said.add((published.id, published.updated, len(cli.rows("items", "--json")[0]["sources"])))
    assert len(said) == 1
    assert published.link == link


def test_an_entry_that_is_away_for_a_while_comes_back_as_itself(served: Served) -> None:
    """Title and date still name it when it returns under other names."""
    served(entry(1), entry(1, 2))
    served(entry(2, 2), at=NOON + HOUR)
    assert len(served(entry(3), entry(3, 2), at=NOON + 2 * HOUR)) == 2


def test_a_whole_site_that_moves_keeps_its_entries(served: Served) -> None:
    """Guids that are addresses change with the addresses: the same words of the same date are the same articles."""
    old = [Item(f"http://a.example/{n}", f"http://a.example/{n}", f"The ferry number {n} sails", published=NOON) for n in range(3)]
    served(*old)
    new = [replace(one, guid=f"https://b.example/{n}", url=f"https://b.example/{n}") for n, one in enumerate(old)]
    stored = served(*new, at=NOON + HOUR)
    assert sorted(item.item.url or "" for item in stored) == [f"https://b.example/{n}" for n in range(3)]


@pytest.mark.parametrize(
    "other",
    [
        entry(2, title="Harbour council number 1 votes on the bridge - Post"),
        entry(2, published=NOON + HOUR),
        entry(2, text="A bakery in the old town burned down on Sunday night, and nobody was hurt by it."),
        entry(2, published=None),
    ],
    ids=["title", "date", "text", "no date"],
)
def test_what_differs_in_more_than_its_names_is_another_article(served: Served, other: Item) -> None:
    """Another title, another date or another text is never taken for a new name."""
    served(entry(1, text="The council of the harbour has voted on the last ferry after a long evening of speeches."))
    assert len(served(other, at=NOON + HOUR)) == 2


def test_two_entries_of_one_answer_are_two(served: Served) -> None:
    """What stands side by side in one document has not taken each other's place."""
    assert len(served(entry(1), entry(2))) == 2
    assert len(served(entry(1), entry(2), entry(3, 7), at=NOON + HOUR)) == 3


def test_a_short_title_names_no_article(served: Served) -> None:
    """A title such as "Press review" without a text is any day's."""
    served(entry(1, title="Press review", text=""))
    assert len(served(entry(2, title="Press review", text=""), at=NOON + HOUR)) == 2


def test_a_former_name_still_recognises(served: Served) -> None:
    """Another source that links the old address carries the same article."""
    first = Item("g", "http://a.example/old-address-1", "The last ferry sails", text=TEXT, published=NOON)
    served(first)
    served(replace(first, url="http://a.example/new-address-1"), at=NOON + HOUR)
    linked = Item("x", "https://www.a.example/old-address-1", "Ferry line closes", text="Short.")
    (item,) = served(linked, source=OTHER, at=NOON + HOUR)
    assert [seen.source.title for seen in item.sightings] == ["News", "Other"]
    assert item.item.url == "http://a.example/new-address-1"


# Redirectors


GOOGLE = "https://www.google.com/url?rct=j&sa=t&url=https://site.example/2026/ferry&ct=ga&usg=x"


def test_a_redirectors_target_is_published_and_its_link_is_kept(cli: Cli, web: FakeWeb) -> None:
    """The entry leads to the page itself; what the carrier served stands in its record."""
    cli.settings["fetch.allow"] = web.allow
    write_topic(cli.home)
    cli("ingest", web.serve("/alerts", rss(rss_item("The last ferry leaves the harbour", GOOGLE, guid="tag:google:1", text=TEXT))))
    cli("publish")
    (row,) = cli.rows("items", "--json")
    assert row["url"] == "https://site.example/2026/ferry"
    assert row["sources"][0]["url"] == GOOGLE
    (published,) = cli.published().entries
    assert published.link == "https://site.example/2026/ferry"
    assert GOOGLE.replace("&", "&amp;") in (cli.home / "public" / "harbour.atom").read_text(encoding="utf-8")


def test_a_later_carriers_redirector_is_seen_through_too(cli: Cli, web: FakeWeb) -> None:
    """Its link to the article is the page; the record of what it carried is the redirector."""
    cli.settings["fetch.allow"] = web.allow
    write_topic(cli.home)
    page = "https://site.example/2026/ferry"
    for path, link in (("/post", page), ("/alerts", GOOGLE)):
        cli("ingest", web.serve(path, rss(rss_item("The last ferry leaves the harbour", link, guid="g", text=TEXT), title=path)))
    cli("publish")
    links = {(link.rel, link.href) for link in cli.published().entries[0].links}
    assert {("alternate", page), ("related", page)} <= links
    assert GOOGLE not in {href for _, href in links}


def test_an_address_with_two_hashes_is_published_as_an_iri(cli: Cli, web: FakeWeb) -> None:
    """The database keeps what the publisher wrote."""
    cli.settings["fetch.allow"] = web.allow
    write_topic(cli.home)
    cli(
        "ingest",
        web.serve("/feed", rss(rss_item("The last ferry leaves the harbour", "http://a.example/f#a#b", guid="g", text=TEXT))),
    )
    cli("publish")
    assert cli.rows("items", "--json")[0]["url"] == "http://a.example/f#a#b"
    assert cli.published().entries[0].link == "http://a.example/f#a%23b"


# Parameters


@pytest.mark.parametrize(
    "query",
    [
        "maca=en-rss-en-all-1573-rdf",
        "traffic_source=rss",
        "partner=rss&emc=rss",
        "ref=rss",
        "cmp=rss",
        "CMP=twt_gu",
        "at_medium=RSS&at_campaign=KARANGA",
        "xtor=RSS-3208",
        "ns_source=rss&ns_mchannel=rss&ito=1490",
        "feed_id=12",
        "wt_mc=rss.red.ho.politik",
        "WT.mc_id=rss",
        "source=rss",
        "output=rss",
        "mod=rss_markets_main",
        "cid=public-rss_20261120",
        "feedType=RSS&feedName=topNews",
        "from=atom",
        "rss=1",
        "fromrss",
        "dgcs=xmlrss",
        "partner=acme&via=rss-feed",
        "utm_source=x&origin=feed",
    ],
)
def test_a_parameter_that_says_which_feed_it_was_is_no_part_of_the_address(query: str) -> None:
    """Whatever its name: its value says rss, feed or atom, or it stands beside one whose value does."""
    assert canonical(f"https://www.site.example/en/story-1?{query}") == "http://site.example/en/story-1"
    assert canonical(f"https://site.example/en/story-1?id=7&{query}") == "http://site.example/en/story-1?id=7"


@pytest.mark.parametrize(
    "query",
    [
        *("id=rss", "p=feed", "q=atom", "title=what-is-rss", "slug=feed-the-birds", "storyid=5", "article=atom", "tag=rss"),
        *("page=2", "lang=fr", "artikel=77", "isbn=1", "date=2026", "v=rss", "name=atom", "topic=feed", "nid=3", "term=rss"),
        *("ref=home", "source=reuters", "from=ann", "product=atom-3", "feed_id=12", "wiki=Atom", "chapter=atom"),
    ],
)
@pytest.mark.parametrize("beside", ["", "&ref=rss"])
def test_a_parameter_that_selects_the_article_stays(query: str, beside: str) -> None:
    """A name that chooses an article keeps its value, also one that is about feeds, also beside a feed's parameter."""
    if not (beside and query.partition("=")[0] in {"ref", "source", "feed_id"}):
        assert canonical(f"http://site.example/page?{query}{beside}") == f"http://site.example/page?{query}"


def test_one_page_with_one_title_and_text_is_one_article(served: Served) -> None:
    """A parameter that nobody knows is learnt to be none of the article's: all the rest is word for word the same."""
    first = Item("a", "https://site.example/2026/port-strike-ends?zq=f1", "Port strike ends at last", text="Short.")
    served(first)
    (item,) = served(replace(first, guid="b", url="https://site.example/2026/port-strike-ends?zq=f2"), source=OTHER)
    assert item.sightings[1].reason == "address"
    other = replace(first, guid="c", title="Port strike goes on and on", url="https://site.example/2026/port-strike-ends?zq=f3")
    assert len(served(other, source=OTHER)) == 2


def test_a_page_of_many_articles_is_not_learnt_to_be_one(served: Served) -> None:
    """Where a parameter chooses the article, the same title and text are still two."""
    first = Item("a", "https://site.example/news-24/view?storyid=1", "Port strike ends at last", text="Short.")
    served(first)
    assert len(served(replace(first, guid="b", url="https://site.example/news-24/view?storyid=2"), source=OTHER)) == 2


def test_a_front_page_stays_one_under_parameters(served: Served) -> None:
    """A link to the whole site recognises nothing, whoever says that he came by a feed."""
    served(Item("a", "https://site.example/?ref=rss", "Port strike ends", text="Short."))
    assert len(served(Item("b", "https://site.example/?ref=rss", "Bakery burns down", text="Other."), source=OTHER)) == 2


@pytest.mark.parametrize("before", [True, False])
def test_the_page_behind_a_proxy_is_the_address(cli: Cli, web: FakeWeb, *, before: bool) -> None:
    """feedburner:origLink names the page, wherever it stands in the entry."""
    cli.settings["fetch.allow"] = web.allow
    write_topic(cli.home)
    space = 'xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    said = f"<feedburner:origLink {space}>https://site.example/2026/ferry.html</feedburner:origLink>"
    item = rss_item("The last ferry leaves", "http://feedproxy.example/~r/G/~3/ZG5/", guid="g", text=TEXT, extra=said)
    if before:
        item = item.replace(said, "").replace("<item>", f"<item>{said}")
    cli("ingest", web.serve("/feed", rss(item)))
    assert cli.rows("items", "--json")[0]["url"] == "https://site.example/2026/ferry.html"
