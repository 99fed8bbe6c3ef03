import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as some

from feeds.site import charts, facets
from feeds.site.models import ItemLine

COUNTS: Final = some.lists(some.integers(0, 10_000), max_size=200)
HOURS: Final = some.lists(some.integers(0, 50), min_size=168, max_size=168)


def paths(svg: str) -> list[str]:
    """Return the drawn paths of a picture that must be well-formed."""
    return [path.get("d", "") for path in ET.fromstring(svg).iter("path")]


def line(day: date, uid: str = "a") -> ItemLine:
    """Return a line of an archive."""
    return ItemLine(uid, "Ferry", "en", "The Harbour Post", day)


@given(COUNTS)
def test_a_column_for_each_day_that_has_something(counts: list[int]) -> None:
    """Every value above nothing is one column, the highest is as high as the picture, no other is higher."""
    _, columns = paths(charts.columns(counts, "columns", "Stories a day"))
    heights = [int(height) for height in re.findall(r"v-(\d+)h", columns)]
    assert len(heights) == sum(count > 0 for count in counts)
    assert max(heights, default=40) == 40
    assert all(height > 0 for height in heights)


@given(HOURS)
def test_a_strip_shows_every_hour_that_has_something(hours: list[int]) -> None:
    """The rectangles of all shades together cover just the hours in which something came."""
    shades = paths(charts.heat(hours, "Hours"))[:-1]
    covered = [
        int(start) + n for shade in shades for start, width in re.findall(r"M(\d+) 0h(\d+)v", shade) for n in range(int(width))
    ]
    assert sorted(covered) == [hour for hour, count in enumerate(hours) if count]


@given(some.integers(0, 100), some.integers(1, 100))
def test_a_shade_is_darkest_for_the_most(value: int, most: int) -> None:
    """Nothing has no shade, the most has the darkest, one in a hundred still has the lightest."""
    level = charts.level_of(min(value, most), most)
    assert 0 <= level <= charts.LEVELS
    assert (level == 0) == (value == 0)
    assert charts.level_of(most, most) == charts.LEVELS


@pytest.mark.parametrize(("value", "most", "width"), [(0, 0, 0), (0, 5, 0), (5, 5, 100), (1, 1000, 1), (1, 4, 25)])
def test_a_bar_is_as_long_as_its_share(value: int, most: int, width: int) -> None:
    """A bar is a share of the longest; the smallest share can still be seen."""
    assert paths(charts.bar(value, most)) == [f"M0 0h{width}v8H0z"]


def test_a_picture_says_what_it_shows_or_that_it_is_decoration() -> None:
    """A picture has a name for those who do not see it, or is hidden from them."""
    assert 'role="img" aria-label="Stories &amp; &#34;days&#34;"' in charts.columns([1], "columns", 'Stories & "days"')
    assert 'aria-hidden="true"' in charts.bar(1, 2)
    assert "style=" not in charts.columns([1, 2], "columns", "Stories")


def test_pictures_are_the_same_every_time() -> None:
    """The same numbers are the same bytes."""
    assert charts.heat([0, 1] * 84, "Hours") == charts.heat([0, 1] * 84, "Hours")
    assert len(charts.heat([0, 1] * 84, "Hours")) < 2_500


def test_days_are_counted_back_from_the_last() -> None:
    """A chart ends with the last day; what is older than it, or lies ahead, is not in it."""
    last = date(2026, 3, 2)
    days = [last, last, last - timedelta(days=2), last - timedelta(days=9), last + timedelta(days=1)]
    assert facets.daily(Counter(days), last, 4) == (0, 1, 0, 2)


def test_the_days_of_a_chart_lead_to_their_stories() -> None:
    """A day with stories leads to its place in its month; one without leads nowhere."""
    first, second = facets.chart("harbour", (0, 3), date(2026, 3, 1))
    assert (first.date, first.href) == (date(2026, 2, 28), "")
    assert (second.count, second.href) == (3, "harbour/2026-03.html#d1")


@given(some.lists(some.dates(date(2020, 1, 1), date(2026, 12, 31)), max_size=60))
def test_every_line_is_in_the_calendar_of_its_month_once(days: Iterable[date]) -> None:
    """Months, newest first, count every day; each calendar counts its own, Monday to Sunday."""
    counts = Counter(days)
    months = facets.months("harbour", counts)
    assert [month.first for month in months] == sorted({day.replace(day=1) for day in counts}, reverse=True)
    for month in months:
        shown = [day for week in month.weeks for day in week if day]
        assert {day.date: day.count for day in shown if day.count} == {
            day: count for day, count in counts.items() if day.replace(day=1) == month.first
        }
        assert sum(day.count for day in shown) == month.count
        assert all(len(week) == 7 for week in month.weeks)
        assert shown[0].date == month.first


@given(some.lists(some.dates(date(2020, 1, 1), date(2026, 12, 31)), max_size=60))
def test_every_line_of_a_month_is_below_its_day(days: Iterable[date]) -> None:
    """Lines are listed by day, the newest day first, each line once."""
    found = facets.by_day([line(day, str(n)) for n, day in enumerate(days)])
    assert [day for day, _ in found] == sorted(set(days), reverse=True)
    assert sorted(one.uid for _, lines in found for one in lines) == sorted(str(n) for n in range(len(list(days))))


def test_a_calendar_begins_with_monday() -> None:
    """March 2026 begins on a Sunday: six empty places, then the first."""
    weeks = facets.months("harbour", {date(2026, 3, 1): 1})[0].weeks
    assert weeks[0][:6] == (None,) * 6
    assert weeks[0][6] is not None
    assert weeks[0][6].count == 1
