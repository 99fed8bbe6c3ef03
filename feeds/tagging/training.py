"""Trains the second opinion from a person's marks, with scikit-learn (the extra `learn`); stores and decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from feeds.tagging.linear_model import LinearModel, features
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.topic.model import Topic
from ingest.errors import UsageError
from ingest.text.folding import folded

_FEWEST: Final = 10  # marks of each kind
_KEPT: Final = 2_000  # weights: the rest is noise, and the file stays small
_DIGITS: Final = 3
_SHORTEST: Final = 4  # letters of a proposal: shorter words are particles


@dataclass(frozen=True, slots=True)
class LabelledText:
    """One text and what a person said of it."""

    title: str
    text: str
    accepted: bool


def train(topic: Topic, marks: Sequence[LabelledText], today: date) -> LinearModel:
    """Fit a logistic regression on words and word pairs. Raises UsageError for too few marks or without scikit-learn."""
    accepted = sum(mark.accepted for mark in marks)
    if min(accepted, len(marks) - accepted) < _FEWEST:
        what = f"{accepted} accepted and {len(marks) - accepted} rejected texts are too few to learn from"
        raise UsageError(what, f"mark at least {_FEWEST} of each with `topicwire review`, or give --labels")
    try:
        from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra, slow to import
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
        from sklearn.preprocessing import normalize  # noqa: PLC0415
    except ImportError as fault:
        raise UsageError("scikit-learn is not installed", "pip install 'topicwire[learn]'") from fault
    vectors = DictVectorizer()
    rows = normalize(vectors.fit_transform([features(f"{mark.title}\n{mark.text}") for mark in marks]))
    model = LogisticRegression(solver="liblinear", class_weight="balanced", C=10.0, random_state=0)
    model.fit(rows, [mark.accepted for mark in marks])
    weights = dict(zip(vectors.get_feature_names_out(), model.coef_[0], strict=True))
    strongest = sorted(weights, key=lambda name: (-abs(weights[name]), name))[:_KEPT]
    return LinearModel(
        topic=topic.name,
        version=topic.version,
        learnt=today,
        accepted=accepted,
        rejected=len(marks) - accepted,
        intercept=round(float(model.intercept_[0]), _DIGITS),
        weights={name: round(float(weights[name]), _DIGITS) for name in strongest},
    )


def proposals(topic: Topic, opinion: LinearModel, limit: int) -> list[tuple[str, float]]:
    """Give words that speak for the topic and that none of its terms finds, strongest first."""
    matcher = Matcher([topic])
    known = {word for group in topic.groups for term in group.terms for word in folded(term.text).split()}
    strong = sorted((name for name, weight in opinion.weights.items() if weight > 0), key=lambda name: -opinion.weights[name])
    unknown = (name for name in strong if len(name) >= _SHORTEST and name not in known)
    new = (name for name in unknown if not matcher.find(segments(name, ""), None))
    return [(name, opinion.weights[name]) for name, _ in zip(new, range(limit), strict=False)]
