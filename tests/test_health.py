import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from making import Cli, about, carry, home_at, write_topic
from served_site import Site, served

from ingest.model import Source
from ingest.poll_state import SourceState


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command of a home that was polled once, and published."""
    write_topic(home)
    with home_at(home).facts() as facts:
        carry(facts, [about(1), about(2, "market")])
        facts.sources.add([Source("http://silent.example/feed")], home_at(home).clock())
    made = Cli(home)
    made("publish")
    return made


@pytest.fixture
def site(cli: Cli) -> Iterator[Site]:
    """Serve it."""
    with served(home_at(cli.home, cli.settings, cli.clock)) as opened:
        yield opened


def spoil(cli: Cli) -> None:
    """Make the database unreadable."""
    for path in cli.home.glob("topicwire.db*"):
        path.write_bytes(b"this is no database, though it is long enough to be looked at" * 9)


def figures(site: Site) -> dict[str, float]:
    """Read the metrics."""
    return {name: float(value) for name, value in re.findall(r"^(topicwire\S+) (\S+)$", site.ask("/metrics").text, re.MULTILINE)}


def test_the_health_is_that_of_the_database(cli: Cli, site: Site) -> None:
    """/healthz says 200 while the database answers and 503 when it does not, and is never cached."""
    good = site.ask("/healthz")
    spoil(cli)
    bad = site.ask("/healthz")
    assert (good.status, good.body) == (200, b'{"status":"ok"}')
    assert (bad.status, bad.body) == (503, b'{"status":"failing"}')
    assert good.headers["cache-control"] == bad.headers["cache-control"] == "no-store"


def test_it_is_ready_when_all_of_it_works(cli: Cli, site: Site) -> None:
    """/readyz wants a database, published files, and somebody who polls: nothing may be overdue by hours."""
    assert site.ask("/readyz").status == 200
    cli.clock.forward(hours=3)
    late = site.ask("/readyz")
    assert (late.status, late.text) == (
        503,
        '{"status":"not ready","checks":{"database":true,"published":true,"polled":false,"reached":true}}',
    )
    cli.clock.forward(hours=-3)
    with home_at(cli.home).facts() as facts:
        facts.polls.note_offline(cli.clock())
    assert '"reached":false' in site.ask("/readyz").text
    (cli.home / "public" / "index.html").unlink()
    assert '"published":false' in site.ask("/readyz").text
    spoil(cli)
    assert '"database":false' in site.ask("/readyz").text


def test_a_home_without_sources_is_ready(home: Path) -> None:
    """Where nothing is polled, nothing can be late."""
    write_topic(home)
    cli = Cli(home)
    cli("publish")
    with served(home_at(home, clock=cli.clock)) as opened:
        assert opened.ask("/readyz").status == 200


def test_the_figures_are_for_prometheus(cli: Cli, site: Site) -> None:
    """Sources by state, items, tags by topic, last poll, publication, requests by status, in the text format."""
    site.ask("/harbour.atom")
    site.ask("/nothing")
    answer = site.ask("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = figures(site)
    assert found['topicwire_sources{state="ok"}'] == found['topicwire_sources{state="new"}'] == 1
    assert (found["topicwire_items"], found['topicwire_tags{topic="harbour"}']) == (2, 0)
    assert found["topicwire_last_poll_timestamp_seconds"] == cli.clock().timestamp()
    assert found['topicwire_requests_total{status="200"}'] >= 2
    assert found['topicwire_requests_total{status="404"}'] == 1


def test_a_304_is_counted_too(site: Site) -> None:
    """The answer that takes the short way is a request like others."""
    etag = site.ask("/harbour.atom").headers["etag"]
    for _ in range(3):
        assert site.ask("/harbour.atom", if_none_match=etag).status == 304
    assert figures(site)['topicwire_requests_total{status="304"}'] == 3


def test_the_figures_name_no_address_and_no_reader(cli: Cli, site: Site) -> None:
    """A failing source is counted, not named; what was asked for and by whom is not there."""
    site.ask("/search?q=confidential", x_forwarded_for="192.0.2.7")
    with home_at(cli.home).facts() as facts:
        failed = SourceState(last_poll=cli.clock(), error="no", failures=1, next_poll=cli.clock() + timedelta(hours=1))
        source = facts.sources.all()[0][0]
        facts.database.execute("update poll set error = ?, failures = ?", [failed.error, failed.failures])
        facts.database.connection.commit()
    text = site.ask("/metrics").text
    assert 'state="failing"} 1' in text
    for secret in (source.url, "silent.example", "confidential", "192.0.2.7", "127.0.0.1"):
        assert secret not in text


def test_figures_come_without_the_database_too(cli: Cli, site: Site) -> None:
    """When the database fails, what the server itself counts is still told."""
    spoil(cli)
    with closing(sqlite3.connect(cli.home / "topicwire.db")) as db, pytest.raises(sqlite3.DatabaseError):
        db.execute("select 1 from item")
    assert site.ask("/metrics").status == 200
    assert "topicwire_requests_total" in site.ask("/metrics").text


def test_a_database_that_fails_is_one_answer(cli: Cli, site: Site) -> None:
    """What needs the database says 503 in a line when it fails; the files are served all the same."""
    spoil(cli)
    for path in ("/search?q=ferry", "/search.atom?q=ferry", "/private/x/harbour.atom", "/review"):
        answer = site.ask(path)
        assert (answer.status, answer.text, answer.headers["retry-after"]) == (
            503,
            "The database does not answer just now.\n",
            "30",
        )
    assert site.ask("/harbour.atom").status == 200
