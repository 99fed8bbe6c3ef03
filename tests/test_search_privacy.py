"""What the open server answers is what is published; everything else is for who knows the token, or for the command line."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from making import GAZETTE, HARBOUR, POST, SEED, Cli, carry, home_at, item, topic, write_topic
from served_site import Answer, Site, served
from support import NOON

from feeds.store.classifications import Classifications
from feeds.tagging.classification_pass import classify_new
from ingest.model import Source
from ingest.store.facts import Facts

TOKEN = "correct horse battery staple"  # noqa: S105 - of a test
INTERNAL = Source("http://intranet.example/feed?desk=7", title="The Intranet", site_url="http://intranet.example/")
PRIVATE = """\
title = "Quiet matters"
require = ["words"]
[publish]
private = true
[group.words]
any = ["ledger"]
"""
LINKS = """\
title = "Links alone"
require = ["words"]
[publish]
content = "links"
[group.words]
any = ["lighthouse"]
"""
FULL = """\
title = "Whole texts"
require = ["words"]
[publish]
content = "full"
[group.words]
any = ["regatta"]
"""
MASKED = """\
title = "Masked words"
require = ["words"]
[publish]
mask = ["scoundrel"]
[group.words]
any = ["tavern"]
"""
TOPICS = {"harbour": HARBOUR, "secret": PRIVATE, "links": LINKS, "whole": FULL, "masked": MASKED}
LONG = "The ferry waits in the harbour. " + "It waits and waits. " * 100 + "At last a zeppelin came."
WHERE = ("/search", "/search.atom")


def fill(facts: Facts) -> None:
    """Store items that different topics have, and two that none has."""
    secret = item(guid="urn:s", url="http://intranet.example/s", title="The ledger", text="A ledger of sums and pelicans.")
    document = item(guid="note.txt", url=None, title="A note", text="Nobody publishes the pelicans of this note.", language="nn")
    carry(facts, [replace(secret, language="da")], INTERNAL)
    carry(facts, [document], SEED)
    known = {
        "A ferry": LONG,
        "The lighthouse": "Its keeper grows orchids.",
        "The regatta": LONG.replace("ferry", "boat"),
        "The tavern": "A scoundrel drinks.",
    }
    for number, (title, text) in enumerate(known.items()):
        url = f"http://post.example/{number}"
        one = item(guid=url, url=url, title=title, text=text, published=NOON - timedelta(hours=number + 1))
        one = replace(one, summary=f"<p>{text}</p>", content=f"<p>{text}</p>")
        carry(facts, [one], POST if number else GAZETTE)
    classify_new(facts, Classifications(facts), tuple(topic(text, name) for name, text in TOPICS.items()), NOON)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home with a private topic and public ones of every kind."""
    made = tmp_path_factory.mktemp("home")
    for name, text in TOPICS.items():
        write_topic(made, text, name)
    with home_at(made).facts() as facts:
        fill(facts)
    return made


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Site]:
    """Serve it with a token, and whole texts unless a topic says otherwise."""
    with served(home_at(home, {"service.review_token": TOKEN})) as opened:
        yield opened


def count(site: Site, words: str, authorization: str = "") -> int:
    """Return how many entries the feed of a search has."""
    return len(feedparser.parse(site.ask(f"/search.atom?q={words}", authorization=authorization).body).entries)


def owner(site: Site, path: str) -> Answer:
    """Ask with the token."""
    return site.ask(path, authorization=f"Bearer {TOKEN}")


@pytest.mark.parametrize("words", ["ledger", "pelican*", "sums", "note", "pelicans+OR+ferry", "nobody"])
def test_what_nobody_publishes_is_not_found(site: Site, words: str) -> None:
    """Items of a private topic alone, and documents that no topic has, are in no answer, nor is their number."""
    for path in WHERE:
        said = site.ask(f"{path}?q={words}").text
        assert not [word for word in ("ledger of", "of this note", "The Intranet", "intranet.example") if word in said]
    assert count(site, words) == (1 if "ferry" in words else 0)


def test_a_search_without_words_lists_what_is_published(site: Site) -> None:
    """Narrowing alone shows no more than words do."""
    for narrow in ("since=2020-01-01", "until=2030-01-01", "language=en"):
        said = site.ask(f"/search?{narrow}").text
        assert "4 stories" in said
        assert "ledger" not in said
    for narrow in ("language=da", "language=nn"):
        assert "0 stories" in site.ask(f"/search?{narrow}").text


def test_the_form_names_what_is_published_alone(site: Site) -> None:
    """Sources and languages of which nothing is published are no choice, and asking for them is as if they did not exist."""
    said = site.ask("/search").text
    assert "The Gazette" in said
    assert not [word for word in ("Intranet", "Seed documents", "Quiet", "Danish", "Nynorsk") if word in said]
    for source in ("The+Intranet", "http://intranet.example/feed?desk=7".replace("?", "%3F"), "Seed+documents", "seeds:"):
        unknown = site.ask(f"/search.atom?source={source}")
        assert (unknown.status, unknown.text.startswith("no source is called")) == (400, True)


