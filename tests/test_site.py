from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final
from urllib.parse import urldefrag, urljoin

import pytest
from lxml import html
from making import GAZETTE, HARBOUR, POST, about, carry, item, topic
from site_pages import Site, words
from support import NOON

from feeds.publication.publish import PageFile
from feeds.site import builder, render
from feeds.site.builder import Site as Pages
from feeds.site.models import TopicLine
from feeds.site.publish import publish
from feeds.site.render import POLICY
from feeds.store.ledger import Ledger
from feeds.store.reviews import Reviews, Verdict
from feeds.tagging.classification_pass import classify_new, classify_one
from ingest.poll_state import Outcome, SourceState
from ingest.store.facts import Facts

BAIT: Final = "<script>alert(1)</script> \"quoted\" & 'more' ferry in the harbour"
HEBREW: Final = item(guid="urn:he", url="http://post.example/he", title="הספינה harbour ferry", text="הספינה עזבה.", language="he")
HIDDEN: Final = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]")


@pytest.fixture
def site(home: Path, facts: Facts) -> Site:
    """Return the site of a home that is still empty."""
    return Site(home, facts)


def fill(facts: Facts) -> None:
    """Store what shows every part of every page: two sources, three languages, a correction, a hostile title."""
    carry(facts, [about(1), about(2), HEBREW, item(guid="urn:de", url="http://post.example/de", language="de")])
    carry(facts, [item(guid="urn:bait", url="http://gazette.example/x", title=BAIT, text="A boat. <b>In</b> it.")], GAZETTE)
    carry(facts, [replace(about(1), guid="urn:other", url="http://post.example/1")], GAZETTE, NOON + timedelta(hours=1))
    carry(facts, [replace(about(2), text="This is story 2, told anew.")], at=NOON + timedelta(hours=2))


# Every page


def test_every_link_leads_somewhere(site: Site) -> None:
    """Each address on each page that is ours is a published file, and the place in it exists."""
    fill(site.facts)
    site.publish()
    parsed = {name: html.fromstring(page) for name, page in site.pages().items()}
    files = {path.relative_to(site.folder).as_posix() for path in site.folder.rglob("*")}
    lost = set()
    for name, page in parsed.items():
        for _, attribute, address, _ in page.iterlinks():
            path, place = urldefrag(urljoin(f"here:///{name}".replace("here", "http"), address))
            target = path.removeprefix("http:///")
            if path.startswith("http:///") and attribute != "action" and target not in files:
                lost.add((name, address))
            if place and target in parsed and not parsed[target].xpath("//*[@id=$place]", place=place):
                lost.add((name, address))
    assert lost == set()


def test_every_page_can_be_found_ones_way_in(site: Site) -> None:
    """A page has a language, a title, one first heading, landmarks, a way past the header, and headings in order."""
    fill(site.facts)
    site.publish()
    pages = {**site.pages(), "404": render.not_found(), "410": render.gone()}
    assert len(pages) > 12
    for name, page in pages.items():
        found = html.fromstring(page)
        assert found.get("lang") == "en", name
        assert words(found, "//title")[0].endswith("– topicwire"), name
        assert [len(found.xpath(f"//{one}")) for one in ("main", "header", "footer", "h1")] == [1, 1, 1, 1], name
        assert found.xpath("//body/a[1]/@href") == ["#main"], name
        levels = [int(heading.tag[1]) for heading in found.xpath("//h1|//h2|//h3|//h4")]
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        ids = found.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        assert set(found.xpath("//@aria-labelledby")) <= set(ids), name
        assert not found.xpath("//nav[not(@aria-label)]"), name


def test_every_page_keeps_a_strict_policy(site: Site) -> None:
    """No page has inline style or script, nothing is loaded from elsewhere, and the page itself forbids it."""
    fill(site.facts)
    site.publish()
    for name, page in site.pages().items():
        found = html.fromstring(page)
        assert found.xpath("//meta[@http-equiv='Content-Security-Policy']/@content") == [POLICY], name
        assert not found.xpath("//@style|//style|//script[not(@src)]|//@*[starts-with(name(), 'on')]|//img|//iframe"), name
        loaded = found.xpath("//script/@src|//link[@rel='stylesheet' or @rel='icon']/@href")
        assert len(loaded) == 3, name
        assert not any("//" in address for address in loaded), name


