"""Makes the model of the language detector from py3langid's: the languages that are detected, and its automaton as a tree.

python tests/make_detector.py

It is needed after another release of py3langid or another list of languages. The file has the library's numbers as they
are; `tests/test_language.py` fails where they differ from those of the library that is installed.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import py3langid
from py3langid.langid import MODEL_FILE, LanguageIdentifier

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ingest.text.language.codes import DETECTED  # noqa: E402 - found by the path of the line before

MODEL: Final = ROOT / "ingest" / "text" / "language" / "detector.npz"


def library() -> LanguageIdentifier:
    """Return the library's own detector of the languages that are detected."""
    loaded = LanguageIdentifier.from_modelpath(str(Path(py3langid.__file__).parent / MODEL_FILE), norm_probs=True)
    loaded.set_languages(DETECTED)
    return loaded


def moves_of(model: LanguageIdentifier) -> npt.NDArray[np.uint32]:
    """Return the moves of a detector, a row of 256 for each state or several."""
    return np.frombuffer(model.tk_nextmove, dtype=np.uint32).reshape(-1, 256)


def tree(moves: npt.NDArray[np.uint32], row_of: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
    """Return the states of an automaton of Aho and Corasick, breadth first, their letters and how many children each has.

    The first way to a state is the way down the tree; every other move falls back to the end of a shorter word.
    """
    order, letters, children, seen, done = [0], list[int](), list[int](), {0}, set[int]()
    for state in order:
        row = [] if row_of[state] in done else moves[row_of[state]].tolist()
        done.add(row_of[state])
        below = [letter for letter, to in enumerate(row) if to not in seen]
        seen.update(row)
        order += [row[letter] for letter in below]
        letters += below
        children.append(len(below))
    return order, letters, children


def main() -> None:
    """Write the file."""
    model = library()
    order, letters, children = tree(moves_of(model), model.tk_row)
    np.savez_compressed(
        MODEL,
        languages=np.array(model.nb_classes),
        prior=model.nb_pc,
        scores=np.ascontiguousarray(model.nb_ptc.T),  # which is packed in fewer bytes
        letters=np.array(letters, dtype=np.uint8),
        children=np.array(children, dtype=np.uint16),
        features=np.array(model.tk_output, dtype=np.int32)[order],
    )


if __name__ == "__main__":
    main()
