"""Splits a text into title, lead, sentences and list items, each with its words in place; knows no topic."""

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import accumulate, chain
from typing import Final

from ingest.text.folding import INVISIBLE, fold, folded, split_words, word_pattern, words_by_line
from ingest.text.sanitize import CAPTION_MARK, ENTRY_MARK, sentences

_HYPHEN: Final = re.compile("[-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d]")
_HYPHENATED: Final = re.compile(rf"{_HYPHEN.pattern}[{INVISIBLE}]*\w")
_JOINED: Final = 3  # parts of a hyphenated word that are read as one
_LEAD_WORDS: Final = 60


class SegmentKind(StrEnum):
    """Where in an article a segment stands."""

    TITLE = "title"
    LEAD = "lead"
    SENTENCE = "sentence"
    ENTRY = "entry"  # of a list: two entries are two stories
    CAPTION = "caption"


_MARKS: Final = {ENTRY_MARK: SegmentKind.ENTRY, CAPTION_MARK: SegmentKind.CAPTION}


@dataclass(frozen=True, slots=True)
class SegmentWord:
    """A word, folded and as written, its span in the field, and the number of the next; a hyphenated one spans several."""

    folded: str
    written: str
    start: int
    end: int
    next: int


class Segment:
    """One sentence or title. Most are read once, as bare words; places and joined readings are found when asked for."""

    __slots__ = ("__dict__", "_end", "_joined", "_start", "_text", "field", "first", "kind", "paragraph", "written")

    def __init__(  # noqa: PLR0913, PLR0917 - where it stands, and what is known of it
        self,
        kind: SegmentKind,
        text: str,
        span: tuple[int, int],
        paragraph: int = -1,
        first: int = 0,
        written: list[str] | None = None,
        *,
        tied: bool = True,
    ) -> None:
        """Take a span of a field's text; `first` is the number of its first word in the article.

        `written` are its words where they are known, and without `tied` no hyphen joins any of them.
        """
        self.kind, self.paragraph, self.first = kind, paragraph, first
        self.field = "title" if kind is SegmentKind.TITLE else "text"  # what the offsets count in
        self._text, (self._start, self._end) = text, span
        self.written = split_words(text[self._start : self._end]) if written is None else written
        self._joined: dict[int, tuple[SegmentWord, ...]] | None = None if tied else {}

    @property
    def span(self) -> tuple[int, int]:
        """The characters of the field that it covers, punctuation included."""
        return self._start, self._end

    @cached_property
    def words(self) -> tuple[SegmentWord, ...]:
        """Its words in place."""
        found = word_pattern().finditer(self._text, self._start, self._end)
        return tuple(SegmentWord(fold(m[0]), m[0], m.start(), m.end(), n) for n, m in enumerate(found, 1))

    @property
    def joined(self) -> dict[int, tuple[SegmentWord, ...]]:
        """Further readings of hyphenated words, by the word that they begin at."""
        if self._joined is None:
            self._joined = dict(_joined(self._text, self.written, self._start, self._end))
        return self._joined

    @property
    def spelled(self) -> Iterator[str]:
        """Its words as they are written, and what hyphens join in it, folded."""
        return chain(self.written, (word.folded for longer in self.joined.values() for word in longer))

    @cached_property
    def digest(self) -> str:
        """A hash of its folded words, 24 hex digits: what is compared, and stored, when a source repeats itself."""
        words = folded(self._text[self._start : self._end])
        return hashlib.blake2b(b"\x01" + words.encode() + b"\x1f", digest_size=12).hexdigest()

    def opens(self, number: int, opening: re.Pattern[str]) -> bool:
        """Return whether a word is the first, or has one of the signs `opening` between itself and the word before."""
        return number == 0 or opening.search(self._text, self.words[number - 1].end, self.words[number].start) is not None

    def readings(self, number: int) -> tuple[SegmentWord, ...]:
        """Return what may be read at a word: itself, and hyphenated words joined from there on."""
        return (self.words[number], *self.joined.get(number, ()))


