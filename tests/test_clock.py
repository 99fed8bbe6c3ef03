"""A clock that jumps ahead or back: nothing is deleted for it, nothing published gets older, and the work goes on."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from making import Cli, about, carry, home_at, write_topic
from support import NOON, Clock, FakeWeb, rss, rss_item

from feeds.store.outbox import Outbox, PingResult
from feeds.store.published_files import FileRecord, FileRecords
from ingest.store.facts import Facts
from topicwire_service import ServiceTicks, _follow_clock

YEAR = timedelta(days=365)


@pytest.fixture
def cli(cli: Cli, web: FakeWeb) -> Cli:
    """Return a home with one topic and no list of sources."""
    write_topic(cli.home)
    cli.settings["fetch.allow"] = web.allow
    cli.poll()
    return cli


def ferry(number: int, words: str = "") -> str:
    """Return an item about a ferry."""
    return rss_item(
        f"Ferry {number} leaves the harbour{words}", f"http://h.example/{number}", guid=f"u{number}", text=f"It is {number}."
    )


def test_a_year_ahead_and_back_publishes_nothing_older(cli: Cli, web: FakeWeb) -> None:
    """Feed and entries never go back; what came meanwhile is polled at once when the clock is right, and then as usual."""
    seen: dict[str, str] = {}

    def publish(*entries: str) -> None:
        web.serve("/a", rss(*entries))
        assert cli("run", "--once").stderr.startswith("1 source polled, 0 failed")
        shown = cli.published()
        now = {"feed": shown.feed.updated} | {entry.id: entry.updated for entry in shown.entries}
        assert len(now) == len(entries) + 1
        assert {key: moment for key, moment in seen.items() if now[key] < moment} == {}
        seen.update(now)

    cli.poll(web.url("/a"))
    publish(ferry(1))
    cli.clock.set(NOON + YEAR)
    publish(ferry(2), ferry(1, " late"))
    cli.clock.set(NOON + timedelta(hours=2))
    publish(ferry(3), ferry(2), ferry(1, " late"))
    cli.clock.forward(days=1)
    publish(ferry(4), ferry(3), ferry(2, " too"), ferry(1, " later"))
    assert cli("run", "--once").stderr.startswith("0 sources polled")


@pytest.fixture
def service(cli: Cli) -> Iterator[ServiceTicks]:
    """Yield a service that deletes untagged items after thirty days."""
    cli.settings |= {"retention.untagged_days": "30"}
    made = home_at(cli.home, cli.settings, cli.clock)
    with made.facts() as facts:
        carry(facts, [about(number, "a bakery opens") for number in range(3)])
        carry(facts, [])
    cli("publish")
    cli("run", "--once")
    with made.engine() as engine:
        yield ServiceTicks(made, engine)


def items(cli: Cli) -> int:
    """Count the stored items."""
    return len(cli.rows("items", "--json"))


def test_a_jump_ahead_deletes_nothing(cli: Cli, service: ServiceTicks) -> None:
    """The service counts ages by a clock that follows slowly; the command asks for a poll first. Real time deletes all the same."""
    service.housekeeping()
    cli.clock.forward(days=365)
    for _ in range(20):
        service.housekeeping()
    assert items(cli) == 3
    done = cli("purge")
    assert (done.exit_code, "the clock says 2027-03-02, and the newest poll or item is of 2026-03-" in done.stderr) == (2, True)
    cli.clock.set(NOON + timedelta(days=20))
    service.housekeeping()
    assert items(cli) == 3
    for _ in range(20):
        cli.clock.forward(days=1)
        service.housekeeping()
    assert items(cli) == 0


def test_whoever_is_sure_of_the_clock_deletes(cli: Cli, service: ServiceTicks) -> None:
    """`--anyway` is for a home that was really left alone for a year."""
    assert not service.stopping.is_set()
    cli.clock.forward(days=365)
    assert cli("purge", "--anyway").stderr == "3 items deleted\n"


def test_a_hub_is_told_although_its_next_try_was_planned_by_a_wrong_clock(facts: Facts) -> None:
    """A retry that lies further ahead than any can be is due."""
    outbox = Outbox(facts, "https://hub.example/")
    with facts.transaction():
        FileRecords(facts).write([FileRecord("public/a.atom", "public/a", "h", 1, "2026-03-02T12:00:00Z")])
    (ping,) = outbox.due(NOON)
    outbox.record([PingResult(ping, "no answer", NOON + YEAR)])
    assert len(outbox.due(NOON)) == 1
    outbox.record([PingResult(ping, "no answer", NOON + timedelta(hours=6))])
    assert outbox.due(NOON) == []


def test_ticks_follow_a_clock_that_is_put_back() -> None:
    """They are planned by the clock: without this they would wait until the old time comes again."""
    clock = Clock(datetime.now(UTC))

    async def ticking() -> tuple[timedelta, timedelta]:
        ticks = AsyncIOScheduler(timezone="UTC")
        ticks.start(paused=True)
        job = ticks.add_job(print, "interval", seconds=30)
        planned = job.next_run_time
        following = asyncio.create_task(_follow_clock(ticks, clock, 0.01))
        await asyncio.sleep(0.03)
        kept = job.next_run_time - planned
        clock.forward(days=-365)
        await asyncio.sleep(0.1)
        following.cancel()
        ticks.shutdown()
        return kept, job.next_run_time - clock()

    kept, wait = asyncio.run(asyncio.wait_for(ticking(), 10))
    assert kept == timedelta()
    assert wait <= timedelta(seconds=30)
