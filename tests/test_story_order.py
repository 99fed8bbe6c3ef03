import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import home_at
from story_making import LATER, grouped, store

from benchmarks.wire import wire
from feeds.model import Edge, PairConstraints, pair_of
from feeds.stories import guards, vocabulary
from feeds.stories.clustering import cluster
from feeds.stories.grouping_pass import group_new
from feeds.stories.pair import VERSION, _constants

EIGHT = range(8)
PAIRS = st.tuples(st.sampled_from(EIGHT), st.sampled_from(EIGHT)).filter(lambda pair: pair[0] < pair[1])
RANK = {number: f"{number}" for number in EIGHT}


@given(
    st.dictionaries(PAIRS, st.sampled_from([0.3, 0.6, 0.6, 0.9]), max_size=14),
    st.frozensets(PAIRS, max_size=5),
    st.frozensets(PAIRS, max_size=2),
    st.randoms(use_true_random=False),
)
def test_the_order_of_pairs_makes_no_difference(
    edges: dict[tuple[int, int], float],
    hostile: frozenset[tuple[int, int]],
    joined: frozenset[tuple[int, int]],
    chance: random.Random,
) -> None:
    """Whatever the order of likenesses, also equal ones, the stories are the same, and none holds a conflict nobody overruled."""
    listed = [Edge(a, b, strength) for (a, b), strength in edges.items()]
    decided = PairConstraints(joined, frozenset())

    def grouping() -> set[frozenset[int]]:
        chance.shuffle(listed)
        return set(cluster(listed, decided, lambda a, b: (a, b) in hostile, RANK))

    found = grouping()
    assert found == grouping()
    if not joined:
        assert not [pair for group in found for pair in hostile if set(pair) <= group]


@given(st.dictionaries(PAIRS, st.just(0.9), max_size=14), st.frozensets(PAIRS, max_size=5))
def test_what_a_person_split_is_never_together(edges: dict[tuple[int, int], float], split: frozenset[tuple[int, int]]) -> None:
    """A split outranks every likeness, and reaches through chains."""
    found = cluster([Edge(a, b, s) for (a, b), s in edges.items()], PairConstraints(split=split), lambda *_: False, RANK)
    assert not [pair for group in found for pair in split if set(pair) <= group]


def test_the_version_of_the_rules_is_that_of_the_stored_stories() -> None:
    """Another version compares all stored items anew: it changes on purpose only, never because a constant has another name."""
    assert VERSION == "968459235ae8"


def test_the_rules_have_a_version_of_their_own() -> None:
    """The version is twelve hex digits that change with a threshold or a word, the same in every process."""
    again = subprocess.run(
        [sys.executable, "-c", "from feeds.stories.pair import VERSION; print(VERSION)"], capture_output=True, check=True
    )
    assert again.stdout.decode().strip() == VERSION
    assert ("_FRAME", "0.45") in _constants(guards)
    assert any(name == "_TEMPLATES" for name, _ in _constants(vocabulary))


def test_a_chain_breaks_at_its_weaker_link() -> None:
    """A is like B and B like C, but A and C conflict: the stronger pair is the story."""
    edges = [Edge(1, 2, 0.9), Edge(2, 3, 0.6)]
    assert cluster(edges, PairConstraints(), lambda a, b: (a, b) == (1, 3), RANK) == [frozenset({1, 2})]
    assert pair_of(3, 1) == (1, 3)


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_of_arrival_gives_the_same_stories(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """A wire that comes in any order, in portions or at once, ends as the same stories in the database."""
    pieces = wire(10, seed=seed)
    found = []
    for order in range(3):
        arriving = list(pieces)
        random.Random(order).shuffle(arriving)
        portion = [len(arriving), 7, 20][order]
        with home_at(tmp_path_factory.mktemp("home")).facts() as facts:
            for start in range(0, len(arriving), portion):
                store(facts, arriving[start : start + portion])
                group_new(facts, LATER)
            found.append(grouped(facts))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 10
