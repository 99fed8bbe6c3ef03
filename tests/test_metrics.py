import json
from pathlib import Path
from typing import Any

import pytest
from making import Cli, classification, stored, write_topic
from making import item as made

from feeds.metrics import ConfusionMatrix, LabelledAnswer, confusion_matrix, report, wanted, wilson
from feeds.model import Classification, Grade


def said(grade: Grade | None, points: float = 1.0, why: str = "because") -> Classification:
    """Return a classification of some grade; None is not tagged."""
    return Classification("harbour", "v", tagged=grade is not None, grade=grade, score=points, why=why)


def answer(name: str, grade: Grade | None, language: str = "en", *, meant: bool, points: float = 1.0) -> LabelledAnswer:
    """Return one labelled row with what was said of it."""
    return LabelledAnswer(name, f"Title {name}", language, meant, said(grade, points))


# Intervals


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.278),
        (10, 10, 0.722, 1.0),
        (5, 10, 0.237, 0.763),
        (1, 2, 0.095, 0.905),
        (81, 263, 0.255, 0.366),
        (15, 148, 0.062, 0.160),
        (1, 29, 0.006, 0.172),
    ],
)
def test_the_interval_is_wilsons(part: int, whole: int, low: float, high: float) -> None:
    """The 95 % interval of a share agrees with published values (Newcombe 1998, table I, method 3)."""
    assert wilson(part, whole) == pytest.approx((low, high), abs=0.001)


def test_of_nothing_nothing_is_known() -> None:
    """Without rows the share may be anything."""
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("whole", [1, 3, 50])
def test_an_interval_lies_around_its_share_and_within_bounds(whole: int) -> None:
    """Also at 0 and 1 the interval never leaves 0 to 1."""
    for part in range(whole + 1):
        low, high = wilson(part, whole)
        assert 0 <= low <= part / whole <= high <= 1
        assert high - low > 0


# Scores


def test_precision_recall_and_f1() -> None:
    """Hits, false alarms, misses and the rest give the three figures."""
    rows = [answer("a", Grade.CORE, meant=True)] * 6 + [answer("b", Grade.CORE, meant=False)] * 2
    rows += [answer("c", None, meant=True)] * 4 + [answer("d", None, meant=False)] * 8
    of = confusion_matrix(rows)
    assert of == ConfusionMatrix(6, 2, 4, 8)
    assert (of.precision, of.recall) == (0.75, 0.6)
    assert of.f1 == pytest.approx(2 * 0.75 * 0.6 / 1.35)


@pytest.mark.parametrize(
    ("of", "precision", "recall", "f1"),
    [
        (ConfusionMatrix(), 1, 1, 1),
        (ConfusionMatrix(false_negatives=3), 1, 0, 0),
        (ConfusionMatrix(false_positives=3), 0, 1, 0),
        (ConfusionMatrix(false_positives=1, false_negatives=1), 0, 0, 0),
        (ConfusionMatrix(1, 1, 1), 0.5, 0.5, 0.5),
    ],
)
def test_nothing_tagged_or_nothing_wanted_divides_by_nothing(
    of: ConfusionMatrix, precision: float, recall: float, f1: float
) -> None:
    """Where a share has no rows it counts as whole."""
    assert (of.precision, of.recall, of.f1) == (precision, recall, f1)


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("pos", True),
        ("POS", True),
        ("yes", True),
        (1, True),
        (True, True),
        ("neg", False),
        (0, False),
        (False, False),
        ("no", False),
        ("unclear", None),
        ("", None),
        (None, None),
        (2, None),
    ],
)
def test_labels_are_read(label: object, meaning: bool | None) -> None:  # noqa: FBT001 - what it should read
    """A row says pos or neg in one of several ways; anything else is left out."""
    assert wanted(label) is meaning


# The report


def test_the_report_goes_by_language_and_grade() -> None:
    """First all rows, then the languages with most rows first, then the grades with their precision."""
    rows = (
        answer("1", Grade.CORE, meant=True),
        answer("2", Grade.CORE, meant=True),
        answer("3", Grade.MENTION, meant=False),
        answer("4", None, "fr", meant=True),
        answer("5", None, "de", meant=False),
    )
    lines = report(rows, 0)
    assert [line.split()[:4] for line in lines[:5]] == [
        ["rows", "wanted", "tagged", "precision"],
        ["all", "5", "3", "3"],
        ["en", "3", "2", "3"],
        ["de", "1", "0", "0"],
        ["fr", "1", "1", "0"],
    ]
    low, high = wilson(2, 3)
    assert f"0.667 ({low:.2f}-{high:.2f})" in lines[1]
    low, high = wilson(4, 6)
    assert lines[1].endswith(f"0.667 ({low:.2f}-{high:.2f})")
    assert lines[3].split()[4:] == ["-", "-", "-"]
    assert [line.split()[:3] for line in lines[5:7]] == [["core", "2", "1.000"], ["mention", "1", "0.000"]]
    assert lines[7:] == ["a grade's stated precision: core 100% (34% to 100%), mention 0% (0% to 79%)"]


