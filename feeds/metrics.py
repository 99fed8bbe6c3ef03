"""Measures topics on labelled rows: precision, recall and F1 with intervals, by language and grade; reads no file."""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from feeds.model import Classification

_Z: Final = 1.96  # 95 %
POSITIVE: Final = frozenset({"pos", "1", "true", "yes"})
NEGATIVE: Final = frozenset({"neg", "0", "false", "no"})


@dataclass(frozen=True, slots=True)
class LabelledAnswer:
    """One labelled row, and its classification."""

    name: str
    title: str
    language: str
    wanted: bool
    classification: Classification


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """Counts of one set of rows, by what was wanted and what was found."""

    true_positives: int = 0
    false_positives: int = 0
    false_negatives: int = 0
    true_negatives: int = 0

    @property
    def precision(self) -> float:
        """The share of tagged rows that should be; 1 when none is tagged."""
        return (
            self.true_positives / (self.true_positives + self.false_positives)
            if self.true_positives + self.false_positives
            else 1.0
        )

    @property
    def recall(self) -> float:
        """The share of wanted rows that are tagged; 1 when none is wanted."""
        return (
            self.true_positives / (self.true_positives + self.false_negatives)
            if self.true_positives + self.false_negatives
            else 1.0
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def as_values(matrix: ConfusionMatrix) -> dict[str, Any]:
    """Return counts and shares as a JSON object; a share of nothing is None, not 1."""
    tagged = matrix.true_positives + matrix.false_positives
    meant = matrix.true_positives + matrix.false_negatives
    return {
        "precision": _rounded(matrix.true_positives, tagged),
        "recall": _rounded(matrix.true_positives, meant),
        "f1": _rounded(2 * matrix.true_positives, tagged + meant),
        "rows": tagged + matrix.false_negatives + matrix.true_negatives,
        **asdict(matrix),
    }


def _rounded(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % interval of a share (Wilson 1927), which is honest also for few rows and for shares of 0 and 1."""
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, _Z * _Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    half = _Z * math.sqrt(share * (1 - share) / whole + square / (4 * whole * whole)) / (1 + square / whole)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def confusion_matrix(answers: Iterable[LabelledAnswer]) -> ConfusionMatrix:
    """Count true and false positives and negatives."""
    counts = [0, 0, 0, 0]
    for answer in answers:
        tagged = answer.classification.tagged
        counts[(0 if tagged else 2) if answer.wanted else (1 if tagged else 3)] += 1
    return ConfusionMatrix(*counts)


def wanted(label: object) -> bool | None:
    """Parse a label; None for rows that are unclear and left out."""
    text = str(label).lower()
    return True if text in POSITIVE else False if text in NEGATIVE else None


def report(answers: tuple[LabelledAnswer, ...], worst: int, tables: Iterable[str] = ()) -> list[str]:
    """Return lines: how good the topic is, in all, by language and by grade, then its `worst` errors of each kind with reasons.

    `tables` are lines to stand before the errors.
    """
    languages: defaultdict[str, list[LabelledAnswer]] = defaultdict(list)
    for answer in answers:
        languages[answer.language].append(answer)
    lines = [f"{'':12}{'rows':>6}{'wanted':>8}{'tagged':>8}  precision            recall               F1"]
    lines.append(_line("all", confusion_matrix(answers)))
    lines += [
        _line(name, confusion_matrix(rows)) for name, rows in sorted(languages.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    ]
    lines += [*_by_grade(answers), *tables]
    return lines + _errors(answers, worst)


def measured(answers: tuple[LabelledAnswer, ...], worst: int) -> dict[str, Any]:
    """Return what `report` says as one JSON object: in all, `by_language`, `by_grade`, and the `worst` errors of each kind."""
    languages = sorted({answer.language for answer in answers})
    tagged = [answer for answer in answers if answer.classification.tagged]
    grades = sorted({str(answer.classification.grade) for answer in tagged})
    false, missed = _mistakes(answers)
    return {
        **as_values(confusion_matrix(answers)),
        "by_language": {
            name: as_values(confusion_matrix(answer for answer in answers if answer.language == name)) for name in languages
        },
        "by_grade": {
            name: _grade_values(confusion_matrix(answer for answer in tagged if str(answer.classification.grade) == name))
            for name in grades
        },
        "errors": [
            {
                "id": answer.name,
                "kind": kind,
                "language": answer.language,
                "title": answer.title,
                "score": answer.classification.score,
                "why": answer.classification.why,
            }
            for kind, found in (("false alarm", false), ("missed", missed))
            for answer in found[:worst]
        ],
    }


def _grade_values(of: ConfusionMatrix) -> dict[str, Any]:
    low, high = wilson(of.true_positives, of.true_positives + of.false_positives)
    return as_values(of) | {"precision_low": round(low, 4), "precision_high": round(high, 4)}


def _mistakes(answers: tuple[LabelledAnswer, ...]) -> tuple[list[LabelledAnswer], list[LabelledAnswer]]:
    """Return the false alarms, highest score first, and the missed rows."""
    false = sorted((a for a in answers if a.classification.tagged and not a.wanted), key=lambda a: -a.classification.score)
    return false, [a for a in answers if not a.classification.tagged and a.wanted]


def _line(name: str, of: ConfusionMatrix) -> str:
    tagged, meant = of.true_positives + of.false_positives, of.true_positives + of.false_negatives
    rows = tagged + of.false_negatives + of.true_negatives
    precision, recall = share(of.true_positives, tagged), share(of.true_positives, meant)
    # F1 is a share too, of all that either side named: its interval is that share's.
    return f"{name:12}{rows:6}{meant:8}{tagged:8}  {precision:20} {recall:20} {share(2 * of.true_positives, tagged + meant)}"


def share(part: int, whole: int) -> str:
    """Return a share with its 95 % interval, in words."""
    if not whole:
        return "-"
    low, high = wilson(part, whole)
    return f"{part / whole:.3f} ({low:.2f}-{high:.2f})"


def _by_grade(answers: tuple[LabelledAnswer, ...]) -> list[str]:
    grades: defaultdict[str, list[LabelledAnswer]] = defaultdict(list)
    for answer in answers:
        if answer.classification.tagged:
            grades[str(answer.classification.grade)].append(answer)
    lines = [
        f"{name:12}{len(rows):22}  {share(sum(row.wanted for row in rows), len(rows))}" for name, rows in sorted(grades.items())
    ]
    return [*lines, f"a grade's stated precision: {', '.join(map(_meaning, sorted(grades.items())))}"] if lines else []


def _meaning(graded: tuple[str, list[LabelledAnswer]]) -> str:
    """Return the precision that a grade stands for, with its 95 % interval, in words."""
    name, rows = graded
    right = sum(row.wanted for row in rows)
    low, high = wilson(right, len(rows))
    return f"{name} {right / len(rows):.0%} ({low:.0%} to {high:.0%})"


def _errors(answers: tuple[LabelledAnswer, ...], worst: int) -> list[str]:
    false, missed = _mistakes(answers)
    lines = [
        f"false alarm {a.name} ({a.language}, score {a.classification.score:g}): {a.title}\n  {a.classification.why}"
        for a in false[:worst]
    ]
    return lines + [f"missed {a.name} ({a.language}): {a.title}\n  {a.classification.why}" for a in missed[:worst]]
