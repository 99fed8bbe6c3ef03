"""When alerts are due: gathering, pauses, digests in local time over changes of the clock, quiet hours, tries."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds.alerts.schedule import due_at, is_due, is_quiet, retry_at
from ingest.alert_settings import Alert

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    """Return a moment of UTC."""
    return datetime.fromisoformat(f"{text}Z")


def test_news_is_gathered_and_messages_are_apart() -> None:
    """The first news waits a minute, after a message ten; a pass that is over waits for nothing but the pause."""
    alert = Alert(name="desk")
    assert due_at(alert, NOON, None) == NOON + MINUTE
    assert due_at(alert, NOON, NOON - 3 * MINUTE) == NOON + 7 * MINUTE
    assert due_at(alert, NOON, None, at_once=True) == NOON
    assert due_at(alert, NOON, NOON - 3 * MINUTE, at_once=True) == NOON + 7 * MINUTE
    assert not is_due(alert, NOON, None, NOON + MINUTE / 2)
    assert is_due(alert, NOON, None, NOON + MINUTE)


@pytest.mark.parametrize(
    ("first", "due"),
    [
        ("2026-03-02T06:00", "2026-03-02T06:30"),  # 7:30 in Berlin, in winter
        ("2026-03-02T06:30", "2026-03-02T06:30"),
        ("2026-03-02T06:31", "2026-03-02T16:00"),
        ("2026-03-06T17:00", "2026-03-09T06:30"),  # Friday evening: Monday
        ("2026-03-28T00:00", "2026-03-30T05:30"),  # in summer
        ("2026-10-24T00:00", "2026-10-26T06:30"),
    ],
)
def test_a_digest_keeps_the_local_time(first: str, due: str) -> None:
    """It has its wall-clock time in summer and winter, on its days alone."""
    alert = Alert(name="desk", at=("07:30", "17:00"), days=("mon", "tue", "wed", "thu", "fri"), zone="Europe/Berlin")
    assert due_at(alert, utc(first), None) == utc(due)


def test_a_time_that_is_left_out_or_comes_twice_is_one_digest() -> None:
    """In spring 2:30 does not exist and is an hour later; in autumn it comes twice and counts once, as everywhere in a year."""
    alert = Alert(name="night", at=("02:30",), zone="Europe/Berlin")
    assert due_at(alert, utc("2026-03-29T00:00"), None) == utc("2026-03-29T01:30")
    assert due_at(alert, utc("2026-10-25T00:00"), None) == utc("2026-10-25T00:30")
    assert due_at(alert, utc("2026-10-25T00:31"), None) == utc("2026-10-26T01:30")
    moment, days = utc("2026-01-01T00:00"), set()
    while moment < utc("2027-01-01T00:00"):
        moment = due_at(alert, moment, None) + timedelta(seconds=1)
        days.add(moment.date())
    assert len(days) == 366


def test_quiet_hours_go_past_midnight_in_local_time() -> None:
    """From ten to seven nothing is due, in the clock of the place; at their end it is."""
    alert = Alert(name="desk", quiet_hours="22:00-07:00", zone="Europe/Berlin")
    quiet = [hour for hour in range(24) if is_quiet(alert, datetime(2026, 7, 1, hour, tzinfo=UTC))]
    assert quiet == [0, 1, 2, 3, 4, 20, 21, 22, 23]
    late = utc("2026-07-01T20:30")
    assert not is_due(alert, late, None, utc("2026-07-02T04:59"))
    assert is_due(alert, late, None, utc("2026-07-02T05:00"))
    assert not is_quiet(Alert(name="desk"), late)


def test_tries_are_further_and_further_apart_and_end() -> None:
    """One minute, two, four, at most six hours, later where the server asks; three days after the message they end."""
    waits, now, tries = [], NOON, 0
    while (later := retry_at(now, tries := tries + 1, NOON)) is not None:
        waits.append((later - now) / MINUTE)
        now = later
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360]
    assert now - NOON <= timedelta(days=3) < now - NOON + timedelta(hours=6)
    assert retry_at(NOON, 1, NOON, wait=1_800) == NOON + 30 * MINUTE
