from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from making import Cli, home_at, write_topic
from processes import free_port
from support import NOON, TEXT, FakeWeb, rss, rss_item

import topicwire_service
from ingest.errors import Failure
from ingest.model import Source
from ingest.poll_state import Outcome, SourceState
from ingest.polling.offline import QUESTION, is_suspicious, scouts
from topicwire_service import ServiceTicks

# Names that no one knows and ports at which no one listens stand for a computer without a network.

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)
NOBODY = tuple(f"http://nobody-{number}.invalid/feed" for number in range(4))


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the command in a home with one topic, from which this computer may be asked; a host with many sources never rests."""
    monkeypatch.setattr(topicwire_service, "_STEP_PAUSE", 0.0)
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = "127.0.0.0/8"
    return made


def state_of(cli: Cli, url: str) -> SourceState:
    """Return what is known of a source."""
    with home_at(cli.home, clock=cli.clock).facts() as facts:
        found = facts.sources.get(url)
    assert found is not None
    return found[1]


@contextmanager
def service_of(cli: Cli) -> Iterator[ServiceTicks]:
    """Yield the ticks of a service in the home."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        yield ServiceTicks(made, engine)


def closed(*paths: str) -> list[str]:
    """Return addresses on this computer at which nobody listens."""
    port = free_port()
    return [f"http://127.0.0.1:{port}/{path}" for path in paths]


def test_a_pass_in_which_nobody_is_reached_asks_whether_we_are_online(cli: Cli) -> None:
    """It says so, exits 0 without --strict and 3 with it, and holds nothing against any source."""
    cli.poll(*NOBODY, *closed("a", "b"))
    result = cli("run", "--once")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, QUESTION)
    assert result.stderr.startswith("6 sources polled, 6 failed; ")
    assert cli("run", "--once", "--strict").exit_code == cli("poll", "--strict").exit_code == 3
    assert [state_of(cli, url) for url in NOBODY] == [SourceState()] * 4


def test_the_tables_say_since_when(cli: Cli) -> None:
    """Who looks at the sources is told that it may be the network, until one can be reached again."""
    cli.poll(*NOBODY)
    cli("poll")
    cli.clock.forward(hours=3)
    cli("poll")
    cli.clock.forward(hours=3)
    said = f"since 2026-03-02T12:00:00Z {QUESTION}"
    assert cli("sources", "status").stdout.splitlines()[-1] == said
    assert cli("sources", "list").stderr.strip() == said
    assert QUESTION not in cli("sources", "status", "--json").stdout


def test_after_the_network_is_back_all_are_asked_at_once(cli: Cli, web: FakeWeb, capsys: pytest.CaptureFixture[str]) -> None:
    """While it is away only a few are tried; the first that answers brings the others, well and new ones alike."""
    urls = [web.serve(f"/{number}", rss(FERRY), etag='"1"') for number in range(8)]
    cli.poll(*urls[:6])
    with service_of(cli) as service:
        service.poll()
        web.close()
        cli.poll(*urls)
        cli.clock.forward(days=2)
        asked = {url: state_of(cli, url) for url in urls[:6]}
        capsys.readouterr()
        for _ in range(20):
            cli.clock.forward(seconds=30)
            service.poll()
        assert len([line for line in capsys.readouterr().err.splitlines() if QUESTION in line]) == 1
        assert {url: state_of(cli, url) for url in urls[:6]} == asked
        web.reopen()
        cli.clock.forward(seconds=30)
        service.poll()
    assert [state_of(cli, url).last_success for url in urls] == [cli.clock()] * 8
    assert "sources can be reached again" in capsys.readouterr().err
    assert QUESTION not in cli("sources", "list").stderr


def test_a_source_that_dies_alone_is_at_fault_itself(cli: Cli, web: FakeWeb) -> None:
    """Where another can be reached the dead one fails, and is tried again as any that fails."""
    dead, *_ = closed("dead")
    cli.poll(dead, web.serve("/a", rss(FERRY)))
    result = cli("run", "--once")
    assert QUESTION not in result.stderr
    assert state_of(cli, dead).failures == 1


