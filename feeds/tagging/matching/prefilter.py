"""Filters out words that fit no pattern at all, many words at once: most words of a text; knows no topic and no text."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ingest.text.folding import fold
from ingest.text.language.stemming import of_stems

# Written without spaces: a term is looked for inside a run of such letters.
SPACELESS: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
FOREIGN: Final = re.compile(f"[^{SPACELESS.pattern[1:-1]}]+")  # a brand in Latin letters among them
_HEAD: Final = 3  # first letters that are compared before any more
_EDGE: Final = 6  # letters by which beginnings and ends of words are told apart
_MIDDLE: Final = 4  # ... and what stands inside them
_FEW: Final = 8  # patterns that are sooner looked for one by one


class Prefilter:
    """Patterns over single words, reduced to a test that no word which fits one of them fails."""

    def __init__(  # noqa: PLR0913 - the kinds of patterns
        self,
        whole: Iterable[str],
        prefixes: Iterable[str],
        suffixes: Iterable[str],
        inside: Iterable[str],
        stemmed: Mapping[str, Iterable[str]],
        *,
        clitics: bool,
    ) -> None:
        """Take folded patterns by kind, stems by language; with `clitics` some may stand behind the first letters of a word."""
        self._whole, self._clitics = frozenset(whole), clitics
        self._heads, self._tails = _by_length(part[:_EDGE] for part in prefixes), _by_length(part[-_EDGE:] for part in suffixes)
        self._openings = frozenset(part[:_HEAD] for length, parts in self._heads.items() if length >= _HEAD for part in parts)
        self._inside = tuple(inside)
        self._middles = _by_length(part[:_MIDDLE] for part in self._inside) if len(self._inside) > _FEW else {}
        self._stems = {language: frozenset(table) for language, table in stemmed.items()}

    def passed(self, words: Iterable[str]) -> set[str]:
        """Return the words, as written, that may fit a pattern."""
        folded = {word: word.lower() if word.isascii() else fold(word) for word in words}
        found = self._at_edges(folded) | self._within(folded)
        return found.union(*(of_stems(folded, table, language) for language, table in self._stems.items()))

    def _at_edges(self, folded: dict[str, str]) -> set[str]:
        found = {word for word, plain in folded.items() if plain in self._whole}
        begun = {word: plain for word, plain in folded.items() if plain[:_HEAD] in self._openings}
        for length, heads in self._heads.items():
            among = folded if length < _HEAD else begun
            found.update([word for word, plain in among.items() if plain[:length] in heads])
        for length, tails in self._tails.items():
            found.update(word for word, plain in folded.items() if plain[-length:] in tails)
        return found

    def _within(self, folded: dict[str, str]) -> set[str]:
        other = [(word, plain) for word, plain in folded.items() if not plain.isascii()]
        found = {word for word, plain in other if self._clitics or (SPACELESS.search(plain) and FOREIGN.search(plain))}
        if not self._middles:
            together = " ".join(folded.values())
            for part in (part for part in self._inside if part in together):
                found.update(word for word, plain in folded.items() if part in plain)
        for length, middles in self._middles.items():
            found.update(
                word
                for word, plain in folded.items()
                if not middles.isdisjoint([plain[at : at + length] for at in range(len(plain) - length + 1)])
            )
        return found


def _by_length(parts: Iterable[str]) -> dict[int, frozenset[str]]:
    known = frozenset(parts)
    return {length: frozenset(part for part in known if len(part) == length) for length in {len(part) for part in known}}
