"""Quiet and spiking topics: weekday and hour are known, a year is calm, and the message says whether the world has changed."""

import random
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from alert_making import DESK, Desk
from alert_years import START, drawn, rate, year
from making import GAZETTE, POST, about
from support import NOON

from feeds.alerts.deviations import TopicActivity, deviation_conditions, deviation_of
from feeds.alerts.usual import HOUR, quiet, spike
from feeds.store.tagged import ListedStory, TaggedItems

DAY: Final = timedelta(days=1)
OLD, NEW = "http://old.example/feed", "http://new.example/feed"


def until(counts: dict[datetime, int], now: datetime) -> dict[datetime, int]:
    """Return what is known at a moment."""
    return {hour: count for hour, count in counts.items() if hour <= now}


def test_a_year_has_less_than_one_false_alarm_a_month() -> None:
    """Ten stories a day for a year, in noisy days: looked at every thirteen hours there are at most three alarms in all."""
    counts = year(1, 10, 365 + 56)
    hours, alarms, last = sorted(counts), 0, START
    for number in range(56 * 24, (365 + 56) * 24, 13):
        now = START + number * HOUR + timedelta(minutes=59)
        known = {hour: counts[hour] for hour in hours[bisect_left(hours, now - 66 * DAY) : bisect_right(hours, now)]}
        if spike(known, now) or quiet(known, now):
            alarms += now - last > DAY  # what lasts is one alarm
            last = now
    assert alarms <= 3


@pytest.mark.parametrize("per_day", [1, 3, 10, 40])
def test_a_spike_is_found_within_three_hours(per_day: float) -> None:
    """Five times as much as is usual, and twenty stories more, in three hours of any day and night: found by their end."""
    for seed in range(6):
        chance = random.Random(seed)
        counts, begin = year(seed, per_day, 70), START + 65 * DAY + chance.randrange(24) * HOUR
        usual = sum(rate(per_day, begin + number * HOUR) for number in range(3))
        for number in range(3):
            counts[begin + number * HOUR] = counts.get(begin + number * HOUR, 0) + drawn(chance, max(4 * usual, 25) / 3)
        end = begin + 2 * HOUR + timedelta(minutes=59)
        assert any(spike(until(counts, now), now) for now in (end - 2 * HOUR, end - HOUR, end)), (seed, begin)


def test_what_is_usual_depends_on_weekday_and_hour() -> None:
    """Eighteen stories on a Tuesday morning are a Tuesday morning; on a Sunday night they are a spike."""
    counts = year(3, 40, 70)
    tuesday, sunday = START + 64 * DAY + 11 * HOUR, START + 62 * DAY + 4 * HOUR
    assert (tuesday.weekday(), sunday.weekday()) == (1, 6)
    for now, is_spike in ((tuesday, False), (sunday, True)):
        known = {hour: count for hour, count in until(counts, now).items() if hour < now - 2 * HOUR}
        known |= {now - number * HOUR: 6 for number in range(3)}
        assert bool(spike(known, now + timedelta(minutes=59))) is is_spike


def test_a_spike_does_not_hide_the_next() -> None:
    """A day with thirty times the stories, a week ago, changes little of what is usual."""
    counts, now = year(4, 10, 70), START + 66 * DAY + 12 * HOUR
    without = spike(until(counts, now) | {now: 30}, now)
    counts |= {now - 7 * DAY + number * HOUR: 15 for number in range(-8, 12)}
    found = spike(until(counts, now) | {now: 30}, now)
    assert without is not None
    assert found is not None
    assert found.expected < 2 * without.expected


@pytest.mark.parametrize(("per_day", "days"), [(40, 1.5), (10, 3), (3, 8)])
def test_a_topic_that_falls_quiet_is_found(per_day: float, days: float) -> None:
    """The busier it was, the sooner; a night is not long enough."""
    counts, end = year(5, per_day, 70), START + 65 * DAY
    known = until(counts, end)
    assert quiet(known, end + 3 * HOUR) is None
    assert quiet(known, end + days * DAY) is not None


