"""Alerts about what is wrong: sources, the service, waiting reviews; each is told when it begins, and once."""

import xml.etree.ElementTree as ET
from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from alert_making import DESK, Desk
from making import POST, about
from served_site import served
from support import NOON

from feeds.alerts.conditions import WaitingReviews, review_conditions, source_conditions
from feeds.store.alerts.conditions import AlertConditions
from ingest.errors import FetchError
from ingest.model import Source, SourceStatus
from ingest.planner.health import health
from ingest.poll_state import Outcome, PublishingRate, SourceState
from ingest.store.facts import Facts

SITE: Final = "https://wire.example"
DAY: Final = timedelta(days=1)
SOURCES: Final = DESK.replace('topics = ["harbour"]', 'about = "sources"')
ATOM: Final = "{http://www.w3.org/2005/Atom}"


def titles(source: Source, state: SourceState) -> list[str]:
    """Return what is told of one source at noon."""
    return [one.notice.title for one in source_conditions([health(source, state, NOON)], [], NOON, SITE)]


def failing(since: datetime) -> SourceState:
    """Return the state of a source that has failed since a moment."""
    return SourceState(last_poll=NOON, last_success=since, error="no connection", failures=9)


def test_a_source_is_told_when_waiting_no_longer_helps() -> None:
    """One that is gone or silent is told at once, a failing one after a day, one that is well or was taken off never."""
    assert titles(POST, failing(NOON - DAY / 2)) == []
    assert titles(POST, failing(NOON - DAY)) == ["The Harbour Post fails"]
    assert titles(replace(POST, status=SourceStatus.GONE), SourceState()) == ["The Harbour Post is gone"]
    lively = PublishingRate(at=NOON - 9 * DAY, items=60, seconds=5 * 86_400, burst=0, window=20, hours=b"", news=NOON - 9 * DAY)
    assert titles(POST, SourceState(last_poll=NOON, last_success=NOON, publishing_rate=lively)) == ["The Harbour Post is silent"]
    assert titles(POST, SourceState(last_poll=NOON, last_success=NOON)) == []
    assert titles(replace(POST, status=SourceStatus.RETIRED), failing(NOON - 9 * DAY)) == []


def test_addresses_are_told_without_their_secrets() -> None:
    """A password in the address of a source, old or new, is in no notice and in no key."""
    hushed = Source("https://me:hush@post.example/feed", status=SourceStatus.GONE)
    moved = [("https://me:hush@old.example/feed", "https://me:hush@new.example/feed")]
    found = list(source_conditions([health(hushed, SourceState(), NOON)], moved, NOON, SITE))
    assert len({one.key for one in found}) == 2
    assert "hush" not in repr(found)
    assert "old.example" in found[1].notice.text


def test_a_queue_is_told_for_each_doubling() -> None:
    """Nine waiting reviews are none; ten, twenty and forty are told, each as a condition of its own."""
    keys = {
        count: [one.key for one in review_conditions([WaitingReviews("harbour", "Harbour", count, NOON)], SITE)]
        for count in (9, 10, 39, 40)
    }
    assert keys == {
        9: [],
        10: ["review harbour 10"],
        39: ["review harbour 10", "review harbour 20"],
        40: ["review harbour 10", "review harbour 20", "review harbour 40"],
    }


def test_a_condition_is_forgotten_a_day_after_its_end(facts: Facts) -> None:
    """What comes back within a day is the same still; what ends before it is told was nothing."""
    told, conditions = NOON, AlertConditions(facts, "desk")

    def at(hours: float, *lasting: str) -> list[tuple[str, bool]]:
        with facts.transaction():
            conditions.record(lasting, told, NOON + timedelta(hours=hours))
        return [(one.key, one.since > told) for one in conditions.known()]

    assert at(0, "a", "b") == [("a", True), ("b", True)]
    assert at(1, "a") == [("a", True)]
    told = NOON + timedelta(hours=2)
    assert at(3) == at(26) == at(27, "a") == at(28) == [("a", False)]
    assert at(53) == []


