"""Finds the words and phrases of a text, inflections under one key and without function words; counts nothing, knows no topic."""

import re
from collections.abc import Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from feeds.tagging.matching.prefilter import SPACELESS
from ingest.text.folding import fold, split_words
from ingest.text.language import stemming
from ingest.text.language.function_words import function_words

_LONGEST: Final = 3  # words of a phrase
_FEWEST: Final = 3  # letters of a word that stands alone
_RUN: Final = range(2, 5)  # letters of a word in a script without spaces
_REMEMBERED: Final = 200_000  # words
_BREAK: Final = re.compile(r"[.!?;:,()\[\]|\n\u2026\"“”„«»·•。！？、，：；「」（）]+|\s[-–—]+\s")
_END: Final = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_TAIL: Final = re.compile(r"\s+[-–—|·•]\s+([^-–—|·•]+)$")  # of a title, where aggregators put the publisher's name


class CountedWord(NamedTuple):
    """A word as it is counted: its key, and whether a phrase may begin or end with it, or consist of it."""

    key: str
    edge: bool
    alone: bool


def whole_sentences(text: str) -> list[str]:
    """Split a text after the marks that end a sentence, and at the ends of lines."""
    return [part for part in _END.split(text) if part]


def fragments(text: str) -> list[str]:
    """Split a text where no phrase goes on: at the marks between and within sentences."""
    return [part for part in _BREAK.split(text) if part and not part.isspace()]


def title_tail(title: str) -> str:
    """Return what stands behind the last dash or bar of a title; empty where none does."""
    found = _TAIL.search(title)
    return found[1].strip() if found else ""


class PhraseFinder:
    """Finds the phrases of up to three words in texts of one language; a word is looked at once."""

    def __init__(self, language: str | None) -> None:
        """Take the language of the texts; None where it is not known."""
        self._stems = language if language in stemming.LANGUAGES else None
        self._function_words = function_words(language)
        self._words: dict[str, CountedWord] = {}

    def phrases(self, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Yield (key, as written) of every phrase in some fragments of a text, as often as it stands there."""
        for text in texts:
            written = split_words(text)
            words = list(map(self._word, written))
            for first, word in enumerate(words):
                if SPACELESS.search(written[first]):
                    yield from ((part, part) for part in _parts(word.key))
                elif word.edge:
                    if word.alone:
                        yield word.key, written[first]
                    for last in range(first + 1, min(first + _LONGEST, len(words))):
                        if words[last].edge:
                            span = slice(first, last + 1)
                            yield " ".join(one.key for one in words[span]), " ".join(written[span])

    def known(self, texts: Iterable[str], phrases: AbstractSet[str], heads: Container[str]) -> set[str]:
        """Return which `phrases`, by their keys, stand in some fragments; `heads` are the first words of the longer ones."""
        found: set[str] = set()
        for text in texts:
            keys = [self._word(one).key for one in split_words(text)]
            found |= phrases & set(keys)
            for first in (at for at, key in enumerate(keys) if key in heads):
                spans = (" ".join(keys[first:last]) for last in range(first + 2, min(first + _LONGEST, len(keys)) + 1))
                found.update(span for span in spans if span in phrases)
            if not text.isascii():
                found.update(part for key in keys if SPACELESS.search(key) for part in _parts(key) if part in phrases)
        return found

    def _word(self, written: str) -> CountedWord:
        known = self._words.get(written)
        if known is None:
            if len(self._words) >= _REMEMBERED:
                self._words.clear()
            known = self._words[written] = self._looked_up(written)
        return known

    def _looked_up(self, written: str) -> CountedWord:
        folded = fold(written)
        edge = len(folded) > 1 and folded not in self._function_words
        alone = edge and len(folded) >= _FEWEST and not folded.isdigit()
        return CountedWord(stemming.stem(written, self._stems) or folded if self._stems else folded, edge, alone)


def _parts(word: str) -> Iterator[str]:
    """Yield what may be a word within a run of letters without spaces."""
    for length in _RUN:
        yield from (word[at : at + length] for at in range(len(word) - length + 1))
