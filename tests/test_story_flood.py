"""Floods: many items of one form cost little each, bring few likenesses, and hide no copy."""

import itertools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import pytest
from making import GAZETTE, carry, item
from story_making import grouped
from support import NOON

from feeds.model import Comparison, Edge, PairConstraints
from feeds.store import stories
from feeds.store.stories import Sketch, StoryTables
from feeds.stories import grouping_pass
from feeds.stories.clustering import cluster, reachable
from feeds.stories.features import DocumentFeatures
from feeds.stories.grouping_pass import GroupingPass, all_grouped, group_new
from feeds.stories.pair import WINDOW, related
from ingest.model import Item, Source
from ingest.store.facts import Facts

AGENCY = Source("http://weather.example/feed", title="Weather Office")
SYLLABLES = "bor dal fen gar hul kin lom mar nor pel rud sten tor vel wex yar zub qui jad cor".split()
TOWNS = ["".join(SYLLABLES[at % 20] for at in (n, 7 * n + n // 20 + 3, 3 * n + 11)).capitalize() for n in range(60)]


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dozen items of one form be a flood."""
    monkeypatch.setattr(stories, "_COMMON", 12)
    monkeypatch.setattr(stories, "_LIKELY", 12)


def warning(number: int, added: str = "", **changes: object) -> Item:
    """Return the warning for one town: each is an event of its own, and all have one form."""
    town = TOWNS[number]
    text = (
        f"The weather service has issued a flood warning for {town}. Heavy rain is expected from the west until the evening and "
        f"the river near {town} may rise quickly. Residents are asked to stay away from the water. {added}"
    )
    said = {"guid": f"w{number}", "url": f"http://weather.example/{number}", "title": f"Flood warning issued for {town}"}
    return item(**said | {"text": text, "summary": "", "published": NOON + timedelta(minutes=number)} | changes)


def copy(number: int) -> Item:
    """Return the warning as a paper carries it an hour later, with a sentence of its own."""
    where = {"guid": f"c{number}", "url": f"http://gazette.example/{number}", "published": NOON + timedelta(minutes=60 + number)}
    return warning(number, "Our reporter is on the way.", **where)


def edges(facts: Facts, last: int = 0) -> int:
    """Return how many likenesses are stored, of items from a number on."""
    return int(facts.database.execute("select count(*) from story_edge where b >= ?", [last]).fetchone()[0])


@pytest.fixture
def flood(facts: Facts) -> Facts:
    """Store thirty warnings of one form, grouped."""
    carry(facts, map(warning, range(30)), AGENCY)
    group_new(facts, NOON)
    return facts


def test_an_item_of_a_flood_brings_five_related_items(flood: Facts) -> None:
    """However many items of its form there are, an item brings the five that are closest to it."""
    assert grouped(flood) == set()
    assert edges(flood) <= 5 * 30
    before = edges(flood)
    carry(flood, [warning(30)], AGENCY)
    group_new(flood, NOON)
    assert edges(flood) - before == 5


def test_an_item_of_a_flood_is_compared_with_few(flood: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of all items of its form only the likeliest few are compared with an item."""
    asked: list[DocumentFeatures] = []

    def counted(a: DocumentFeatures, b: DocumentFeatures) -> Comparison | None:
        asked.append(b)
        return related(a, b)

    monkeypatch.setattr(grouping_pass, "related", counted)
    carry(flood, [warning(30)], AGENCY)
    group_new(flood, NOON)
    assert 5 <= len(asked) <= 8


def test_copies_are_found_in_a_flood(flood: Facts) -> None:
    """A paper's copies of some warnings are each one story with the original, early or late in the flood."""
    numbers = (3, 14, 29)
    carry(flood, map(copy, numbers), GAZETTE)
    group_new(flood, NOON)
    assert grouped(flood) == {frozenset({f"w{number}", f"c{number}"}) for number in numbers}


def test_copies_that_come_with_the_flood_are_found(facts: Facts) -> None:
    """Two agencies that send the same warnings at once give one story for each warning."""
    carry(facts, map(warning, range(20)), AGENCY)
    carry(facts, map(copy, range(20)), GAZETTE)
    group_new(facts, NOON)
    assert grouped(facts) == {frozenset({f"w{number}", f"c{number}"}) for number in range(20)}


def test_related_items_of_one_event_are_capped_too(facts: Facts) -> None:
    """An item on an event that many have reported on keeps the five closest, whoever they are by."""
    titles = [
        f"Dorval ship in Norwick bridge crash {said}" for said in ("alpha", "beta", "gamma", "delta", "kappa", "sigma", "tau")
    ]
    for number, title in enumerate(titles):
        source = Source(f"http://paper{number}.example/feed", title=f"Paper {number}")
        carry(facts, [item(guid=title, url=f"http://paper{number}.example/1", title=title, text="", summary="")], source)
    group_new(facts, NOON)
    last = facts.database.execute("select max(id) from item").fetchone()[0]
    assert edges(facts, last) == 5


# Sketches


def test_common_keys_give_their_latest_items_after_those_with_rare_ones(facts: Facts) -> None:
    """A key that many items have gives only its latest ones; what shares a rare key comes first, however old."""
    carry(facts, map(warning, range(30)), AGENCY)
    tables = StoryTables(facts)
    found = tables.likely((Sketch(row, (1, 100 + row), NOON) for row in range(1, 30)), WINDOW)
    assert len(found[11]) == 11  # few have the key
    assert tables.likely([Sketch(30, (1, 107), NOON)], WINDOW) == [[7, 29, 28, 27, 26]]


# Time


def _clock(each: timedelta) -> Iterator[datetime]:
    return (NOON + each * number for number in itertools.count())


def test_a_transaction_ends_when_its_time_is_up(facts: Facts) -> None:
    """Comparing stops at the first look at the clock after a second; what is left comes in the next transactions, once."""
    carry(facts, [*map(warning, range(25)), copy(24)], AGENCY)
    times = _clock(timedelta(seconds=2))
    work = GroupingPass(facts, clock=times.__next__)
    assert [work.batch(), work.finished] == [10, False]
    assert [work.batch(), work.finished] == [10, False]
    while not work.finished:
        work.batch()
    assert all_grouped(facts)
    kept = contents(facts)
    group_new(facts, NOON, version="anew")
    assert contents(facts) == kept


def test_a_pass_that_is_killed_between_or_within_loses_and_doubles_nothing(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever it is killed, it goes on where the last transaction ended, with the result of a pass that ran through."""
    carry(facts, map(warning, range(25)), AGENCY)
    carry(facts, map(copy, range(18, 25)), GAZETTE)
    whole = StoryTables.put_mark
    for turn in range(40):
        times = _clock(timedelta(seconds=2))

        def put_mark(tables: StoryTables, seq: int, turn: int = turn) -> None:
            whole(tables, seq)
            if turn % 3:
                raise KeyboardInterrupt

        monkeypatch.setattr(StoryTables, "put_mark", put_mark)
        try:
            if GroupingPass(facts, clock=times.__next__).batch() == 0:
                break
        except KeyboardInterrupt:
            pass
    monkeypatch.setattr(StoryTables, "put_mark", whole)
    assert all_grouped(facts)
    kept = contents(facts)
    group_new(facts, NOON, version="anew")
    assert contents(facts) == kept
    assert len(grouped(facts)) == 7


def contents(facts: Facts) -> list[list[tuple[object, ...]]]:
    """Return the rows of the stories, the likenesses and the keys."""
    order = {"story": "item_id", "story_edge": "a, b", "story_band": "span, key, item_id"}
    return [facts.database.execute(f"select * from {name} order by {by}").fetchall() for name, by in order.items()]  # noqa: S608


# Components too large to be clustered anew


def listed(numbers: Iterable[int]) -> Iterable[Item]:
    """Return one article under many addresses of its publisher, as a feed without lasting names lists it."""
    return (warning(0, guid=f"g{number}", url=f"http://weather.example/again/{number}") for number in numbers)


def test_one_article_under_many_addresses_stays_one_story(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the size that is clustered anew an item joins the story that stands, and another article does not."""
    monkeypatch.setattr(grouping_pass, "_CONNECTED", 6)
    carry(facts, listed(range(9)), AGENCY)
    group_new(facts, NOON)
    carry(facts, [*listed(range(9, 12)), warning(1)], GAZETTE)
    group_new(facts, NOON)
    assert grouped(facts) == {frozenset(f"g{number}" for number in range(12))}


def test_a_person_takes_an_item_out_of_a_large_story(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """A split holds in a story too large to be clustered anew, and so does a join."""
    monkeypatch.setattr(grouping_pass, "_CONNECTED", 6)
    carry(facts, [*listed(range(9)), warning(1)], AGENCY)
    group_new(facts, NOON)
    rows = {one.item.guid: one.row for one in facts.items.all()}
    GroupingPass(facts).split(rows["g4"], "another article", NOON)
    assert grouped(facts) == {frozenset(f"g{number}" for number in range(9) if number != 4)}
    GroupingPass(facts).join(rows["g4"], rows["g0"], "", NOON)
    assert grouped(facts) == {frozenset(f"g{number}" for number in range(9))}


def test_an_item_joins_what_stands_by_its_strongest_pair_without_conflict() -> None:
    """A conflict with the first, the last or the paired member of a cluster that stands sends an item to the next cluster."""
    pairs = [Edge(1, 9, 0.9), Edge(5, 9, 0.8)]
    standing = [{1, 2, 3}, {5, 6}]
    rank = {number: f"{number}" for number in range(10)}
    hostile: set[tuple[int, int]] = {(2, 9), (1, 5), (3, 6)}

    def found(decided: PairConstraints) -> set[frozenset[int]]:
        return set(cluster(pairs, decided, lambda a, b: (a, b) in hostile, rank, standing))

    assert found(PairConstraints()) == {frozenset({1, 2, 3, 9}), frozenset({5, 6})}
    hostile.add((3, 9))
    assert found(PairConstraints()) == {frozenset({1, 2, 3}), frozenset({5, 6, 9})}
    assert frozenset({1, 2, 3, 9}) in found(PairConstraints(frozenset({(1, 9)}), frozenset({(5, 9)})))


def test_a_search_ends_when_a_component_is_too_large() -> None:
    """The search for a component stops when it has found more than it may."""
    assert reachable([0], lambda rows: ((row, row + 1) for row in rows), 5) == set(range(6))
