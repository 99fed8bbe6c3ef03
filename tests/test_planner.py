from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import NOON

from ingest.errors import Failure
from ingest.model import Hints, Item, Keys, ParsedFeed, Source, SourceSettings
from ingest.planner.hours_of_week import DAY, FLAT, HOUR, HOURS, pack
from ingest.planner.next_poll import PollReason, next_state, walk
from ingest.planner.polling_cost import PollingCost
from ingest.poll_state import Outcome, PollingRule, PublishingRate, SourceState

SOURCE: Final = Source("http://a.example/")
PRICE: Final = PollingCost(value=1_000.0)
SHAPES: Final = st.lists(st.floats(0, 8), min_size=12, max_size=12).map(lambda values: tuple(values * 14))
DAYS: Final = st.integers(0, 7 * 86_400 - 1).map(lambda seconds: NOON + timedelta(seconds=seconds))


def publishing_rate(per_day: float = 6.0, **changes: object) -> PublishingRate:
    """Make a publishing rate of so many entries a day, long watched."""
    # (N + 0.5) / (T + 2 d) is the rate: choose N for it.
    seconds = 18 * DAY
    items = max(per_day / DAY * (seconds + 2 * DAY) - 0.5, 0.0)
    known = PublishingRate(NOON, items, seconds, 0.0, 30, pack((0.0,) * HOURS))
    return replace(known, **changes)  # type: ignore[arg-type]


def known(per_day: float = 6.0, **changes: object) -> SourceState:
    """Make the state of a source that answers as it should."""
    return SourceState(
        etag='"1"', body_hash="h", last_success=NOON, last_poll=NOON, polls=9, publishing_rate=publishing_rate(per_day, **changes)
    )


def good(at: datetime = NOON, **changes: object) -> Outcome:
    """Make a 304."""
    made = Outcome(SOURCE, at, http_status=304, etag='"1"', body_hash="h", conditional=True)
    return replace(made, **changes)  # type: ignore[arg-type]


def bad(at: datetime = NOON, wait: float | None = None, failure: Failure = Failure.SERVER, source: Source = SOURCE) -> Outcome:
    """Make a failure."""
    return Outcome(source, at, error="it broke", http_status=503, wait=wait, failure=failure)


def served(*numbers: int, at: datetime = NOON, hints: Hints | None = None) -> Outcome:
    """Make a new document that holds these entries, each posted one minute after the one before."""
    entries = tuple(
        (Item(f"{n}", None, f"{n}", published=NOON + timedelta(minutes=n)), Keys(f"{n}", f"{n}", f"{n}", None, None))
        for n in numbers
    )
    feed = ParsedFeed(entries, hints=hints or Hints())
    return Outcome(SOURCE, at, feed=feed, http_status=200, etag='"2"', body_hash=f"{numbers}", conditional=True)


def delay(outcome: Outcome, state: SourceState | None = None, cost: PollingCost = PRICE, chance: float = 0.5) -> float:
    """Return the seconds until the next poll."""
    moment = next_state(state or known(), outcome, cost, chance).next_poll
    assert moment is not None
    return (moment - outcome.at).total_seconds()


def why(outcome: Outcome, state: SourceState | None = None, cost: PollingCost = PRICE) -> str:
    """Return the reason for the next poll."""
    return next_state(state or known(), outcome, cost, 0.5).why


# What is kept


def test_a_success_is_remembered() -> None:
    """Validators, hash and moment are taken over, also where the server no longer gives them."""
    before = SourceState(failures=3, error="it broke", last_modified="x", polls=5)
    after = next_state(before, good(), PRICE, 0.5)
    assert (after.etag, after.last_modified, after.body_hash, after.last_success) == ('"1"', None, "h", NOON)
    assert (after.error, after.failures, after.polls, after.not_modified) == (None, 0, 6, 1)


def test_a_failure_keeps_what_was_known() -> None:
    """The error is noted; validators, publishing rate and the last good time stay."""
    before = known()
    after = next_state(before, bad(NOON + timedelta(hours=1)), PRICE, 0.5)
    assert (after.etag, after.body_hash, after.last_success, after.publishing_rate) == ('"1"', "h", NOON, before.publishing_rate)
    assert (after.error, after.http_status, after.failures, after.polls) == ("it broke", 503, 1, 10)


