from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs

import pytest
from making import HARBOUR, Cli, about, carry, home_at, write_topic
from served_site import served

import topicwire_service
from feeds.store.classifications import Classifications
from feeds.store.migrations import migrations
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.loader import read_topic


@dataclass
class Hub:
    """A hub over loopback HTTP: what it was sent, what it answers."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[dict[str, list[str]]] = field(default_factory=list)
    seen: list[dict[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def told(self) -> list[str]:
        """The feeds that it was told of since it was last asked, by name."""
        names = [call["hub.url"][0].rpartition("/")[2] for call in self.calls]
        self.calls.clear()
        return names


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Run one."""
    made = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            made.calls.append(parse_qs(body))
            made.seen.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
            """Write no log."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def cli(home: Path, hub: Hub) -> Cli:
    """Return the command of a home with a hub, two public topics and a private one."""
    secret = HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]")
    for name, text in (("harbour", HARBOUR), ("quiet", HARBOUR.replace("harbour*", "lagoon")), ("secret", secret)):
        write_topic(home, text, name)
    made = Cli(home)
    made.poll()
    made.settings |= {
        "publish.hub": f"http://127.0.0.1:{hub.port}/",
        "fetch.allow": f"127.0.0.1:{hub.port}",
        "service.base_url": "https://feeds.example/wire",
    }
    return made


def bring(cli: Cli, number: int) -> None:
    """Store an item, classify and publish it."""
    with home_at(cli.home).facts() as facts:
        carry(facts, [about(number)], at=cli.clock())
        topics = tuple(map(read_topic, sorted((cli.home / "topics").glob("*.toml"))))
        classify_new(facts, Classifications(facts), topics, cli.clock())
    assert cli("publish").exit_code == 0


def tell(cli: Cli) -> list[str]:
    """Tell the hub; give what failed."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        return [str(fault) for fault in topicwire_service.tell_of_changes(made, engine)]


FORMS = ["harbour.atom", "harbour.json", "harbour.rss"]


def test_a_hub_is_told_of_every_changed_feed_once(cli: Cli, hub: Hub) -> None:
    """One ping for each public feed at the beginning, then for each that changed, and none where nothing did."""
    bring(cli, 1)
    assert tell(cli) == []
    assert hub.told == [*FORMS, "quiet.atom", "quiet.json", "quiet.rss"]
    assert tell(cli) == []
    assert hub.told == []
    bring(cli, 2)
    tell(cli)
    assert hub.told == FORMS


def test_a_ping_says_what_the_standard_asks(cli: Cli, hub: Hub) -> None:
    """A form with hub.mode=publish and the feed's public address; no cookie, no credentials; who we are as everywhere."""
    bring(cli, 1)
    tell(cli)
    assert hub.calls[0] == {"hub.mode": ["publish"], "hub.url": ["https://feeds.example/wire/harbour.atom"]}
    sent = hub.seen[0]
    assert sent["content-type"] == "application/x-www-form-urlencoded"
    assert sent["user-agent"].startswith("topicwire/")
    assert not {"cookie", "referer", "authorization"} & sent.keys()


def test_a_private_feed_is_told_to_nobody(cli: Cli, hub: Hub) -> None:
    """Neither its name nor an address of it is sent to the hub."""
    cli("feeds", "grant", "secret", "ann")
    bring(cli, 1)
    tell(cli)
    assert not [name for name in hub.told if "secret" in name]


def test_a_hub_that_fails_is_told_again_later(cli: Cli, hub: Hub) -> None:
    """After a failure it is left alone for a minute, then two, and then told once, of the feed as it is then."""
    bring(cli, 1)
    tell(cli)
    hub.status, _ = 500, hub.told
    bring(cli, 2)
    assert tell(cli) == [f"the hub http://127.0.0.1:{hub.port}/: the server has trouble of its own (500); it is told again later"]
    assert len(hub.told) == 1  # the others fail alike
    for minutes, asked in ((0.9, 0), (0.1, 1), (1.9, 0), (0.1, 1)):
        cli.clock.forward(minutes=minutes)
        tell(cli)
        assert len(hub.told) == asked
    bring(cli, 3)
    hub.status = 202
    cli.clock.forward(minutes=10)
    tell(cli)
    assert hub.told == FORMS
    cli.clock.forward(days=1)
    tell(cli)
    assert hub.told == []


