"""The whole site in a real browser, served by the real server; skipped, with the reason, where there is no browser."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from making import GAZETTE, Cli, about, carry, home_at, item, write_topic
from served_site import served
from support import NOON, FakeWeb, rss, rss_item

from feeds.cli.home import readable_topics, target_of
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from ingest.model import Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.home import Home
from ingest.store.facts import Facts

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[browser]'")
CHROMIUM: Final = shutil.which("chromium")
QUIET: Final = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
WATCHING: Final = Path(__file__).with_name("watching.js").read_text(encoding="utf-8").partition("\n")[2]
NAMELESS: Final = Source(
    "http://a-host-with-a-very-long-name.of.a.newspaper.example/with/a/long/path/to/the/feed.xml?section=harbours"
)
NAMAL: Final = """\
title = "חדשות הנמל"
description = "מה קורה ברציף: ספינות ו-ferries."
means = ["ספינות שבאות והולכות.", "Ships that come and go."]
limits = ["לא סירות."]
updated = 2026-01-05
require = ["ship"]
[group.ship]
any = ["ספינה"]
"""
PAGES: Final = "index namal harbour harbour/lang-he harbour/2026-03 sources search".split()

LINES: Final = (
    "one => { const range = document.createRange(); range.selectNodeContents(one); return range.getClientRects().length }"
)

pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
    # the browser's own pipes are closed by its process, after our test
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def fail(facts: Facts, source: Source) -> None:
    """Let a source fail with a cause that holds a long word."""
    cause = f"the name {source.url.split('/')[2]} has no address"
    state = SourceState(last_poll=NOON, failures=3, error=cause)
    facts.polls.record([(Outcome(source, NOON, error=cause), state)])


def fill(made: Home) -> None:
    """Store and publish stories in three languages, one corrected, one hostile, one uncertain; a nameless source fails."""
    with made.facts() as facts:
        long = "Donaudampfschifffahrtsgesellschaftskapitänspatentprüfungsordnung"
        hebrew = {"title": "הספינה harbour ferry", "text": "הספינה עזבה את harbour. boat."}
        carry(facts, [about(n) for n in range(12)])
        carry(facts, [item(guid="urn:he", url="http://post.example/he", language="he", **hebrew)])
        carry(facts, [item(guid="urn:de", url="http://post.example/de", title=f"{long} ferry harbour", language="de")])
        carry(facts, [item(guid="urn:x", url="http://g.example/x", title="<i>ferry</i> & harbour", text="x" * 300)], GAZETTE)
        carry(
            facts,
            [item(guid="urn:q", url="http://g.example/q", title="Rowing", text="Rain fell. " * 40 + "A boat in the harbour.")],
            GAZETTE,
        )
        carry(facts, [about(1)], GAZETTE, NOON + timedelta(hours=2))
        carry(facts, [about(2)], NAMELESS, NOON + timedelta(hours=2))
        fail(facts, NAMELESS)
        classifications, (topics, _) = Classifications(facts), readable_topics(made)
        classify_new(facts, classifications, topics, NOON)
        publish(facts, classifications, topics, target_of(made, facts))


@pytest.fixture(scope="module")
def home_of_all(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a topic, and one in Hebrew that finds nothing."""
    home = tmp_path_factory.mktemp("home")
    write_topic(home)
    write_topic(home, NAMAL, "namal")
    return home


@pytest.fixture(scope="module")
def address(home_of_all: Path) -> Iterator[str]:
    """Serve the site of a filled home."""
    made = home_at(home_of_all)
    fill(made)
    with served(made) as site:
        yield f"http://127.0.0.1:{site.port}/"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start the machine's own browser."""
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@dataclass
class Reader:
    """Somebody with a browser, and all that went wrong before their eyes."""

    address: str
    page: Any
    faults: list[str] = field(default_factory=list)

    def watch(self) -> "Reader":
        """Note what the browser complains of."""
        self.page.set_default_timeout(10_000)
        self.page.on("console", lambda message: self.faults.append(message.text))
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("requestfailed", lambda request: self.faults.append(request.url))
        self.page.on("request", lambda request: self.faults.append(request.url) if not self._ours(request.url) else None)
        self.page.on(
            "response", lambda answer: self.faults.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None
        )
        return self

    def _ours(self, url: str) -> bool:
        return url.startswith(self.address)

    def open(self, path: str) -> None:
        """Open a page and look it over."""
        self.page.goto(self.address + path)
        self.look()

    def look(self) -> None:
        """Look the page over that is open."""
        self.faults += [f"{self.page.url}: {fault}" for fault in self.page.evaluate(WATCHING)]

    def titles(self) -> list[str]:
        """Return the titles of the stories that can be seen."""
        return [title.inner_text() for title in self.page.locator("article.card h3").all() if title.is_visible()]


