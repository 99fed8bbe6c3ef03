"""Sketches by which likely copies are found without comparing all: MinHash bands (Broder 1997); decides nothing."""

from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]
ROWS: Final = 2  # hashes a band: a pair is found although it shares a third
_SHINGLE: Final = 3  # words
_MIXERS: Final = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64)
_MOST: Final = 40  # hashes of one sketch
_TURNS: Final = np.random.default_rng(20_260_302).integers(1, 2**63, size=(2, _MOST), dtype=np.uint64) | np.uint64(1)


@lru_cache(maxsize=100_000)
def hashed(text: str) -> int:
    """Hash a string to 63 bits, alike on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def hashes(parts: tuple[str, ...] | frozenset[str]) -> Hashes:
    """Hash strings."""
    return np.fromiter(map(hashed, parts), dtype=np.uint64, count=len(parts))


def shingled(tokens: tuple[str, ...]) -> Hashes:
    """Hash each three words in a row; fewer words than that have one hash."""
    each = hashes(tokens)
    if len(each) < _SHINGLE:
        return each[:1]
    length = len(each) - _SHINGLE + 1
    mixed = np.zeros(length, dtype=np.uint64)
    for place in range(_SHINGLE):
        mixed = (mixed ^ each[place : place + length]) * _MIXERS[place]
    return np.asarray(mixed ^ (mixed >> np.uint64(29)), dtype=np.uint64) >> np.uint64(1)


def beginning(rolled: Hashes, tokens: tuple[str, ...], words: int) -> Hashes:
    """Give `shingled` of the first words of some tokens, from that of all."""
    return rolled[: words - _SHINGLE + 1] if _SHINGLE <= words <= len(tokens) else shingled(tokens[:words])


def bands(values: Hashes, count: int, name: str) -> tuple[int, ...]:
    """Give `count` keys of a set of hashes: two sets share one the likelier, the more they have in common."""
    if not len(values):
        return ()
    used = count * ROWS
    turned = values[:, None] * _TURNS[0, :used] + _TURNS[1, :used]
    least = ((turned ^ (turned >> np.uint64(31))) * _MIXERS[1]).min(axis=0).reshape(count, ROWS)
    keys = (least[:, 0] * _MIXERS[0]) ^ (least[:, 1] * _MIXERS[2]) ^ np.uint64(hashed(name))
    keys = (keys ^ np.arange(count, dtype=np.uint64) * _MIXERS[2]) >> np.uint64(1)
    return tuple(keys.tolist())
