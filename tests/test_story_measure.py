import json

import pytest
from making import Cli

from feeds.stories.evaluation import cluster_agreement


def test_equal_groups_are_perfect() -> None:
    """The same groups under other names score 1 throughout."""
    groups = cluster_agreement({1: 1, 2: 1, 3: 3}, {1: 7, 2: 7, 3: 9})
    assert (groups.ari, groups.precision, groups.recall, groups.f1) == (1, 1, 1, 1)


def test_one_heap_is_no_better_than_chance() -> None:
    """Everything in one group has perfect recall, poor precision and an adjusted Rand index of 0."""
    groups = cluster_agreement({1: 1, 2: 1, 3: 3, 4: 3}, dict.fromkeys(range(1, 5), 1))
    assert (groups.ari, groups.precision, groups.recall) == (0, 0.5, 1)


def test_singletons_lose_recall_only() -> None:
    """Nothing merged is wholly precise."""
    groups = cluster_agreement({1: 1, 2: 1, 3: 3, 4: 3}, {n: n for n in range(1, 5)})
    assert (groups.precision, groups.recall) == (1, 0.5)


A = '{"title": "Norwick bridge shut until August, council says", "url": "http://a.example/1", "published": "2026-03-02T12:00:00Z"}'
B = '{"title": "Norwick bridge shut until August, says council", "url": "http://a.example/1", "published": "2026-03-02T13:00:00Z"}'
C = '{"title": "Choir wins prize", "published": "2026-03-02T12:00:00Z"}'


def test_pairs_are_measured(cli: Cli) -> None:
    """Labelled pairs give precision, recall and F1 by kind, unclear ones are left out, and errors are shown with evidence."""
    path = cli.home / "pairs.jsonl"
    rows = [(A, B, "pos", "edit"), (A, C, "neg", "other"), (B, C, "u", "other"), (B, C, "pos", "other")]
    path.write_text(
        "\n".join(f'{{"a": {a}, "b": {b}, "label": "{label}", "kind": "{kind}"}}' for a, b, label, kind in rows), "utf-8"
    )
    lines = cli("stories", "evaluate", path).stdout.splitlines()
    assert lines[1].split()[:4] == ["all", "3", "2", "1"]
    assert [line.split()[0] for line in lines[2:4]] == ["edit", "other"]
    assert any(line.startswith("without other") for line in lines)
    assert any(line.startswith("ARI ") for line in lines)
    assert any(line.startswith("missed ") and "line 4" in line for line in lines)


def test_a_program_reads_the_same_figures(cli: Cli) -> None:
    """`stories evaluate --json` writes one object: shares, counts, by language and kind, clusters, errors with evidence."""
    path = cli.home / "pairs.jsonl"
    rows = [(A, B, "pos", "edit"), (A, C, "neg", "other"), (B, C, "pos", "other")]
    path.write_text(
        "\n".join(f'{{"a": {a}, "b": {b}, "label": "{label}", "kind": "{kind}"}}' for a, b, label, kind in rows), "utf-8"
    )
    found = json.loads(cli("stories", "evaluate", path, "--json").stdout)
    assert (found["precision"], found["recall"], found["rows"]) == (1.0, 0.5, 3)
    assert found["by_kind"]["edit"]["f1"] == 1.0
    assert found["by_language"] == {"und": {key: found[key] for key in found["by_language"]["und"]}}
    assert set(found["clusters"]) == {"ari", "precision", "recall", "f1"}
    assert [(error["kind"], error["relation"]) for error in found["errors"]] == [("missed", "none")]


EVENT = (
    '{"title": "Ferry adds boats while bridge of Norwick is shut", "url": "http://c.example/1", '
    '"published": "2026-03-02T14:00:00Z"}'
)
FRENCH = (
    '{"title": "Le pont de Norwick ferme, dit Anna Dorval", "text": "Anna Dorval ferme le pont de Norwick pour 40 semaines, selon '
    'Harmon.", "lang": "fr", "url": "http://d.example/1", "published": "2026-03-02T15:00:00Z"}'
)
ENGLISH = (
    '{"title": "Anna Dorval shuts bridge", "text": "Anna Dorval shuts the Norwick bridge for 40 weeks, Harmon says.", "lang": "en",'
    ' "url": "http://e.example/1", "published": "2026-03-02T15:00:00Z"}'
)


def test_relations_beside_stories_are_measured(cli: Cli) -> None:
    """Pairs labelled `related` and `translation` are no merges, and what is said of them has its own precision and recall."""
    path = cli.home / "pairs.jsonl"
    rows = [(A, B, "pos"), (A, EVENT, "related"), (A, C, "related"), (FRENCH, ENGLISH, "translation"), (C, FRENCH, "neg")]
    path.write_text("\n".join(f'{{"a": {a}, "b": {b}, "label": "{label}"}}' for a, b, label in rows), "utf-8")
    found = json.loads(cli("stories", "evaluate", path, "--json").stdout)
    assert (found["rows"], found["precision"], found["true_negatives"]) == (5, 1.0, 4)
    shares = {name: (of["precision"], of["recall"], of["rows"]) for name, of in found["relations"].items()}
    assert shares == {"related": (1.0, 0.5, 4), "translation": (1.0, 1.0, 4)}
    lines = [line.split()[:4] for line in cli("stories", "evaluate", path).stdout.splitlines()]
    assert ["related", "4", "2", "1"] in lines
    assert ["translation", "4", "1", "1"] in lines


def test_a_missing_date_is_no_distance(cli: Cli) -> None:
    """A row without a date is compared as if it had the other's."""
    path = cli.home / "pairs.jsonl"
    undated = A.replace(', "published": "2026-03-02T12:00:00Z"', "")
    path.write_text(f'{{"a": {undated}, "b": {B}, "label": 1}}\n{{"a": {B}, "b": {undated}, "label": 1}}', "utf-8")
    assert cli("stories", "evaluate", path).stdout.splitlines()[1].split()[:4] == ["all", "2", "2", "2"]


def test_clusters_are_measured(cli: Cli) -> None:
    """Items with a cluster are compared as the service would, also by their words alone."""
    path = cli.home / "items.jsonl"
    path.write_text("\n".join(row[:-1] + f', "cluster": "{name}"}}' for row, name in ((A, "x"), (B, "x"), (C, "y"))), "utf-8")
    for option in ([], ["--words-alone"]):
        lines = cli("stories", "evaluate", path, *option).stdout.splitlines()
        assert lines[1].split()[:4] == ["all", "1", "1", "1"]
        assert "B-cubed precision 1.000  recall 1.000" in lines[-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no rows"),
        ("{}", 'no "label"'),
        ('{"a": 1, "b": {}, "label": "pos"}', "not an item"),
        ('{"a": {"published": "soon"}, "b": {}, "label": "pos"}', "is no date"),
    ],
)
def test_a_file_that_cannot_be_measured_is_refused(cli: Cli, text: str, said: str) -> None:
    """The line and the cure are named, with the exit code of a user's mistake."""
    path = cli.home / "rows.jsonl"
    path.write_text(text, "utf-8")
    result = cli("stories", "evaluate", path)
    assert (result.exit_code, said in result.stderr) == (2, True)