@pytest.fixture
def reader(address: str, browser: Any) -> Iterator[Reader]:
    """Sit down before a desktop; leave only when nothing has gone wrong."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.clock.set_fixed_time(NOON)  # of the reader's computer: the pages are of today
    seated = Reader(address, page).watch()
    yield seated
    page.close()
    assert seated.faults == []


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_whole(address: str, browser: Any, tmp_path: Path, width: int, colours: str) -> None:
    """At phone and desktop width, light and dark, no page complains, overflows, hides a label or lacks contrast."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)
    reader = Reader(address, page).watch()
    reader.open("harbour.html")
    items = page.locator(".why a").evaluate_all("links => links.slice(0, 3).map(link => link.getAttribute('href'))")
    for path in [
        *(f"{name}.html" for name in PAGES),
        *items,
        "search?q=ferry",
        "review?topic=harbour",
        "topics/",
        "topics/harbour/edit",
        "sources?order=name",
        "sources/manage",
        "sources/add",
    ]:
        reader.open(path)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        reader.look()
        picture = tmp_path / f"{re.sub('[^a-z0-9]+', '-', path)}-{width}-{colours}.png"
        page.screenshot(path=picture, full_page=True)
        assert picture.stat().st_size > 5_000
    page.close()
    assert reader.faults == []


@pytest.mark.parametrize("path", ["harbour.html", "harbour/2026-03.html", "search?q=harbour"])
def test_what_is_said_of_a_text_stands_beside_it(reader: Reader, path: str) -> None:
    """The date and source of a Hebrew title begin at the right like the title, and read from left to right all the same."""
    reader.open(path)
    title = reader.page.locator(":is(.card h3, .lines a)[dir=rtl]").first
    said = title.locator("xpath=..").locator(".meta")
    right = "words => { const range = document.createRange(); range.selectNodeContents(words); return Math.round(Math.max("
    right += "...[...range.getClientRects()].map(box => box.right))) }"
    assert said.evaluate("line => getComputedStyle(line).direction") == "ltr"
    if path.startswith("harbour/"):  # one line: the source follows the title, to its left
        assert said.evaluate(right) < title.evaluate(right)
    else:
        assert abs(said.evaluate(right) - title.evaluate(right)) <= 2


def test_the_keyboard_leads_past_the_header(reader: Reader) -> None:
    """The first press of Tab shows the way to the content, which Enter takes; what has the focus can be seen."""
    reader.open("harbour.html")
    reader.page.keyboard.press("Tab")
    skip = reader.page.locator(":focus")
    assert skip.inner_text() == "Skip to content"
    assert skip.bounding_box()["x"] >= 0
    assert skip.evaluate("link => getComputedStyle(link).outlineStyle") == "solid"
    reader.page.keyboard.press("Enter")
    assert reader.page.evaluate("document.activeElement.id") == "main"


def test_the_pages_lead_their_owner_to_the_editor(reader: Reader) -> None:
    """On this computer each page links to the review and the editors of topics and sources, with scripts or without."""
    for path in ("index.html", "harbour/lang-he.html"):
        reader.open(path)
        reader.page.get_by_role("navigation", name="Site").get_by_role("link", name="Edit topics").click()
        assert reader.page.get_by_role("heading", level=1).inner_text() == "Edit topics"
        reader.page.get_by_role("link", name="Review").wait_for()


def test_stories_are_filtered_in_place(reader: Reader) -> None:
    """One language and one source at a time narrow the list, say how many are left, and are taken back again."""
    reader.open("harbour.html")
    everything = reader.titles()
    reader.page.get_by_text("Filter by language or source").click()
    reader.page.get_by_role("link", name="Hebrew 1").click()
    assert reader.titles() == ["הספינה harbour ferry"]
    assert reader.page.get_by_role("status").inner_text() == f"1 of the newest {len(everything)} stories. See all of them"
    reader.page.locator("[data-filter=sources]").get_by_role("link", name="The Gazette").click()
    assert reader.titles() == []
    reader.page.get_by_role("link", name="All languages").click()
    assert sorted(reader.titles()) == sorted(["<i>ferry</i> & harbour", "Rowing", "Story 1: ferry in the harbour"])
    reader.page.get_by_role("link", name="All sources").click()
    assert reader.titles() == everything
    assert reader.page.url.endswith("harbour.html")
    reader.look()


