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
_SHIFT: Final = 5
BLOCK: Final = 1 << _SHIFT  # moves in a block: most states move alike on most bytes
BLOCKS: Final = 256 // BLOCK  # of a row
_FACTORS: Final = np.arange(1, BLOCK, 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)


class Detector(LanguageIdentifier):  # type: ignore[misc] # it publishes no types
    """The library's identifier with its automaton in a fifth of the memory; the features and scores are the same.

    The automaton lies in arrays: forked processes share their pages, as no reading counts a reference in them.
    """

    __slots__ = ("blocks", "moves", "rows")

    def _raw_score(self, text: bytes) -> Any:
        """Score each language for a text in UTF-8."""
        features = self._features(text)
        return self._sparse_score(Counter(features), self.nb_ptc) if features else super()._raw_score(b"")

    def _features(self, text: bytes) -> list[int]:
        """Return the features that end in a text, in their order."""
        moves, blocks, rows, output, found, state = self.moves, self.blocks, self.rows, self.tk_output, [], 0
        for letter in text:
            state = moves[blocks[rows[state] + (letter >> _SHIFT)] + (letter & BLOCK - 1)]
            if output[state] >= 0:
                found.append(output[state])
        return found


@cache
def detector() -> Detector:
    """Return the detector, its model loaded: some 0.1 s the first time, and 16 MB from then on."""
    with np.load(_MODEL, allow_pickle=False) as model:
        moves, row_of = _automaton(model["letters"], model["children"])
        scores = np.ascontiguousarray(model["scores"].T)  # a feature's side by side
        output = array("i", model["features"].tobytes())
        loaded = Detector(scores, model["prior"], model["languages"].tolist(), (), output, norm_probs=True, tk_row=())
    loaded._full_model = None  # noqa: SLF001 - which could only be restricted again
    loaded.moves, loaded.blocks = _in_blocks(moves)
    loaded.rows = array("I", (row_of * BLOCKS).astype(np.uint32).tobytes())
    return loaded


def _in_blocks(moves: _Numbers) -> tuple["array[int]", "array[int]"]:
    """Return the distinct blocks of moves, one after another, and where each block of each row begins in them."""
    whole = moves.view(np.uint64).reshape(-1, len(_FACTORS))  # two moves in each number
    _, first, number = np.unique(whole @ _FACTORS, return_index=True, return_inverse=True)  # told apart by a hash
    return array("I", whole[first].tobytes()), array("I", (number.astype(np.uint32) * BLOCK).tobytes())


def _automaton(letters: _Numbers, children: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Return the moves of an automaton of Aho and Corasick, a row of 256 for each state with children, and each state's row.

    Its tree is given breadth first. A state moves down the tree where it can, else as the longest end of its word does that
    is in the tree. A state without children has that one's row.
    """
    first = 1 + np.concatenate(([0], np.cumsum(children, dtype=np.int64)))  # child of each state
    own = np.cumsum(children > 0) - 1
    row_of, shorter = np.zeros(len(children), np.int64), np.zeros(len(children), np.int64)
    moves = np.zeros((int(own[-1]) + 1, 256), np.uint32)
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
    return moves, row_of