def test_every_text_of_a_source_says_its_language_and_direction(site: Site) -> None:
    """Titles and excerpts bear `lang` and `dir`: right to left for Hebrew, on whatever page they are."""
    fill(site.facts)
    site.publish()
    (hebrew,) = (
        name for name in site.items() if HEBREW.title in site.pages()[name].decode().replace("<mark>", "").replace("</mark>", "")
    )
    for name in ("harbour.html", "harbour/lang-he.html", "harbour/2026-03.html", hebrew):
        holder = site.page(name).xpath("//*[@lang='he'][contains(., 'הספינה')]")
        assert holder, name
        assert {one.get("dir") for one in holder} == {"rtl"}, name
    shown = site.page("harbour.html").xpath("//article//h3")
    assert all(heading.get("lang") and heading.get("dir") for heading in shown)
    assert [h.get("dir") for h in shown if h.get("lang") == "de"] == ["ltr"]


def test_what_a_source_writes_stays_text(site: Site) -> None:
    """A title of markup is shown as it is written, on every page, and no address but the web's is a link."""
    fill(site.facts)
    carry(site.facts, [item(guid="urn:js", url="javascript:alert(1)", title="The ferry, a harbour, a trick")], GAZETTE)
    site.publish()
    for page in site.pages().values():
        assert b"<script>alert" not in page
        assert b"javascript:" not in page
    assert [title for title in words(site.page("harbour.html"), "//article//h3") if "script" in title] == [BAIT]


def test_nothing_on_a_page_is_wider_than_a_hundred_kilobytes(site: Site) -> None:
    """A topic of hundreds of stories still has a small page: the newest, and the way to all others."""
    carry(
        site.facts,
        [
            item(guid=f"urn:{n}", url=f"http://post.example/{n}", title=f"Ferry {n}, harbour", text="A ferry. " * 90)
            for n in range(150)
        ],
    )
    site.publish()
    page = site.page("harbour.html")
    assert len(page.xpath("//article")) == 60
    assert len(site.pages()["harbour.html"]) < 100_000
    assert len(site.page("harbour/2026-03.html").xpath("//ul[@class='lines']/li")) == 150


# The front page


def test_the_index_shows_what_each_topic_is(site: Site) -> None:
    """Each topic: what it means, how much of it there is, how it went these days, when it was last new, how to subscribe."""
    carry(site.facts, [about(1), about(2)])
    site.publish(topic(), topic(HARBOUR.replace("Harbour news", "Fish & <chips>").replace("ferry", "eel"), "market"))
    page = site.page("index.html")
    assert words(page, "//h2") == ["Harbour news", "Fish & <chips>"]
    assert words(page, "//section/div/p[1]") == ["What happens at the quay."] * 2
    assert words(page, "//section//p[@class='meta']") == ["2 stories · last 2 Mar 2026, 11:59", "0 stories"]
    assert words(page, "//figcaption") == ["2 in 30 days"]  # an empty chart says nothing
    assert page.xpath("//section[1]//ul[@class='subscribe']/li/a/@href") == [
        f"harbour.{kind}" for kind in ("atom", "json", "rss", "opml")
    ]
    assert page.xpath("//link[@rel='alternate']/@href") == ["harbour.atom", "market.atom"]
    assert page.xpath("//section[1]//*[@role='img']/@aria-label") == ["Stories a day, last 30 days: 2 in all, at most 2 a day"]


def test_the_index_shows_the_newest_headlines(site: Site) -> None:
    """Of each topic five, the newest first, each with its source, its day and the way to its evidence."""
    carry(site.facts, [about(number) for number in range(7)])
    site.publish()
    lines = site.page("index.html").xpath("//ul[contains(@class, 'headlines')]/li")
    assert {" ".join(line.text_content().split()).partition("harbour ")[2] for line in lines} == {"The Harbour Post · 2 March 2026"}
    assert len(lines) == 5
    assert {line.xpath("a/@href")[0] for line in lines} <= set(site.items())


@pytest.mark.parametrize(
    ("recent", "said"),
    [
        ((0,) * 29 + (4,), ""),
        ((0,) * 24 + (3, 3, 3, 3, 3, 1), ""),
        ((0,) * 22 + (1, 0, 5, 2, 9, 0, 3, 1), "1 today so far, 2 on a usual day"),
        ((8, 8, 1, *(1,) * 26, 0), "0 today so far, 1 on a usual day"),
    ],
)
def test_a_day_is_compared_with_usual_days(recent: tuple[int, ...], said: str) -> None:
    """The median of the four weeks before, from the first story on; nothing before a week is known."""
    assert TopicLine("harbour", "Harbour", "", 0, recent, None).today == said


