import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import Cli, home_at, write_topic
from support import TEXT, FakeWeb, rss, rss_item

import feeds.site.publish
import topicwire_service
from ingest.errors import StoreError
from ingest.model import Source, SourceKind
from ingest.polling.home import Home
from ingest.store.facts import Facts
from topicwire_service import ServiceTicks

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)


@pytest.fixture
def cli(home: Path, web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Return the command in a home with one topic, from which the fake web may be asked; a host with many sources never rests."""
    monkeypatch.setattr(topicwire_service, "_STEP_PAUSE", 0.0)
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


@pytest.fixture
def service(cli: Cli) -> Iterator[ServiceTicks]:
    """Yield the ticks of a service in the home."""
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        yield ServiceTicks(made, engine)


def said(capsys: pytest.CaptureFixture[str], cli: Cli, service: ServiceTicks) -> list[str]:
    """Return what a service says while it polls two days later, without what it stored."""
    cli.clock.forward(days=2)
    service.poll()
    return [line for line in capsys.readouterr().err.splitlines() if not line.startswith("polling ") and " polled, " not in line]


def test_a_failing_source_is_named_once(cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named again when it fails for another kind of reason, and when it works again; another error alike is no news."""
    well, bad = web.serve("/well", rss(FERRY)), web.fail("/bad", 503)
    cli.poll(well, bad.replace("http://", "http://me:hush@"))
    assert said(capsys, cli, service) == [f"{bad}: the server has trouble of its own (503); it is tried again later"]
    web.fail("/bad", 500)
    assert said(capsys, cli, service) == []
    web.fail("/bad", 404)
    assert said(capsys, cli, service) == [f"{bad}: the server has nothing there (404); look for the feed's new address"]
    web.serve("/bad", rss(FERRY))
    assert said(capsys, cli, service) == [f"{bad} works again"]
    assert said(capsys, cli, service) == []


def test_another_start_repeats_nothing(cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]) -> None:
    """What is known of a source lies in the database."""
    cli.poll(web.serve("/well", rss(FERRY)), web.fail("/bad", 503))
    assert len(said(capsys, cli, service)) == 1
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.engine() as engine:
        assert said(capsys, cli, ServiceTicks(made, engine)) == []


def test_a_source_that_has_moved_is_named(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once, with its new address."""
    new = web.serve("/new", rss(FERRY))
    cli.poll(old := web.redirect("/old", "/new", 301))
    assert said(capsys, cli, service) == [f"{old} has moved to {new}"]
    assert said(capsys, cli, service) == []


def test_a_list_that_cannot_be_read_is_named_once(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """And again when it can be read."""
    listed = web.fail("/list.opml", 404)
    cli.poll()
    with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
        facts.sources.add([Source(listed, SourceKind.LIST)], cli.clock())
    assert [line.partition(" (")[0] for line in said(capsys, cli, service)] == [f"{listed}: the server has nothing there"]
    assert said(capsys, cli, service) == []
    web.serve("/list.opml", '<opml version="2.0"><body/></opml>')
    assert said(capsys, cli, service) == [f"{listed} can be read again"]


def test_while_no_server_is_reached_no_source_is_blamed(
    cli: Cli, web: FakeWeb, service: ServiceTicks, capsys: pytest.CaptureFixture[str]
) -> None:
    """One line says so, however many sources there are and however often they are tried."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(3)])
    assert said(capsys, cli, service) == []
    web.close()
    assert [line.partition(":")[0] for line in said(capsys, cli, service)] == ["no source could be reached"]
    assert said(capsys, cli, service) == []
    web.reopen()
    assert said(capsys, cli, service) == ["sources can be reached again"]


def test_a_fault_of_the_service_is_said_once(
    cli: Cli, service: ServiceTicks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A full disk fails every tick: one line for each reason, and one when the work succeeds again."""
    cli.poll()
    real = feeds.site.publish.publish

    def fails(message: str) -> None:
        def publish(*_: object, **__: object) -> None:
            raise sqlite3.OperationalError(message)

        monkeypatch.setattr(topicwire_service, "publish", publish)
        service.publish()
        service.publish()

    fails("database or disk is full")
    fails("disk I/O error")
    monkeypatch.setattr(topicwire_service, "publish", real)
    service.publish()
    lines = [line for line in capsys.readouterr().err.splitlines() if " written" not in line]
    assert ["is full" in lines[0], "I/O" in lines[1], lines[2:]] == [True, True, ["publication works again"]]


def test_every_tick_can_say_that_it_failed(
    service: ServiceTicks, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each kind of work has its name in words."""

    def broken(_home: Home) -> Facts:
        raise StoreError("the home is gone")

    monkeypatch.setattr(Home, "facts", broken)
    ticks = (service.open, service.poll, service.seeds, service.publish, service.housekeeping)
    for tick in (*ticks, service.compose_alerts, service.send_alerts):
        tick()
        assert "the home is gone" in capsys.readouterr().err
