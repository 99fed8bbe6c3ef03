from datetime import timedelta
from pathlib import Path

import pytest
from making import Cli
from support import TEXT, Clock, FakeWeb, rss, rss_item

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)
BOAT = rss_item("A boat comes back", "http://harbour.example/2", guid="urn:2", text=TEXT[::-1])


@pytest.fixture
def cli(home: Path, web: FakeWeb, clock: Clock) -> Cli:
    """Return the command in a home from which the fake web may be asked."""
    settings = {"fetch.allow": web.allow, "fetch.host_pause": "0", "fetch.timeout": "10"}
    return Cli(home, settings, clock)


def test_the_table_says_what_matters_worst_first(cli: Cli, web: FakeWeb, clock: Clock) -> None:
    """State, last good look, next poll and why; under a source in trouble the cause in words; within 100 columns."""
    good = web.serve("/good", rss(FERRY, title="The Harbour Post " + "of the Far North " * 9), etag='"1"')
    bad, gone = web.serve("/bad", rss(FERRY, title="Broken Gazette"), etag='"2"'), web.fail("/gone", 410)
    cli.poll(good, bad, gone)
    cli("poll")
    web.fail("/bad", 503)
    clock.forward(hours=13)
    cli("poll")
    lines = cli("sources", "status").stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert [line.split()[0] for line in lines[1:-1] if not line.startswith(" ")] == ["failing", "gone", "ok"]
    assert "13 h ago" in lines[1]
    assert lines[2].strip().startswith("the server has trouble of its own (503)")
    assert "never" in lines[3]
    assert lines[4].strip().startswith("not polled: its server said that it is gone for good")
    assert "50%" in lines[5]
    assert lines[-1] == "3 sources: 1 failing, 1 gone, 1 ok"


def test_removed_is_not_quiet(cli: Cli, web: FakeWeb) -> None:
    """A source that is taken off stays in the table, at its end, as not polled."""
    url = web.serve("/rss", rss(FERRY))
    cli("sources", "add", url)
    cli("sources", "remove", url)
    lines = cli("sources", "status").stdout.splitlines()
    assert lines[1].startswith("removed")
    assert "never" in lines[1]
    assert lines[2].strip() == "not polled: taken off the list; what it carried stays"


def test_nobody_looking_is_not_no_news(cli: Cli, web: FakeWeb, clock: Clock) -> None:
    """When much is due and nothing was asked for long, the table says that nobody is polling; a clock put back makes no sums."""
    cli.poll(web.serve("/rss", rss(FERRY)))
    cli("poll")
    assert cli("sources", "status").stdout.splitlines()[-1] == "1 sources: 1 ok"
    clock.forward(days=3)
    said = cli("sources", "status").stdout.splitlines()[-1]
    assert said == "nothing was asked for 3 d, though 1 are due: start `topicwire run` or `poll`"
    clock.forward(days=-9)
    assert "0 s ago" in cli("sources", "status").stdout


def test_a_gap_is_recorded_and_shown(cli: Cli, web: FakeWeb, clock: Clock) -> None:
    """Two documents that share no entry: counted, dated, said in words, and asked again sooner."""
    cli.poll(web.serve("/rss", rss(FERRY), etag='"1"'))
    cli("poll")
    clock.forward(hours=2)
    web.serve("/rss", rss(BOAT), etag='"2"')
    cli("poll", "--all")
    (row,) = cli.rows("sources", "status", "--json")
    assert (row["standing"], row["gaps"], row["last_gap"]) == ("gaps", 1, clock().strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert row["reason"] == "gap"
    assert row["next_poll"] <= (clock() + timedelta(minutes=64)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "shared no entry" in cli("sources", "status").stdout


def test_json_holds_everything(cli: Cli, web: FakeWeb) -> None:
    """One object a source, with the 168 hours of its publishing_rate."""
    url = web.serve("/rss", rss(FERRY), etag='"1"')
    cli.poll(url)
    cli("poll")
    cli("poll", "--all")
    (row,) = cli.rows("sources", "status", "--json")
    assert (row["url"], row["standing"], row["polled"], row["polls"], row["share_unchanged"]) == (url, "ok", True, 2, 0.5)
    assert len(row["rhythm"]) == 168
    assert row["why"]
    assert row["next_poll"] > row["last_good"]
    assert [known["url"] for known in cli.rows("sources", "list", "--json")] == [url]


def test_without_sources_the_table_is_its_head(cli: Cli) -> None:
    """Nothing to show is said, too."""
    assert cli("sources", "status").stdout.splitlines()[-1] == "0 sources"
