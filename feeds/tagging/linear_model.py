"""A small linear model that ranks uncertain items and proposes words; it tags nothing and opens no file."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError, UsageError
from ingest.text.folding import folded

_FEWEST: Final = 10  # labelled texts of each kind
_KEPT: Final = 2_000  # weights: the rest is noise, and the file stays small
_DIGITS: Final = 3
_SHORTEST: Final = 4  # letters of a proposal: shorter words are function words


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text to train on, and the person's verdict on it."""

    title: str
    text: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of words and word pairs: when it was trained, for which wording of the topic, from how many texts."""

    topic: str
    version: str
    learnt: date
    accepted: int
    rejected: int
    intercept: float
    weights: dict[str, float]  # of a feature's share in the text

    def probability(self, title: str, text: str) -> float:
        """Return how likely a person would accept a text, from 0 to 1."""
        counts = features(f"{title}\n{text}")
        length = math.sqrt(sum(count * count for count in counts.values())) or 1.0
        score = self.intercept + sum(self.weights.get(name, 0.0) * count / length for name, count in counts.items())
        return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))

    def write(self) -> str:
        """Return the text of its file, JSON: the same for the same reviews on the same day."""
        head = {"topic": self.topic, "version": self.version, "learnt": self.learnt.isoformat()}
        counts = {"accepted": self.accepted, "rejected": self.rejected, "intercept": self.intercept}
        weights = dict(sorted(self.weights.items()))
        return json.dumps({**head, **counts, "weights": weights}, ensure_ascii=False, indent=0) + "\n"


def features(text: str) -> Counter[str]:
    """Count the folded words and pairs of neighbouring words of a text."""
    words = folded(text).split()
    return Counter([*words, *map(" ".join, pairwise(words))])


def model_file(home: Path, topic: str) -> Path:
    """Return the path of a topic's model in a home folder."""
    return home / "opinions" / f"{topic}.json"


def parse_model(text: str, where: str) -> LinearModel:
    """Parse what `write` wrote; `where` is how errors call it. Raises TopicError."""
    try:
        data = json.loads(text)
        return LinearModel(**{**data, "learnt": date.fromisoformat(data["learnt"])})
    except (ValueError, TypeError, KeyError) as fault:
        raise TopicError(f"{where}: {fault}", "learn it again or delete it") from fault


def train(topic: Topic, texts: Sequence[LabelledText], today: date) -> LinearModel:
    """Fit a logistic regression on words and word pairs, with scikit-learn (the extra `learn`).

    Raises UsageError for too few texts of a kind, or without scikit-learn.
    """
    accepted = sum(text.accepted for text in texts)
    if min(accepted, len(texts) - accepted) < _FEWEST:
        what = f"{accepted} accepted and {len(texts) - accepted} rejected texts are too few to learn from"
        raise UsageError(what, f"mark at least {_FEWEST} of each with `topicwire review`, or give --labels")
    try:
        from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra, slow to import
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
        from sklearn.preprocessing import normalize  # noqa: PLC0415
    except ImportError as fault:
        raise UsageError("scikit-learn is not installed", "pip install 'topicwire[learn]'") from fault
    vectors = DictVectorizer()
    rows = normalize(vectors.fit_transform([features(f"{text.title}\n{text.text}") for text in texts]))
    regression = LogisticRegression(solver="liblinear", class_weight="balanced", C=10.0, random_state=0)
    regression.fit(rows, [text.accepted for text in texts])
    weights = dict(zip(vectors.get_feature_names_out(), regression.coef_[0], strict=True))
    strongest = sorted(weights, key=lambda name: (-abs(weights[name]), name))[:_KEPT]
    return LinearModel(
        topic=topic.name,
        version=topic.version,
        learnt=today,
        accepted=accepted,
        rejected=len(texts) - accepted,
        intercept=round(float(regression.intercept_[0]), _DIGITS),
        weights={name: round(float(weights[name]), _DIGITS) for name in strongest},
    )


def proposals(topic: Topic, model: LinearModel, limit: int) -> list[tuple[str, float]]:
    """Return up to `limit` words that speak for the topic and that none of its terms finds, with their weights, strongest first."""
    matcher = Matcher([topic])
    known = {word for group in topic.groups for term in group.terms for word in folded(term.text).split()}
    strong = sorted((name for name, weight in model.weights.items() if weight > 0), key=lambda name: -model.weights[name])
    unknown = (name for name in strong if len(name) >= _SHORTEST and name not in known)
    new = (name for name in unknown if not matcher.find(segments(name, ""), None))
    return [(name, model.weights[name]) for name, _ in zip(new, range(limit), strict=False)]
