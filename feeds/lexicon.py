"""The terms of topics as patterns over single words, each word of a text looked up once; knows no text and no topic rule."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from feeds.topic import Term
from ingest.fold import WORD, fold

# Written without spaces: a term is looked for inside a run of such letters.
_SPACELESS: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_PART: Final = re.compile(rf"\{{(?P<slot>[^{{}}]*)\}}|(?P<gap>\.\.)|\*?(?P<word>{WORD.pattern})\*?")
_CLITICS: Final = {
    "he": re.compile("[והבכלמש]{1,3}(?=..)"),
    "ar": re.compile("(?:[وف]?(?:[بكل]?ال|لل|[بكل])|[وف])(?=..)"),
}
_CACHE: Final = 300_000
GAP: Final = -1  # an element of a phrase: up to three words of anything


@dataclass(frozen=True, slots=True)
class Slot:
    """An element of a phrase: a hit of a group stands here."""

    group: str


Element = int | Slot


@dataclass(frozen=True, slots=True)
class Phrase:
    """A term compiled: its elements, in order, and whom it belongs to."""

    owner: int
    term: Term
    elements: tuple[Element, ...]


class Lexicon:
    """All word patterns of some topics. `look_up` gives the numbers of those that a folded word fits."""

    def __init__(self) -> None:
        """Begin empty."""
        self._exact: dict[str, int] = {}
        self._prefix: dict[str, int] = {}
        self._suffix: dict[str, int] = {}
        self._inside: dict[str, int] = {}
        self._clitic: dict[str, dict[str, int]] = defaultdict(dict)
        self._count = self._longest = 0
        self._seen: dict[str, tuple[int, ...]] = {}

    def phrases(self, owner: int, term: Term) -> tuple[Phrase, ...]:
        """Compile a term; a hyphenated one also in its joined form."""
        forms = {term.text, re.sub(r"(?<=\w)[-\u2010\u2011](?=\w)", "", term.text)}
        return tuple(Phrase(owner, term, self._elements(form, term.language)) for form in sorted(forms))

    def _elements(self, text: str, language: str | None) -> tuple[Element, ...]:
        elements: list[Element] = []
        for part in _PART.finditer(text):
            if part["slot"] is not None:
                elements.append(Slot(part["slot"]))
            elif part["gap"]:
                elements.append(GAP)
            else:
                elements.append(self._pattern(fold(part["word"]), part[0], language, first=not elements))
        return tuple(elements)

    def _pattern(self, word: str, written: str, language: str | None, *, first: bool) -> int:
        before, after = written.startswith("*"), written.endswith("*")
        if (before and after) or _SPACELESS.search(word):
            table = self._inside
        elif before or after:
            table = self._suffix if before else self._prefix
        elif first and language in _CLITICS:
            table = self._clitic[language]
        else:
            table = self._exact
        if word not in table:
            self._count += 1
            table[word] = self._count
            self._longest = max(self._longest, len(word))
            self._seen.clear()
        return table[word]

    def look_up(self, word: str) -> tuple[int, ...]:
        """Give the numbers of the patterns that a folded word fits; remembered, since few words are most of a text."""
        found = self._seen.get(word)
        if found is None:
            if len(self._seen) >= _CACHE:
                self._seen.clear()
            found = self._seen[word] = tuple(dict.fromkeys(self._fits(word)))
        return found

    def _fits(self, word: str) -> list[int]:
        length = len(word)
        fits = [self._exact[word]] if word in self._exact else []
        fits += [n for end in range(1, length + 1) if (n := self._prefix.get(word[:end]))]
        fits += [n for start in range(length) if (n := self._suffix.get(word[start:]))]
        parts = (word[a:b] for a in range(length) for b in range(a + 1, min(length, a + self._longest) + 1))
        fits += [n for part in parts if (n := self._inside.get(part))]
        for language, table in self._clitic.items():
            fits += [n for form in unprefixed(word, language) if (n := table.get(form))]
        return fits

    def inside(self, word: str, number: int) -> tuple[int, int]:
        """Give the span of a pattern within a run of letters without spaces; the whole of any other word."""
        if _SPACELESS.search(word):
            for text, known in self._inside.items():
                if known == number and (at := word.find(text)) >= 0:
                    return at, at + len(text)
        return 0, len(word)


def unprefixed(word: str, language: str) -> list[str]:
    """Give a word and what is left of it without the particles that its language writes in front of it.

    Hebrew: up to three of ו ה ב כ ל מ ש. Arabic: و or ف, then ب ك ل or the article, with ل+ال written لل.
    """
    forms = [word]
    pattern = _CLITICS[language]
    match = pattern.match(word)
    if match:
        forms += [word[end:] for end in range(1, match.end() + 1)]
    return forms