def test_two_that_die_together_are_told_from_a_dead_network(cli: Cli, web: FakeWeb) -> None:
    """When nobody answers who is due, a few others that were well are asked a little early: they tell."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(5)])
    cli("poll")
    cli.clock.forward(minutes=20)
    dead = closed("1", "2", "3")
    cli("sources", "import", _list(cli.home, *dead))
    asked = len(web.calls)
    result = cli("run", "--once")
    assert QUESTION not in result.stderr
    assert [state_of(cli, url).failures for url in dead] == [1, 1, 1]
    assert 0 < len(web.calls) - asked <= 3


def _list(home: Path, *urls: str) -> Path:
    path = home / "more.opml"
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    path.write_text(f"<opml><body>{outlines}</body></opml>", encoding="utf-8")
    return path


def test_what_answers_with_an_error_was_reached(cli: Cli, web: FakeWeb) -> None:
    """Errors, pages and silence in the middle of an answer come from a network that works."""
    cli.poll(web.fail("/a", 503), web.fail("/b", 404), web.serve("/c", "<html></html>"), *closed("d"))
    assert QUESTION not in cli("run", "--once").stderr
    assert all(row["failures"] == 1 for row in cli.rows("sources", "list", "--json"))


def test_of_very_many_not_all_are_tried(cli: Cli) -> None:
    """When the first few hundred cannot be reached the rest is not asked in vain."""
    cli.poll(*[f"http://127.0.{number // 250}.{number % 250 + 1}:9/feed" for number in range(900)])
    with home_at(cli.home, cli.settings | {"fetch.allow": "127.0.0.0/8"}).facts() as facts:
        result = cli("run", "--once")
        assert facts.polls.offline_since() == NOON
    looked = int(result.stderr.split()[0])
    assert 60 <= looked < 900


def failed(kind: Failure) -> Outcome:
    """Make a failure."""
    return Outcome(Source("http://a.example/"), NOON, error="it failed", failure=kind)


@pytest.mark.parametrize(
    ("kinds", "failures", "reached", "ours"),
    [
        ([Failure.NAME] * 2, 0, 0, True),
        ([Failure.CONNECTION] * 9, 0, 1, True),  # nearly all: one neighbour is on this side of the gap
        ([Failure.CONNECTION] * 8, 0, 1, False),
        ([Failure.CONNECTION], 0, 0, False),  # one source alone is its own fault
        ([Failure.LOOKUP], 0, 0, True),  # unless it is the names that nobody knows
        ([Failure.NETWORK], 0, 0, True),
        ([Failure.NAME] * 4, 9, 0, False),  # dead for long: no sign of anything
        ([Failure.SILENCE] * 5, 9, 0, True),
        ([], 0, 0, False),
    ],
)
def test_when_it_may_be_us(kinds: list[Failure], failures: int, reached: int, *, ours: bool) -> None:
    """Several that were well, or very many, cannot all have failed by themselves."""
    assert is_suspicious([(failed(kind), SourceState(failures=failures)) for kind in kinds], reached) is ours


def test_scouts_are_few_of_many_hosts_and_in_good_health() -> None:
    """Who was well goes first, no host twice, and nobody is forgotten."""
    well = [(Source(f"http://well-{n}.example/{k}"), SourceState(last_success=NOON)) for n in range(3) for k in range(4)]
    bad = [(Source(f"http://bad-{n}.example/"), SourceState(failures=3)) for n in range(9)]
    first, rest = scouts([*bad, *well])
    hosts = [source.url.split("/")[2] for source, _ in first]
    assert hosts[:3] == ["well-0.example", "well-1.example", "well-2.example"]
    assert len(hosts) == len(set(hosts)) == 5
    assert len(first) + len(rest) == len(bad) + len(well)


def test_a_new_home_without_a_network_is_read_within_a_minute_of_its_return(cli: Cli, web: FakeWeb) -> None:
    """Nothing was ever read, nothing is held against anyone, and the next tick brings all."""
    urls = [web.serve(f"/{number}", rss(FERRY)) for number in range(3)]
    web.close()
    cli.poll(*urls)
    with service_of(cli) as service:
        service.poll()
        cli.clock.forward(hours=30)
        service.poll()
        web.reopen()
        cli.clock.now += timedelta(seconds=30)
        service.poll()
    assert [state_of(cli, url).polls for url in urls] == [1, 1, 1]
