"""Pairs -> clusters: the strongest join first (Kruskal 1956), never across a conflict or a person's split; knows no text."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from feeds.model import Edge, PairConstraints, pair_of

_FIRM: Final = 2.0  # above every likeness: a person's word


def cluster(
    edges: Iterable[Edge], decided: PairConstraints, conflict: Callable[[int, int], bool], rank: Mapping[int, str]
) -> list[frozenset[int]]:
    """Return clusters of two items or more. `conflict` says that two must not be in one; `rank` orders all items.

    Strongest pairs join first, as in the minimum spanning forest of Kruskal (1956): a chain A~B~C whose ends conflict breaks
    at its weaker link, whichever of them came first. A person's join (must-link) outranks conflicts, a person's split
    (cannot-link) outranks all. The same `rank` gives the same clusters on every machine.
    """
    firm: list[Edge] = [Edge(a, b, _FIRM) for a, b in decided.joined]
    groups: dict[int, set[int]] = {}
    for edge in sorted([*firm, *edges], key=lambda e: (-e.strength, *sorted((rank[e.a], rank[e.b])))):
        one, two = (groups.setdefault(name, {name}) for name in (edge.a, edge.b))
        if one is not two and _may_join(one, two, edge, decided, conflict):
            one |= two
            groups.update(dict.fromkeys(two, one))
    return [frozenset(group) for group in {id(group): group for group in groups.values()}.values() if len(group) > 1]


def _may_join(one: set[int], two: set[int], edge: Edge, decided: PairConstraints, conflict: Callable[[int, int], bool]) -> bool:
    pairs = [pair_of(a, b) for a in one for b in two]
    if any(pair in decided.split for pair in pairs):
        return False
    return edge.strength == _FIRM or not any(conflict(*pair) for pair in pairs)


def reachable(start: Iterable[int], neighbours: Callable[[set[int]], Iterable[tuple[int, int]]]) -> set[int]:
    """Return all items that can be reached from some along pairs: their connected components."""
    found = set(start)
    fresh = set(found)
    while fresh:
        fresh = {name for pair in neighbours(fresh) for name in pair} - found
        found |= fresh
    return found