# The walk to the cost


def by_steps(cost: float, per_second: float, shape: tuple[float, ...], now: datetime, longest: float) -> float:
    """Sum up the wait minute by minute."""
    pile = waited = passed = 0.0
    start = (now.weekday() * 24 + now.hour) * 3_600 + now.minute * 60 + now.second
    while passed < longest and waited < cost:
        arriving = 60 * per_second * shape[int((start + passed) // 3_600) % HOURS]
        waited += 60 * (pile + arriving / 2)
        pile += arriving
        passed += 60
    return passed


@settings(max_examples=40)
@given(st.floats(10, 1e6), st.floats(0.1, 500), SHAPES, DAYS.map(lambda moment: moment.replace(second=0)))
def test_the_walk_is_the_integral(cost: float, per_day: float, shape: tuple[float, ...], now: datetime) -> None:
    """Solved in closed form hour by hour, it ends where summing up in small steps ends."""
    found = walk(cost, per_day / DAY, shape, now, DAY)
    assert found == pytest.approx(by_steps(cost, per_day / DAY, shape, now, DAY), abs=120)


@given(st.floats(10, 1e6), st.floats(0.1, 500))
def test_a_constant_rate_gives_the_root_rule(cost: float, per_day: float) -> None:
    """Where a source posts evenly the interval is the root of twice the cost by the rate."""
    wanted = (2 * cost * DAY / per_day) ** 0.5
    assert walk(cost, per_day / DAY, FLAT, NOON, 7 * DAY) == pytest.approx(min(wanted, 7 * DAY), rel=1e-6)


@given(st.floats(0.01, 500), st.floats(1, 50), SHAPES, DAYS)
def test_who_posts_more_is_never_asked_later(per_day: float, times: float, shape: tuple[float, ...], now: datetime) -> None:
    """The walk is monotone in rate and in cost."""
    slow = walk(1_000, per_day / DAY, shape, now, DAY)
    assert walk(1_000, per_day * times / DAY, shape, now, DAY) <= slow + 1e-6
    assert walk(1_000 * times, per_day / DAY, shape, now, DAY) >= slow - 1e-6


def test_a_quiet_night_is_slept_through() -> None:
    """A source that posts in the morning only is asked then, though noon has just been looked at."""
    mornings = tuple(24.0 * (hour % 24 == 8) for hour in range(HOURS))
    assert walk(1_000, 2 / DAY, mornings, NOON, 3 * DAY) == pytest.approx(20 * HOUR, abs=HOUR)


# Bounds


STATES: Final = st.builds(
    lambda per_day, shape, failures: replace(known(per_day, shape=pack(shape)), failures=failures),
    st.floats(0, 5_000),
    SHAPES,
    st.integers(0, 30),
)


@given(STATES, st.floats(1, 1e9), st.floats(0, 1, exclude_max=True), st.floats(0, 86_400), DAYS)
def test_no_poll_comes_too_early_or_never(state: SourceState, cost: float, chance: float, wait: float, now: datetime) -> None:
    """Whatever happens the next poll is at least a quarter of an hour and at most eight days and a half away.

    Only a server that failed and named its own wait is asked sooner, a minute later at the soonest.
    """
    for outcome, least in (
        (good(now), 900),
        (good(now, fresh=max(wait, 900.0)), min(wait // 1, 43_200)),
        (bad(now), 900),
        (bad(now, wait), max(60, wait // 1)),
    ):
        seconds = delay(outcome, state, PollingCost(value=cost), chance)
        assert least <= seconds <= 7 * DAY * 1.21


def test_a_source_that_invites_it_may_be_asked_every_five_minutes() -> None:
    """Fifteen minutes are the least, unless ttl, sy: or freshness name less; five are the least for all."""
    cheap = PollingCost(value=1.0)
    assert delay(good(), known(500), cheap, 0) == 900
    assert delay(good(fresh=60.0), known(500), cheap, 0) == 300
    assert delay(good(), known(500, hints=Hints(600.0)), cheap, 0) == 600
    assert delay(good(fresh=0.0), known(500), cheap, 0) == 900  # "do not cache" invites nobody
    assert why(good(), known(500), cheap) == PollReason.SHORTEST


def test_its_owner_may_set_the_bounds() -> None:
    """A source's own shortest and longest interval win over those for all."""
    patient = Source(SOURCE.url, settings=SourceSettings(shortest=7_200.0, longest=10_800.0))
    assert delay(good(source=patient), known(500), chance=0) == 7_200
    assert delay(good(source=patient), known(0.001), chance=0) == 10_800
    assert 10_250 < delay(good(source=patient), known(0.001), chance=0.99) < 10_300  # parted downwards
    eager = Source(SOURCE.url, settings=SourceSettings(shortest=60.0))
    assert delay(good(source=eager), known(5_000), PollingCost(value=0.1), 0) == 300


@pytest.mark.parametrize(
    "state",
    [
        replace(known(500), wasted=3),
        replace(known(500), distrusted=NOON - timedelta(days=1)),
    ],
    ids=["full answers for nothing", "a lying ETag"],
)
def test_without_working_validators_an_hour_is_the_least(state: SourceState) -> None:
    """Who cannot be asked cheaply is asked seldom."""
    assert delay(good(http_status=200), state, PollingCost(value=1.0), 0) == 3_600
    assert delay(good(http_status=200, etag=None), known(500), PollingCost(value=1.0), 0) == 3_600


def test_full_answers_for_nothing_are_counted() -> None:
    """The same bytes in full, though a validator was sent, count until a 304 comes; those asked for in full do not."""
    state = known()
    for _ in range(3):
        state = next_state(state, good(http_status=200), PRICE, 0.5)
    assert state.wasted == 3
    assert next_state(state, good(http_status=200, conditional=False), PRICE, 0.5).wasted == 3
    assert next_state(state, bad(), PRICE, 0.5).wasted == 3
    assert next_state(state, good(), PRICE, 0.5).wasted == 0


def test_bytes_that_change_for_nothing_are_counted() -> None:
    """A document with a new time stamp and no new entry is for nothing, unless its server is known to answer 304."""
    first = next_state(SourceState(), replace(served(1, 2), conditional=False), PRICE, 0.5)
    assert first.wasted == 0
    assert next_state(first, replace(served(1, 2), body_hash="other"), PRICE, 0.5).wasted == 1
    assert next_state(first, served(2, 3), PRICE, 0.5).wasted == 0
    assert next_state(replace(first, not_modified=1), replace(served(1, 2), body_hash="other"), PRICE, 0.5).wasted == 0


def test_a_silent_source_converges_to_the_longest_interval() -> None:
    """What stays silent is asked less and less, down to the longest interval and no further."""
    state, waits = known(20.0), []
    now = NOON
    for _ in range(200):
        state = next_state(state, good(now), PollingCost(PollingRule(longest=12 * HOUR), value=20_000), 0)
        assert state.next_poll
        waits.append((state.next_poll - now).total_seconds())
        now = state.next_poll
    assert waits == sorted(waits)
    assert (waits[-1], state.why) == (12 * HOUR, PollReason.LONGEST)


def test_a_short_document_is_read_before_it_rolls_over() -> None:
    """Where the cost would wait longer than half a document's entries take, the window decides."""
    dear = PollingCost(value=1e7)
    assert delay(good(), known(48, window=8), dear) == pytest.approx(2 * HOUR, rel=0.01)
    assert why(good(), known(48, window=8), dear) == PollReason.WINDOW


# Servers


def test_freshness_is_a_lower_bound() -> None:
    """What a server calls fresh is not asked for again before that is over, and never sooner for it."""
    assert (delay(good(fresh=5 * HOUR)), why(good(fresh=5 * HOUR))) == (5 * HOUR, PollReason.ASKED)
    assert delay(good(fresh=1_000.0)) == delay(good())


@pytest.mark.parametrize(("hours", "own"), [(12, None), (6, None), (12, 3.0)])
def test_freshness_is_believed_up_to_the_longest_interval(hours: float, own: float | None) -> None:
    """A year of max-age makes a source no slower than the slowest that its owner allows."""
    settings_ = SourceSettings(longest=own * HOUR if own else None)
    outcome = good(fresh=365 * DAY, source=Source(SOURCE.url, settings=settings_))
    longest = own or hours
    assert delay(outcome, cost=PollingCost(PollingRule(longest=hours * HOUR), value=1_000.0)) == pytest.approx(
        longest * HOUR, rel=0.05
    )


def test_chance_spreads_polls() -> None:
    """A twentieth earlier or later, a fifth after failures: what failed together does not come back together."""
    for chance in (0.0, 0.25, 0.75, 0.999):
        assert 0.949 * delay(good()) <= delay(good(), chance=chance) <= 1.051 * delay(good())
        assert 0.799 * delay(bad()) <= delay(bad(), chance=chance) <= 1.201 * delay(bad())
    assert delay(bad(), chance=0) < 0.81 * delay(bad())


# Failures


def waits(state: SourceState, count: int, failure: Failure = Failure.SERVER, asked: float | None = None) -> list[float]:
    """Return the seconds after each of so many failures in a row, none of them moved by chance."""
    found = []
    for _ in range(count):
        found.append(delay(bad(wait=asked, failure=failure), state))
        state = next_state(state, bad(wait=asked, failure=failure), PRICE, 0.5)
    return found


@pytest.mark.parametrize(
    "failure",
    [Failure.NAME, Failure.CONNECTION, Failure.SILENCE, Failure.SECURITY, Failure.SERVER, Failure.STATUS, Failure.DOCUMENT],
)
def test_a_source_that_was_never_read_is_tried_again_soon(failure: Failure) -> None:
    """After 1, 5, 15 and 60 minutes, then twice as long each time, up to a week: most failures are over in minutes."""
    found = waits(SourceState(), 30, failure)
    assert found[:7] == [60, 300, 900, 3_600, 7_200, 14_400, 28_800]
    assert set(found[-15:]) == {7 * DAY}


@pytest.mark.parametrize("per_day", [0.01, 1.0, 8.0, 200.0])
def test_a_healthy_source_is_tried_again_within_the_hour(per_day: float) -> None:
    """However seldom it is asked else; then later each time, past its own interval, up to a week; a success resets it."""
    state = known(per_day)
    base = delay(good(), state)
    found = waits(state, 40)
    assert found[0] <= 3_000 * 0.8
    assert all(after >= before for before, after in pairwise(found))
    assert found[1] == 2 * found[0]
    assert found[-1] == 7 * DAY > base
    failed = next_state(state, bad(), PRICE, 0.5)
    assert failed.why == PollReason.FAILED
    assert delay(good(), failed) == base


def test_one_hiccup_costs_two_minutes_when_the_server_says_two_minutes() -> None:
    """Retry-After is the plan, however long the source's own interval is."""
    for state in (SourceState(), known(8.0), known(0.01)):
        after = next_state(state, bad(wait=120.0), PRICE, 0.5)
        assert (delay(bad(wait=120.0), state), after.why) == (120, PollReason.ASKED)


@pytest.mark.parametrize(("asked", "least"), [(0.0, 60), (7.0, 60), (90.0, 90), (86_400.0, 86_400)])
def test_what_a_failing_server_asks_for_is_kept(asked: float, least: float) -> None:
    """To the second; nobody is asked again within the minute."""
    assert delay(bad(wait=asked)) == least


def test_a_server_that_names_one_wait_for_ever_is_believed_three_times() -> None:
    """Then its word is a lower bound, and the wait grows as after any failure."""
    assert waits(known(), 6, asked=120.0) == [120, 120, 120, 1_800, 3_600, 7_200]
    assert waits(SourceState(), 7, asked=120.0) == [120, 120, 120, 120, 300, 900, 3_600]
    assert waits(known(), 5, asked=10_000.0) == [10_000] * 5


@pytest.mark.parametrize("failure", [Failure.BUSY, Failure.REFUSED, Failure.SIZE])
def test_who_is_told_to_hold_back_holds_back(failure: Failure) -> None:
    """After 429, 401, 403 or a document without end nobody knocks again within the quarter of an hour."""
    assert waits(SourceState(), 3, failure) == [900, 3_600, 7_200]
    assert waits(known(), 3, failure) == [3_600, 7_200, 14_400]


def test_its_owners_shortest_interval_holds_for_failures_too() -> None:
    """Who asks for two hours between two polls gets them."""
    patient = Source(SOURCE.url, settings=SourceSettings(shortest=7_200.0))
    for state in (SourceState(), known()):
        assert delay(bad(source=patient), state) == delay(bad(source=patient, wait=60.0), state) == 7_200


@given(
    st.sets(st.integers(0, 23), max_size=23).map(tuple), st.sets(st.integers(0, 6), max_size=6).map(tuple), st.floats(1, 500), DAYS
)
def test_hours_and_days_to_skip_are_skipped(hours: tuple[int, ...], days: tuple[int, ...], per_day: float, now: datetime) -> None:
    """No poll lies in skipHours or skipDays, and none comes earlier for them."""
    state = known(per_day, hints=Hints(None, hours, days))
    moment = next_state(state, good(now), PRICE, 0.5).next_poll
    assert moment
    assert moment.hour not in hours
    assert moment.weekday() not in days
    assert (moment - now).total_seconds() >= delay(good(now), known(per_day))


def test_a_feed_that_leaves_no_hour_free_is_not_believed() -> None:
    """All hours, or all days, cannot be meant."""
    assert delay(good(), known(hints=Hints(None, tuple(range(24))))) == delay(good())
    assert delay(good(), known(hints=Hints(None, (), tuple(range(7))))) == delay(good())


def test_ttl_is_a_first_guess_and_no_bound() -> None:
    """What a feed says of its interval counts while nothing else is known, and fades as it is watched."""
    young = {"items": 0.0, "seconds": 0.0}
    hourly, weekly = Hints(HOUR), Hints(7 * DAY)
    assert delay(good(), known(hints=hourly, **young)) < delay(good(), known(**young)) < delay(good(), known(hints=weekly, **young))
    assert delay(good(), known(hints=hourly)) == pytest.approx(delay(good(), known(hints=weekly)), rel=0.15)


def test_a_source_whose_hub_tells_is_asked_to_be_sure_only() -> None:
    """With pings the cost is fifty times as high, and never waits longer than a day."""
    after = next_state(known(), good(), PRICE, 0.5, websub_active=True)
    assert after.next_poll
    assert after.why == PollReason.WEBSUB
    assert 6 * delay(good()) < (after.next_poll - NOON).total_seconds() <= DAY * 1.05


# Gaps


def test_documents_that_share_no_entry_are_a_gap() -> None:
    """Something may have been missed between them: counted, dated, and asked sooner until documents overlap again."""
    first = next_state(SourceState(), served(1, 2, 3), PRICE, 0.5)
    later = NOON + timedelta(hours=2)
    overlap = next_state(first, served(3, 4, 5, at=later), PRICE, 0.5)
    gap = next_state(first, served(4, 5, 6, at=later), PRICE, 0.5)
    assert (first.gaps, overlap.gaps, gap.gaps, gap.last_gap) == (0, 0, 1, later)
    dear = PollingCost(value=1e9)
    assert gap.publishing_rate
    assert gap.publishing_rate.tight == HOUR
    assert delay(good(later), gap, dear) <= HOUR < delay(good(later), overlap, dear)
    healed = next_state(gap, served(6, 7, 8, at=later), PRICE, 0.5)
    assert healed.publishing_rate
    assert (healed.gaps, healed.publishing_rate.tight) == (1, 1.25 * HOUR)


def test_a_document_of_nothing_is_no_gap() -> None:
    """An empty document shares no entry with any other, and says nothing; what came before it is still known."""
    first = next_state(SourceState(), served(1, 2, 3), PRICE, 0.5)
    empty = next_state(first, served(), PRICE, 0.5)
    again = next_state(empty, served(3, 4, 5), PRICE, 0.5)
    assert (empty.gaps, again.gaps) == (0, 0)


# Clocks


@given(st.integers(-400 * 86_400, 400 * 86_400))
def test_a_wrong_clock_does_no_harm(jump: int) -> None:
    """Whether the clock leaps years ahead or back, the next poll is a sane time away and counts stay finite."""
    now = NOON + timedelta(seconds=jump)
    state = next_state(known(6), good(now), PRICE, 0.5)
    state = next_state(state, served(1, 2, at=now), PRICE, 0.5)
    back = next_state(state, good(NOON + timedelta(minutes=1)), PRICE, 0.5)
    assert state.next_poll
    assert back.next_poll
    assert 900 <= (state.next_poll - now).total_seconds() <= DAY
    assert 900 <= (back.next_poll - NOON).total_seconds() <= DAY
