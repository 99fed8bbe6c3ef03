import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import Cli, about, carry, home_at, item, topic, write_topic
from served_site import Answer, Site, served
from support import NOON
from test_review_page import PASSED_ON, TOKEN
from wording import far

from feeds.server.owner.line import is_page
from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new

PLACES = ["Review 2 waiting", "Edit topics", "Edit sources"]


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a published home with a tagged item and two mere mentions."""
    write_topic(home)
    made = Cli(home)
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
        for number in (2, 3):
            text = far(f"A ferry came to the harbour, number {number}.")
            carry(facts, [item(guid=f"urn:{number}", url=f"http://post.example/{number}", title=f"News {number}", text=text)])
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    made("publish")
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it on this computer."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def places(page: Answer) -> list[str]:
    """Return the owner's links of a page."""
    found = re.findall(r'<li class="own">(.*?)</li>', page.text)
    return [" ".join(re.sub("<[^>]*>", "", one).split()) for one in found]


PAGES = ["/", "/index.html", "/harbour.html", "/harbour/2026-03.html", "/sources.html", "/search.html"]
DRAWN = [
    "/sources",
    "/search?q=ferry",
    "/review",
    "/topics/",
    "/topics/harbour/edit",
    "/sources/manage",
    "/sources/add",
    "/nothing",
]


def test_every_page_leads_its_owner_to_the_work(cli: Cli, site: Site) -> None:
    """Files, pages that are drawn, and even what is not found: one line of links, with how many stories wait."""
    uid = cli.rows("items", "--json")[0]["id"]
    for path in (*PAGES, *DRAWN, f"/item/{uid}.html"):
        assert (path, places(site.ask(path))) == (path, PLACES)
    sent = site.post("/sources/add", {"token": re.findall(r'name="token" value="([^"]*)"', site.ask("/sources/add").text)[0]})
    assert (sent.status, places(sent)) == (422, PLACES)


def test_what_waits_is_announced(site: Site) -> None:
    """On the front page and on those of the topic, whose link leads to its own review."""
    front, page, other = (site.ask(path).text for path in ("/", "/harbour.html", "/sources.html"))
    assert '<p class="waiting"><a href="/review">2 stories wait for your review</a></p>' in front
    assert '<a href="/review?topic=harbour">2 stories of this topic wait for your review</a>' in page
    assert '<p class="waiting">' not in other


def test_the_count_follows_the_decisions(cli: Cli, site: Site) -> None:
    """It is a few seconds old at most; where nothing waits nothing is announced."""
    assert places(site.ask("/"))[0] == "Review 2 waiting"
    for row in cli.rows("items", "--json"):
        cli("review", "reject", row["id"], "--topic", "harbour")
    cli.clock.forward(seconds=5)
    front = site.ask("/")
    assert (places(front)[0], '<p class="waiting">' in front.text) == ("Review", False)


def test_nobody_else_gets_a_word_of_it(cli: Cli, site: Site) -> None:
    """What is passed on by a proxy, asked for under another name, or served by another server is the file as it lies there."""
    for path, name in (("/", "index.html"), ("/harbour.html", "harbour.html")):
        bytes_of_file = (cli.home / "public" / name).read_bytes()
        assert b'class="own"' not in bytes_of_file
        for passed in ({name: "x"} for name in PASSED_ON[::5]):
            assert site.ask(path, "GET", None, **passed).body == bytes_of_file
        assert site.ask(path, host="evil.example").body == bytes_of_file


def test_with_a_token_only_who_shows_it_gets_the_links(cli: Cli) -> None:
    """As a browser's password or as a program sends it; everybody else gets the file, also who shows another token."""
    cli.settings["service.review_token"] = TOKEN
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        plain = site.ask("/")
        assert places(plain) == []
        basic = b64encode(f"me:{TOKEN}".encode()).decode()
        for shown in (f"Basic {basic}", f"Bearer {TOKEN}"):
            page = site.ask("/", authorization=shown)
            assert (places(page), page.headers["cache-control"]) == (PLACES, "private, no-cache")
            assert page.headers["vary"] == "authorization"
            known = site.ask("/", authorization=shown, if_none_match=page.headers["etag"])
            other = site.ask("/", authorization=shown, if_none_match=plain.headers["etag"])
            assert (known.status, known.body, other.status) == (304, b"", 200)
        assert site.ask("/", authorization="Bearer guess").body == plain.body
        assert site.ask("/", if_none_match=plain.headers["etag"]).status == 304


def test_no_cache_serves_the_page_of_before(cli: Cli, site: Site) -> None:
    """A file that a browser has kept is no answer to its owner; the owner's own page is, until something waits no more."""
    path = cli.home / "public" / "index.html"
    stranger = site.ask("/", via="1.1 a.example")
    assert stranger.body == path.read_bytes()
    assert site.ask("/", if_none_match=stranger.headers["etag"]).status == 200
    assert site.ask("/", if_modified_since=stranger.headers["last-modified"]).status == 200
    mine = site.ask("/", accept_encoding="gzip, br")
    assert ("content-encoding" in mine.headers, "last-modified" in mine.headers) == (False, False)
    assert site.ask("/", if_none_match=mine.headers["etag"]).status == 304
    head = site.ask("/", "HEAD")
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(mine.body)))


def test_only_pages_are_changed(cli: Cli, site: Site) -> None:
    """Feeds, style sheets and answers for programs are the same for everybody, with their entity tags."""
    listed = site.ask("/api/topics")
    assert (listed.status, site.ask("/api/topics", if_none_match=listed.headers["etag"]).status) == (200, 304)
    names = [
        "harbour.atom",
        "harbour.json",
        "sources.txt",
        *(f"static/{one.name}" for one in (cli.home / "public/static").iterdir()),
    ]
    for name in names:
        answer = site.ask(f"/{name}")
        assert answer.body == (cli.home / "public" / name).read_bytes()
        assert site.ask(f"/{name}", if_none_match=answer.headers["etag"]).status == 304
    assert [is_page(path) for path in ("/", "/a.html", "/review", "/topics/", "/a.atom", "/static/a.css", "/search.atom")] == [
        *[True] * 4,
        *[False] * 3,
    ]


def test_a_database_that_does_not_answer_costs_the_count_alone(cli: Cli) -> None:
    """The page is served, with its links."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as site:
        (cli.home / "topicwire.db").unlink()
        (cli.home / "topicwire.db").write_bytes(b"this is no database" * 400)
        assert places(site.ask("/harbour.html")) == ["Review", "Edit topics", "Edit sources"]