def test_a_topic_begins_with_its_stories_by_day(site: Site) -> None:
    """Newest day first; the chart, the calendar and what the topic means follow."""
    carry(site.facts, [replace(about(1), published=NOON - timedelta(days=1)), about(2)])
    site.publish()
    page = site.page("harbour.html")
    assert words(page, "//section[@class='day']/h2") == ["2 March 2026", "1 March 2026"]
    assert words(page, "//section[@class='day'][2]//h3") == ["Story 1: ferry in the harbour"]
    found = [section.get("class") or section.get("aria-labelledby") for section in page.xpath("//main/section")]
    assert found == ["stories", "volume", "shares", "archive", "meaning"]
    assert page.xpath("//p[@class='lead']/a/@href") == ["#meaning"]


def test_a_card_shows_the_sentence_that_matched(site: Site) -> None:
    """Where the opening of a text has none of the words, the first sentence with one stands there."""
    long = f"{'It rained all day. ' * 30}Then a ferry left the harbour. And it rained."
    carry(site.facts, [item(guid="urn:rain", url="http://post.example/rain", title="Weather", text=long)])
    site.publish()
    assert words(site.page("harbour.html"), "//p[@class='excerpt']") == ["… Then a ferry left the harbour."]


def test_an_item_can_be_cited(site: Site) -> None:
    """Title, publisher, date, address and the identifier under which it is stored."""
    carry(site.facts, [about(1)])
    site.publish()
    (name,) = site.items()
    named = f"topicwire {name.removeprefix('item/').removesuffix('.html')}"
    said = f"“Story 1: ferry in the harbour”, The Harbour Post, 2 March 2026, http://post.example/1 ({named})"
    assert words(site.page(name), "//p[@id='citation']") == [said]


def test_a_home_without_anything_has_pages_that_say_so(site: Site) -> None:
    """No topic, no source, no story: each page is there and says it in words."""
    publish(site.facts, site.classifications, (), site.target())
    assert "No topic is published here yet. The owner of this site can write one at topics/." in words(
        site.page("index.html"), "//p"
    )
    assert words(site.page("sources.html"), "//p[starts-with(., 'No source is known yet.')]//a") == ["sources/manage"]
    site.publish()
    topic_page = site.page("harbour.html")
    assert words(topic_page, "//section[@class='stories']/p")[-1].startswith("No story yet.")
    assert words(topic_page, "//p[@class='meta']") == ["0 stories · a draft: its query is still being tested"]  # no date
    assert not site.page("index.html").xpath("//figure")


def test_words_of_a_topic_keep_their_own_direction(site: Site) -> None:
    """Title, description and meaning are in the language of their owner: each finds its direction by itself."""
    carry(site.facts, [about(1), about(2)], at=NOON)
    arabic = {
        "Harbour news": "أخبار الميناء",
        "What happens at the quay.": "ما يحدث على الرصيف.",
        "Ships that come and go.": "السفن.",
    }
    text = HARBOUR
    for ours, theirs in arabic.items():
        text = text.replace(ours, theirs)
    site.publish(topic(text))
    (month,) = (path for path in site.pages() if path.startswith("harbour/2026-"))
    shown = 0
    for path in ("index.html", "harbour.html", month, *site.items()):
        for element in site.page(path).xpath("//main//*[text()]"):
            if any(words_ in "".join(element.xpath("text()")) for words_ in arabic.values()):
                nearest = element.xpath("(ancestor-or-self::*[self::bdi or @dir])[last()]")[0]
                assert nearest.tag == "bdi" or nearest.get("dir") == "auto", (path, element.text)
                shown += 1
    assert shown >= 8


# A topic


def test_a_topic_says_what_it_means_and_what_not(site: Site) -> None:
    """Before its stories a topic says what it means, what it does not mean, where it fails, and whom to tell."""
    carry(site.facts, [about(1)])
    site.publish(topic(HARBOUR.replace("desk@harbour.example", "desk@harbour-post.net")))
    section = site.page("harbour.html").xpath("//section[@class='meaning']")[0]
    assert words(section, ".//ul[@class='yes']/li") == ["Ships that come and go."]
    assert words(section, ".//ul[@class='no']/li") == ["A port of a computer."]
    assert words(section, ".//details[@class='limits']/ul/li") == ["Misses rowing."]
    assert "desk@harbour-post.net" in words(section, ".//p")[-1]


