from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest.model import Hints, Item, Keys, ParsedFeed
from ingest.planner.hours_of_week import DAY, FLAT, HOUR, HOURS, covered, expected, hour_of, pack, pooled_shape, shaped, unpack
from ingest.planner.publishing_rate import (
    counts,
    entries_per_second,
    observe_document,
    recent_entries_per_second,
    with_weekly_shape,
)
from ingest.poll_state import PublishingRate

LATER: Final = NOON + timedelta(hours=4)


def document(*hours_ago: float | None, url: bool = True, guid: bool = True, first: int = 0) -> ParsedFeed:
    """Make a document with entries posted so many hours before noon, or without a date."""

    def entry(number: int, hours: float | None) -> tuple[Item, Keys]:
        published = None if hours is None else NOON - timedelta(hours=hours)
        keys = Keys(f"f{number}", "", f"g{number}" if guid else None, f"http://x.example/{number if url else ''}", None)
        return Item(None, None, "", published=published), keys

    return ParsedFeed(tuple(entry(number, hours) for number, hours in enumerate(hours_ago, first)))


def first(*hours_ago: float | None) -> PublishingRate:
    """Return what a first document says."""
    return observe_document(None, document(*hours_ago), None, NOON).publishing_rate


def test_a_first_document_is_a_warm_start() -> None:
    """Its dates say at once how often its source posts: one entry a day for twenty days."""
    known = first(*(24.0 * day for day in range(20)))
    assert entries_per_second(known, NOON) * DAY == pytest.approx(1, rel=0.1)
    assert (known.window, known.news) == (20, NOON)


def test_a_first_document_without_dates_says_little() -> None:
    """It counts no entry; the guess for unknown sources stands, and what follows is counted."""
    known = first(None, None, None)
    assert entries_per_second(known, NOON) == pytest.approx(entries_per_second(None, NOON))
    after = observe_document(known, document(None, first=7), NOON, LATER)
    assert after.new == 1
    assert after.publishing_rate.items == pytest.approx(1, rel=0.01)


def test_old_dates_and_future_dates_are_no_news() -> None:
    """What was posted a month ago says nothing of today, only when there was news last; a date in the future is now."""
    assert first(24 * 40, 24 * 50).items == 0
    assert first(24 * 40, 24 * 50).news == NOON - timedelta(days=40)
    assert (first(None).news, first().news) == (NOON, None)
    assert observe_document(first(1), document(24 * 90, first=5), NOON, LATER).publishing_rate.news == NOON - timedelta(hours=1)
    assert first(-1_000).news == NOON


def test_a_source_that_posts_every_other_month_stays_slow() -> None:
    """An entry after long silence, in which it was watched, is one entry in that time; after a pause of ours the document tells."""
    month, year = timedelta(days=40), timedelta(days=365)
    known = first(24 * 30, 24 * 70)
    watched = observe_document(
        known, document(-24 * 40 + 1, 24 * 30, 24 * 70, first=-1), NOON + month, NOON + month
    ).publishing_rate
    assert 0.02 < entries_per_second(watched, NOON + month) * DAY < 0.12
    away = observe_document(known, document(*(-24 * 365 + 12 * n for n in range(20)), first=9), NOON, NOON + year).publishing_rate
    assert entries_per_second(away, NOON + year) * DAY == pytest.approx(2, rel=0.15)


def test_entries_count_at_their_dates_within_the_last_look() -> None:
    """A date before the last look counts as then, one without a date between the two; a backfill of old ones not at all."""
    known = first(1)
    news = observe_document(known, document(2, -1, None, 24 * 30, first=3), NOON, LATER)
    assert (news.new, news.gap) == (4, True)
    gained = [a - b for a, b in zip(unpack(news.publishing_rate.hours), unpack(known.hours), strict=True)]
    noon = hour_of(NOON)
    assert gained[noon : noon + 3] == pytest.approx([1, 1, 1], abs=0.02)
    assert news.publishing_rate.items - known.items == pytest.approx(3, abs=0.05)


def test_what_was_seen_before_is_not_new() -> None:
    """An entry is known by its guid, or by its address; an address that all entries share names none of them."""
    known = first(1, 2, 3)
    assert observe_document(known, document(1, 2, 3, guid=False), NOON, LATER).new == 0
    assert observe_document(known, document(1, 2, 3, url=False), NOON, LATER).new == 0
    same = observe_document(None, document(1, 2, url=False), None, NOON).publishing_rate
    news = observe_document(same, document(1, 2, url=False, first=1), NOON, LATER)
    assert (news.new, news.gap) == (1, False)


def test_a_feed_that_takes_turns_between_two_states_posts_nothing() -> None:
    """Two servers behind one address, each with its own list: after the first round there is neither news nor gap."""
    here, there = document(1, 2, 3), document(1, 2, 3, first=10)
    known = observe_document(observe_document(None, here, None, NOON).publishing_rate, there, NOON, LATER).publishing_rate
    for feed in (here, there, here):
        news = observe_document(known, feed, LATER, LATER)
        assert (news.new, news.gap) == (0, False)
        known = news.publishing_rate


