"""How good stories are against labelled pairs or clusters: precision, recall, F1, ARI, B-cubed; reads no file."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import comb
from typing import Any, Final

from feeds.metrics import ConfusionMatrix, as_values, share, wanted
from feeds.model import Comparison, Edge, PairConstraints, Relation, pair_of
from feeds.stories.clustering import cluster
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.pair import compare, conflicts, keys
from ingest.errors import UsageError
from ingest.text.sanitize import plain, safe_html, xml_safe

_UNDATED: Final = datetime(2000, 1, 1, tzinfo=UTC)
_LABELS: Final = {"related": Relation.RELATED, "translation": Relation.TRANSLATION}  # of pairs that are not one story
_TEXTS: Final = ("title", "summary", "content", "text", "lang", "feed", "source", "url")


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """A labelled pair, whether it was merged, and the comparison."""

    name: str
    kind: str
    titles: tuple[str, str]
    wanted: bool
    merged: bool
    comparison: Comparison
    language: str = "und"  # of its first side
    relation: Relation = Relation.NONE  # what the two are to each other, by the label


@dataclass(frozen=True, slots=True)
class ClusterAgreement:
    """How far two clusterings of the same items agree, from 0 to 1."""

    ari: float  # adjusted Rand index (Hubert and Arabie 1985)
    precision: float  # B-cubed (Bagga and Baldwin 1998)
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of the B-cubed shares."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Evaluated:
    """Compared pairs, and the wanted and the found cluster of every item."""

    pairs: tuple[LabelledPair, ...]
    wanted: dict[int, int]
    found: dict[int, int]


def features_of(row: Any, place: str, *, words_alone: bool = False) -> DocumentFeatures:
    """Return the features of one labelled item. Raises UsageError, naming the place."""
    if not isinstance(row, dict) or not all(isinstance(row.get(key), str | None) for key in _TEXTS):
        raise UsageError(f"{place}: not an item", 'give it "title", "summary", "url", "published", all text and all optional')
    said = {key: xml_safe(str(row.get(key) or "")) for key in _TEXTS}
    published = row.get("published")
    try:
        moment = datetime.fromisoformat(published) if published else _UNDATED
    except (TypeError, ValueError) as fault:
        raise UsageError(f"{place}: published is no date: {published!r}", "write 2026-03-02T12:00:00Z") from fault
    raw = StoryDocument(
        id=str(row.get("id") or place),
        title=said["title"],
        text=plain(safe_html(said["content"] or said["text"] or said["summary"], None)),
        moment=moment if moment.tzinfo else moment.replace(tzinfo=UTC),
        language=said["lang"] or None,
        url=None if words_alone else said["url"] or None,
        sources=(said["feed"] or said["source"],),
    )
    return extract([raw])[0]


def of_pairs(rows: Iterable[tuple[str, dict[str, Any]]], *, words_alone: bool = False) -> Evaluated:
    """Compare the pairs in rows of `a`, `b` and `label`; unclear ones are left out.

    The label `related` means two articles on one event, and `translation` one article in two languages: neither is one story.
    """
    numbers: dict[str, int] = {}
    articles: dict[int, DocumentFeatures] = {}
    compared: list[tuple[LabelledPair, int, int]] = []
    for place, row in rows:
        relation = _LABELS.get(str(row.get("label")).lower())
        label = False if relation else wanted(row.get("label"))
        if label is None:
            continue
        a, b = _together(*(features_of(row.get(side), f"{place}, {side}", words_alone=words_alone) for side in "ab"))
        first, second = (numbers.setdefault(_known(row, side, one), len(numbers)) for side, one in (("a", a), ("b", b)))
        articles |= {first: a, second: b}
        pair = _labelled(place, str(row.get("kind") or ""), (a, b), label=label)
        compared.append((replace(pair, relation=relation) if relation else pair, first, second))
    return Evaluated(
        tuple(pair for pair, _, _ in compared),
        _labels(articles, [(a, b, 1.0) for pair, a, b in compared if pair.wanted], lambda *_: False),
        _labels(articles, [(a, b, p.comparison.strength) for p, a, b in compared if p.merged], _conflict(articles)),
    )


def _together(a: DocumentFeatures, b: DocumentFeatures) -> tuple[DocumentFeatures, DocumentFeatures]:
    """Return a pair in which an item without a date has the other's: nothing is known of the time between."""
    return (
        (replace(a, moment=b.moment), b)
        if a.moment == _UNDATED
        else (a, replace(b, moment=a.moment))
        if b.moment == _UNDATED
        else (a, b)
    )


