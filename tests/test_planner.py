from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest.item import Outcome, Source, SourceState
from ingest.planner import is_due, next_state

SOURCE = Source("http://a.example/")
STATE = SourceState(etag='"1"', last_modified="x", body_hash="h", last_success=NOON - timedelta(days=1))


def delay(outcome: Outcome, state: SourceState = STATE, per_day: float = 12.0, chance: float = 0.5) -> float:
    """Give the seconds until the next poll."""
    moment = next_state(state, outcome, per_day, chance).next_poll
    assert moment is not None
    return (moment - outcome.at).total_seconds()


def good(wait: float | None = None) -> Outcome:
    """Make a success."""
    return Outcome(SOURCE, NOON, http_status=200, etag='W/"2"', body_hash="i", wait=wait)


def bad(wait: float | None = None) -> Outcome:
    """Make a failure."""
    return Outcome(SOURCE, NOON, error="it broke", http_status=503, wait=wait)


@pytest.mark.parametrize(
    ("per_day", "seconds"), [(12, 7_200), (24, 3_600), (96, 900), (1_000, 900), (1, 86_400), (0.01, 7 * 86_400)]
)
def test_a_success_polls_at_the_asked_rhythm(per_day: float, seconds: float) -> None:
    """So many requests a day, between every quarter of an hour and once a week (F3)."""
    assert delay(good(), per_day=per_day) == seconds


def test_a_success_is_remembered() -> None:
    """Validators, hash and moment are taken over, also where the server no longer gives them (F1, F7)."""
    after = next_state(SourceState(failures=3, error="it broke", last_modified="x"), good(), 12, 0.5)
    assert after == SourceState(
        etag='W/"2"',
        last_modified=None,
        body_hash="i",
        last_poll=NOON,
        last_success=NOON,
        http_status=200,
        next_poll=NOON + timedelta(hours=2),
    )


def test_a_failure_keeps_what_was_known() -> None:
    """The error is noted; validators and the last good time stay (S12)."""
    after = next_state(STATE, bad(), 12, 0.5)
    assert (after.etag, after.last_modified, after.body_hash, after.last_success) == ('"1"', "x", "h", STATE.last_success)
    assert (after.error, after.http_status, after.failures, after.last_poll) == ("it broke", 503, 1, NOON)


def test_failures_wait_twice_as_long_each_time() -> None:
    """The interval grows to a week, is never endless, and a success resets it (F7)."""
    state, waits = STATE, []
    for _ in range(40):
        waits.append(delay(bad(), state) / 3_600)
        state = next_state(state, bad(), 12, 0.5)
    assert waits[:7] == [4, 8, 16, 32, 64, 128, 168]
    assert set(waits[7:]) == {168}
    assert delay(good(), state) == 7_200


@pytest.mark.parametrize("outcome", [good(86_400), bad(86_400)])
def test_what_the_server_asks_for_is_a_lower_bound(outcome: Outcome) -> None:
    """Retry-After and max-age make the next poll later, never earlier (F5, F6)."""
    assert delay(outcome) == 86_400
    assert delay(good(1)) == 7_200
    assert delay(bad(0)) == 14_400


@given(st.floats(0, 1, exclude_max=True), st.integers(0, 30))
def test_chance_spreads_polls_a_little(chance: float, failures: int) -> None:
    """Never more than a twentieth earlier or later, and always in the future (F12)."""
    state = SourceState(failures=failures)
    middle = delay(bad(), state)
    assert 0.949 * middle <= delay(bad(), state, chance=chance) <= 1.051 * middle


def test_chance_parts_sources() -> None:
    """Two sources polled together are not polled together for ever."""
    assert delay(good(), chance=0) < delay(good()) < delay(good(), chance=0.99)


def test_when_a_source_is_due() -> None:
    """One never polled is due, else when its time has come."""
    assert is_due(SourceState(), NOON)
    assert is_due(SourceState(next_poll=NOON), NOON)
    assert not is_due(SourceState(next_poll=NOON + timedelta(seconds=1)), NOON)
