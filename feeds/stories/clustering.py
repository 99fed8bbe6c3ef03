"""Pairs -> clusters: the strongest join first (Kruskal 1956), never across a conflict or a person's split; knows no text."""

from collections.abc import Callable, Iterable, Mapping
from math import inf
from typing import Final

from feeds.model import Edge, PairConstraints, pair_of

_FIRM: Final = 2.0  # above every likeness: a person's word


def cluster(
    edges: Iterable[Edge],
    decided: PairConstraints,
    conflict: Callable[[int, int], bool],
    rank: Mapping[int, str],
    standing: Iterable[Iterable[int]] | None = None,
) -> list[frozenset[int]]:
    """Return clusters of two items or more. `conflict` says that two must not be in one; `rank` orders all items.

    Strongest pairs join first, as in the minimum spanning forest of Kruskal (1956): a chain A~B~C whose ends conflict breaks
    at its weaker link, whichever of them came first. A person's join (must-link) outranks conflicts, a person's split
    (cannot-link) outranks all. The same `rank` gives the same clusters on every machine.

    With `standing` clusters these are extended, where everything is too much to be clustered anew: of two clusters the first
    and the last member and those of the pair are then asked whether they conflict, not all.
    """
    firm: list[Edge] = [Edge(a, b, _FIRM) for a, b in decided.joined]
    groups = {row: group for group in map(set, standing or ()) for row in group}
    for edge in sorted([*firm, *edges], key=lambda e: (-e.strength, *sorted((rank[e.a], rank[e.b])))):
        one, two = (groups.setdefault(name, {name}) for name in (edge.a, edge.b))
        if one is two:
            continue
        asked = (one, two) if standing is None else ({min(one), max(one), edge.a}, {min(two), max(two), edge.b})
        if not _is_split(one, two, decided) and (
            edge.strength == _FIRM or not any(conflict(*pair_of(a, b)) for a in asked[0] for b in asked[1])
        ):
            few, many = sorted((one, two), key=len)
            many |= few
            groups.update(dict.fromkeys(few, many))
    return [frozenset(group) for group in {id(group): group for group in groups.values()}.values() if len(group) > 1]


def _is_split(one: set[int], two: set[int], decided: PairConstraints) -> bool:
    """Return whether a person said that an item of one cluster is not of the story of one of the other."""
    return any((a in one and b in two) or (a in two and b in one) for a, b in decided.split)


def reachable(start: Iterable[int], neighbours: Callable[[set[int]], Iterable[tuple[int, int]]], most: float = inf) -> set[int]:
    """Return all items that can be reached from some along pairs: their connected components, or more than `most` items of them."""
    found = set(start)
    fresh = set(found)
    while fresh and len(found) <= most:
        fresh = {name for pair in neighbours(fresh) for name in pair} - found
        found |= fresh
    return found
