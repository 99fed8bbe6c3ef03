"""What only private topics have leaves no trace in what anybody can read: no copy, no relative, no source, in no file or answer."""

import gzip
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from making import GAZETTE, HARBOUR, POST, SEED, Cli, carry, home_at, item, write_topic
from served_site import Site, served
from story_making import BODY
from support import NOON

from ingest.model import Item, Source

INTRANET = Source("http://intranet.example/feed?desk=7", title="The Intranet", site_url="http://intranet.example/")
QUIET = """\
title = "Quiet matters"
require = ["words"]
[publish]
private = true
[group.words]
any = ["zither*"]
"""
BRIDGE = """\
title = "Bridges"
require = ["words"]
[group.words]
any = ["pillar"]
"""
TRACES = ("Intranet", "intranet.example", "zither", "quartet", "Quiet matters", "secret", "Unread", "urn:unread")


def told(name: str, title: str, text: str = "", hours: float = 2) -> Item:
    """Return an article of one paper."""
    url = f"http://{name}.example/{title.split(maxsplit=1)[0].lower()}"
    return item(guid=f"urn:{name}:{title}", url=url, title=title, text=text, summary="", published=NOON - timedelta(hours=hours))


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return a home whose private topic has a copy and a relative of what is public, and which holds what nobody publishes."""
    for name, text in {"harbour": HARBOUR, "secret": QUIET, "bridge": BRIDGE}.items():
        write_topic(home, text, name)
    shared = BODY.replace("Tuesday", "soon")
    copy = told("intranet", "Bridge at Norwick shut for year of repairs", f"{shared} A zither plays.", 1)
    relative = told("intranet", "Dorval ship in Norwick bridge crash had no pilot, zithers say", hours=1)
    with home_at(home).facts() as facts:
        original = told("post", "Norwick bridge closes for a year of repairs", f"{BODY} A ferry now waits in the harbour.")
        carry(facts, [original, told("post", "Norwick bridge closed after Dorval ship hits pillar", hours=3)], POST)
        carry(facts, [told("gazette", "Norwick bridge is shut for one year of repairs", shared, 1)], GAZETTE)
        carry(facts, [copy, relative, told("intranet", "A quartet with zither")], INTRANET)
        carry(facts, [item(guid="urn:unread", url=None, title="Unread paper", text="Of no interest.", summary="")], SEED)
    made = Cli(home)
    made.poll()
    made.settings |= {"service.base_url": "https://feeds.example"}
    assert made("run", "--once").exit_code == 0
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def public(cli: Cli) -> dict[str, str]:
    """Return everything that lies in the open folder."""
    found = {}
    for path in (cli.home / "public").rglob("*"):
        if path.is_file() and path.suffix not in {".br", ".css", ".js"}:
            data = path.read_bytes()
            found[path.relative_to(cli.home).as_posix()] = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    return found


def test_no_open_file_tells_of_what_is_private(cli: Cli) -> None:
    """Feeds in three formats, archives, lists, pages of topics, months, items and sources: none names anything of it."""
    files = public(cli)
    assert {"public/harbour.atom", "public/bridge.json", "public/sources.html", "public/index.opml"} <= files.keys()
    assert [path for path in files if path.startswith("public/item/")]
    assert {path: trace for path, text in files.items() for trace in TRACES if trace in text} == {}


def test_no_open_answer_tells_of_it(site: Site) -> None:
    """Whatever is asked for, in every way, says nothing either."""
    paths = [
        "/",
        "/search",
        "/metrics",
        "/healthz",
        "/readyz",
        "/nothing",
        "/secret.atom",
        "/secret.html",
    ]
    paths += [f"/search{kind}?q={words}" for kind in ("", ".atom") for words in ("bridge", "norwick", "zither", "quartet", "paper")]
    for path in paths:
        answer = site.ask(path).text + repr(site.ask(path).headers)
        # What was asked for is shown to who asked.
        assert [trace for trace in TRACES if trace in answer and trace not in path] == []


def test_the_copy_that_others_have_is_shown_with_the_article(cli: Cli) -> None:
    """A copy that no topic tags is the same article: its carrier is named, and nothing is hidden but what is private."""
    feed = public(cli)["public/harbour.atom"]
    assert "also by The Gazette." in feed
    assert "http://gazette.example/norwick" in feed


def test_the_readers_of_the_private_feed_see_all_of_it(cli: Cli) -> None:
    """They see its items and what is public."""
    feed = (cli.home / "private" / "secret.atom").read_text("utf-8")
    assert "The Intranet" in feed
    assert "The Harbour Post" in feed
    assert "A quartet with zither" in feed


def test_what_becomes_public_appears(cli: Cli) -> None:
    """When the topic is opened its copy and its relative are named beside what they belong to, and when it closes they go."""
    write_topic(cli.home, QUIET.replace("private = true", "private = false"), "secret")
    cli("publish")
    opened = public(cli)
    assert "The Intranet" in opened["public/harbour.atom"]
    assert "http://intranet.example/dorval" in opened["public/bridge.atom"]
    assert "The Intranet" in opened["public/sources.html"]
    write_topic(cli.home, QUIET, "secret")
    cli("poll")
    closed = public(cli)
    assert {path for path, text in closed.items() for trace in TRACES[:4] if trace in text} == set()


def test_without_private_topics_every_source_is_listed(cli: Cli) -> None:
    """The page of sources shows also those that never brought anything, where nothing has to be kept."""
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source("http://silent.example/feed")], cli.clock())
    cli("publish")
    assert "silent.example" not in public(cli)["public/sources.html"]
    cli("topics", "retire", "secret")
    cli("publish")
    assert "silent.example" in public(cli)["public/sources.html"]
