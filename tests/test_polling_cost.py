import heapq
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON
from test_planner import good, known, publishing_rate

from ingest.planner.hours_of_week import DAY, HOUR
from ingest.planner.next_poll import next_state
from ingest.planner.polling_cost import PollingCost, adjust_cost, is_stale, with_requests
from ingest.planner.publishing_rate import entries_per_second
from ingest.poll_state import PollingRule, SourceState

RATES: Final = st.lists(st.floats(0.05, 300), min_size=1, max_size=30)


@given(RATES, st.floats(3, 80))
def test_the_polling_cost_meets_the_budget(rates: list[float], per_day: float) -> None:
    """By the model the sources together ask as often as the rule allows, as far as shortest and longest interval let them."""
    publishing_rates = [publishing_rate(r) for r in rates]
    cost = adjust_cost(PollingCost(PollingRule(per_day, None, DAY)), publishing_rates, NOON).value
    asked = sum(DAY / min(max((2 * cost / entries_per_second(r, NOON)) ** 0.5, 900), DAY) for r in publishing_rates)
    assert asked == pytest.approx(per_day * len(rates), rel=0.02)


@given(RATES, st.floats(20, 200))
def test_the_polling_cost_meets_a_delay(rates: list[float], minutes: float) -> None:
    """By the model an entry waits as long as was asked for, on average over entries."""
    publishing_rates = [publishing_rate(r) for r in rates]
    cost = adjust_cost(PollingCost(PollingRule(None, minutes * 60, DAY)), publishing_rates, NOON).value
    each = [
        (entries_per_second(r, NOON), min(max((2 * cost / entries_per_second(r, NOON)) ** 0.5, 900), DAY)) for r in publishing_rates
    ]
    assert sum(r * t / 2 for r, t in each) / sum(r for r, _ in each) == pytest.approx(minutes * 60, rel=0.02)


def test_the_polling_cost_is_set_once_an_hour() -> None:
    """And when it never was, or when the clock was put back."""
    cost = adjust_cost(PollingCost(), [publishing_rate()], NOON)
    assert is_stale(PollingCost(), NOON)
    assert not is_stale(cost, NOON + timedelta(minutes=59))
    assert is_stale(cost, NOON + timedelta(hours=1))
    assert is_stale(cost, NOON - timedelta(minutes=1))


def test_overspending_makes_it_dearer_slowly() -> None:
    """Twice the budget for hours raises the cost a little each hour; spending nothing lowers it, each within bounds."""
    for spend, dearer in ((2.0, True), (0.0, False)):
        cost, now, trims = adjust_cost(PollingCost(PollingRule(240.0)), [publishing_rate()], NOON), NOON, [1.0]
        for _ in range(120):
            cost = with_requests(cost, round(10 * spend))
            now += timedelta(hours=1)
            cost = adjust_cost(cost, [publishing_rate()], now)
            trims.append(cost.trim)
        assert trims == sorted(trims, reverse=not dearer)
        assert trims[1] == pytest.approx(1, abs=0.06)
        assert trims[-1] == (4.0 if dearer else 0.25)


def test_a_first_pass_has_the_cost_for_sources_of_the_usual_size() -> None:
    """Before anything is known a source of usual size is asked about as often as the rule says: no rush in the first hour."""
    cost = adjust_cost(PollingCost(PollingRule(12.0)), [None] * 10, NOON)
    after = next_state(known(5.5), good(), cost, 0.5).next_poll
    assert after
    assert (after - NOON).total_seconds() == pytest.approx(2 * HOUR, rel=0.05)


def test_a_delay_has_the_cost_of_the_model() -> None:
    """Where a delay is asked for the number of requests follows, and is not held against it."""
    cost = with_requests(adjust_cost(PollingCost(PollingRule(None, 1_800.0)), [publishing_rate()], NOON), 1_000)
    assert adjust_cost(cost, [publishing_rate()], NOON + timedelta(hours=1)).trim == 1


def test_time_asleep_is_not_made_up_for() -> None:
    """A month without a pass allows two hours' worth of requests, not a month's."""
    cost = adjust_cost(PollingCost(PollingRule(12.0)), [publishing_rate()] * 10, NOON)
    after = adjust_cost(cost, [publishing_rate()] * 10, NOON + timedelta(days=30))
    assert after.owed == pytest.approx(10, rel=0.1)
    assert after.trim == pytest.approx(1, abs=0.1)


def polls_of_a_day(states: list[SourceState], cost: PollingCost, start: datetime, days: float) -> tuple[list[float], PollingCost]:
    """Poll sources that post nothing new by the service's code for some days; give when, in seconds, and the last cost."""
    queue = [(start.timestamp() + number, number) for number in range(len(states))]
    heapq.heapify(queue)
    asked: list[float] = []
    while queue[0][0] < start.timestamp() + days * DAY:
        moment, number = heapq.heappop(queue)
        now = datetime.fromtimestamp(moment, start.tzinfo)
        if is_stale(cost, now):
            cost = adjust_cost(cost, [state.publishing_rate for state in states], now)
        states[number] = next_state(states[number], good(now), cost, (number * 0.618 + len(asked) * 0.37) % 1)
        cost = with_requests(cost, 1)
        after = states[number].next_poll
        assert after
        heapq.heappush(queue, (after.timestamp(), number))
        asked.append(moment)
    return asked, cost


def test_the_budget_is_met_after_a_day() -> None:
    """Two days of the service's own code over a hundred sources of all sizes: within a twentieth of the rule."""
    states = [known(0.1 * 1.07**number) for number in range(100)]
    asked, _ = polls_of_a_day(states, PollingCost(PollingRule(12.0)), NOON, 2)
    second = [moment for moment in asked if moment >= NOON.timestamp() + DAY]
    assert len(second) / 100 == pytest.approx(12, rel=0.05)


def test_sources_asked_together_part() -> None:
    """Ten thousand overdue sources after a restart are not overdue together again: no minute of the next hours sees a crowd."""
    state, cost = known(6.0), adjust_cost(PollingCost(PollingRule(12.0)), [publishing_rate()] * 10, NOON)
    minutes: dict[int, int] = {}
    for number in range(10_000):
        after = next_state(state, good(), cost, (number * 0.618) % 1).next_poll
        assert after
        minute = int((after - NOON).total_seconds() // 60)
        minutes[minute] = minutes.get(minute, 0) + 1
    assert max(minutes.values()) < 1_200


def test_a_rule_that_cannot_be_met_does_no_harm() -> None:
    """A thousand requests a day, or a delay of a second, end at the shortest interval; no source at all is no fault."""
    for rule in (PollingRule(1_000.0), PollingRule(None, 1.0), PollingRule(0.01)):
        cost = adjust_cost(PollingCost(rule), [], NOON)
        assert 0 < cost.value < 1e13
        after = next_state(replace(known(6.0)), good(), cost, 0.5)
        assert after.next_poll
        assert 900 <= (after.next_poll - NOON).total_seconds() <= 12 * HOUR * 1.05