def test_counts_fade() -> None:
    """After fourteen days an entry weighs half, after a burst of six hours likewise; the rate falls with silence."""
    known = first(*(0.1 * number for number in range(40)))
    weeks_later = observe_document(known, document(first=50), NOON, NOON + timedelta(days=14)).publishing_rate
    assert weeks_later.items == pytest.approx(known.items / 2)
    assert recent_entries_per_second(known, NOON + timedelta(hours=6)) == pytest.approx(recent_entries_per_second(known, NOON) / 2)
    assert entries_per_second(known, NOON + timedelta(days=1)) < entries_per_second(known, NOON)


@given(st.lists(st.one_of(st.none(), st.floats(-1e4, 1e4)), max_size=700), st.integers(0, 400))
def test_a_publishing_rate_is_bounded(hours: list[float | None], days: int) -> None:
    """Whatever a document holds, what is kept of it has a size, and its rate is a positive number."""
    known = observe_document(first(1), document(*hours), NOON, NOON + timedelta(days=days)).publishing_rate
    now = NOON + timedelta(days=days)
    assert (len(known.hours), len(known.shape)) == (336, 0)
    assert len(known.names) <= 8_000
    assert 0 < entries_per_second(known, now) < 1
    assert recent_entries_per_second(known, now) >= 0


def test_ttl_moves_the_first_guess() -> None:
    """A feed that says it changes hourly is first believed, one that says weekly too."""
    hourly, weekly = (
        observe_document(None, ParsedFeed((), hints=Hints(seconds)), None, NOON).publishing_rate for seconds in (HOUR, 7 * DAY)
    )
    assert entries_per_second(hourly, NOON) == pytest.approx(1 / HOUR)
    assert entries_per_second(weekly, NOON) == pytest.approx(1 / (7 * DAY))


# Shapes


def test_a_shape_is_made_when_there_is_enough_to_see() -> None:
    """Under five entries none; then one, again after three days or a seventh more entries, not before."""
    assert with_weekly_shape(first(1, 2, 3), FLAT).shape == b""
    known = with_weekly_shape(first(*range(20)), FLAT)
    assert (len(known.shape), known.shaped_at) == (336, NOON)
    soon = observe_document(known, document(-1, first=50), NOON, LATER).publishing_rate
    assert with_weekly_shape(soon, FLAT).shaped_at == NOON
    many = observe_document(known, document(-1, -2, -3, -3.5, first=50), NOON, LATER).publishing_rate
    assert with_weekly_shape(many, FLAT).shaped_at == LATER
    late = observe_document(known, document(first=50), NOON, NOON + timedelta(days=3)).publishing_rate
    assert with_weekly_shape(late, FLAT).shaped_at == NOON + timedelta(days=3)


def test_a_shape_shows_when_a_source_posts() -> None:
    """Twelve weeks of entries at nine on weekdays: nine o'clock is high, other hours low, nine on Sunday between."""
    own = [12.0 * (hour % 24 == 9 and hour < 120) for hour in range(HOURS)]
    shape = shaped(own, [12.0] * HOURS, FLAT)
    assert sum(shape) / HOURS == pytest.approx(1)
    assert shape[9] > 4 * shape[6 * 24 + 9] / 3 > 1 > shape[15]


def test_hours_never_watched_are_as_with_all_sources() -> None:
    """A document of this morning says nothing of the night: there the common shape stands."""
    pooled = tuple(0.5 if hour % 24 < 6 else 7 / 6 for hour in range(HOURS))
    known = with_weekly_shape(first(*(0.2 * number for number in range(20))), pooled)
    shape = unpack(known.shape)
    assert shape[hour_of(NOON) + 36] == pytest.approx(0.5, rel=0.1)
    assert sum(counts(known)[1]) == pytest.approx(4, abs=1)


def test_covered_hours() -> None:
    """In the last week and a half each hour was watched once, those of the last three and a half days twice."""
    times = covered(NOON, 10.5 * DAY)
    assert sum(times) == pytest.approx(10.5 * 24)
    assert (max(times), min(times)) == (2, 1)


def test_the_common_shape_is_everybodys() -> None:
    """Sources that post by day make the common night quiet; without sources it is flat."""
    own = [2.0 * (hour % 24 >= 12) for hour in range(HOURS)]
    common = pooled_shape([(own, [1.0] * HOURS)] * 9)
    assert 15 * common[3] < common[15]
    assert pooled_shape([]) == pytest.approx(FLAT)


@given(st.integers(0, 10**6), st.integers(0, 30 * 86_400))
def test_expected_time_adds_up(start: int, seconds: int) -> None:
    """Under a flat shape it is the time itself; an hour that counts double counts double."""
    begin = NOON + timedelta(seconds=start)
    assert expected(FLAT, begin, begin + timedelta(seconds=seconds)) == pytest.approx(seconds)
    double = tuple(2.0 * value for value in FLAT)
    assert expected(double, begin, begin + timedelta(seconds=seconds)) == pytest.approx(2 * seconds)


def test_packing_keeps_what_half_floats_can_hold() -> None:
    """168 numbers are 336 bytes; what is larger than any count is cut, nothing at all is zeros."""
    assert unpack(pack([1e9] + [0.5] * 167)) == (60_000.0, *[0.5] * 167)
    assert unpack(b"") == (0.0,) * HOURS
