"""How good stories are on NEWS-COPY, a public set of reprinted news articles, by the measure of its paper.

    python benchmarks/newscopy.py DIR [--headlines]
    python benchmarks/newscopy.py --synthetic [--noise 0.02] [--stories 300]

NEWS-COPY (Silcock, D'Amico-Wong, Yang and Dell, "Noise-Robust De-Duplication at Scale", ICLR 2023, arXiv 2210.04261) has the
front pages of 973 American newspapers of four days, read by machine, and says which articles are one. Its authors offer it for
download from the repository dell-research-harvard/NEWS-COPY. DIR holds what `test_sets.zip` unpacks to, or the archive itself:

- `test_inf_data.json`: one object, the id of each article to an object with `article`, `byline` and `headline`. The last
  five parts of an id, between hyphens, begin with the date: `...-Jan-15-1930-4-2`
- `full_test_gt.json`: a list of pairs of ids that are one article

`1955_inf_data.json` and `1955_gt.json` of `evaluation_set.zip` are read where the others are missing. As in the paper, the text
is the byline and the article without line breaks, hyphens at their ends, punctuation and other than ASCII, headlines do not
count, and ARI compares the connected components of the pairs that are found with those of the pairs that are right.

With `--synthetic` no data is needed: copies of a made-up wire are cut and misread. Those figures say little about real news.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # before this folder: `ingest` is the package, not the benchmark

from benchmarks.wire import wire
from feeds.model import Edge, PairConstraints, Relation, pair_of
from feeds.stories.clustering import cluster
from feeds.stories.evaluation import cluster_agreement
from feeds.stories.features import DocumentFeatures, StoryDocument, extract
from feeds.stories.pair import compare, conflicts, keys

PUBLISHED: Final = {"LSH": 0.737, "N-gram overlap": 0.750, "bi-encoder": 0.915, "re-rank": 0.937}
"""ARI on the test set, as the paper gives it."""

_FILES: Final = (
    ("test_sets.zip", "test_inf_data.json", "full_test_gt.json"),
    ("evaluation_set.zip", "1955_inf_data.json", "1955_gt.json"),
)
_REMOVED: Final = str.maketrans("", "", "\"#$%&\\()*+/:;<=>@[]^_`{|}~.?,!'")
_UNDATED: Final = datetime(1930, 1, 1, tzinfo=UTC)
_MISREAD: Final = {"e": "c", "c": "e", "o": "0", "l": "1", "i": "l", "m": "rn", "n": "u", "u": "n", "h": "b", "t": "f", "s": "5"}


@dataclass(frozen=True, slots=True)
class Reprint:
    """An article as a newspaper printed it."""

    id: str
    headline: str
    byline: str
    article: str


@dataclass(frozen=True, slots=True)
class LabelledReprints:
    """Articles, and the pairs of ids that are one article."""

    name: str
    articles: tuple[Reprint, ...]
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The adjusted Rand index of connected components, and of our stories; precision and recall of pairs within stories."""

    components: float
    stories: float
    precision: float
    recall: float


def published(folder: Path) -> LabelledReprints:
    """Read the set from a folder. Raises SystemExit, which says what is missing or wrong."""
    for archive, articles, pairs in _FILES:
        if (folder / articles).is_file() and (folder / pairs).is_file():
            return _labelled(articles, *((folder / name).read_text("utf-8") for name in (articles, pairs)))
        if (folder / archive).is_file():
            with ZipFile(folder / archive) as packed:
                inside = {Path(name).name: name for name in packed.namelist()}
                if {articles, pairs} <= inside.keys():
                    return _labelled(articles, *(packed.read(inside[name]).decode() for name in (articles, pairs)))
    wanted = " or ".join(f"{articles} and {pairs}, or {archive}" for archive, articles, pairs in _FILES)
    raise SystemExit(f"{folder}: nothing to read; put {wanted} there, from the repository dell-research-harvard/NEWS-COPY")


def _labelled(name: str, articles: str, pairs: str) -> LabelledReprints:
    try:
        found: dict[str, dict[str, Any]] = json.loads(articles)
        said: list[list[str]] = json.loads(pairs)
        made = tuple(
            Reprint(key, str(one.get("headline") or ""), str(one.get("byline") or ""), str(one["article"]))
            for key, one in found.items()
        )
        ends = tuple((str(one), str(two)) for one, two in said)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise SystemExit(f"{name}: not in the form of NEWS-COPY ({fault!r})") from fault
    if strangers := {end for pair in ends for end in pair} - found.keys():
        raise SystemExit(f"{name}: {len(strangers)} labelled ids are no article, for example {min(strangers)}")
    return LabelledReprints(name, made, ends)


def synthetic(stories: int, noise: float, seed: int = 3) -> LabelledReprints:
    """Return a made-up wire in that form: every copy is cut to a part of it and misread, `noise` of its letters."""
    chance = random.Random(seed)
    pieces = [piece for piece in wire(stories, seed) if piece.kind != "twin"]
    groups: defaultdict[str, list[str]] = defaultdict(list)
    made = []
    for number, piece in enumerate(pieces):
        name = f"{piece.source}-{piece.published:%b-%d-%Y}-{number}-1"
        groups[piece.story].append(name)
        words = piece.text.split()
        kept = words[: max(int(len(words) * chance.uniform(0.4, 1)), 40)]
        made.append(Reprint(name, piece.title, "", _printed(_misread(" ".join(kept), noise, chance), chance)))
    pairs = tuple(pair for group in groups.values() for pair in combinations(group, 2))
    return LabelledReprints(f"synthetic, {noise:.1%} of letters misread", tuple(made), pairs)


