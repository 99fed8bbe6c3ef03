"""Reads a bilingual FreeDict dictionary in the format of dictd, and translates words by it; opens no file."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_DIGITS: Final = {letter: value for value, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
_ASIDE: Final = re.compile(
    r"<[^>]*>|\[[^\]]*\]|\([^)]*\)|\{[^}]*\}|^\s*\d+\."
)  # grammar, style, cross-references, numbers of senses
_PLAIN: Final = re.compile(r"[\w'’-]+(?: [\w'’-]+){0,2}")  # up to three words
_LONGER: Final = 3  # letters that a headword may have beyond the beginning that is looked for
_NAME: Final = re.compile(r"freedict-([a-z]{3})-([a-z]{3})")


def languages_of_dictionary(name: str) -> tuple[str, str] | None:
    """Return from and into which languages (ISO 639-3) a file translates, by its name without the suffix."""
    found = _NAME.fullmatch(name)
    return (found[1], found[2]) if found else None


@dataclass(frozen=True, slots=True)
class BilingualDictionary:
    """Headwords in order, each with the place of its article in the text."""

    words: tuple[str, ...]
    places: tuple[tuple[int, int], ...]  # first byte, number of bytes
    articles: bytes

    def translations(self, word: str, *, beginning: bool = False) -> tuple[str, ...]:
        """Return the translations of a headword; with `beginning` also of those that go on by a few letters."""
        wanted, found = word.casefold(), dict[str, None]()
        for number in range(bisect_left(self.words, wanted), len(self.words)):
            headword = self.words[number]
            if not headword.startswith(wanted) or (headword != wanted and not beginning):
                break
            if len(headword) <= len(wanted) + _LONGER:
                start, length = self.places[number]
                found.update(dict.fromkeys(_senses(self.articles[start : start + length].decode("utf-8", "replace"))))
        return tuple(found)


def read_dictionary(index: str, articles: bytes) -> BilingualDictionary:
    """Read the text of an index (a headword, the place and the length of its article in each line) with the articles.

    Raises ValueError for an index that has another form.
    """
    entries = []
    for line in index.splitlines():
        word, *place = line.split("\t")
        if word and not word.startswith("00database"):
            try:
                start, length = map(_number, place[:2])
            except KeyError as fault:
                raise ValueError(f"{word}: its place is no number: {fault}") from fault
            entries.append((word.casefold(), (start, length)))
    entries.sort()
    return BilingualDictionary(tuple(word for word, _ in entries), tuple(place for _, place in entries), articles)


def _number(written: str) -> int:
    """Return a number that dictd writes in base 64, the highest digit first."""
    value = 0
    for letter in written:
        value = value * len(_DIGITS) + _DIGITS[letter]
    return value


def _senses(article: str) -> Iterator[str]:
    """Yield the translations of an article: its first line is the headword, and deeper lines are notes and examples."""
    for line in article.splitlines()[1:]:
        if line.startswith("   ") or line.lstrip().startswith(("see:", "Synonym", "Note:", '"')):
            continue
        for part in re.split(r"[,;]", _ASIDE.sub(" ", line)):
            plain = " ".join(part.split())
            if _PLAIN.fullmatch(plain):
                yield plain