class SegmentedText:
    """Title and text as bare words, numbered through; only the lines in which a word is wanted are cut into segments."""

    def __init__(self, title: str, text: str) -> None:
        """Offsets of its segments are characters of `title` or `text` as they are given here."""
        self._title, self._text = title, text
        self._heads, self._written, self._lines = split_words(title), words_by_line(text), text.splitlines(keepends=True)
        self.words = [*self._heads, *chain.from_iterable(self._written)]
        self._firsts = [*accumulate(map(len, self._written), initial=len(self._heads))]  # the number of each line's first word
        self._places = [*accumulate(map(len, self._lines), initial=0)]
        self._tied = {number for number, line in enumerate(self._lines) if _is_tied(line)}

    @cached_property
    def joined(self) -> dict[int, tuple[SegmentWord, ...]]:
        """Readings of hyphenated words, by the number of the word that they begin at."""
        lines = [(self._firsts[n], self._lines[n], self._written[n]) for n in self._tied]
        lines += [(0, self._title, self._heads)] if _is_tied(self._title) else []
        return {first + n: longer for first, line, words in lines for n, longer in _joined(line, words, 0, len(line))}

    @property
    def spelled(self) -> Iterator[str]:
        """Its words as they are written, and what hyphens join, folded."""
        return chain(self.words, (word.folded for longer in self.joined.values() for word in longer))

    def segments(self, wanted: Iterable[int]) -> tuple[Segment, ...]:
        """Return its title, and the sentences of the lines that hold one of the words `wanted`, by their numbers.

        Only whole lines are left out, so the distances between words are those of the whole article.
        """
        title = (Segment(SegmentKind.TITLE, self._title, (0, len(self._title)), written=self._heads),) if self._title else ()
        lines = sorted({bisect_right(self._firsts, number) - 1 for number in wanted if number >= len(self._heads)})
        return title + tuple(chain.from_iterable(map(self._sentences, lines)))

    def _sentences(self, number: int) -> Iterator[Segment]:
        line, words, at, first = self._lines[number], self._written[number], self._places[number], self._firsts[number]
        marked, spans, tied = _MARKS.get(line[:2]), sentences(line), number in self._tied
        for start, end in spans:
            written = words if len(spans) == 1 else split_words(line[start:end])
            if written:
                lead = first - len(self._heads) < _LEAD_WORDS
                kind = marked or (SegmentKind.LEAD if lead else SegmentKind.SENTENCE)
                yield Segment(kind, self._text, (at + start, at + end), number, first, written, tied=tied)
            first += len(written)


def segments(title: str, text: str) -> tuple[Segment, ...]:
    """Split an article, all of it."""
    article = SegmentedText(title, text)
    return article.segments(range(len(article.words)))


def _is_tied(line: str) -> bool:
    """Return whether hyphens tie words of a line."""
    return ("-" in line or not line.isascii()) and _HYPHENATED.search(line) is not None


def _joined(text: str, written: list[str], start: int, end: int) -> Iterator[tuple[int, tuple[SegmentWord, ...]]]:
    joints = {number: (hyphen, follows) for number, hyphen, follows in _joints(text, start, end)}
    for number, (hyphen, _) in joints.items():
        first, longer, read = hyphen - len(written[number]), [], fold(written[number])
        for after in range(number + 1, number + _JOINED):
            if after - 1 not in joints:
                break
            reached = joints[after - 1][1] + len(written[after])
            read += fold(written[after])
            longer.append(SegmentWord(read, text[first:reached], first, reached, after + 1))
        yield number, tuple(longer)


def _joints(text: str, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the words that one hyphen ties to the next: (number of the word, place of the hyphen, place of the next word)."""
    number = -1
    for found in _HYPHENATED.finditer(text, start, end):
        before = split_words(text[start : found.start()])
        number, start = number + len(before), found.start()
        if before and text.endswith(before[-1], 0, start):
            yield number, start, found.end() - 1
