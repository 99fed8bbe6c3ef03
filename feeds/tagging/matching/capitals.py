"""Compares words as they are written, capitals and marks included, and tells where a capital shows a name; knows no topic."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from feeds.tagging.matching.prefilter import SPACELESS
from feeds.tagging.matching.segments import Segment
from ingest.text.folding import fold, visible
from ingest.text.language.stop_words import languages_with_stop_word

_HYPHENS: Final = re.compile("[-\u2010-\u2013\u2212]")
_OPENING: Final = re.compile('[:.!?…|•"“”„«»]')  # after such a sign a sentence may begin, and with it a capital
_LONG: Final = 4  # letters: shorter words are small in many a headline of capitals


@dataclass(frozen=True)
class WrittenForm:
    """The letters that a word must have, marks included, and capitals if there are any in them; other letters where it is open."""

    letters: str
    before: bool  # other letters may stand before them
    after: bool

    @property
    def cased(self) -> bool:
        """Whether its capitals count: without one, a word may begin with a capital, or have nothing else."""
        return self.letters != self.letters.lower()

    def fits(self, word: str) -> bool:
        """Return whether a word of a text is written so."""
        letters, text = (self.letters, _plain(word)) if self.cased else (_small(self.letters), _small(word))
        if self.before and self.after:
            return letters in text
        return text.endswith(letters) if self.before else text.startswith(letters) if self.after else text == letters

    @cached_property
    def _mixed(self) -> bool:
        return self.letters[1:] != self.letters[1:].lower()

    def shows_name(self, segment: Segment, number: int, span: tuple[int, int]) -> bool:
        """Return whether its capitals show a name at a word of a segment; `span` are the first and the next word of the phrase.

        They do not where every word has a capital, nor where a sentence may begin. A single letter, and a word with a capital
        inside, show a name there too; but no capital does where all letters are capitals.
        """
        if len(self.letters) == 1 or SPACELESS.search(segment.written[number]):
            return True
        rest = [word for n, word in enumerate(segment.written) if not (span[0] <= n < span[1] and word[:1].isupper())]
        if self._mixed:
            return any(word != word.upper() for word in rest) or not any(word[1:] != word[1:].lower() for word in rest)
        return not segment.opens(number, _OPENING) and _in_sentence_case(rest if span[0] == 0 else rest[1:])


def written_form(word: str, *, before: bool, after: bool) -> WrittenForm:
    """Return the form of a word of a term."""
    return WrittenForm(_plain(word), before, after)


def _plain(word: str) -> str:
    return _HYPHENS.sub("", unicodedata.normalize("NFC", visible(word)))


def _small(word: str) -> str:
    return unicodedata.normalize("NFC", _plain(word).casefold().replace("i\u0307", "i"))


def _in_sentence_case(others: list[str]) -> bool:
    """Return whether the other words of a segment, without its first, show that only names have capitals in it."""
    if any(len(word) >= _LONG and word.islower() and not languages_with_stop_word(fold(word)) for word in others):
        return True
    return any(map(str.islower, others)) and not any(word[:1].isupper() for word in others)
