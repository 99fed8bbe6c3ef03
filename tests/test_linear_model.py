"""The linear model by words: trained on a person's reviews, it ranks and proposes, and never tags."""

import builtins
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from making import HARBOUR, Cli, about, carry, home_at
from wording import IDLE, wording

from feeds.model import Document
from feeds.tagging.classifier import classify, tag
from feeds.tagging.linear_model import LabelledText, LinearModel, features, parse_model, proposals, train
from feeds.tagging.matching.matcher import Matcher
from ingest.errors import TopicError, UsageError

DAY = date(2026, 3, 2)
MARKS = [
    *(LabelledText(f"Harbour tugboat {n}", f"The tugboat pulled ship number {n} to the quay", accepted=True) for n in range(12)),
    *(LabelledText(f"Garden show {n}", f"Roses of kind {n} were shown in the park", accepted=False) for n in range(12)),
]


def test_it_learns_what_a_person_accepts() -> None:
    """A text like the accepted ones is likely, one like the rejected ones is not."""
    model = train(wording(), MARKS, DAY)
    assert (model.accepted, model.rejected, model.learnt) == (12, 12, DAY)
    assert model.probability("", "A tugboat came to the quay") > 0.7
    assert model.probability("", "Roses in the park") < 0.3


def test_the_same_marks_give_the_same_file() -> None:
    """It is reproducible, and reads back to what was written."""
    model = train(wording(), MARKS, DAY)
    assert train(wording(), MARKS, DAY).write() == model.write()
    assert parse_model(model.write(), "o.json") == model


def test_it_proposes_words_that_no_term_finds() -> None:
    """A word that speaks for the topic is proposed, unless a term of the topic finds it already."""
    words = [word for word, _ in proposals(wording(), train(wording(), MARKS, DAY), 50)]
    assert "tugboat" in words
    assert "harbour" not in words
    assert "quay" not in words
    assert "roses" not in words


def test_too_few_marks_teach_nothing() -> None:
    """With fewer than ten of a kind it refuses, and says what to do."""
    with pytest.raises(UsageError, match=r"9 accepted and 12 rejected texts are too few.*review"):
        train(wording(), MARKS[3:], DAY)


def test_without_scikit_learn_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra: the rules do without."""
    real: Callable[..., Any] = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(UsageError, match=r"not installed.*topicwire\[learn\]"):
        train(wording(), MARKS, DAY)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"topic": 1}'])
def test_a_file_that_is_no_linear_model_is_refused(text: str) -> None:
    """The error names the file and the cure."""
    with pytest.raises(TopicError, match=r"o\.json.*learn it again"):
        parse_model(text, "o.json")


def test_features_are_words_and_pairs() -> None:
    """Folded, so that case and accents make no difference."""
    assert features("Où est OÙ") == {"ou": 2, "est": 1, "ou est": 1, "est ou": 1}


def test_an_unknown_text_is_as_likely_as_nothing_said() -> None:
    """Where no learnt word occurs, only the intercept speaks."""
    assert LinearModel("t", "v", DAY, 1, 1, 0.0, {}).probability("", "anything") == 0.5


def test_the_command_learns_from_decisions_examples_and_rows(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its file lies in the home, review is ranked by it, and no tag changes."""
    monkeypatch.setattr("feeds.tagging.second_opinion.installed_encoder", lambda: None)
    cli = Cli(home)
    (home / "topics").mkdir()
    (home / "topics" / "harbour.toml").write_text(HARBOUR, "utf-8")
    rows = [{"title": mark.title, "summary": mark.text, "label": "pos" if mark.accepted else "neg"} for mark in MARKS]
    (home / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    with home_at(home).facts() as facts:
        carry(facts, [about(1)])
    before = cli("items").stdout
    done = cli("topics", "learn", "harbour", "--labels", str(home / "rows.jsonl"))
    assert done.exit_code == 0
    assert "opinions/harbour.json: learnt from" in done.stdout
    assert (home / "opinions" / "harbour.json").stat().st_size < 100_000
    assert cli("items").stdout == before
    assert cli("review", "list", "harbour").exit_code == 0


def test_a_second_query_lists_what_only_a_person_can_classify() -> None:
    """What `review` finds is a near miss, with the reason why it is not tagged; it is never tagged by it."""
    topic = wording('require = ["ship", "place"]\nreview = "gull"')
    answer = classify(Matcher([topic]), Document("", f"Gulls everywhere. {IDLE}"))[0]
    assert (answer.tagged, answer.near_miss) == (False, True)
    assert answer.why == "nothing says ship or place"
    assert tag(Matcher([topic]), Document("", "Gulls everywhere.")).tags == ()
    assert not classify(Matcher([topic]), Document("", IDLE))[0].near_miss
    assert topic.version == wording('require = ["ship", "place"]').version
