from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from support import NOON
from test_planner import known, publishing_rate

from ingest.model import Source, SourceKind, SourceSettings, SourceStatus
from ingest.planner.health import HealthState, SourceHealth, all_health, health, is_silent
from ingest.planner.hours_of_week import FLAT, HOURS, pack
from ingest.poll_state import PublishingRate, SourceState

POST: Final = Source("http://post.example/feed", title="The Post")


def state(news_days_ago: float = 0.1, per_day: float = 2.0, **changes: object) -> SourceState:
    """Make a healthy source that posted so many days ago."""
    news = NOON - timedelta(days=news_days_ago)
    well = known(per_day, at=news, news=news)
    return replace(well, not_modified=6, next_poll=NOON + timedelta(hours=1), why="rhythm", **changes)  # type: ignore[arg-type]


def of(known_state: SourceState, source: Source = POST) -> SourceHealth:
    """Return its health at noon."""
    return health(source, known_state, NOON)


def test_a_healthy_source() -> None:
    """Every figure is there, and the reason for its next poll in words."""
    one = of(state())
    assert (one.standing, one.result, one.is_polled) == (HealthState.OK, "nothing new", True)
    assert (one.polls, one.not_modified, one.share_unchanged) == (9, 6, 6 / 9)
    assert (one.next_poll, one.reason, one.why) == (NOON + timedelta(hours=1), "rhythm", "by its rhythm")
    assert one.per_day == pytest.approx(2, rel=0.05)
    assert len(one.weekly_shape) == HOURS


def test_a_source_never_asked() -> None:
    """It is new: no figure is made up."""
    one = of(SourceState())
    assert (one.standing, one.result, one.per_day, one.share_unchanged, one.news) == (
        HealthState.NEW,
        "not asked yet",
        None,
        None,
        None,
    )
    assert one.weekly_shape == FLAT


def test_a_failing_source_says_why() -> None:
    """The cause is the one that the last look had; the last good time stays."""
    one = of(state(error="no answer: name unknown; it is tried again later", failures=4))
    assert (one.standing, one.failures, one.last_good) == (HealthState.FAILING, 4, NOON)
    assert one.result.startswith("no answer")


@pytest.mark.parametrize(
    ("status", "standing"),
    [(SourceStatus.GONE, HealthState.GONE), (SourceStatus.RETIRED, HealthState.REMOVED), (SourceStatus.ONCE, HealthState.ONCE)],
)
def test_no_longer_looking_is_not_no_news(status: SourceStatus, standing: HealthState) -> None:
    """A source that is not polled says so, whatever its last look brought, and has no next poll."""
    for before in (state(), state(error="it broke", failures=1), SourceState()):
        one = of(before, replace(POST, status=status))
        assert (one.standing, one.next_poll, one.why, one.is_polled) == (standing, None, "never", False)
        assert one.result.startswith("not polled: ")
    assert "not polled" not in of(state()).result


def test_a_recent_gap_is_seen_for_a_week() -> None:
    """Then it counts, and no longer warns."""
    for days, standing in ((1, HealthState.GAPS), (8, HealthState.OK)):
        one = of(state(gaps=2, last_gap=NOON - timedelta(days=days)))
        assert (one.standing, one.gaps) == (standing, 2)


@pytest.mark.parametrize(
    ("per_day", "days", "silent"),
    [(20, 1, False), (20, 3, True), (1, 7, False), (1, 14, True), (0.1, 60, False), (0.1, 150, True)],
)
def test_silence_is_measured_by_the_sources_own_publishing_rate(per_day: float, days: float, *, silent: bool) -> None:
    """Three days are long for a newspaper, two months are not for a quarterly; two days are patience for all."""
    assert is_silent(POST, state(days, per_day), NOON) is silent
    assert of(state(days, per_day)).standing is (HealthState.SILENT if silent else HealthState.OK)


def test_a_weekend_is_no_silence() -> None:
    """A source that posts on weekdays only is not silent on Sunday night, and is on Wednesday."""
    weekdays = pack([1.4 if hour < 120 else 0.0 for hour in range(HOURS)])
    friday = NOON - timedelta(days=2, hours=18)  # 18 h; noon is a Monday's
    own: PublishingRate = publishing_rate(20.0, at=friday, news=friday, shape=weekdays)
    quiet = replace(state(), publishing_rate=own)
    assert not is_silent(POST, quiet, NOON - timedelta(hours=13))
    assert is_silent(POST, quiet, NOON + timedelta(days=2))


def test_its_owner_may_say_what_to_expect() -> None:
    """Something every so many days: then that decides, earlier or later than the publishing rate would."""
    for days, expect, silent in ((5, 3.0, True), (5, 30.0, False), (14, 30.0, False), (2.5, 1.0, True)):
        source = replace(POST, settings=SourceSettings(expect=expect))
        assert is_silent(source, state(days, 1.0), NOON) is silent


def test_nothing_is_said_of_a_source_without_news() -> None:
    """What never brought an entry has no publishing rate to be silent against."""
    assert not is_silent(POST, SourceState(), NOON)
    assert not is_silent(POST, replace(state(), publishing_rate=publishing_rate()), NOON)


def test_the_worst_comes_first() -> None:
    """Failing, gone, silent, gaps, new, well, removed, read once; good longest ago leads; documents are no sources."""
    rows = [
        (Source("http://h/", status=SourceStatus.ONCE), SourceState()),
        (Source("http://g/", status=SourceStatus.RETIRED), state()),
        (Source("http://f/", title="B"), state()),
        (Source("http://f2/", title="a"), state()),
        (Source("http://e/"), SourceState()),
        (Source("http://d/"), state(last_gap=NOON)),
        (Source("http://c/"), state(40)),
        (Source("http://b/", status=SourceStatus.GONE), state()),
        (Source("http://a2/"), state(error="x", failures=1)),
        (Source("http://a/"), state(error="x", failures=1, last_success=None)),
        (Source("seeds:", SourceKind.DOCUMENT), SourceState()),
    ]
    urls = [one.source.url for one in all_health(rows, NOON)]
    assert urls == [f"http://{name}/" for name in ("a", "a2", "b", "c", "d", "e", "f2", "f", "g", "h")]
