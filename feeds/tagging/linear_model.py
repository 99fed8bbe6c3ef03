"""A small linear model that ranks what a person should review, and proposes words; it tags nothing and opens no file."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.segments import segments
from feeds.tagging.sentence_encoder import SIZE, direction
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicError, UsageError
from ingest.text.folding import folded

FEWEST: Final = 10  # labelled texts of each kind
_KEPT: Final = 2_000  # weights: the rest is noise, and the file stays small
_DIGITS: Final = 3
_C_WORDS: Final = 10.0  # the inverse of the regularisation
_C_VECTORS: Final = 1.0  # .3 to 3 rank alike (decision 0106)
_SHORTEST: Final = 4  # letters of a proposal: shorter words are function words


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text to train on, and the person's verdict on it."""

    title: str
    text: str
    accepted: bool
    vector: bytes | None = None  # of its sentences, in a language that the encoder knows


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of words and word pairs, and of sentence vectors where an encoder was there: when and from what it was trained.

    `topic` and `version` name the wording then in force, `accepted` and `rejected` count the texts.
    """

    topic: str
    version: str
    learnt: date
    accepted: int
    rejected: int
    intercept: float
    weights: dict[str, float]  # of a feature's share in the text
    encoder: str = ""  # the name of what made the vectors; empty where it was trained on words alone
    vector_intercept: float = 0.0
    vector_weights: tuple[float, ...] = ()  # of the numbers of a vector with length 1
    reviews: int = 0  # how many of the texts were reviews

    @property
    def basis(self) -> str:
        """What it goes by, in words."""
        return f"sentence vectors ({self.encoder})" if self.encoder else "words alone"

    def probability(self, title: str, text: str) -> float:
        """Return how likely a person would accept a text, by its words, from 0 to 1."""
        counts = features(f"{title}\n{text}")
        length = math.sqrt(sum(count * count for count in counts.values())) or 1.0
        return _logistic(self.intercept + sum(self.weights.get(name, 0.0) * count / length for name, count in counts.items()))

    def probability_by_vector(self, vector: bytes) -> float:
        """Return how likely a person would accept a text, by the sentence vector that `encoder` made of it, from 0 to 1."""
        return _logistic(self.vector_intercept + float(direction(vector) @ np.array(self.vector_weights)))

    def write(self) -> str:
        """Return the text of its file, JSON: the same for the same reviews on the same day."""
        data: dict[str, Any] = {"topic": self.topic, "version": self.version, "learnt": self.learnt.isoformat()}
        data |= {"accepted": self.accepted, "rejected": self.rejected, "intercept": self.intercept}
        data |= {"weights": dict(sorted(self.weights.items()))}
        if self.encoder:
            vectors = {"vector_intercept": self.vector_intercept, "vector_weights": self.vector_weights}
            data |= {"encoder": self.encoder} | vectors
        data |= {"reviews": self.reviews} if self.reviews else {}
        return json.dumps(data, ensure_ascii=False, indent=0) + "\n"


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))


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
        model = msgspec.json.decode(text, type=LinearModel)
    except (msgspec.MsgspecError, ValueError) as fault:
        raise TopicError(f"{where}: {fault}", "learn it again or delete it") from fault
    if model.encoder and len(model.vector_weights) != SIZE:
        raise TopicError(
            f"{where}: vector_weights has {len(model.vector_weights)} numbers, not {SIZE}", "learn it again or delete it"
        )
    return model


def train(topic: Topic, texts: Sequence[LabelledText], today: date, encoder: str = "") -> LinearModel:
    """Fit logistic regressions on words and word pairs, and on the vectors of `encoder`, with scikit-learn (the extra `learn`).

    Vectors are left out where fewer than ten texts of a kind have one. Raises UsageError for too few texts of a kind, or
    without scikit-learn.
    """
    if min(_accepted_and_rejected(texts)) < FEWEST:
        accepted, rejected = _accepted_and_rejected(texts)
        what = f"{accepted} accepted and {rejected} rejected texts are too few to learn from"
        raise UsageError(what, f"mark at least {FEWEST} of each with `topicwire review`, or give --labels")
    try:
        model = _fit_words(topic, texts, today)
        encoded = [text for text in texts if text.vector is not None]
        return _fit_vectors(model, encoded, encoder) if min(_accepted_and_rejected(encoded)) >= FEWEST else model
    except ImportError as fault:
        raise UsageError("scikit-learn is not installed", "pip install 'topicwire[learn]'") from fault


def _accepted_and_rejected(texts: Sequence[LabelledText]) -> tuple[int, int]:
    accepted = sum(text.accepted for text in texts)
    return accepted, len(texts) - accepted


def _fit_words(topic: Topic, texts: Sequence[LabelledText], today: date) -> LinearModel:
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - an extra, slow to import
    from sklearn.preprocessing import normalize  # noqa: PLC0415

    vectors = DictVectorizer()
    rows = normalize(vectors.fit_transform([features(f"{text.title}\n{text.text}") for text in texts]))
    intercept, fitted = _regression(rows, texts, _C_WORDS)
    weights = dict(zip(vectors.get_feature_names_out(), fitted, strict=True))
    strongest = sorted(weights, key=lambda name: (-abs(weights[name]), name))[:_KEPT]
    kept = {name: round(float(weights[name]), _DIGITS) for name in strongest}
    return LinearModel(topic.name, topic.version, today, *_accepted_and_rejected(texts), round(intercept, _DIGITS), kept)


def _fit_vectors(model: LinearModel, texts: Sequence[LabelledText], encoder: str) -> LinearModel:
    rows = np.array([direction(text.vector) for text in texts if text.vector is not None])
    intercept, fitted = _regression(rows, texts, _C_VECTORS)
    weights = tuple(round(float(weight), _DIGITS) + 0.0 for weight in fitted)  # no -0.0
    return replace(model, encoder=encoder, vector_intercept=round(intercept, _DIGITS), vector_weights=weights)


def _regression(rows: Any, texts: Sequence[LabelledText], strength: float) -> tuple[float, Any]:
    """Return the intercept and the weights of a logistic regression; both kinds of text count alike, however many there are."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - an extra, slow to import

    regression = LogisticRegression(solver="liblinear", class_weight="balanced", C=strength, random_state=0)
    regression.fit(rows, [text.accepted for text in texts])
    return float(regression.intercept_[0]), regression.coef_[0]


def proposals(topic: Topic, model: LinearModel, limit: int) -> list[tuple[str, float]]:
    """Return up to `limit` words that speak for the topic and that none of its terms finds, with their weights, strongest first."""
    matcher = Matcher([topic])
    known = {word for group in topic.groups for term in group.terms for word in folded(term.text).split()}
    strong = sorted((name for name, weight in model.weights.items() if weight > 0), key=lambda name: -model.weights[name])
    unknown = (name for name in strong if len(name) >= _SHORTEST and name not in known)
    new = (name for name in unknown if not matcher.find(segments(name, ""), None))
    return [(name, model.weights[name]) for name, _ in zip(new, range(limit), strict=False)]
