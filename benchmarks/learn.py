"""Measure the second opinion forward in time on labelled rows: ranking, reviewing by its order, and deciding by itself.

python benchmarks/learn.py ROWS.jsonl [--later LATER.jsonl] [--topic FILE.toml]

ROWS are JSON Lines with title, summary, lang, published and label (pos or neg), as for `topics evaluate`. With --later
the model learns from ROWS and is judged on LATER alone; else ROWS are cut at several dates, and each time the model learns
from what was published before and is judged on what came after. Nothing of a row is printed. Needs the extra `learn`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from feeds import metrics
from feeds.model import Classification, Document, Grade
from feeds.tagging.classifier import classify
from feeds.tagging.linear_model import FEWEST, LabelledText, LinearModel, train
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.quality import reports
from feeds.tagging.sentence_encoder import SentenceEncoder, installed_encoder
from feeds.tagging.topic.loader import read_topic
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError

_MARKS, _ROUND = 100, 20  # marks of a person; after each round of them the model is learnt again
_SURE, _FOLDS = 0.9, 5  # the model decides where so many of its marks are right, each judged by a model of the other folds
_DAY = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled row: when it was published, what the rules say, and what a person would."""

    published: str
    document: Document
    answer: Classification
    text: LabelledText

    @property
    def touched(self) -> bool:
        """Whether the review list has it."""
        return bool(self.answer.tagged or self.answer.near_miss or self.answer.hits or self.answer.cancelled)

    @property
    def unsure(self) -> bool:
        """Whether the review list has it where nothing was learnt."""
        return self.answer.near_miss or self.answer.grade is Grade.MENTION


@dataclass(frozen=True, slots=True)
class Bench:
    """A topic with its examples as labelled texts, and the encoder."""

    topic: Topic
    encoder: SentenceEncoder
    examples: tuple[LabelledText, ...]

    def learn(self, marks: Sequence[Row]) -> LinearModel | None:
        """Learn from examples and marks; None for too few."""
        try:
            return train(self.topic, [*self.examples, *(row.text for row in marks)], _DAY, self.encoder.name)
        except UsageError:
            return None


def by_vectors(model: LinearModel, row: Row) -> float:
    """Return how likely a row is accepted, as the program computes it."""
    if row.text.vector is not None and model.encoder:
        return model.probability_by_vector(row.text.vector)
    return by_words(model, row)


def by_words(model: LinearModel, row: Row) -> float:
    """Return how likely a row is accepted, by its words alone."""
    return model.probability(row.document.title, row.document.text)


Judge = Callable[[LinearModel, Row], float]


def read(bench: Bench, path: Path) -> list[Row]:
    """Read, classify and encode the labelled rows of a file."""
    matcher, rows = Matcher([bench.topic]), []
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            row = reports.read_row(line, str(path), number)
            wanted = metrics.wanted(row.get("label"))
            if wanted is not None:
                document = reports.document_of_row(row)
                answer = classify(matcher, document)[0]
                rows.append(Row(str(row.get("published") or "")[:10], document, answer, labelled(bench.encoder, document, wanted)))
    return rows


def labelled(encoder: SentenceEncoder, document: Document, wanted: bool) -> LabelledText:  # noqa: FBT001 - a label
    """Return a document with its vector, as something to learn from."""
    vector = encoder.encode(document.title, document.text) if encoder.knows(document.language) else None
    return LabelledText(document.title, document.text, wanted, vector)


def auc(scores: Sequence[float], wanted: Sequence[bool]) -> float:
    """Return how often a wanted row has a higher score than another."""
    yes = np.array([score for score, want in zip(scores, wanted, strict=True) if want])
    no = np.array([score for score, want in zip(scores, wanted, strict=True) if not want])
    return float(np.mean((yes[:, None] > no) + 0.5 * (yes[:, None] == no))) if len(yes) and len(no) else float("nan")


