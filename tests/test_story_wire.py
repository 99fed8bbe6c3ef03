from collections import Counter

from benchmarks.wire import row, wire
from feeds.stories.evaluation import cluster_agreement, of_clusters, score


def test_a_wire_is_put_together() -> None:
    """Of a wire with edits, new headlines and openings, excerpts, footers and twins: no false merge, 95 % of copies found."""
    rows = [(piece.id, row(piece)) for piece in wire(48, seed=11)]
    found = of_clusters(rows)
    of = score(found.pairs)
    assert of.false_positives == 0
    assert of.recall >= 0.95
    groups = cluster_agreement(found.wanted, found.found)
    assert groups.precision == 1
    assert groups.ari > 0.95


def test_a_wire_is_the_same_on_every_machine() -> None:
    """A seed names a wire, and it holds every kind of copy and its twins."""
    assert wire(16, seed=3) == wire(16, seed=3) != wire(16, seed=4)
    kinds = Counter(piece.kind for piece in wire(16))
    assert len(kinds) == 10
    assert kinds["twin"] == 8
