from datetime import timedelta
from itertools import chain, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from feeds.publication.archive import TOMBSTONE_AGE, SubscribedEntry, SubscriptionLimits, next_change, split

YEARS = timedelta(days=10_000)
PLACES = st.lists(st.integers(0, 400), max_size=60).map(
    lambda days: [SubscribedEntry(row, NOON - timedelta(days=age)) for row, age in enumerate(days, 1)]
)


def places(*ages: int) -> list[SubscribedEntry]:
    """Return entries that entered so many days ago, newest first."""
    return [SubscribedEntry(row, NOON - timedelta(days=age)) for row, age in enumerate(ages, 1)]


@given(PLACES, st.integers(1, 30), st.integers(1, 300))
def test_nothing_is_lost_and_nothing_said_twice(head: list[SubscribedEntry], entries: int, days: int) -> None:
    """What does not stay is sealed: every entry once, in the order of the feed, no page longer than a full head."""
    stay, pages = split(head, SubscriptionLimits(entries, timedelta(days=days)), NOON)
    assert sorted(chain(stay, *pages)) == sorted(place.row for place in head)
    assert len(stay) <= entries
    assert all(0 < len(page) <= entries for page in pages)
    assert all(list(rows) == sorted(rows) for rows in (stay, *pages))


@given(PLACES, st.integers(1, 30), st.integers(1, 300))
def test_who_entered_first_leaves_first(head: list[SubscribedEntry], entries: int, days: int) -> None:
    """No entry is sealed while one that entered the head before it stays; earlier pages are older."""
    entered = {place.row: place.entered for place in head}
    stay, pages = split(head, SubscriptionLimits(entries, timedelta(days=days)), NOON)
    groups = [[entered[row] for row in rows] for rows in (*pages, stay) if rows]
    assert all(max(older) <= min(newer) for older, newer in pairwise(groups))


@given(PLACES, st.integers(1, 30), st.integers(1, 300))
def test_once_is_enough(head: list[SubscribedEntry], entries: int, days: int) -> None:
    """What stays is within the bounds: at the same moment nothing more is sealed."""
    bounds = SubscriptionLimits(entries, timedelta(days=days))
    stay, _ = split(head, bounds, NOON)
    assert split([place for place in head if place.row in stay], bounds, NOON) == (stay, ())


@pytest.mark.parametrize(
    ("count", "entries", "sealed"),
    [(4, 4, []), (5, 4, [1]), (100, 100, []), (101, 100, [25]), (130, 100, [30]), (350, 100, [100, 100, 50])],
)
def test_pages_are_few_and_never_tiny(count: int, entries: int, sealed: list[int]) -> None:
    """Over the bound at least a quarter of a full head is sealed at once, and no more than is over if that is more."""
    _, pages = split(places(*range(count)), SubscriptionLimits(entries, YEARS), NOON)
    assert [len(page) for page in pages] == sealed


def test_age_waits_until_there_is_a_page_of_it() -> None:
    """One entry of age stays; a quarter of a full head of such goes together."""
    bounds = SubscriptionLimits(8, timedelta(days=30))
    assert split(places(1, 2, 40), bounds, NOON) == ((1, 2, 3), ())
    assert split(places(1, 2, 40, 41), bounds, NOON) == ((1, 2), ((3, 4),))


def test_the_next_change_is_known() -> None:
    """Time alone changes a feed when a page has come of age, or when a word of leaving has been said long enough."""
    bounds = SubscriptionLimits(8, timedelta(days=30))
    assert next_change([NOON], [], bounds) is None
    assert next_change([NOON, NOON + timedelta(days=1)], [], bounds) == NOON + timedelta(days=31)
    assert next_change([NOON, NOON], [NOON - timedelta(days=5)], bounds) == NOON - timedelta(days=5) + TOMBSTONE_AGE
