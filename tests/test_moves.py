import asyncio
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from making import about, carry
from sqlite_utils import Migrations
from support import NOON, Clock, FakeWeb, rss, rss_item

from ingest.errors import FetchError
from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard
from ingest.model import Source, SourceSettings, SourceStatus
from ingest.poll_state import Outcome, SourceState
from ingest.polling.engine import Engine
from ingest.settings import Fetch
from ingest.store import migrations
from ingest.store.database import Database
from ingest.store.facts import Facts

OLD: Final = Source("http://a.example/old")
NEW: Final = Source("http://a.example/new")


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield a database with one source."""
    with Facts(home / "topicwire.db") as opened:
        opened.sources.add([OLD], NOON)
        yield opened


def move(facts: Facts, source: Source, to: str) -> None:
    """Record that a source has moved."""
    facts.polls.record([(Outcome(source, NOON, http_status=200, moved=to), SourceState(last_poll=NOON, etag='"1"'))])


def shown(facts: Facts) -> list[tuple[str, str]]:
    """Return address and status of every source."""
    return [(source.url, source.status) for source, _ in facts.sources.all()]


# Where a source lives


def test_a_moved_source_keeps_all_that_is_known(facts: Facts) -> None:
    """Items, state and name stay; the old address is kept and leads to it."""
    carry(facts, [about(1)], OLD)
    move(facts, OLD, NEW.url)
    assert shown(facts) == [(NEW.url, "active")]
    known = facts.sources.get(OLD.url)
    assert known is not None
    assert (known[0].url, known[1].etag) == (NEW.url, '"1"')
    assert facts.database.execute("select url, at from moved").fetchall() == [(OLD.url, "2026-03-02T12:00:00Z")]
    assert [item.carrier.source.url for item in facts.items.all()] == [NEW.url]


def test_a_list_with_the_old_address_changes_nothing(facts: Facts) -> None:
    """It means the moved source, whatever name the list still has for it."""
    move(facts, OLD, NEW.url)
    assert facts.sources.add([replace(OLD, origin="opml")], NOON) == 0
    assert shown(facts) == [(NEW.url, "active")]


def test_a_source_may_move_again_and_back(facts: Facts) -> None:
    """Every address that it had leads to where it lives now."""
    move(facts, OLD, NEW.url)
    move(facts, NEW, "http://b.example/")
    assert [facts.sources.present_url(url) for url in (OLD.url, NEW.url)] == ["http://b.example/"] * 2
    move(facts, Source("http://b.example/"), OLD.url)
    assert shown(facts) == [(OLD.url, "active")]
    assert facts.sources.present_url(NEW.url) == OLD.url


def test_a_source_that_moves_to_another_gives_way(facts: Facts) -> None:
    """It is retired with its items, and both addresses mean the one that stays."""
    facts.sources.add([NEW], NOON)
    move(facts, OLD, NEW.url)
    assert shown(facts) == [(OLD.url, "retired"), (NEW.url, "active")]
    assert facts.sources.present_url(OLD.url) == NEW.url
    facts.sources.add([replace(OLD, origin="opml")], NOON)
    assert shown(facts) == [(OLD.url, "retired"), (NEW.url, "active")]


def test_a_failed_look_moves_nothing(facts: Facts) -> None:
    """Neither do words about a move in an answer that could not be read."""
    facts.polls.record([(Outcome(OLD, NOON, error="no feed", moved=NEW.url), SourceState(last_poll=NOON))])
    assert shown(facts) == [(OLD.url, "active")]


def test_gone_is_a_status_of_its_own(facts: Facts) -> None:
    """It is not due, a list does not wake it, a person does."""
    facts.polls.record([(Outcome(OLD, NOON, error="gone (410)", http_status=410), SourceState(last_poll=NOON, error="gone (410)"))])
    assert facts.sources.due(None) == []
    facts.sources.add([replace(OLD, origin="opml")], NOON)
    assert facts.sources.due(None) == []
    assert facts.sources.add([OLD], NOON) == 1
    assert [source.status for source, _ in facts.sources.due(None)] == [SourceStatus.ACTIVE]


def test_settings_of_a_source_are_stored(facts: Facts) -> None:
    """As they were listed, and taken away when they are listed no longer."""
    own = SourceSettings("R/1", "LOGIN", "X=KEY", 600.0, 7_200.0, 2.5, ("a", "b"))
    facts.sources.add([replace(OLD, settings=own)], NOON)
    assert facts.sources.all()[0][0].settings == own
    facts.sources.add([OLD], NOON)
    assert facts.sources.all()[0][0].settings == SourceSettings()


def test_an_older_database_keeps_its_sources(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file from before settings, moves and hubs opens, with every source and state in it."""
    path = home / "older.db"
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", Migrations("ingest"))
        migrations.migrations()(migrations.facts)
        db = Database(path)
        db.migrate(migrations.migrations)
        db.close()
    raw = sqlite3.connect(path)
    raw.execute(
        "insert into source (url, kind, title, categories, origin, status, added)"
        " values ('http://a.example/old', 'feed', 'Old', '[]', 'command', 'active', '2026-03-01T00:00:00Z')"
    )
    raw.execute("insert into poll (source_id, etag, failures) values (1, 'W/\"1\"', 2)")
    raw.commit()
    raw.close()
    with Facts(path) as facts:
        ((source, state),) = facts.sources.all()
        assert (source.title, source.settings, state.etag, state.failures) == ("Old", SourceSettings(), 'W/"1"', 2)
        move(facts, source, NEW.url)
        assert shown(facts) == [(NEW.url, "active")]


