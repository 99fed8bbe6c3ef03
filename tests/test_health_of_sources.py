from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from lxml import html
from making import GAZETTE, POST, SEED, about, carry
from support import NOON

from feeds.pages import health, queries, render
from feeds.pages.health import Rhythm
from feeds.pages.models import SourceLine
from ingest.item import Source, SourceState, SourceStatus
from ingest.store import Facts

DAY: Final = timedelta(days=1)
WELL: Final = SourceState(last_poll=NOON, last_success=NOON, next_poll=NOON + timedelta(hours=2))
DAILY: Final = Rhythm(10, NOON - 9 * DAY, NOON)


def line(source: Source = POST, state: SourceState = WELL, rhythm: Rhythm = DAILY) -> SourceLine:
    """Give the row of one source as things stand at noon."""
    return health.page([(source, state, rhythm)], NOON).sources[0]


def test_a_source_that_brings_what_it_always_brought_is_fine() -> None:
    """Good polls and items as often as ever: nothing to say but when and how often."""
    found = line()
    assert (found.state, found.cause, found.pause) == ("fine", "", "about one in 24 hours")
    assert (found.last_good, found.next_poll) == (NOON, NOON + timedelta(hours=2))


def test_a_source_that_fails_says_why_and_how_often() -> None:
    """A failing source has its cause in words and how many times in a row it failed."""
    state = replace(WELL, failures=3, error="the server has nothing there (404)", last_success=NOON - DAY)
    found = line(state=state)
    assert (found.state, found.cause) == ("failing", "the server has nothing there (404) (3 times in a row)")
    assert found.last_good == NOON - DAY


@pytest.mark.parametrize(
    ("newest", "pause", "state"),
    [
        (NOON - 6 * DAY, timedelta(hours=1), "fine"),  # a week of silence is never strange
        (NOON - 8 * DAY, timedelta(hours=1), "silent"),
        (NOON - 8 * DAY, 3 * DAY, "fine"),  # it never hurries
        (NOON - 20 * DAY, 3 * DAY, "silent"),
    ],
)
def test_a_source_is_silent_when_that_is_unlike_it(newest: datetime, pause: timedelta, state: str) -> None:
    """Nothing new for more than a week and for six times its usual pause is silence, though every poll was good."""
    assert line(rhythm=Rhythm(11, newest - 10 * pause, newest)).state == state


def test_a_source_without_any_item_is_silent() -> None:
    """A feed that answers with nothing in it is no good source."""
    assert line(rhythm=Rhythm()).cause == "It answers, but holds no item."


def test_silence_is_said_in_its_largest_unit() -> None:
    """Years, months, days: whatever is said shortest."""
    for ago, words in ((800, "2 years"), (100, "3 months"), (40, "40 days")):
        newest = NOON - ago * DAY
        found = line(rhythm=Rhythm(5, newest - 4 * DAY, newest))
        assert found.cause == f"It answers, but has had nothing new for {words}."


def test_what_is_not_polled_is_not_judged_by_polls() -> None:
    """Documents and sources read once are fine; a new one waits; one that was taken off says so."""
    assert line(SEED, SourceState()).state == "fine"
    assert (
        line(replace(POST, status=SourceStatus.ONCE), SourceState(), Rhythm(1, NOON - 900 * DAY, NOON - 900 * DAY)).state == "fine"
    )
    assert line(POST, SourceState(), Rhythm()).state == "waiting"
    retired = line(replace(POST, status=SourceStatus.RETIRED))
    assert (retired.state, retired.next_poll) == ("retired", None)


def test_what_needs_a_look_comes_first() -> None:
    """Silent, then failing, then those that were not asked yet, then the others by name."""
    failing, silent = replace(WELL, failures=1, error="no answer"), Rhythm(3, NOON - 99 * DAY, NOON - 90 * DAY)
    found = [
        (replace(POST, title="b"), WELL, DAILY),
        (replace(POST, title="a"), WELL, DAILY),
        (replace(POST, title="c"), SourceState(), Rhythm()),
        (replace(POST, title="d"), failing, DAILY),
        (replace(POST, title="e"), WELL, silent),
    ]
    assert [one.name for one in health.page(found, NOON).sources] == list("edcab")


def test_secrets_in_addresses_are_not_shown() -> None:
    """Neither a source's address nor the cause of its failure tells a password or a key."""
    source = Source("http://me:secret@post.example/feed?token=abcdef", title="")
    state = replace(WELL, failures=1, error="http://me:secret@post.example/feed?token=abcdef did not answer")
    page = render.sources(health.page([(source, state, DAILY)], NOON)).decode()
    assert "secret" not in page
    assert "post.example" in page


def test_a_row_shows_its_state_its_strip_and_its_dates() -> None:
    """A source has its name, its state in words, the strip of its week, when it was well and when it is next asked."""
    rhythm = replace(DAILY, hours=(3, *(0,) * 167))
    page = html.fromstring(render.sources(health.page([(POST, WELL, rhythm)], NOON)))
    (row,) = page.xpath("//li[@class='source fine']")
    assert " ".join(row.xpath(".//h2")[0].text_content().split()) == "The Harbour Post fine"
    assert row.xpath(".//svg/@aria-label") == ["Hours of the week in which it publishes"]
    assert row.xpath(".//time/@datetime") == ["2026-03-02T12:00:00Z", "2026-03-02T12:00:00Z", "2026-03-02T14:00:00Z"]
    assert row.xpath(".//path[@class='h4']/@d") == ["M0 0h1v10h-1z"]


def test_the_rhythm_is_that_of_the_stored_sightings(facts: Facts) -> None:
    """Hours are counted from Monday, 00:00 UTC, by the publisher's dates; where it gives none, by when we saw the item."""
    carry(facts, [about(1), about(2), about(70)])  # Monday 11:59, 11:58, 10:50
    carry(facts, [replace(about(5), published=None)], GAZETTE, NOON + DAY)  # Tuesday 12:00
    found = queries.rhythms(facts)
    assert {hour: count for hour, count in enumerate(found[POST.url].hours) if count} == {10: 1, 11: 2}
    assert {hour: count for hour, count in enumerate(found[GAZETTE.url].hours) if count} == {36: 1}
    assert (found[POST.url].items, found[POST.url].newest) == (3, NOON - timedelta(minutes=1))
    assert queries.as_of(facts) == NOON + DAY


def test_an_empty_database_has_no_present(facts: Facts) -> None:
    """Before anything is known there is no moment as of which it is known."""
    assert queries.as_of(facts) is None
    assert queries.rhythms(facts) == {}