# Through the store


def fail(desk: Desk, url: str) -> None:
    """Record that a source could not be read for two days."""
    now = desk.cli.clock()
    state = SourceState(last_poll=now, last_success=now - 2 * DAY, error="no connection", failures=9, next_poll=now + DAY)
    with desk.home.facts() as facts:
        facts.sources.add([Source(url)], now)
        facts.polls.record([(Outcome(Source(url), now, error="no connection"), state)])


def test_a_failing_source_is_told_once_and_in_the_owners_feed(home: Path) -> None:
    """Others that follow come in one message after the pause; the owner alone reads the feed of messages."""
    desk = Desk.at(home, SOURCES + "feed = true\n")
    fail(desk, "http://one.example/feed")
    ((target, message),) = desk.tell()
    assert (target, message.headline) == ("mail:editor@desk.example", "http://one.example/feed fails")
    fail(desk, "http://two.example/feed")
    fail(desk, "http://three.example/feed")
    assert desk.tell(minutes=1) == []
    ((_, message),) = desk.tell(minutes=10)
    assert message.headline == "http://three.example/feed fails (and 1 more)"
    assert desk.tell(days=1) == []
    desk.cli.settings |= {"service.review_token": "hush"}
    key = f"Basic {b64encode(b'me:hush').decode()}"
    with served(desk.home) as site:
        answer = site.ask("/alerts.atom", authorization=key)
        assert site.ask("/alerts.atom", authorization=key, if_none_match=answer.headers["etag"]).status == 304
        assert site.ask("/alerts.atom").status == 401
    root = ET.fromstring(answer.body)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [
        "http://three.example/feed fails (and 1 more)",
        "http://one.example/feed fails",
    ]
    assert entries[0].findtext(f"{ATOM}id") == f"urn:uuid:{message.key}"


def test_a_kill_tells_a_condition_neither_twice_nor_never(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the process ends while it is noticed, nothing of that is stored; the next look makes the one message."""
    desk = Desk.at(home, SOURCES)
    fail(desk, "http://one.example/feed")
    with monkeypatch.context() as patched:
        patched.setattr("feeds.store.alerts.news.AlertNews.told", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            desk.tell()
    assert len(desk.tell(minutes=1)) == 1
    assert desk.tell(days=1) == []


def test_the_service_and_the_queue_are_told(home: Path) -> None:
    """A published file that is missing is told in the words of `doctor`, ten waiting reviews by the topic's title."""
    both = DESK.replace('topics = ["harbour"]', 'about = "service"') + DESK.replace("desk", "queue").replace(
        'topics = ["harbour"]', 'about = "review"'
    )
    desk = Desk.at(home, both)
    weak = [replace(about(n), text="Somebody says that a ferry passed the harbour. " + "Nothing more. " * 90) for n in range(12)]
    desk.publish(*(replace(one, title=f"Story {n}: what else") for n, one in enumerate(weak)))
    (home / "public" / "harbour.atom").unlink()
    with desk.home.facts() as facts, facts.transaction():
        facts.database.execute("update tag set grade = 'mention'")
    told = {message.alert: message for _, message in desk.tell(minutes=1)}
    assert told["desk"].headline.startswith("topicwire failed, files: 1 of ")
    assert told["queue"].headline == "Harbour news: 12 items wait for a review"
    assert desk.tell(minutes=30) == []


def test_doctor_finds_messages_that_do_not_arrive(home: Path) -> None:
    """A message that was given up, or that has failed for a day, is a warning with target and cause."""
    desk = Desk.at(home)
    desk.stories(1)
    desk.faults += [FetchError("no connection") for _ in range(9)]
    for hours in (0.1, 12, 13):
        desk.tell(hours=hours)
    (row,) = (row for row in desk.cli.rows("doctor", "--json") if row["area"] == "alerts")
    assert (row["state"], row["what"]) == (
        "warning",
        "1 messages of alerts have failed since yesterday: editor@desk.example (no connection)",
    )
