"""MinHash sketches (Broder 1997), by which likely near-duplicates are found without comparing all; decides nothing.

Many texts are hashed at once, in one array; their sketches are what they would be one by one.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import accumulate, pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
ROWS: Final = 2  # hashes a band: a pair is found although it shares a third
SHINGLE: Final = 3  # words
SIZE: Final = 8  # bytes of a word's digest
_MIXERS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_MOST: Final = 40  # hashes of one sketch
_TURNS: Final = np.random.default_rng(20_260_302).integers(1, 2**63, size=(2, _MOST), dtype=np.uint64) | np.uint64(1)
_AT_ONCE: Final = 1 << 15  # hashes that are turned together: they stay in the processor's cache


def digest(word: str) -> bytes:
    """Return a digest of a word, 8 bytes, the same on every machine."""
    return blake2b(word.encode(), digest_size=SIZE).digest()


def hashes(digests: Iterable[bytes]) -> Hashes:
    """Return digests as numbers of 63 bits, an array of shape (words,)."""
    return np.frombuffer(b"".join(digests), dtype=">u8").astype(np.uint64) >> np.uint64(1)


def shingled(texts: Sequence[bytes]) -> list[Hashes]:
    """Return the hashes of each three words in a row, for each text by the digests of its words; a shorter text has one hash."""
    ends = list(accumulate((len(text) // SIZE for text in texts), initial=0))
    each = hashes(texts)
    length = max(len(each) - SHINGLE + 1, 0)
    mixed = np.zeros(length, dtype=np.uint64)
    for place in range(SHINGLE):
        mixed = (mixed ^ each[place : place + length]) * _MIXERS[place]
    mixed = (mixed ^ (mixed >> np.uint64(29))) >> np.uint64(1)
    return [mixed[a : b - SHINGLE + 1] if b - a >= SHINGLE else each[a:b][:1] for a, b in pairwise(ends)]


def distinct(values: Hashes) -> Hashes:
    """Return each value once, sorted."""
    found = np.sort(values)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def common(a: Hashes, b: Hashes) -> int:
    """Return how many values two arrays from `distinct` share."""
    few, many = (a, b) if len(a) < len(b) else (b, a)
    return int(np.count_nonzero(many.take(many.searchsorted(few), mode="clip") == few)) if len(few) else 0


def bands(sets: Sequence[Hashes], count: int, name: str) -> list[tuple[int, ...]]:
    """Return `count` keys of each set, none of an empty one: two sets share a key the likelier, the more they have in common."""
    filled = [values for values in sets if len(values)]
    if not filled:
        return [()] * len(sets)
    least = _least(np.concatenate(filled), np.cumsum([0, *map(len, filled[:-1])]), count * ROWS)
    keys = (least[::ROWS] * _MIXERS[0]) ^ (least[1::ROWS] * _MIXERS[2]) ^ hashes([digest(name)])
    keys = (keys ^ np.arange(count, dtype=np.uint64)[:, None] * _MIXERS[2]) >> np.uint64(1)
    found = map(tuple, keys.T.tolist())
    return [next(found) if len(values) else () for values in sets]


def _least(values: Hashes, starts: npt.NDArray[np.intp], turns: int) -> Hashes:
    """Return the minima of each set under some permutations, shape (turns, sets); the sets begin in `values` at `starts`."""
    found = np.empty((turns, len(starts)), dtype=np.uint64)
    step = max(_AT_ONCE // len(values), 1)
    for at in range(0, turns, step):
        factor, summand = _TURNS[:, at : min(at + step, turns), None]
        turned = values * factor
        turned += summand
        turned ^= turned >> np.uint64(31)
        turned *= _MIXERS[1]
        found[at : at + step] = np.minimum.reduceat(turned, starts, axis=1)
    return found