def _known(row: dict[str, Any], side: str, article: DocumentFeatures) -> str:
    """Return a key of an item, its own id and its words: a file may give two versions under one id."""
    return repr((row[side].get("id") or row[side].get("url"), article.head, article.moment))


def of_clusters(rows: Iterable[tuple[str, dict[str, Any]]], *, words_alone: bool = False) -> Evaluated:
    """Compare the likely pairs among rows that are items with a `cluster`; they are found as in the service."""
    articles: dict[int, DocumentFeatures] = {}
    labels: dict[int, str] = {}
    for number, (place, row) in enumerate(rows):
        articles[number], labels[number] = features_of(row, place, words_alone=words_alone), str(row["cluster"])
    pairs = {pair: compare(articles[pair[0]], articles[pair[1]]) for pair in sorted(_likely(articles))}
    edges = [(a, b, said.strength) for (a, b), said in pairs.items() if said.relation is Relation.SAME]
    found = _labels(articles, edges, _conflict(articles))
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, label in labels.items():
        groups[label].append(number)
    together = {(a, b) for group in groups.values() for a in group for b in group if a < b}
    compared = [
        _labelled(
            f"items {a + 1} and {b + 1}", "", (articles[a], articles[b]), label=labels[a] == labels[b], merged=found[a] == found[b]
        )
        for a, b in sorted(together | pairs.keys())
    ]
    first = {label: group[0] for label, group in groups.items()}
    return Evaluated(tuple(compared), {number: first[label] for number, label in labels.items()}, found)


def _likely(articles: dict[int, DocumentFeatures]) -> set[tuple[int, int]]:
    under: defaultdict[int, list[int]] = defaultdict(list)
    for number, article in articles.items():
        for key in keys([article])[0]:
            under[key].append(number)
    return {pair_of(a, b) for group in under.values() for a in group for b in group if a < b}


def _labelled(
    place: str, kind: str, pair: tuple[DocumentFeatures, DocumentFeatures], *, label: bool, merged: bool | None = None
) -> LabelledPair:
    found: Comparison = compare(*pair)
    same = found.relation is Relation.SAME if merged is None else merged
    titles = (" ".join(pair[0].head), " ".join(pair[1].head))
    relation = Relation.SAME if label else Relation.NONE
    return LabelledPair(place, kind, titles, label, same, found, pair[0].language or "und", relation)


def _conflict(articles: dict[int, DocumentFeatures]) -> Any:
    return lambda a, b: conflicts(articles[a], articles[b])


def _labels(articles: dict[int, DocumentFeatures], edges: Iterable[tuple[int, int, float]], conflict: Any) -> dict[int, int]:
    pairs = [Edge(*pair_of(a, b), strength) for a, b, strength in edges if a != b]
    rank = {number: f"{article.id} {number:09}" for number, article in articles.items()}
    groups = cluster(pairs, PairConstraints(), conflict, rank)
    return {number: number for number in articles} | {number: min(group) for group in groups for number in group}


def score(compared: Iterable[LabelledPair]) -> ConfusionMatrix:
    """Return how many merges are right, wrong and missing."""
    counts = [0, 0, 0, 0]
    for pair in compared:
        counts[(0 if pair.merged else 2) if pair.wanted else (1 if pair.merged else 3)] += 1
    return ConfusionMatrix(*counts)


def score_relations(compared: Iterable[LabelledPair]) -> dict[str, ConfusionMatrix]:
    """Return how often what is said of pairs that are not one story is right, by label; without such labels nothing.

    A pair that a guard keeps apart is shown as related too. That is no statement on its event, so it does not count here.
    """
    apart = [pair for pair in compared if not pair.wanted]
    matrices = {}
    for label, relation in _LABELS.items():
        if any(pair.relation is relation for pair in apart):
            counts = [0, 0, 0, 0]
            for pair in apart:
                found = pair.comparison.relation is relation and pair.comparison.guard is None
                counts[(0 if found else 2) if pair.relation is relation else (1 if found else 3)] += 1
            matrices[label] = ConfusionMatrix(*counts)
    return matrices