def test_nothing_is_usual_before_two_weeks() -> None:
    """A new topic is neither quiet nor spiking, and one without a story is not either."""
    counts = year(6, 10, 13)
    now = START + 13 * DAY
    assert (spike(counts | {now: 99}, now), quiet(counts, now + 9 * HOUR), spike({}, now), quiet({}, now)) == (None,) * 4


# Why


def activity(counts: dict[tuple[datetime, str], int], now: datetime, added: dict[str, datetime], *failing: str) -> TopicActivity:
    """Return what is known of a topic with two sources."""
    names = {OLD: "The Old Post", NEW: "The New Post"}
    return TopicActivity("harbour", "Harbour", "https://wire.example/harbour.html", now, counts, added, frozenset(failing), names)


def told(known: TopicActivity) -> tuple[str, str]:
    """Return key and reason of the one condition."""
    (condition,) = deviation_conditions(known, deviation_of(known))
    return condition.key, condition.notice.text


def test_a_spike_says_whether_the_world_or_the_sources_changed() -> None:
    """If sources that were here before suffice for it, it is the world; else the new sources are named."""
    counts, now = {(hour, OLD): count for hour, count in year(7, 10, 66).items()}, START + 66 * DAY + HOUR / 2
    added = {OLD: START, NEW: now - DAY}
    assert told(activity(counts | {(now - HOUR / 2, OLD): 30}, now, added)) == (
        "spike harbour",
        "The world: 30 of 30 come from sources that have been here for two weeks.",
    )
    key, why = told(activity(counts | {(now - HOUR / 2, NEW): 30}, now, added))
    assert key == "spike harbour"
    assert why == "The set of sources has changed: 30 of 30 come from sources added lately: The New Post."


def test_quiet_says_whether_its_sources_live() -> None:
    """If the sources that answer are quiet too, it is the world or the wording; else those that fail are named."""
    now, half = START + 70 * DAY, year(8, 10, 66)
    counts = {(hour, OLD): count for hour, count in half.items()} | {(hour, NEW): 1 for hour in list(half)[::9]}
    added = {OLD: START, NEW: START}
    key, why = told(activity(counts, now, added))
    assert (key, why.partition(",")[0]) == ("quiet harbour", "The world")
    assert told(activity(counts, now, added, OLD))[1] == "Its sources: 1 of 2 that carried it bring nothing any more: The Old Post."


def test_a_spike_is_told_with_its_stories(home: Path) -> None:
    """Through the store: the message has the figures, the reason and the stories, and comes once."""
    desk = Desk.at(home, DESK + 'about = "topics"\n')
    with desk.home.facts() as facts:
        facts.sources.add([POST, GAZETTE], NOON - 60 * DAY)
    desk.stories(*range(12))
    with desk.home.facts() as facts:
        past = [NOON - 30 * DAY + number * 12 * HOUR for number in range(59)]
        stamps = [f"{moment:%Y-%m-%dT%H:%M:%SZ}" for moment in past]
        listed = [ListedStory("harbour", -n - 1, f"{n}", stamp, stamp, "en", GAZETTE.url) for n, stamp in enumerate(stamps)]
        with facts.transaction():
            TaggedItems(facts).relist([], listed)
    ((_, message),) = desk.tell()
    assert message.headline == "Harbour news: 12 stories in 3 hours, where 0.2 are usual"
    assert message.notices[0].text == "The world: 12 of 12 come from sources that have been here for two weeks."
    assert len(message.stories) == 12
    assert desk.tell(hours=2) == []


def test_hours_leave_old_news_out(home: Path) -> None:
    """A story that is dated two days before it was first seen counts for no hour."""
    desk = Desk.at(home)
    fresh = about(1)
    old = about(2)
    desk.publish(fresh)
    desk.cli.clock.forward(days=3)
    desk.publish(old)
    with desk.home.facts() as facts:
        assert TaggedItems(facts).hours("harbour", NOON - DAY) == {(datetime(2026, 3, 2, 11, tzinfo=UTC), POST.url): 1}