def measured(tags: Sequence[bool], rows: Sequence[Row]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    right = sum(tag and row.text.accepted for tag, row in zip(tags, rows, strict=True))
    given, wanted = sum(tags), sum(row.text.accepted for row in rows)
    return right / max(given, 1), right / max(wanted, 1), 2 * right / max(given + wanted, 1)


def ranking(bench: Bench, before: Sequence[Row], later: Sequence[Row]) -> None:
    """Print how well the model orders the later rows in which a term is found, and which are not core."""
    model = bench.learn([row for row in before if row.touched])
    judged = [row for row in later if row.touched and row.answer.grade is not Grade.CORE]
    if model is None or not judged:
        print("  ranking: too few marks")
        return
    wanted = [row.text.accepted for row in judged]
    areas = [auc([judge(model, row) for row in judged], wanted) for judge in (by_words, by_vectors)]
    print(f"  ranking {len(judged)} rows, {sum(wanted)} wanted: AUC by words {areas[0]:.3f}, by vectors {areas[1]:.3f}")


def marked(bench: Bench, rows: Sequence[Row], known: Sequence[Row], judge: Judge | None, *, again: bool = True) -> list[list[Row]]:
    """Return the marks after each round, in the order of the review list; without a judge the newest come first.

    `again`: the model is learnt again after each round, also from these marks.
    """
    waiting, marks, states = sorted(rows, key=lambda row: row.published, reverse=True), [], []
    model = bench.learn(known) if judge else None
    for _ in range(_MARKS // _ROUND):
        if judge and again and (better := bench.learn([*known, *marks])):
            model = better
        if judge and model:
            doubts = {id(row): 1 - by if row.answer.tagged else by for row in waiting for by in [judge(model, row)]}
            waiting.sort(key=lambda row: -doubts[id(row)])
        marks, waiting = [*marks, *waiting[:_ROUND]], waiting[_ROUND:]
        states.append(marks)
    return states


def reviewing(bench: Bench, before: Sequence[Row], later: Sequence[Row]) -> None:
    """Print the F1 of the later rows after each round of marks on them, for each order; earlier rows have a hundred marks."""
    known = sorted((row for row in before if row.touched), key=lambda row: row.published, reverse=True)[:_MARKS]
    touched, unsure = [row for row in later if row.touched], [row for row in later if row.unsure]
    orders: dict[str, tuple[Sequence[Row], Judge | None, bool]] = {
        f"the {len(unsure)} unsure, newest first": (unsure, None, False),
        f"all {len(touched)}, newest first": (touched, None, False),
        f"all {len(touched)}, by words": (touched, by_words, True),
        f"all {len(touched)}, by vectors": (touched, by_vectors, True),
        f"all {len(touched)}, by vectors learnt once": (touched, by_vectors, False),
    }
    print(f"  reviewing {len(later)} rows; F1 of the rules {measured([r.answer.tagged for r in later], later)[2]:.3f}; after")
    print(f"  {'':36s}" + "".join(f"{(n + 1) * _ROUND:6d}" for n in range(_MARKS // _ROUND)) + "  marks")
    for name, (rows, judge, again) in orders.items():
        figures = []
        for marks in marked(bench, rows, known, judge, again=again):
            seen = {id(row) for row in marks}
            figures.append(measured([r.text.accepted if id(r) in seen else r.answer.tagged for r in later], later)[2])
        print(f"  {name:36s}" + "".join(f"{figure:6.3f}" for figure in figures))


def limits(bench: Bench, marks: Sequence[Row]) -> tuple[float, float]:
    """Return below which probability nine of ten marks are rejections, and above which nine of ten are not; ten at least."""
    scores = []
    for fold in range(_FOLDS):
        model = bench.learn([row for number, row in enumerate(marks) if number % _FOLDS != fold])
        scores += [(by_vectors(model, row), row.text.accepted) for row in marks[fold::_FOLDS]] if model else []
    scores.sort()
    low, high = 0.0, 1.0
    for place in range(FEWEST, len(scores) + 1):
        lowest, highest = [said for _, said in scores[:place]], [said for _, said in scores[-place:]]
        low = scores[place - 1][0] if lowest.count(False) >= _SURE * place else low
        high = scores[-place][0] if highest.count(True) >= _SURE * place else high
    return low, high


def deciding(bench: Bench, before: Sequence[Row], later: Sequence[Row]) -> None:
    """Print what holding back and promoting by a model of a hundred marks would do to rows that nobody marked."""
    marks = marked(bench, [row for row in before if row.touched], (), by_vectors)[-1]
    model = bench.learn(marks)
    if model is None:
        print("  deciding: too few marks")
        return
    languages = {language for language in {row.document.language for row in marks} if _is_spoken(marks, language)}
    low, high = limits(bench, marks)
    tags, held, promoted = [], [], []
    for row in later:
        tag, likely, may = row.answer.tagged, by_vectors(model, row), row.document.language in languages
        if may and row.answer.grade is Grade.SUBSTANTIAL and tag and likely < low:
            held.append(not row.text.accepted)
            tag = False
        elif may and row.answer.near_miss and row.answer.hits and likely > high:
            promoted.append(row.text.accepted)
            tag = True
        tags.append(tag)
    rules, after = measured([row.answer.tagged for row in later], later), measured(tags, later)
    shown = "P {:.3f} R {:.3f} F1 {:.3f}"
    print(f"  deciding in {len(languages)} languages: {shown.format(*rules)} becomes {shown.format(*after)};", end=" ")
    print(f"held back {len(held)}, {sum(held)} rightly; promoted {len(promoted)}, {sum(promoted)} rightly")


def _is_spoken(marks: Sequence[Row], language: str | None) -> bool:
    """Return whether there are enough marks of both kinds in a language."""
    said = [row.text.accepted for row in marks if row.document.language == language]
    return min(sum(said), len(said) - sum(said)) >= FEWEST


def main() -> None:
    """Print the figures of each cut."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rows", type=Path)
    parser.add_argument("--later", type=Path)
    parser.add_argument("--topic", type=Path, default=ROOT / "feeds" / "topics" / "antisemitism-online.toml")
    given = parser.parse_args()
    topic, encoder = read_topic(given.topic), installed_encoder()
    if encoder is None:
        sys.exit("the encoder is not installed: pip install '.[learn]'")
    examples = (labelled(encoder, Document(e.title, e.text, e.language), e.tagged) for e in topic.examples)
    bench = Bench(topic, encoder, tuple(examples))
    rows = sorted(read(bench, given.rows), key=lambda row: row.published)
    if given.later:
        cuts = [("later rows", rows, read(bench, given.later))]
    else:
        dates = [rows[int(len(rows) * share)].published for share in (0.4, 0.55, 0.7, 0.85)]
        cuts = [(f"from {day}", [r for r in rows if r.published < day], [r for r in rows if r.published >= day]) for day in dates]
    for name, before, later in cuts:
        print(f"{name}: {len(before)} rows before, {len(later)} after, {sum(row.text.accepted for row in later)} of them wanted")
        for measure in (ranking, reviewing, deciding):
            measure(bench, before, later)


if __name__ == "__main__":
    main()
