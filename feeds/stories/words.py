"""The words of a text as stories compare them: folded, with their digests and their weight; knows no item."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from feeds.stories import vocabulary
from feeds.stories.sketch import digest
from ingest.text.folding import fold, lowercase_ascii, word_pattern
from ingest.text.language.stop_words import languages_with_stop_word

STEM: Final = 6  # letters: "orage" and "orages", "attaque" and "attaquent" are one word
NO_SPACES: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]"
)  # thai to khmer, kana, han
_LONG: Final = 200  # bytes of a piece that would fill the memory
_KNOWN: Final = 20_000  # pieces that are remembered
_ELIDED: Final = frozenset("sldtnmд")  # what stands before or after an apostrophe


def tokens_of(text: str) -> Iterator[str]:
    """Return the folded words; scripts without spaces give pairs of letters, and what follows an apostrophe goes."""
    for token in map(fold, word_pattern().findall(text)):
        if not token.isascii() and NO_SPACES.search(token):
            yield from (token[n : n + 2] for n in range(max(len(token) - 1, 1)))
        elif token not in _ELIDED:
            yield token


class _Digests(dict[bytes, bytes]):
    """The digests of the words in what stands between two white spaces: no word goes across one."""

    def __missing__(self, piece: bytes) -> bytes:
        """Reckon those of a piece, and remember them if it is short."""
        text = piece.decode("utf-8", "surrogatepass")
        plain = text.isascii() and text not in _ELIDED  # a word in small letters: `parted` leaves no other
        found = digest(text) if plain else b"".join(map(digest, tokens_of(text)))
        if len(piece) < _LONG:
            if len(self) >= _KNOWN:
                self.clear()
            self[piece] = found
        return found


_digests: Final = _Digests()


def digests(text: str) -> bytes:
    """Return the digests of the words that `tokens_of` gives, one after the other, sooner than by reading them."""
    return b"".join(map(_digests.__getitem__, lowercase_ascii(text).split()))


def content(tokens: Iterable[str]) -> frozenset[str]:
    """Return the words that mean something, as stems."""
    return frozenset(token[:STEM] for token in tokens if weight(token))


@lru_cache(maxsize=20_000)
def weight(token: str) -> float:
    """Return how rare a word is: 0 for the commonest, more for long ones and figures.

    A fixed scale: a table counted from what has arrived would make stories depend on the order.
    """
    if languages_with_stop_word(token) or token in vocabulary.FORMAT:
        return 0.0
    return 1.5 if len(token) > STEM or token.isdigit() else 1.0 if len(token) > 2 else 0.5  # noqa: PLR2004 - letters


def weighed(words: Iterable[str]) -> float:
    """Return the weights of words in sum; here also the commonest count."""
    found = [*map(weight, words)]
    return sum(found) + found.count(0.0) / 2