# Secrets


def test_secrets_stay_with_the_server_they_are_for(web: FakeWeb, other_web: FakeWeb) -> None:
    """A redirect to another host or port sees none; who asks stays the same."""
    web.redirect("/a", web.url("/b"))
    web.redirect("/b", other_web.url("/c"))
    other_web.serve("/c", rss(rss_item("One")))
    with Engine(Fetch(allow=(web.allow, other_web.allow), host_pause=0), Clock()) as engine:
        secrets = (("Authorization", "Basic c2VjcmV0"), ("X-Key", "secret"))
        engine.submit(engine.fetch(Request(web.url("/a"), user_agent="Mine/1", secrets=secrets))).result()
    assert [call.headers.get("authorization") for call in web.calls] == ["Basic c2VjcmV0"] * 2
    assert [(call.headers.get("authorization"), call.headers.get("x-key")) for call in other_web.calls] == [(None, None)]
    assert {call.headers["user-agent"] for call in (*web.calls, *other_web.calls)} == {"Mine/1"}


# A proxy


async def _through(proxy: FakeWeb, url: str, allow: tuple[str, ...]) -> Response:
    async with open_web(SsrfGuard(allow), "x", FetchLimits(seconds=5), lambda: NOON, proxy.url("").rstrip("/")) as fetch:
        return await fetch(Request(url))


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        ("http://10.0.0.1/", "the private address 10.0.0.1 may not be contacted"),
        ("http://2130706433/", "may not be contacted"),
        ("http://localhost/", "may not be contacted"),
        ("http://[::ffff:10.0.0.1]/", "may not be contacted"),
        ("http://nowhere.invalid/", "the name nowhere.invalid:80 cannot be looked up"),
    ],
)
def test_a_proxy_is_not_asked_for_private_addresses(web: FakeWeb, url: str, cause: str) -> None:
    """It would connect where the SSRF guard cannot see, so names are looked up and checked before."""
    with pytest.raises(FetchError, match=cause):
        asyncio.run(_through(web, url, (web.allow,)))
    assert web.calls == []


def test_a_proxy_is_asked_for_what_is_allowed(web: FakeWeb) -> None:
    """A name that is allowed goes through unchecked: only the proxy may know it."""
    web.serve("http://intranet.invalid:80/feed", rss())
    web.serve("http://intranet.invalid/feed", rss())
    answer = asyncio.run(_through(web, "http://intranet.invalid/feed", (web.allow, "intranet.invalid:80")))
    assert answer.status == 200
    assert len(web.calls) == 1