def cluster_agreement(wanted: Mapping[int, int], found: Mapping[int, int]) -> ClusterAgreement:
    """Return how far the wanted and the found cluster of each item agree; both mappings have the same keys."""
    cells = Counter((wanted[name], found[name]) for name in wanted)
    rows, columns = Counter(wanted.values()), Counter(found[name] for name in wanted)
    total = len(wanted)
    precision = sum(count * count / columns[column] for (_, column), count in cells.items()) / total if total else 1.0
    recall = sum(count * count / rows[row] for (row, _), count in cells.items()) / total if total else 1.0
    return ClusterAgreement(_adjusted(cells.values(), rows.values(), columns.values(), total), precision, recall)


def _adjusted(cells: Iterable[int], rows: Iterable[int], columns: Iterable[int], total: int) -> float:
    both, one, two, pairs = (sum(comb(count, 2) for count in counts) for counts in (cells, rows, columns, [total]))
    chance = one * two / pairs if pairs else 0.0
    most = (one + two) / 2
    return (both - chance) / (most - chance) if most != chance else 1.0


def report(compared: tuple[LabelledPair, ...], groups: ClusterAgreement, worst: int) -> list[str]:
    """Return the lines of a report: shares with 95 % intervals, in all and by kind of pair, and the worst errors with evidence."""
    lines = [f"{'':28}{'pairs':>6}{'one':>6}{'merged':>8}  precision            recall               F1"]
    kinds = sorted({pair.kind for pair in compared} - {""})
    lines += [
        _line("all", score(compared)),
        *(_line(kind, score(pair for pair in compared if pair.kind == kind)) for kind in kinds),
    ]
    if len(kinds) > 1:
        lines += [_line(f"without {kind}", score(pair for pair in compared if pair.kind != kind)) for kind in kinds]
    lines.append(f"ARI {groups.ari:.3f}  B-cubed precision {groups.precision:.3f}  recall {groups.recall:.3f}  F1 {groups.f1:.3f}")
    if relations := score_relations(compared):
        lines.append(f"{'beside the stories':28}{'pairs':>6}{'right':>6}{'found':>8}  precision            recall               F1")
        lines += [_line(name, of) for name, of in relations.items()]
    return lines + _errors(compared, worst)


def measured(compared: tuple[LabelledPair, ...], groups: ClusterAgreement, worst: int) -> dict[str, Any]:
    """Return what `report` says as one JSON object: in all, `by_language`, `by_kind`, `clusters`, and the `worst` errors."""
    false, missed = _mistakes(compared)
    return {
        **as_values(score(compared)),
        "by_language": {
            name: as_values(score(pair for pair in compared if pair.language == name))
            for name in sorted({pair.language for pair in compared})
        },
        "by_kind": {
            kind: as_values(score(pair for pair in compared if pair.kind == kind))
            for kind in sorted({pair.kind for pair in compared} - {""})
        },
        "clusters": {
            "ari": round(groups.ari, 4),
            "precision": round(groups.precision, 4),
            "recall": round(groups.recall, 4),
            "f1": round(groups.f1, 4),
        },
        **(
            {"relations": {name: as_values(of) for name, of in relations.items()}}
            if (relations := score_relations(compared))
            else {}
        ),
        "errors": [
            {
                "pair": pair.name,
                "kind": kind,
                "language": pair.language,
                "titles": pair.titles,
                "relation": pair.comparison.relation,
                "why": str(pair.comparison),
            }
            for kind, pairs in (("false merge", false), ("missed", missed))
            for pair in pairs[:worst]
        ],
    }


def _mistakes(compared: tuple[LabelledPair, ...]) -> tuple[list[LabelledPair], list[LabelledPair]]:
    """Return the false merges, strongest first, and the missed pairs."""
    false = sorted((p for p in compared if p.merged and not p.wanted), key=lambda p: (-p.comparison.strength, p.name))
    return false, sorted((p for p in compared if p.wanted and not p.merged), key=lambda p: (-p.comparison.title, p.name))


def _line(name: str, of: ConfusionMatrix) -> str:
    merged, meant = of.true_positives + of.false_positives, of.true_positives + of.false_negatives
    f1 = share(2 * of.true_positives, merged + meant)
    shares = f"{share(of.true_positives, merged):20} {share(of.true_positives, meant):20} {f1}"
    return f"{name:28}{merged + of.false_negatives + of.true_negatives:6}{meant:6}{merged:8}  {shares}"


def _errors(compared: tuple[LabelledPair, ...], worst: int) -> list[str]:
    false, missed = _mistakes(compared)
    return [
        f"{said} {pair.name}: {pair.titles[0]} | {pair.titles[1]}\n  {pair.comparison}"
        for said, pairs in (("false merge", false), ("missed", missed))
        for pair in pairs[:worst]
    ]