def test_stories_since_the_last_visit_are_marked(address: str, browser: Any) -> None:
    """The first visit marks nothing; a later one what was first seen since, for as long as its tab is open."""
    with browser.new_context() as context:
        first = context.new_page()
        first.goto(f"{address}harbour.html")
        assert first.locator(".fresh").count() == 0
        first.evaluate("localStorage.setItem('seen:harbour', '2000-01-01T00:00:00Z')")
        first.close()
        second = context.new_page()
        for _ in range(2):
            second.goto(f"{address}harbour.html")
            shown = second.locator(".card").count()
            assert second.locator(".fresh").count() == shown
            assert second.locator(".since").inner_text() == f"{shown} new since your last visit"
        second.close()
        third = context.new_page()
        third.goto(f"{address}harbour.html")
        assert third.locator(".fresh").count() == 0


def test_filters_lead_to_pages_without_a_script(address: str, browser: Any) -> None:
    """Where scripts are off the same filters are links to pages of their own."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}harbour.html")
        page.get_by_text("Filter by language or source").click()
        page.get_by_role("link", name="Hebrew 1").click()
        assert page.url == f"{address}harbour/lang-he.html"
        assert page.get_by_role("heading", level=1).inner_text() == "Harbour news: Hebrew"
        assert page.locator("article.card").count() == 1


def test_one_walks_from_the_index_to_the_evidence(reader: Reader) -> None:
    """Index, topic, a day of its calendar, the item with its marked words, and back to the topic."""
    reader.open("")
    reader.page.get_by_role("heading", name="Harbour news").get_by_role("link").click()
    reader.page.locator(".calendar td a").last.click()
    reader.look()
    assert reader.page.url.endswith("2026-03.html#d2")
    reader.page.get_by_role("link", name="Rowing").click()
    reader.look()
    assert reader.page.locator(".quotes mark").all_inner_texts() == ["boat", "harbour"]
    reader.page.locator(".crumb a").click()
    assert reader.page.get_by_role("heading", level=1).inner_text() == "Harbour news"


@pytest.mark.parametrize("path", ["search.html", "sources/manage"])
def test_a_button_beside_a_field_keeps_its_word_whole(address: str, browser: Any, path: str) -> None:
    """On the narrowest phone the field gives way, never the word on the button."""
    page = browser.new_page(viewport={"width": 320, "height": 800})
    page.goto(address + path)
    buttons = page.locator(".words-row button").all()
    assert buttons
    for button in buttons:
        assert button.evaluate(LINES) == 1
    page.close()


def test_one_searches_and_subscribes_to_what_is_found(reader: Reader) -> None:
    """The form of any page finds stored stories, keeps what was asked, and offers the same as a feed."""
    reader.open("search.html")
    reader.page.get_by_label(re.compile("^Words")).fill("rowing")
    reader.page.keyboard.press("Enter")
    reader.page.get_by_role("heading", name="1 story with “rowing”").wait_for()
    reader.look()
    assert reader.titles() == ["Rowing"]
    assert reader.page.get_by_label(re.compile("^Words")).input_value() == "rowing"
    feed = reader.page.get_by_role("link", name="This search as a feed").get_attribute("href")
    answer = reader.page.request.get(reader.address.rstrip("/") + feed)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert "Rowing" in answer.text()


def test_one_reviews_with_one_key(reader: Reader) -> None:
    """An uncertain story is rejected with one key, and the decision taken back with another."""
    reader.open("review?topic=harbour")
    first = reader.page.locator("article h2").inner_text()
    reader.page.keyboard.press("r")
    reader.page.get_by_role("button", name="Undo").wait_for()
    reader.look()
    assert reader.page.locator("article h2").all_inner_texts() != [first]
    reader.page.keyboard.press("u")
    reader.page.get_by_role("heading", name=first).wait_for()
    reader.look()


def test_a_reason_can_be_typed_without_deciding(reader: Reader) -> None:
    """Letters typed into the reason are letters: no verdict is sent."""
    reader.open("review?topic=harbour")
    before = reader.page.url
    reader.page.get_by_label(re.compile("^Why")).press_sequentially("arsu")
    assert reader.page.get_by_label(re.compile("^Why")).input_value() == "arsu"
    assert reader.page.url == before
    assert reader.page.locator(".message").count() == 0


def lists(reader: Reader) -> dict[str, str]:
    """Return the headings of the lists of a preview: what is listed, and how many."""
    return dict(heading.inner_text().split(" ", 1) for heading in reader.page.locator("#results summary h3").all())


def status(reader: Reader, words: str) -> None:
    """Wait until the editor says something."""
    reader.page.locator("#status").get_by_text(re.compile(words)).wait_for()


@pytest.fixture
def text(reader: Reader, home_of_all: Path) -> Iterator[Any]:
    """Open the editor of the topic, and put its file back at the end."""
    write_topic(home_of_all)
    reader.open("topics/harbour/edit")
    yield reader.page.get_by_label("topics/harbour.toml")
    write_topic(home_of_all)


def test_one_sees_while_typing_what_a_topic_finds(reader: Reader, text: Any) -> None:
    """The page shows hits at once, and after each pause in the typing what is gained and lost; nothing is saved by that."""
    status(reader, "15 of 16|16 of 16")
    reader.look()
    before = text.input_value()
    text.fill(before.replace('"ferry", ', ""))
    status(reader, "lost")
    assert {"Lost", "Hits"} <= lists(reader).keys()
    reader.look()
    reader.page.on("dialog", lambda dialog: dialog.accept())
    reader.page.reload()
    assert reader.page.get_by_label("topics/harbour.toml").input_value() == before


def test_a_list_that_was_closed_stays_closed(reader: Reader, text: Any) -> None:
    """A new preview does not open what the reader has closed."""
    status(reader, "would be tagged")
    reader.page.locator("summary", has_text="Hits").click()
    text.fill(text.input_value().replace('"ferry", ', ""))
    status(reader, "lost")
    assert not reader.page.locator("details[data-kept=Hits]").evaluate("list => list.open")
    assert reader.page.locator("details[data-kept=Lost]").evaluate("list => list.open")


def test_an_error_leads_to_its_line(reader: Reader, text: Any) -> None:
    """The number of the line is marked beside the text, and a button selects the line; what was found before stays."""
    status(reader, "would be tagged")
    text.fill(text.input_value().replace("require", 'near = "x"\nrequire'))
    reader.page.get_by_role("alert").get_by_text("near is not a number").wait_for()
    reader.look()
    assert text.get_attribute("aria-invalid") == "true"
    assert reader.page.locator(".line-numbers .wrong").inner_text() == "9"
    assert "Hits" in lists(reader)
    reader.page.get_by_role("button", name="Go there").click()
    assert reader.page.evaluate("getSelection().toString()") == 'near = "x"'
    text.fill(text.input_value().replace('near = "x"\n', ""))
    status(reader, "this wording is in force")
    assert text.get_attribute("aria-invalid") is None
    assert reader.page.locator(".line-numbers .wrong").count() == 0


def test_one_saves_by_a_key(reader: Reader, text: Any, home_of_all: Path) -> None:
    """Ctrl+S saves and says what happens next; the browser warns of nothing."""
    status(reader, "would be tagged")
    text.press("Control+End")
    text.press_sequentially("# kept")
    reader.page.keyboard.press("Control+s")
    reader.page.get_by_text("nothing is classified again").wait_for()
    reader.look()
    assert (home_of_all / "topics" / "harbour.toml").read_text("utf-8").endswith("# kept\n")


def test_a_topic_is_edited_without_a_script(address: str, browser: Any, home_of_all: Path) -> None:
    """Where scripts are off the buttons show the preview and save the file."""
    write_topic(home_of_all)
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{address}review")
        page.get_by_role("link", name="Edit topics").click()
        page.get_by_role("link", name="Harbour news").click()
        text = page.get_by_label("topics/harbour.toml")
        text.fill(text.input_value().replace('"ferry", ', ""))
        page.get_by_role("button", name="Preview").click()
        assert "lost" in page.get_by_role("status").inner_text()
        page.get_by_role("button", name="Save").click()
        assert "should be tagged and is not" in page.get_by_role("alert").inner_text()
        page.get_by_role("button", name="Save all the same").click()
        assert "classified again by this wording" in page.get_by_role("status").first.inner_text()
    assert '"ferry", ' not in (home_of_all / "topics" / "harbour.toml").read_text("utf-8")
    write_topic(home_of_all)


def test_a_lost_reader_is_led_back(address: str, browser: Any) -> None:
    """An address where nothing is gets a small page with the way home, in the style of all pages."""
    page = browser.new_page()
    answer = page.goto(f"{address}nothing/here.html")
    assert answer.status == 404
    assert page.get_by_role("heading", level=1).inner_text() == "Page not found"
    page.get_by_role("link", name="All topics").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Topics"
    page.close()


@pytest.mark.parametrize(("hours", "late"), [(1, False), (3, True)])
def test_a_page_tells_when_nobody_polls_any_more(address: str, browser: Any, hours: int, *, late: bool) -> None:
    """Its script compares the reader's time with what the last publication expected; before that it says nothing."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.clock.set_fixed_time(NOON + timedelta(hours=2 + hours))
    seen = "14:00 UTC on 2 March 2026"
    reader = Reader(address, page).watch()
    for path in ("index.html", "harbour.html", "harbour/lang-he.html"):
        with page.expect_response("**/sources.txt"):
            page.goto(address + path)
        line = page.locator("p.outage[role=status]")
        if late:
            line.wait_for()
            assert line.inner_text() == f"No source has been looked at since {seen}: what is here may be out of date."
        page.wait_for_load_state("networkidle")
        assert line.count() == late
        reader.look()
    page.close()
    assert reader.faults == []