@pytest.mark.parametrize("words", ["zeppelin", "%22last+a+zeppelin%22", "zepp*", "orchids", "keeper", "scoundrel"])
def test_words_that_are_not_shown_lead_nowhere(site: Site, words: str) -> None:
    """The rest of a text of which the beginning is published, a text left out, and a masked word cannot be guessed at."""
    found = count(site, words)
    assert found == (1 if "zep" in words else 0)  # the topic of whole texts shows it
    assert "A ferry" not in site.ask(f"/search?q={words}").text


def test_what_must_not_be_there_tells_nothing_either(site: Site) -> None:
    """Leaving items out by a word that is not shown of them says nothing of them."""
    assert count(site, "ferry+-zeppelin") == count(site, "ferry") == 1
    assert count(site, "lighthouse+-orchids") == 1
    assert count(site, "regatta+-zeppelin") == 0


def test_an_earlier_version_is_not_told(home: Path, site: Site) -> None:
    """What an article no longer says leads nobody to it, but its owner."""
    old = item(guid="urn:v", url="http://post.example/v", title="A ferry by the harbour", text="The mayor is a crook.")
    with home_at(home).facts() as facts:
        carry(facts, [old])
        carry(facts, [item(guid="urn:v", url="http://post.example/v", title="A ferry by the harbour", text="The mayor waved.")])
        classify_new(facts, Classifications(facts), (topic(),), NOON)
    assert (count(site, "waved"), count(site, "crook"), count(site, "waved+-crook")) == (1, 0, 1)
    assert count(site, "crook", authorization=f"Bearer {TOKEN}") == 1


def test_a_feed_of_a_search_has_no_whole_text_of_a_summary(home: Path) -> None:
    """Each topic's own word on whole texts counts, whatever the setting for all."""
    with served(home_at(home, {"publish.full_content": "false"})) as opened:
        assert "zeppelin" not in opened.ask("/search.atom?q=ferry").text
        assert "zeppelin" not in opened.ask("/search?q=ferry").text


def test_the_token_opens_everything(site: Site) -> None:
    """Who knows it finds what is stored, by private topics too, and no cache keeps that answer."""
    for path in WHERE:
        answer = owner(site, f"{path}?q=pelicans")
        assert "ledger of sums" in answer.text
        assert "of this note" in answer.text
        assert "no-store" in answer.headers["cache-control"]
        assert answer.headers["vary"] == "authorization"
        assert "of this note" not in site.ask(f"{path}?q=pelicans").text
    assert owner(site, "/search?topic=secret").status == 200
    assert "Quiet matters" in owner(site, "/search").text
    basic = b64encode(f"anybody:{TOKEN}".encode()).decode()
    assert count(site, "ledger", authorization=f"Basic {basic}") == 1


@pytest.mark.parametrize("wrong", ["Bearer", "Bearer ", f"Bearer {TOKEN}x", "Basic Og==", "Bearer null", "", TOKEN])
def test_what_is_not_the_token_opens_nothing(home: Path, site: Site, wrong: str) -> None:
    """A wrong token is as none; and where none is set, an empty one is none."""
    assert count(site, "ledger", authorization=wrong) == 0
    with served(home_at(home)) as opened:
        assert count(opened, "ledger", authorization=wrong) == 0


def test_the_feed_that_anybody_gets_may_be_kept(site: Site) -> None:
    """A search is a feed for subscribers: they ask with its ETag, and the owner's answer has another."""
    answer = site.ask("/search.atom?q=ferry+OR+ledger")
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert site.ask("/search.atom?q=ferry+OR+ledger", if_none_match=answer.headers["etag"]).status == 304
    assert owner(site, "/search.atom?q=ferry+OR+ledger").headers["etag"] != answer.headers["etag"]


def test_a_search_can_be_closed(home: Path) -> None:
    """One setting closes it for everybody, with the token too; the page of its form says so."""
    cli = Cli(home)
    cli.settings |= {"service.search": "false", "service.review_token": TOKEN}
    cli("publish")
    with served(home_at(home, cli.settings)) as opened:
        for path in WHERE:
            for authorization in ("", f"Bearer {TOKEN}"):
                assert opened.ask(f"{path}?q=ferry", authorization=authorization).status == 404
        assert "<form" not in opened.ask("/search.html").text
        assert "closed" in opened.ask("/search.html").text
    cli.settings["service.search"] = "true"
    cli("publish")
    assert "<form" in (home / "public" / "search.html").read_text("utf-8")


def test_the_command_says_what_is_private(home: Path) -> None:
    """The owner's own search shows everything, and marks what no public topic has."""
    cli = Cli(home)
    said = cli("search", "pelicans").stdout
    assert "The ledger  (The Intranet)  [secret (private)]" in said
    assert "A note  (Seed documents)  [not published]" in said
    assert "[harbour]" in cli("search", "ferry", "zeppelin").stdout
    assert [row.get("private") for row in cli.rows("search", "pelicans", "--json")] == [True, True]
    assert [row.get("private") for row in cli.rows("search", "zeppelin", "--json")] == [None, None]
