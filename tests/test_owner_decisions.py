from datetime import timedelta
from pathlib import Path

import pytest
from making import Cli, home_at
from support import NOON, FakeWeb, rss, rss_item

from ingest.model import Source, SourceKind, SourceSettings

FEED = rss(rss_item("The ferry", "http://harbour.example/1"))


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command, in an empty home that may ask the web."""
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


def standing(cli: Cli) -> dict[str, str]:
    """Return how each source is doing, by the end of its address."""
    return {row["url"].rpartition("/")[2]: row["standing"] for row in cli.rows("sources", "status", "--json")}


def test_a_paused_source_is_left_alone_until_it_is_resumed(cli: Cli, web: FakeWeb) -> None:
    """No pass asks it, and its items stay; resumed, the next pass asks it as if nothing had been."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    assert cli("sources", "pause", url).stderr == "1 paused; `topicwire sources resume` has them polled again\n"
    cli.clock.forward(days=30)
    cli("poll")
    assert (standing(cli), web.paths()) == ({"rss": "paused"}, ["/rss"])
    assert "[paused]" in cli("sources", "list").stdout
    assert len(cli.rows("items", "--json")) == 1
    assert cli("sources", "resume", url).stderr == "1 resumed\n"
    cli("poll")
    assert (standing(cli)["rss"] == "paused", web.paths()) == (False, ["/rss", "/rss"])


def test_a_list_does_not_resume_what_is_paused(cli: Cli, web: FakeWeb) -> None:
    """Whatever changes in sources.opml, what its owner paused stays paused; what it no longer lists is removed."""
    urls = [web.serve("/a", FEED), web.serve("/b", FEED), web.serve("/c", FEED)]
    cli.poll(*urls[:2])
    cli("poll")
    assert cli("sources", "pause", urls[0]).exit_code == 0
    cli.poll(*urls)
    cli("poll")
    assert (standing(cli)["a"], web.paths().count("/a")) == ("paused", 1)
    cli.poll(urls[1])
    cli("poll")
    assert standing(cli)["a"] == "removed"


def test_adding_a_paused_source_resumes_it(cli: Cli, web: FakeWeb) -> None:
    """Whoever adds an address wants it polled."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    cli("sources", "pause", url)
    assert cli("sources", "add", url).stderr.splitlines()[-1] == "1 added, 0 already there"
    assert standing(cli) == {"rss": "ok"}


def test_a_source_that_was_gone_is_asked_again(cli: Cli, web: FakeWeb) -> None:
    """A server that said 410 is asked again when the owner resumes the source, with the next pass."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    web.fail("/rss", 410)
    cli.clock.forward(days=2)
    cli("poll")
    assert standing(cli) == {"rss": "gone"}
    web.serve("/rss", FEED)
    cli("sources", "resume", url)
    cli("poll")
    assert standing(cli) == {"rss": "ok"}


def test_a_source_is_polled_sooner_when_its_owner_asks(cli: Cli, web: FakeWeb) -> None:
    """It is due at once, however far away its next poll was; a minute must lie between two polls."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    refused = cli("sources", "poll", url)
    assert (refused.exit_code, refused.stderr) == (
        2,
        f"topicwire: {url}: polled less than a minute ago; wait a minute; nothing was changed\n",
    )
    cli.clock.forward(minutes=2)
    cli("poll")
    assert web.paths() == ["/rss"]
    assert cli("sources", "poll", url).stderr == "1 due now\n"
    cli("poll")
    assert web.paths() == ["/rss", "/rss"]


def test_a_server_that_asks_for_rest_gets_it(cli: Cli, web: FakeWeb) -> None:
    """Retry-After outranks the owner's impatience."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    web.fail("/rss", 503, headers={"Retry-After": "7200"})
    cli.clock.forward(days=2)
    cli("poll")
    cli.clock.forward(minutes=30)
    refused = cli("sources", "poll", url)
    assert (refused.exit_code, "asks to be left alone until 14:00 UTC on 2026-03-04; wait" in refused.stderr) == (2, True)


@pytest.mark.parametrize("decision", ["pause", "resume", "poll", "remove"])
def test_nothing_is_changed_where_one_address_is_wrong(cli: Cli, web: FakeWeb, decision: str) -> None:
    """All or nothing, for each decision."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    cli.clock.forward(hours=1)
    before = cli.rows("sources", "list", "--json")
    refused = cli("sources", decision, url, "http://other.example/")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "topicwire: http://other.example/: no such source; `topicwire sources list` shows their addresses; nothing was changed\n",
    )
    assert cli.rows("sources", "list", "--json") == before


@pytest.mark.parametrize("decision", ["pause", "resume", "poll"])
def test_what_was_removed_is_added_again_or_left(cli: Cli, web: FakeWeb, decision: str) -> None:
    """A removed source has no schedule to pause or resume."""
    url = web.serve("/rss", FEED)
    cli("sources", "add", url)
    cli("sources", "remove", url)
    refused = cli("sources", decision, url)
    assert (refused.exit_code, "not polled, it was removed; add it again" in refused.stderr) == (2, True)


def test_a_paused_list_is_not_read(cli: Cli, web: FakeWeb) -> None:
    """A list at an address can be paused too."""
    url = web.serve("/list", '<opml version="2.0"><body/></opml>')
    cli("sources", "add", "--list", url)
    cli("sources", "pause", url)
    cli("poll")
    assert web.paths() == []


def test_an_address_is_named_as_people_name_it(cli: Cli) -> None:
    """Without its scheme, in brackets, or as it was before the source moved."""
    with home_at(cli.home).facts() as facts:
        own = SourceSettings(scheme_guessed=True)
        facts.sources.add([Source("https://post.example/feed", SourceKind.FEED, settings=own)], NOON - timedelta(days=1))
    assert cli("sources", "pause", "<post.example/feed>").exit_code == 0
    assert standing(cli) == {"feed": "paused"}
