from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from support import NOON

from ingest.http.semantics import freshness
from ingest.model import Source
from ingest.planner.validators import learn_validators, validators_to_send
from ingest.poll_state import Outcome, SourceState

SOURCE: Final = Source("http://a.example/")
KNOWN: Final = SourceState(etag='"1"', last_modified="yesterday", body_hash="aa", last_success=NOON)
DAY: Final = timedelta(days=1)


def after(before: SourceState, days: float = 0, **said: object) -> SourceState:
    """Return the state after an outcome some days later; its validators are the outcome's, as the planner leaves them."""
    outcome = Outcome(SOURCE, NOON + days * DAY, **({"http_status": 200, "etag": '"1"', "last_modified": "yesterday"} | said))  # type: ignore[arg-type]
    return learn_validators(before, replace(before, etag=outcome.etag, last_modified=outcome.last_modified), outcome)


def test_validators_are_sent_as_they_came() -> None:
    """Both, or what there is."""
    assert validators_to_send(KNOWN, NOON) == ('"1"', "yesterday")
    assert validators_to_send(SourceState(), NOON) == (None, None)


def test_eight_days_of_304_end_in_a_whole_document() -> None:
    """Some servers answer 304 for ever: then nothing is named, and a 200 begins a new count."""
    state = KNOWN
    for day in range(9):
        assert validators_to_send(state, NOON + day * DAY) == (('"1"', "yesterday") if day < 8 else (None, None))
        state = after(state, day, http_status=304, body_hash="aa")
    fresh = after(state, 8, body_hash="aa")
    assert validators_to_send(fresh, NOON + 9 * DAY) == ('"1"', "yesterday")


def test_a_failure_does_not_end_a_run_of_304s() -> None:
    """An error in between shows nothing about validators."""
    state = after(KNOWN, 0, http_status=304, body_hash="aa")
    state = after(state, 4, http_status=500, error="broken")
    assert validators_to_send(state, NOON + 8 * DAY) == (None, None)


@pytest.mark.parametrize(
    ("said", "trusted"),
    [
        ({"body_hash": "bb"}, False),
        ({"body_hash": "bb", "etag": '"2"'}, True),
        ({"body_hash": "bb", "etag": None}, True),
        ({"body_hash": "aa"}, True),
    ],
)
def test_an_etag_that_stays_while_the_body_changes_is_a_lie(said: dict[str, object], *, trusted: bool) -> None:
    """The body's own hash finds it out; a new ETag, no ETag or the same body are no lies."""
    assert (validators_to_send(after(KNOWN, 1, **said), NOON + DAY) != (None, None)) == trusted


def test_a_date_can_lie_too() -> None:
    """Without an ETag, Last-Modified is the witness."""
    dated = replace(KNOWN, etag=None)
    assert validators_to_send(after(dated, 1, body_hash="bb", etag=None), NOON + DAY) == (None, None)
    assert validators_to_send(after(dated, 1, body_hash="bb", etag=None, last_modified="today"), NOON + DAY) == (None, "today")


def test_a_lie_is_forgiven_after_a_month() -> None:
    """A server that was mended gets its conditional requests back."""
    liar = after(KNOWN, 0, body_hash="bb")
    assert validators_to_send(liar, NOON + 29 * DAY) == (None, None)
    assert validators_to_send(liar, NOON + 30 * DAY) == ('"1"', "yesterday")


@pytest.mark.parametrize(
    ("headers", "fresh"),
    [
        ({}, None),
        ({"Cache-Control": "max-age=60"}, 60),
        ({"Cache-Control": 'public, MAX-AGE="60"'}, 60),
        ({"Cache-Control": "max-age=60", "Age": "45"}, 15),
        ({"Cache-Control": "max-age=60", "Age": "90"}, 0),
        ({"Cache-Control": "max-age=60", "Age": "soon"}, 60),
        ({"Cache-Control": "s-maxage=60"}, None),
        ({"Cache-Control": "no-cache, max-age=60"}, None),
        ({"Cache-Control": "no-store"}, None),
        ({"Cache-Control": "max-age=" + "9" * 40}, 9_999_999_999),
        ({"Cache-Control": "max-age=-1"}, None),
        ({"Expires": "Mon, 02 Mar 2026 12:10:00 GMT"}, 600),
        ({"Expires": "Mon, 02 Mar 2026 12:10:00 GMT", "Date": "Mon, 02 Mar 2026 12:05:00 GMT"}, 300),
        ({"Expires": "Mon, 02 Mar 2026 11:00:00 GMT"}, 0),
        ({"Expires": "0"}, None),
        ({"Expires": "-1"}, None),
        ({"Cache-Control": "max-age=60", "Expires": "Mon, 02 Mar 2026 12:10:00 GMT"}, 60),
    ],
)
def test_freshness_is_what_the_server_says(headers: dict[str, str], fresh: float | None) -> None:
    """max-age less Age, else Expires from the server's own Date; what cannot be is nothing."""
    assert freshness(headers, NOON) == fresh