@pytest.mark.parametrize("contact", ["desk@example.org", "https://harbour.EXAMPLE/contact", "mailto:your-name@post.net"])
def test_a_placeholder_is_no_contact(site: Site, contact: str) -> None:
    """What a template left behind is not published as somebody whom one could tell."""
    site.publish(topic(HARBOUR.replace("desk@harbour.example", contact)))
    assert contact.encode() not in site.pages()["harbour.html"]


def test_a_story_shows_its_carriers_its_language_and_why_it_is_there(site: Site) -> None:
    """A card has the title with its words marked, the way to the publisher, when, in which language, from whom, and why."""
    carry(site.facts, [about(1)])
    carry(site.facts, [replace(about(1), guid="urn:g")], GAZETTE)
    site.publish()
    (card,) = site.page("harbour.html").xpath("//article")
    assert words(card, ".//h3/a/mark") == ["ferry", "harbour"]
    assert card.xpath(".//h3/a/@href") == ["http://post.example/1"]
    assert words(card, "./p[@class='meta']") == ["2 Mar 2026, 11:59 · English · The Harbour Post, The Gazette"]
    assert words(card, "./p[@class='why']") == ["ship: “ferry”; place: “harbour” · evidence"]
    assert card.xpath("./p[@class='why']/a/@href") == site.items()


def test_each_language_and_each_source_has_a_page_of_its_own(site: Site) -> None:
    """The filters are links: without a script they lead to the stories of one language, or of one source."""
    fill(site.facts)
    site.publish()
    page = site.page("harbour.html")
    ways = {" ".join(a.text_content().split()): a.get("href") for a in page.xpath("//nav[@data-filter]//a")}
    assert ways.pop("All languages") == ways.pop("All sources") == "harbour.html"
    shown = {name: len(site.page(way).xpath("//article")) for name, way in ways.items()}
    assert shown == {"English 3": 3, "German 1": 1, "Hebrew 1": 1, "The Harbour Post 4": 4, "The Gazette 1": 1}
    german = site.page(ways["German 1"])
    assert words(german, "//h1") == ["Harbour news: German"]
    assert words(german, "//a[@aria-current='true']") == ["German 1"]


def test_the_number_of_pages_for_sources_is_bounded(site: Site) -> None:
    """Of many sources the busiest twenty have a page; the others are one row without a link."""
    for number in range(23):
        source = replace(POST, url=f"http://s{number}.example/feed", title=f"Paper {number:02}")
        carry(site.facts, [item(guid=f"urn:{number}", url=f"http://s{number}.example/1", title=f"Ferry {number}, harbour")], source)
    site.publish()
    assert len(list((site.folder / "harbour").glob("source-*.html"))) == 20
    assert words(site.page("harbour.html"), "//table[@class='bars'][1]//tr[last()]/th") == ["3 more sources"]


def test_the_chart_has_its_numbers_behind_it(site: Site) -> None:
    """The days of the chart stand in a table too, each with the way to its stories."""
    carry(site.facts, [about(1), about(2), replace(about(3), published=NOON - timedelta(days=3))])
    site.publish()
    page = site.page("harbour.html")
    assert words(page, "//details/table//tbody/tr") == ["2 March 20262", "27 February 20261"]
    assert page.xpath("//details/table//tbody//a/@href") == ["harbour/2026-03.html#d2", "harbour/2026-02.html#d27"]
    assert words(site.page("harbour/2026-03.html"), "//h2") == ["2 March 2026"]


def test_months_lead_to_their_neighbours(site: Site) -> None:
    """From one month one walks to the month before and the month after that have stories."""
    carry(site.facts, [replace(about(n), published=NOON - timedelta(days=40 * n)) for n in range(3)])
    site.publish()
    assert site.page("harbour/2026-01.html").xpath("//nav[@class='steps']/a/@href") == [
        "../harbour/2025-12.html",
        "../harbour/2026-03.html",
    ]


