"""A small linear second opinion: ranks the uncertain, proposes words, tags nothing; knows its file, not how it was trained."""

import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from ingest.errors import TopicError
from ingest.text.folding import folded


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of words and word pairs, learnt from a person's decisions: when, for which wording, from how many."""

    topic: str
    version: str
    learnt: date
    accepted: int
    rejected: int
    intercept: float
    weights: dict[str, float]  # of a feature's share in the text

    def probability(self, title: str, text: str) -> float:
        """Give how likely a person would accept a text, from 0 to 1."""
        counts = features(f"{title}\n{text}")
        length = math.sqrt(sum(count * count for count in counts.values())) or 1.0
        score = self.intercept + sum(self.weights.get(name, 0.0) * count / length for name, count in counts.items())
        return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))

    def write(self) -> str:
        """Give the text of the file: the same from the same decisions on the same day."""
        head = {"topic": self.topic, "version": self.version, "learnt": self.learnt.isoformat()}
        counts = {"accepted": self.accepted, "rejected": self.rejected, "intercept": self.intercept}
        weights = dict(sorted(self.weights.items()))
        return json.dumps({**head, **counts, "weights": weights}, ensure_ascii=False, indent=0) + "\n"


def features(text: str) -> Counter[str]:
    """Count the folded words and pairs of neighbouring words of a text."""
    words = folded(text).split()
    return Counter([*words, *map(" ".join, pairwise(words))])


def file_of(home: Path, topic: str) -> Path:
    """Return where the model of a topic lies in a home folder."""
    return home / "opinions" / f"{topic}.json"


def parse(text: str, where: str) -> LinearModel:
    """Read what `write` wrote; `where` is how errors call it. Raises TopicError."""
    try:
        data = json.loads(text)
        return LinearModel(**{**data, "learnt": date.fromisoformat(data["learnt"])})
    except (ValueError, TypeError, KeyError) as fault:
        raise TopicError(f"{where}: {fault}", "learn it again or delete it") from fault