def _misread(text: str, noise: float, chance: random.Random) -> str:
    return "".join(_MISREAD.get(letter, "") if letter != " " and chance.random() < noise else letter for letter in text)


def _printed(text: str, chance: random.Random) -> str:
    """Return a text in lines of a column, with words broken at their ends."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) < 38:
            line = f"{line} {word}".strip()
        elif len(word) > 6 and chance.random() < 0.5:
            lines.append(f"{line} {word[:3]}-")
            line = word[3:]
        else:
            lines.append(line)
            line = word
    return "\n".join([*lines, line])


def cleaned(text: str) -> str:
    """Return a text as the rule-based methods of the paper read it."""
    joined = text.replace("-\n", "").replace("\n", " ")
    return joined.translate(_REMOVED).encode("ascii", "ignore").decode()


def features(articles: Iterable[Reprint], *, headlines: bool = False) -> list[DocumentFeatures]:
    """Return what is compared of articles."""
    return extract(
        StoryDocument(
            id=one.id,
            title=cleaned(one.headline) if headlines else "",
            text=cleaned(f"{one.byline} {one.article}".strip()),
            moment=_date(one.id),
            language="en",
            sources=(one.id,),  # each paper has an article once; names of papers are no part of the set
        )
        for one in articles
    )


def _date(name: str) -> datetime:
    try:
        return datetime.strptime("-".join(name.split("-")[-5:-2]), "%b-%d-%Y").replace(tzinfo=UTC)
    except ValueError:
        return _UNDATED


def agreement(labelled: LabelledReprints, *, headlines: bool = False) -> Agreement:
    """Compare the likely pairs, as the service finds them, and return how far the result agrees with the labels."""
    found = features(labelled.articles, headlines=headlines)
    numbers = {one.id: number for number, one in enumerate(found)}
    right = [Edge(*pair_of(numbers[a], numbers[b]), 1.0) for a, b in labelled.pairs if a != b]
    edges = [
        Edge(a, b, said.strength)
        for a, b in sorted(_likely(found))
        if (said := compare(found[a], found[b])).relation is Relation.SAME
    ]
    rank = {number: one.id for number, one in enumerate(found)}
    wanted, components = (_groups(len(found), cluster(pairs, PairConstraints(), _never, rank)) for pairs in (right, edges))

    def conflict(a: int, b: int) -> bool:
        return conflicts(found[a], found[b])

    stories = _groups(len(found), cluster(edges, PairConstraints(), conflict, rank))
    precision, recall = _pairs(wanted, stories)
    return Agreement(cluster_agreement(wanted, components).ari, cluster_agreement(wanted, stories).ari, precision, recall)


def _never(_: int, __: int) -> bool:
    return False


def _likely(articles: list[DocumentFeatures]) -> set[tuple[int, int]]:
    under: defaultdict[int, list[int]] = defaultdict(list)
    for number, found in enumerate(keys(articles)):
        for key in found:
            under[key].append(number)
    return {pair for group in under.values() for pair in combinations(group, 2)}


def _groups(count: int, clusters: Iterable[frozenset[int]]) -> dict[int, int]:
    return {number: number for number in range(count)} | {number: min(group) for group in clusters for number in group}


def _pairs(wanted: dict[int, int], found: dict[int, int]) -> tuple[float, float]:
    right, made = ({pair for group in _members(labels) for pair in combinations(group, 2)} for labels in (wanted, found))
    both = len(right & made)
    return both / len(made) if made else 1.0, both / len(right) if right else 1.0


def _members(labels: dict[int, int]) -> Iterator[list[int]]:
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for number, label in labels.items():
        groups[label].append(number)
    yield from groups.values()


def main() -> None:
    """Measure one set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--headlines", action="store_true", help="compare the headlines too, which the paper does not")
    parser.add_argument("--synthetic", action="store_true")
    parser.add_argument("--noise", type=float, default=0.02)
    parser.add_argument("--stories", type=int, default=300)
    options = parser.parse_args()
    if not options.synthetic and options.folder is None:
        parser.error("give the folder of NEWS-COPY, or --synthetic")
    labelled = synthetic(options.stories, options.noise) if options.synthetic else published(options.folder)
    found = agreement(labelled, headlines=options.headlines)
    print(f"{labelled.name}: {len(labelled.articles)} articles, {len(labelled.pairs)} pairs that are one")
    print(f"topicwire: ARI {found.components:.3f} by connected components, {found.stories:.3f} by stories;", end=" ")
    print(f"pairs: precision {found.precision:.3f} recall {found.recall:.3f}")
    if not options.synthetic:
        print("the paper, on the test set: " + ", ".join(f"{name} {ari:.3f}" for name, ari in PUBLISHED.items()))


if __name__ == "__main__":
    main()