def test_a_hub_that_asks_for_time_gets_it(cli: Cli, hub: Hub) -> None:
    """Retry-After is obeyed."""
    bring(cli, 1)
    hub.status, hub.headers = 429, {"Retry-After": "3600"}
    tell(cli)
    hub.status, _ = 204, hub.told
    cli.clock.forward(minutes=59)
    tell(cli)
    assert hub.told == []
    cli.clock.forward(minutes=1)
    tell(cli)
    assert hub.told[0] == "harbour.atom"


def test_a_hub_that_is_not_there_costs_a_line(cli: Cli, hub: Hub) -> None:
    """A hub that refuses the connection, sends elsewhere, or is an address that may not be contacted is one line each."""
    bring(cli, 1)
    hub.status, hub.headers = 302, {"Location": "http://127.0.0.1/"}
    assert "answers with status 302" in tell(cli)[0]
    cli.settings |= {"publish.hub": "http://127.0.0.1:1/", "fetch.allow": "127.0.0.1:1"}
    assert len(tell(cli)) == 1
    cli.settings |= {"publish.hub": "http://127.0.0.1:2/", "fetch.allow": ""}
    assert "the private address 127.0.0.1 may not be contacted" in tell(cli)[0]


def test_another_hub_is_told_of_everything(cli: Cli, hub: Hub) -> None:
    """A hub that is new knows nothing yet."""
    bring(cli, 1)
    tell(cli)
    assert hub.told
    cli.settings["publish.hub"] += "other"
    tell(cli)
    assert hub.told[:3] == FORMS


def test_without_a_hub_nothing_is_sent_and_nothing_is_named(cli: Cli, hub: Hub) -> None:
    """No hub, no ping, no link: neither in the feeds nor in a header."""
    del cli.settings["publish.hub"]
    bring(cli, 1)
    assert tell(cli) == []
    assert hub.calls == []
    assert "hub" not in (cli.home / "public" / "harbour.atom").read_text("utf-8")
    with served(home_at(cli.home, cli.settings)) as site:
        assert site.ask("/harbour.atom").headers["link"] == '<https://feeds.example/wire/harbour.atom>; rel="self"'


def test_feeds_and_headers_name_the_hub(cli: Cli, hub: Hub) -> None:
    """With a hub a subscriber finds it in all three formats and in the Link header, beside the feed's own address."""
    bring(cli, 1)
    for name in FORMS:
        assert cli.settings["publish.hub"] in (cli.home / "public" / name).read_text("utf-8")
    with served(home_at(cli.home, cli.settings)) as site:
        link = site.ask("/harbour.atom").headers["link"]
    assert link == f'<https://feeds.example/wire/harbour.atom>; rel="self", <http://127.0.0.1:{hub.port}/>; rel="hub"'


def test_one_pass_tells_the_hub_and_survives_it(cli: Cli, hub: Hub) -> None:
    """`run --once` and `poll` tell it after publishing; a hub that fails is a line, never the exit code."""
    bring(cli, 1)
    assert cli("run", "--once").exit_code == 0
    assert hub.told[:3] == FORMS
    bring(cli, 2)
    hub.status = 503
    result = cli("run", "--once")
    assert (result.exit_code, "trouble of its own (503)" in result.stderr) == (0, True)


@pytest.mark.usefixtures("by_migrations")
def test_a_database_of_before_opens(home: Path) -> None:
    """A database that knows no outbox gets one, and keeps what it has."""
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
        migrations.apply(facts.database.schema, stop_before="subscribers")
        assert "outbox" not in facts.database.schema.table_names()
    cli = Cli(home)
    cli.settings |= {"publish.hub": "http://127.0.0.1:1/"}
    assert tell(cli) == []
    with home_at(home).facts() as facts:
        assert "outbox" in facts.database.schema.table_names()
        assert len(list(facts.items.all())) == 1


def test_the_service_tells_the_hub_by_itself(cli: Cli, hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    """Its tick tells of what was published, says a cause of failure once a day, and sends nothing once the service stops."""
    bring(cli, 1)
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        service = topicwire_service.ServiceTicks(made, engine)
        service.hub()
        assert hub.told[:3] == FORMS
        hub.status = 500
        bring(cli, 2)
        service.hub()
        assert "trouble of its own (500)" in capsys.readouterr().err
        for hours, lines in ((1, 0), (5, 0), (24, 1)):
            cli.clock.forward(hours=hours)
            hub.calls.clear()
            service.hub()
            assert hub.calls
            assert capsys.readouterr().err.count("(500)") == lines
        service.stopping.set()
        cli.clock.forward(days=1)
        hub.calls.clear()
        service.hub()
        assert hub.calls == []
