"""How good stories are against labelled pairs or clusters: precision, recall, F1, ARI, B-cubed; reads no file."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import comb

from feeds.metrics import ConfusionMatrix, share
from feeds.model import Comparison


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled pair and what was said of it."""

    name: str
    kind: str
    titles: tuple[str, str]
    wanted: bool
    merged: bool
    verdict: Comparison


@dataclass(frozen=True, slots=True)
class Clustering:
    """How near two groupings of the same items are: 1 is equal."""

    ari: float  # adjusted Rand index (Hubert and Arabie 1985)
    precision: float  # B-cubed (Bagga and Baldwin 1998)
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of the B-cubed shares."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def score(judged: Iterable[Judged]) -> ConfusionMatrix:
    """Count merges that should be, that should not, and that are missing."""
    counts = [0, 0, 0, 0]
    for pair in judged:
        counts[(0 if pair.merged else 2) if pair.wanted else (1 if pair.merged else 3)] += 1
    return ConfusionMatrix(*counts)


def clustering(wanted: Mapping[int, int], found: Mapping[int, int]) -> Clustering:
    """Compare the wanted group of each item with the found one; both name the same items."""
    cells = Counter((wanted[name], found[name]) for name in wanted)
    rows, columns = Counter(wanted.values()), Counter(found[name] for name in wanted)
    total = len(wanted)
    precision = sum(count * count / columns[column] for (_, column), count in cells.items()) / total if total else 1.0
    recall = sum(count * count / rows[row] for (row, _), count in cells.items()) / total if total else 1.0
    return Clustering(_adjusted(cells.values(), rows.values(), columns.values(), total), precision, recall)


def _adjusted(cells: Iterable[int], rows: Iterable[int], columns: Iterable[int], total: int) -> float:
    both, one, two, pairs = (sum(comb(count, 2) for count in counts) for counts in (cells, rows, columns, [total]))
    chance = one * two / pairs if pairs else 0.0
    most = (one + two) / 2
    return (both - chance) / (most - chance) if most != chance else 1.0


def report(judged: tuple[Judged, ...], groups: Clustering, worst: int) -> list[str]:
    """Say the shares with their 95 % intervals, in all and by kind of pair, and show the worst errors with their evidence."""
    lines = [f"{'':28}{'pairs':>6}{'one':>6}{'merged':>8}  precision            recall               F1"]
    kinds = sorted({pair.kind for pair in judged} - {""})
    lines += [_line("all", judged), *(_line(kind, [pair for pair in judged if pair.kind == kind]) for kind in kinds)]
    if len(kinds) > 1:
        lines += [_line(f"without {kind}", [pair for pair in judged if pair.kind != kind]) for kind in kinds]
    lines.append(f"ARI {groups.ari:.3f}  B-cubed precision {groups.precision:.3f}  recall {groups.recall:.3f}  F1 {groups.f1:.3f}")
    return lines + _errors(judged, worst)


def _line(name: str, judged: Iterable[Judged]) -> str:
    of = score(judged)
    merged, meant = of.true_positives + of.false_positives, of.true_positives + of.false_negatives
    f1 = share(2 * of.true_positives, merged + meant)
    shares = f"{share(of.true_positives, merged):20} {share(of.true_positives, meant):20} {f1}"
    return f"{name:28}{merged + of.false_negatives + of.true_negatives:6}{meant:6}{merged:8}  {shares}"


def _errors(judged: tuple[Judged, ...], worst: int) -> list[str]:
    false = sorted((p for p in judged if p.merged and not p.wanted), key=lambda p: (-p.verdict.strength, p.name))
    missed = sorted((p for p in judged if p.wanted and not p.merged), key=lambda p: (-p.verdict.title, p.name))
    return [
        f"{said} {pair.name}: {pair.titles[0]} | {pair.titles[1]}\n  {pair.verdict}"
        for said, pairs in (("false merge", false), ("missed", missed))
        for pair in pairs[:worst]
    ]
