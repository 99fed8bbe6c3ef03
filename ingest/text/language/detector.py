"""The language detector of py3langid, restricted to those of DETECTED; reads only its model, knows no declared language."""

from array import array
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from py3langid.langid import LanguageIdentifier

_Numbers = npt.NDArray[Any]
_MODEL: Final = Path(__file__).with_name("detector.npz")  # made by tests/make_detector.py
_WALKS: Final = 50_000  # words that are remembered


class Detector(LanguageIdentifier):  # type: ignore[misc] # it publishes no types
    """The library's identifier with a cache of its walk over the bytes, word by word; the features and scores are the same."""

    __slots__ = ("walks",)

    def _raw_score(self, text: bytes) -> Any:
        """Score each language for a text in UTF-8."""
        features: list[int] = []
        state = 0
        *words, last = text.split(b" ")
        for word in words:
            state, found = self.walks.get((state, word)) or self._remembered(state, word)
            features += found
        features += self._walk(state, last)[1]
        return self._sparse_score(Counter(features), self.nb_ptc) if features else super()._raw_score(b"")

    def _remembered(self, state: int, word: bytes) -> tuple[int, list[int]]:
        if len(self.walks) >= _WALKS:
            self.walks.clear()
        walk = self.walks[state, word] = self._walk(state, word + b" ")
        return walk

    def _walk(self, state: int, text: bytes) -> tuple[int, list[int]]:
        """Return the state after a text, and the features that end in it."""
        moves, rows, output, found = self.tk_nextmove, self._rowbase, self.tk_output, []
        for letter in text:
            state = moves[rows[state] + letter]
            if output[state] >= 0:
                found.append(output[state])
        return state, found


@cache
def detector() -> Detector:
    """Return the detector, its model loaded: some 0.1 s and 50 MB the first time."""
    with np.load(_MODEL, allow_pickle=False) as model:
        moves, row_of = _automaton(model["letters"], model["children"])
        scores = np.ascontiguousarray(model["scores"].T)  # a feature's side by side
        languages, features = model["languages"].tolist(), model["features"].tolist()
        loaded = Detector(scores, model["prior"], languages, moves, features, norm_probs=True, tk_row=row_of)
    loaded._full_model = None  # noqa: SLF001 - which could only be restricted again
    loaded.walks = {}
    return loaded


def _automaton(letters: _Numbers, children: _Numbers) -> tuple["array[int]", "array[int]"]:
    """Return the moves of an automaton of Aho and Corasick, a row of 256 for each state with children, and each state's row.

    Its tree is given breadth first. A state moves down the tree where it can, else as the longest end of its word does that
    is in the tree. A state without children has that one's row.
    """
    first = 1 + np.concatenate(([0], np.cumsum(children, dtype=np.int64)))  # child of each state
    own = np.cumsum(children > 0) - 1
    row_of, shorter = np.zeros(len(children), np.int64), np.zeros(len(children), np.int64)
    table = array("I", [0]) * (256 * (int(own[-1]) + 1))
    moves = np.frombuffer(table, np.uint32).reshape(-1, 256)
    begin, end = 0, 1
    while begin < end:  # a level of the tree
        known = row_of[shorter[begin:end]]
        inner = children[begin:end] > 0
        row_of[begin:end] = np.where(inner, own[begin:end], known)
        moves[own[begin:end][inner]] = moves[known[inner]]
        below = np.arange(first[begin], first[end])
        parents = np.repeat(np.arange(begin, end), children[begin:end])
        if begin:
            shorter[below] = moves[row_of[shorter[parents]], letters[below - 1]]
        moves[row_of[parents], letters[below - 1]] = below
        begin, end = end, int(first[end])
    return table, array("I", row_of.astype(np.uint32).tobytes())