@pytest.fixture
def outage(address: str, home_of_all: Path) -> Iterator[str]:
    """Publish for a while that no source can be reached."""
    made = home_at(home_of_all)
    for since in (NOON, None):
        with made.facts() as facts:
            facts.polls.note_offline(since)
            publish(facts, Classifications(facts), readable_topics(made)[0], target_of(made, facts))
        if since:
            yield address


@pytest.mark.parametrize(("width", "colours"), [(360, "light"), (1280, "dark")])
def test_an_outage_can_be_read(outage: str, browser: Any, tmp_path: Path, width: int, colours: str) -> None:
    """The banner has contrast, fits, and leads to the sources, at phone and desktop width, light and dark."""
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=colours)
    page.clock.set_fixed_time(NOON)
    reader = Reader(outage, page).watch()
    for path in ("index.html", "harbour.html"):
        reader.open(path)
        assert "could not be reached since 12:00 UTC" in page.locator("p.outage").inner_text()
        page.screenshot(path=tmp_path / f"{path}-{width}-{colours}.png")
    page.click("p.outage a")
    assert page.url == f"{outage}sources.html"
    page.close()
    assert reader.faults == []


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [360, 1280])
def test_one_adds_a_source_and_sees_it_polled(home: Path, web: FakeWeb, browser: Any, width: int, *, scripts: bool) -> None:
    """Address, what it holds, keep, poll now, pause: with and without scripts, on a phone and a desktop."""
    write_topic(home)
    cli = Cli(home)
    cli.settings["fetch.allow"] = web.allow
    cli("publish")
    web.serve("/rss", rss(rss_item("The ferry left the harbour", "http://harbour.example/1", date="Sun, 01 Mar 2026 10:00:00 GMT")))
    with (
        served(home_at(home, cli.settings, cli.clock)) as site,
        browser.new_context(java_script_enabled=scripts, viewport={"width": width, "height": 800}) as context,
    ):
        reader = Reader(f"http://127.0.0.1:{site.port}/", context.new_page()).watch()
        page = reader.page
        page.goto(f"{reader.address}sources/manage")
        page.get_by_label("Add a source").fill(web.url("/rss"))
        page.keyboard.press("Enter")
        page.get_by_role("heading", name="1 feed found. Nothing is kept yet.").wait_for()
        assert page.get_by_role("link", name="The ferry left the harbour").is_visible()
        if scripts:
            reader.look()
        page.get_by_role("button", name="Keep it").click()
        assert "Added: “The Harbour Post”." in page.get_by_role("status").inner_text()
        cli.clock.forward(minutes=5)
        page.get_by_role("button", name="Poll now The Harbour Post").click()
        assert "Due now: “The Harbour Post”" in page.get_by_role("status").inner_text()
        web.serve("/rss", rss(rss_item("The boat came back", "http://harbour.example/2", guid="2")))
        cli("poll")
        page.reload()
        assert page.locator(".source .meta").first.inner_text().startswith("2 items")
        page.get_by_role("button", name="Pause The Harbour Post").click()
        assert page.locator(".source .state").inner_text() == "paused"
        if scripts:
            reader.look()
    assert reader.faults == []
    assert web.paths() == ["/rss", "/rss"]
