import re
from datetime import timedelta
from pathlib import Path

import pytest
from making import POST, Cli, about, carry, home_at, write_topic
from served_site import served
from support import NOON

from feeds.cli.home import readable_topics
from feeds.site.status import SiteStatus, status_file, status_of
from ingest.errors import Failure
from ingest.model import Source
from ingest.planner.overview import LATE, SourcesOverview
from ingest.poll_state import Outcome, SourceState
from topicwire_service import classify_and_publish

HOUR = timedelta(hours=1)
SINCE = "since 12:00 UTC on 2 March 2026"


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command in a home with one topic, three published stories and four sources that were read at noon."""
    write_topic(home)
    made, app = Cli(home), home_at(home)
    made.poll()
    with app.facts() as facts:
        carry(facts, [about(n) for n in range(3)])
    for url in (POST.url, *(f"http://source-{number}.example/" for number in range(3))):
        poll(made, url)
    with app.facts() as facts:
        classify_and_publish(app, facts, readable_topics(app)[0])
    return made


def poll(cli: Cli, url: str, error: str | None = None, at: timedelta = timedelta()) -> None:
    """Store how a poll of a source went."""
    now = NOON + at
    failure = Failure.STATUS if error else None
    state = SourceState(last_poll=now, last_success=NOON if error else now, error=error, failure=failure, next_poll=now + 6 * HOUR)
    with home_at(cli.home).facts() as facts:
        facts.sources.add([Source(url)], NOON)
        facts.polls.record([(Outcome(Source(url), now, error=error, failure=failure), state)])


def page(cli: Cli, name: str = "index.html") -> str:
    """Return a published page."""
    return (cli.home / "public" / name).read_text("utf-8")


def banner(cli: Cli, name: str = "index.html") -> str:
    """Return what stands in the banner of a page."""
    found = re.search(r'<p class="outage[^>]*>(.*?) <a', page(cli, name))
    return found[1] if found else ""


def published(cli: Cli) -> dict[str, bytes]:
    """Return the pages of the home by their names."""
    return {str(path.relative_to(cli.home)): path.read_bytes() for path in (cli.home / "public").rglob("*.html")}


# What is said


@pytest.mark.parametrize(
    ("overview", "words"),
    [
        (SourcesOverview(), ""),
        (SourcesOverview(133, 33, last_good=NOON), ""),
        (SourcesOverview(4, 2, last_good=NOON), ""),
        (SourcesOverview(133, 34, last_good=NOON), "More than a quarter of 133 sources cannot be read at present"),
        (SourcesOverview(133, 67, last_good=NOON), "More than half of 133 sources cannot be read at present"),
        (SourcesOverview(133, 132, last_good=NOON), "More than three quarters of 133 sources cannot be read at present"),
        (SourcesOverview(133, 133, last_good=NOON), f"133 of 133 sources could not be read {SINCE}"),
        (SourcesOverview(2, 2), "2 of 2 sources could not be read"),
        (SourcesOverview(1, 1, last_good=NOON), f"1 of 1 source could not be read {SINCE}"),
        (SourcesOverview(133, 5, offline_since=NOON), f"133 of 133 sources could not be reached {SINCE}"),
        (SourcesOverview(0, 0, offline_since=NOON), ""),
    ],
)
def test_an_outage_is_said_by_its_size(overview: SourcesOverview, words: str) -> None:
    """A few failing sources are on their own page; a number that changes with each poll is in no sentence."""
    assert (overview.outage.words if overview.outage else "") == words


@pytest.mark.parametrize(
    ("planned", "last", "stopped"),
    [(0, 0, False), (-1, -3, False), (-3, -1, False), (-3, -3, True), (9, -9, False), (None, -1, False), (None, None, True)],
)
def test_polling_has_stopped_when_a_poll_is_overdue_and_none_was_made(
    planned: int | None, last: int | None, *, stopped: bool
) -> None:
    """And none was made for two hours: a source that is seldom polled is no sign of anything."""
    moments = (None if hours is None else NOON + hours * HOUR for hours in (planned, last))
    overview = SourcesOverview(3, 0, 0, *moments)
    assert overview.is_stopped(NOON) is stopped
    if not stopped and (late := overview.late_at()):
        assert not overview.is_stopped(late - timedelta(seconds=1))
        assert overview.is_stopped(late)


def test_what_the_script_reads_changes_seldom() -> None:
    """Both times are rounded, the later one upwards: pages are never called late while somebody polls."""
    one, other = (
        status_of(SourcesOverview(3, 0, 0, NOON + timedelta(minutes=n), NOON), NOON + timedelta(minutes=n)) for n in (1, 9)
    )
    assert one == other
    assert one.late_after is not None
    assert one.late_after >= NOON + timedelta(minutes=9) + LATE
    assert status_file(one) == b"as-of: 2026-03-02T12:00:00Z\nlate-after: 2026-03-02T14:30:00Z\n"
    assert status_file(SiteStatus()) == b""


# The pages


def test_a_page_says_of_when_it_is(cli: Cli) -> None:
    """Without a script: the front page to ten minutes, the page of a topic to the day."""
    assert 'as of <time datetime="2026-03-02T12:00:00Z">' in page(cli)
    assert 'as of <time datetime="2026-03-02">' in page(cli, "harbour.html")
    assert page(cli, "sources.txt") == "as-of: 2026-03-02T12:00:00Z\nlate-after: 2026-03-02T20:30:00Z\n"
    assert 'data-status="../sources.txt"' in page(cli, "harbour/lang-en.html")


@pytest.mark.parametrize("name", ["index.html", "harbour.html", "harbour/lang-en.html"])
def test_a_page_says_that_nothing_can_be_reached(cli: Cli, name: str) -> None:
    """From the next publication on, until a source can be reached again; the words are those of `doctor`."""
    assert banner(cli, name) == ""
    with home_at(cli.home).facts() as facts:
        facts.polls.note_offline(NOON)
    cli("publish")
    told = f"4 of 4 sources could not be reached {SINCE}"
    assert banner(cli, name) == f"{told}: nothing here is complete."
    assert told in cli("doctor").stdout
    assert "outage: 4 of 4 sources" in page(cli, "sources.txt")
    with home_at(cli.home).facts() as facts:
        facts.polls.note_offline(None)
    cli("publish")
    assert banner(cli, name) == ""


def test_the_page_of_a_topic_speaks_of_its_own_sources(cli: Cli) -> None:
    """When what carried the topic cannot be read, that is said where it matters, however well the others are."""
    poll(cli, POST.url, "it is gone", HOUR)
    cli("publish")
    assert banner(cli, "harbour.html") == f"1 of 1 source of this topic could not be read {SINCE}: nothing here is complete."
    assert (banner(cli), "outage" in page(cli, "sources.txt")) == ("", False)
    for number in range(3):
        poll(cli, f"http://source-{number}.example/", "it is gone", HOUR)
    cli("publish")
    assert banner(cli, "harbour.html") == banner(cli) == f"4 of 4 sources could not be read {SINCE}: nothing here is complete."


def test_pages_are_drawn_when_an_outage_begins_and_not_at_each_poll(cli: Cli) -> None:
    """More sources that fail alike change no page of stories; the feeds never change."""
    feed = page(cli, "harbour.atom")
    poll(cli, "http://source-0.example/", "it is gone")
    cli("publish")
    before = published(cli)
    assert banner(cli) == ""
    for number in (1, 2):
        poll(cli, f"http://source-{number}.example/", "it is gone")
    cli("publish")
    assert banner(cli, "harbour.html") == (
        "More than half of 4 sources cannot be read at present: stories of theirs may be missing here."
    )
    begun = published(cli)
    changed = {name for name in begun if begun[name] != before[name]}
    topic = {name for name in begun if re.match(r"public/harbour(\.|/(lang|source)-)", name)}
    assert changed == {"public/index.html", "public/sources.html"} | topic, "no page of a story or of a month"
    poll(cli, "http://source-2.example/", "no answer", timedelta(minutes=1))
    cli("publish")
    after = published(cli)
    assert {name for name in after if after[name] != begun[name]} == {"public/sources.html"}
    assert page(cli, "harbour.atom") == feed


def test_whoever_asks_is_told_the_same(cli: Cli) -> None:
    """The pages, `doctor`, `sources status`, `/readyz` and `/metrics` agree that nobody polls, and from when on."""
    late = re.search("late-after: (.*)", page(cli, "sources.txt"))
    assert late
    assert late[1] == "2026-03-02T20:30:00Z", "the first poll is planned for 18:00"
    for hours, stopped in ((7, False), (9, True)):
        cli.clock.set(NOON + hours * HOUR)
        with served(home_at(cli.home, cli.settings, cli.clock)) as site:
            ready, metrics = site.ask("/readyz").text, site.ask("/metrics").text
        assert ('"polled":false' in ready) is stopped
        overdue = re.search(r"^topicwire_poll_overdue_seconds (\S+)$", metrics, re.MULTILINE)
        assert overdue
        assert (float(overdue[1]) > LATE.total_seconds()) is stopped
        assert ("nothing was polled since" in cli("doctor").stdout) is stopped
        assert ("nothing was asked for" in cli("sources", "status").stdout) is stopped