def test_a_full_page_leads_to_what_is_older(site: Site) -> None:
    """From its last story on: the topic to that day of the month's page, a language to the pages of the server's search."""
    days = [NOON - timedelta(days=number // 2) for number in range(64)]
    carry(site.facts, [replace(about(number), published=day) for number, day in enumerate(days)])
    site.publish()
    last = days[59]
    for path, older in (
        ("harbour.html", f"harbour/{last:%Y-%m}.html#d{last.day}"),
        ("harbour/lang-en.html", f"../search?topic=harbour&until={last:%Y-%m-%d}&language=en"),
    ):
        page = site.page(path)
        assert len(page.xpath("//article")) == 60
        assert page.xpath("//a[@rel='next']/@href") == [older]
    month, _, place = f"harbour/{last:%Y-%m}.html#d{last.day}".partition("#")
    assert site.page(month).xpath(f"//*[@id='{place}']")
    (by_page,) = site.page("harbour.html").xpath("//p[@class='older']/a[.='Page by page']/@href")
    assert by_page == f"search?topic=harbour&until={last:%Y-%m-%d}"


def test_a_page_that_has_everything_leads_no_further(site: Site) -> None:
    """Nothing is older than the last story of a page with all of them; where the search is closed no page leads there."""
    carry(site.facts, [about(number) for number in range(61)])
    (site.home / "topicwire.toml").write_text("[service]\nsearch = false\n", "utf-8")
    site.publish()
    assert not site.page("harbour/lang-en.html").xpath("//a[contains(@href, 'search?')]")
    assert site.page("harbour.html").xpath("//a[@rel='next']/@href") == ["harbour/2026-03.html#d2"]


def test_a_part_without_news_draws_no_empty_chart(site: Site) -> None:
    """Where every story is older than the days of the chart, the page says so."""
    carry(site.facts, [replace(about(1), published=NOON - timedelta(days=900))])
    site.publish(topic())
    page = site.page("harbour.html")
    assert words(page, "//h2[@id='volume']") == ["Stories a day none since 2 January 2026"]
    assert not page.xpath("//figure")


def test_a_planet_shows_what_is_new_and_keeps_no_archive_of_pages(site: Site) -> None:
    """A topic without rules takes everything: sixty days show, and stories have pages only by topics with rules."""
    carry(site.facts, [about(1)], at=NOON - timedelta(days=70))
    carry(site.facts, [about(2), item(guid="urn:train", url="http://post.example/train", title="A train", text="On rails.")])
    planet = topic('title = "Planet"', "planet")
    site.publish(planet, topic())
    page = site.page("planet.html")
    assert sorted(words(page, "//article/h3")) == ["A train", "Story 2: ferry in the harbour"]
    assert words(page, "//p[@class='meta']")[0].startswith("2 stories first seen in 60 days · last")
    assert words(page, "//p[@class='why']") == ["details"]
    assert not page.xpath("//table[@class='calendar']|//details//table//a")
    assert not list(site.folder.glob("planet/2*.html"))
    assert sorted(words(site.page(name), "//h1")[0] for name in site.items()) == [
        "Story 1: ferry in the harbour",
        "Story 2: ferry in the harbour",
    ]
    site.publish(planet)
    assert site.items() == []


# An item


def test_an_item_shows_its_evidence_in_place(site: Site) -> None:
    """The page of an item quotes the sentences that decided, their words marked, and names the groups."""
    carry(site.facts, [item(text="Rain fell. The boat left the harbour at nine. Nobody came.")])
    site.publish()
    (name,) = site.items()
    page = site.page(name)
    assert words(page, "//h1/mark") == ["ferry", "harbour"]
    assert words(page, "//ul[@class='quotes']/li") == ["The boat left the harbour at nine."]
    assert words(page, "//ul[@class='quotes']/li/mark") == ["boat", "harbour"]
    assert words(page, "//dl[@class='words']//dt") == ["place", "ship"]
    assert words(page, "//h3") == ["Harbour news core"]


def test_an_item_shows_who_carried_it_and_how_it_changed(site: Site) -> None:
    """Carriers with their dates and how they were recognised; versions with what each added and took away."""
    fill(site.facts)
    site.publish()
    pages = [site.page(name) for name in site.items()]
    (carried,) = (page for page in pages if words(page, "//h1") == ["Story 1: ferry in the harbour"])
    assert words(carried, "//section[@aria-labelledby='carried']//tbody/tr/th") == ["The Harbour Post", "The Gazette"]
    (edited,) = (page for page in pages if words(page, "//h1") == ["Story 2: ferry in the harbour"])
    assert words(edited, "//section[@aria-labelledby='facts']//tbody/tr/td[last()]") == ["7 words", "6 words +2 −3"]


def test_a_person_s_word_is_shown(site: Site) -> None:
    """An item that somebody accepted says so, with the reason."""
    carry(site.facts, [item(title="A train", text="On rails.")])
    kept = next(iter(site.facts.items.all()))
    Reviews(site.facts).put(kept.row, "harbour", Verdict.ACCEPT, "<it> moves ferries", NOON)
    classify_one(site.facts, site.classifications, topic(), kept, NOON)
    site.publish()
    page = site.page(site.items()[0])
    assert any("accepted by hand: <it> moves ferries" in line for line in words(page, "//p"))


# What is kept from readers


def test_a_private_topic_is_on_no_page(site: Site) -> None:
    """Neither name nor title nor stories of a private topic are in any public page."""
    carry(site.facts, [about(1)])
    site.publish(topic(HIDDEN.replace("Harbour news", "Secret quay"), "quay"), topic(HARBOUR.replace("ferry", "eel"), "market"))
    assert site.items() == []
    assert not any(b"quay.html" in page or b"Secret quay" in page or b"Story 1" in page for page in site.pages().values())


def test_a_topic_that_becomes_private_takes_its_pages_along(site: Site) -> None:
    """Made private, a topic's pages are removed, those of its items too; a stranger's file stays."""
    carry(site.facts, [about(1)])
    site.publish()
    (site.folder / "imprint.html").write_text("<p>Who we are</p>", encoding="utf-8")
    site.publish(topic(HIDDEN))
    assert sorted(site.pages()) == ["imprint.html", "index.html", "search.html", "sources.html"]


def test_a_topic_that_cannot_be_read_keeps_its_pages(site: Site) -> None:
    """While a topic's file is broken, its pages and those of its items stay as they are."""
    carry(site.facts, [about(1)])
    site.publish()
    before = site.pages()
    publish(site.facts, site.classifications, (), site.target("harbour"))
    assert site.pages().keys() == before.keys()


def test_masked_words_are_on_no_page(site: Site) -> None:
    """Words that a topic masks have their first letter alone on every page, marks and all."""
    carry(site.facts, [item(title="The vile ferry in the harbour", text="A vile boat in the harbour.")])
    site.publish(topic(HARBOUR.replace("[group.ship]", '[publish]\nmask = ["vile", "boat*"]\n\n[group.ship]')))
    assert not any(b"vile" in page or b">boat" in page for page in site.pages().values())
    (name,) = site.items()
    assert words(site.page(name), "//ul[@class='quotes']/li") == ["A v*** b*** in the harbour."]
    assert words(site.page(name), "//ul[@class='quotes']/li/mark") == ["b***", "harbour"]


def test_a_topic_of_links_shows_no_texts(site: Site) -> None:
    """A topic that publishes links alone shows titles and reasons, nothing of the text."""
    carry(site.facts, [item(text="The boat left the harbour at nine.")])
    site.publish(topic(HARBOUR.replace("[group.ship]", '[publish]\ncontent = "links"\n\n[group.ship]')))
    assert not any(b"at nine" in page for page in site.pages().values())
    assert words(site.page("harbour.html"), "//article/h3/a") == ["The last ferry leaves the harbour"]


# Only what changed


def test_pages_that_show_the_same_are_not_made_again(site: Site) -> None:
    """A second publication of the same facts makes no page of a topic, a month or an item."""
    fill(site.facts)
    site.publish()
    again = Pages(site.facts, site.classifications, (topic(),), site.target()).files()
    assert {file.path for file in again if file.path.endswith("html")} == {"index.html", "search.html"}


def test_a_new_item_touches_only_where_it_shows(site: Site) -> None:
    """One more story makes its own page and those of its topic, month, language and source; other items' pages stay."""
    fill(site.facts)
    site.publish()
    before = set(site.items())
    carry(site.facts, [about(7)], at=NOON + timedelta(hours=3))
    written = site.publish()
    (new,) = set(site.items()) - before
    assert [name for name in written if name.startswith("item/")] == [new]
    assert {"harbour.html", "harbour/2026-03.html", "harbour/lang-en.html"} <= set(written)


def test_an_edited_item_is_shown_anew(site: Site) -> None:
    """A correction by the publisher makes the item's page again, and no other item's."""
    fill(site.facts)
    site.publish()
    carry(site.facts, [replace(about(1), title="Story 1: a late ferry in the harbour")], at=NOON + timedelta(hours=3))
    changed = [name for name in site.publish() if name.startswith("item/")]
    assert len(changed) == 1
    assert "a late ferry" in words(site.page(changed[0]), "//h1")[0]


def test_a_page_that_was_put_back_is_removed(site: Site) -> None:
    """A page of ours that came from a backup leaves again, though nothing else has changed; another's page stays."""
    fill(site.facts)
    site.publish()
    page = (site.folder / site.items()[0]).read_bytes()
    (site.folder / "item" / "0123.html").write_bytes(page)
    (site.folder / "item" / "mine.html").write_bytes(b"<p>The owner's.</p>")
    site.publish()
    assert "item/0123.html" not in site.items()
    assert "item/mine.html" in site.items()


def test_a_persons_other_words_are_shown(site: Site) -> None:
    """A decision whose reason changes to one of the same length, which no count can tell, makes the page and the feed anew."""
    carry(site.facts, [about(1)])
    site.publish()
    (stored,) = site.facts.items.all()
    for words_said in ("seen by Ann", "seen by Ben"):
        Reviews(site.facts).put(stored.row, "harbour", Verdict.ACCEPT, words_said, NOON)
        classify_one(site.facts, site.classifications, topic(), stored, NOON)
        site.publish()
        assert words_said.encode() in (site.folder / site.items()[0]).read_bytes()
        assert words_said.encode() in (site.folder / "harbour.atom").read_bytes()


def test_what_takes_everything_forgets_by_the_hour(site: Site) -> None:
    """What was first seen sixty days ago leaves the list of a topic without rules at that moment, also within a day."""
    planet = topic('title = "Everything"\n[publish]\n', "planet")
    carry(site.facts, [about(1)])
    site.publish(planet)
    for hours, shown in ((-1, ["Story 1: ferry in the harbour"]), (0, ["Story 1: ferry in the harbour"]), (1, [])):
        moment = NOON + timedelta(days=60, hours=hours)
        site.facts.polls.record([(Outcome(POST, moment), SourceState(last_poll=moment))])
        site.publish(planet, at=moment)
        assert words(site.page("planet.html"), "//article/h3/a") == shown
        _, until = Ledger(site.facts, "").edition()
        assert until is None or until > moment, "what is drawn now is not due at once"


def test_a_page_links_to_the_newest_archive_documents(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list of archive documents does not grow for ever: it says how many there are, and each links to the one before."""
    monkeypatch.setattr(builder, "_ARCHIVES", 2)
    carry(site.facts, [about(1)])
    for number, said in (
        (1, "Feed archives (RFC 5005): 1."),
        (2, "Feed archives (RFC 5005): 1, 2."),
        (3, "the newest 2 of 3; each links to the one before: 2, 3."),
    ):
        with site.facts.transaction():
            Ledger(site.facts, "public/harbour").archive(number, b"<feed/>", NOON)
        site.publish()
        assert words(site.page("harbour.html"), "//section/p[contains(., 'RFC 5005')]")[0].endswith(said)


def test_an_emptied_folder_is_filled_with_the_same_bytes(site: Site) -> None:
    """The pages made one after the other are those that are made at once."""
    carry(site.facts, [about(1), HEBREW])
    site.publish()
    fill(site.facts)
    site.publish()
    grown = site.pages()
    for path in site.folder.rglob("*.html"):
        path.unlink()
    site.publish()
    assert site.pages() == grown


def test_an_item_that_leaves_every_topic_has_no_page(site: Site) -> None:
    """The page of an item that no topic has any longer is removed."""
    carry(site.facts, [about(1), about(2)])
    site.publish()
    assert len(site.items()) == 2
    site.publish(topic(HARBOUR.replace('"ferries"', '"eel"').replace('"ferry"', '"eel"').replace("The ferry left", "The eel left")))
    assert site.items() == []


def test_a_page_bears_the_time_of_its_newest_change(site: Site) -> None:
    """What a page was made from says when it last changed: the item's newest version or carrier."""
    fill(site.facts)
    files = {file.path: file.changed for file in made(site)}
    assert {changed for path, changed in files.items() if path.startswith("item/")} == {
        NOON,
        NOON + timedelta(hours=1),
        NOON + timedelta(hours=2),
    }


def made(site: Site) -> Iterator[PageFile]:
    """Return the files of a folder that is still empty."""
    classify_new(site.facts, site.classifications, (topic(),), NOON)
    return Pages(site.facts, site.classifications, (topic(),), site.target()).files()
