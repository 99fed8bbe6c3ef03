"""The language detector of py3langid, restricted to those of DETECTED; reads only its model, knows no declared language."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import py3langid
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from ingest.text.language.codes import DETECTED

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
    """Return the detector, its model loaded: some 0.2 s and 40 MB the first time."""
    loaded = Detector.from_modelpath(str(Path(py3langid.__file__).parent / MODEL_FILE), norm_probs=True)
    loaded.set_languages(DETECTED)
    loaded.nb_ptc = np.ascontiguousarray(loaded.nb_ptc)  # a feature's scores side by side
    loaded.tk_nextmove = loaded.tk_nextmove[:]  # it grew while it was read: half of it is empty
    loaded._full_model = None  # noqa: SLF001 - of the languages that were left out, 20 MB
    loaded.walks = {}
    return cast("Detector", loaded)