def test_the_worst_errors_come_first() -> None:
    """False alarms with the highest score first, then what was missed; of each kind no more than asked for."""
    rows = tuple(answer(f"f{n}", Grade.MENTION, meant=False, points=n) for n in (1, 3, 2)) + tuple(
        answer(f"m{n}", None, "fr", meant=True) for n in (1, 2, 3)
    )
    lines = report(rows, 2)[-4:]
    assert lines == [
        "false alarm f3 (en, score 3): Title f3\n  because",
        "false alarm f2 (en, score 2): Title f2\n  because",
        "missed m1 (fr): Title m1\n  because",
        "missed m2 (fr): Title m2\n  because",
    ]


# The command


def rows_file(home: Path, *rows: dict[str, Any]) -> Path:
    """Write labelled rows."""
    path = home / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n\n", encoding="utf-8")
    return path


def test_rows_that_are_unclear_are_left_out(home: Path) -> None:
    """`topics evaluate` counts only rows labelled pos or neg."""
    write_topic(home)
    path = rows_file(
        home,
        {"id": "a", "title": "A ferry in the harbour", "lang": "en", "label": "pos"},
        {"id": "b", "title": "A ferry in the harbour of the other town", "lang": "en", "label": "neg"},
        {"id": "c", "title": "A ferry in the harbour", "lang": "en", "label": "unclear"},
        {"id": "d", "title": "A ferry in the harbour", "lang": "en"},
        {"title": "Boats", "content": "<p>Nothing more is said of it.</p>", "label": 1},
    )
    result = Cli(home)("topics", "evaluate", "harbour", path, "--worst", "1")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[1].split()[:4] == ["all", "3", "2", "2"]
    assert [line.split()[0] for line in lines[2:5]] == ["en", "und", "core"]
    assert [line.split() for line in lines[6:9]] == [["false", "true", "group"], ["1", "1", "place"], ["1", "1", "ship"]]
    assert [line.split(maxsplit=5)[5] for line in lines[10:12]] == ["place: “harbour*”", "ship: “ferry”"]
    assert [line.split(maxsplit=1) for line in lines[12:14]] == [["missed", "because"], ["1", "nothing says place"]]
    assert lines[14].startswith("false alarm b (en, score 3): A ferry in the harbour of the other town")
    assert lines[16].startswith("missed 5 (und): Boats")


def test_a_program_reads_the_same_figures(home: Path) -> None:
    """`topics evaluate --json` writes one object: shares, counts, by language and grade, and the errors with their reasons."""
    write_topic(home)
    path = rows_file(
        home,
        {"id": "a", "title": "A ferry in the harbour", "lang": "en", "label": "pos"},
        {"id": "b", "title": "A ferry in the harbour of the other town", "lang": "en", "label": "neg"},
        {"id": "c", "title": "Boats", "label": "pos"},
    )
    found = json.loads(Cli(home)("topics", "evaluate", "harbour", path, "--json").stdout)
    assert (found["topic"], found["precision"], found["recall"], found["f1"], found["rows"]) == ("harbour", 0.5, 0.5, 0.5, 3)
    assert found["by_language"]["en"]["precision"] == 0.5
    assert found["by_language"]["und"] | {"precision": None, "recall": 0.0, "false_negatives": 1} == found["by_language"]["und"]
    assert found["by_grade"]["core"]["true_positives"] == 1
    assert (found["by_grade"]["core"]["precision_low"], found["by_grade"]["core"]["precision_high"]) == (0.0945, 0.9055)
    assert found["by_group"] == [{"group": "place", "true": 1, "false": 1}, {"group": "ship", "true": 1, "false": 1}]
    assert [(one["group"], one["term"], one["false"]) for one in found["by_term"]] == [
        ("place", "harbour*", 1),
        ("ship", "ferry", 1),
    ]
    assert found["missing"] == [{"part": "place", "what": "nothing says place", "rows": 1}]
    assert [(error["id"], error["kind"]) for error in found["errors"]] == [("b", "false alarm"), ("c", "missed")]
    assert all(error["why"] for error in found["errors"])


def test_rows_without_any_label_are_refused(home: Path) -> None:
    """A file without labels measures nothing, and says how to write them."""
    write_topic(home)
    result = Cli(home)("topics", "evaluate", "harbour", rows_file(home, {"title": "A ferry"}))
    assert result.exit_code == 2
    assert 'no row has a label; give each row "label": "pos" or "neg"' in result.stderr


def test_what_is_measured_is_what_would_be_published() -> None:
    """The score uses the classification itself, whatever its grade."""
    kept = classification(stored(made()))
    assert confusion_matrix([LabelledAnswer("x", "t", "en", wanted=True, classification=kept)]) == ConfusionMatrix(true_positives=1)
