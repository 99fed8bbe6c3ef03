"""Splits a text into title, lead, sentences and list items, each with its words in place; knows no topic."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import chain
from typing import Final

from ingest.text.folding import INVISIBLE, fold, folded, replace_typography, split_words, word_pattern
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

    def __init__(self, kind: SegmentKind, text: str, span: tuple[int, int], paragraph: int = -1, first: int = 0) -> None:
        """Take a span of a field's text; `first` is the number of its first word in the article."""
        self.kind, self.paragraph, self.first = kind, paragraph, first
        self.field = "title" if kind is SegmentKind.TITLE else "text"  # what the offsets count in
        self._text, (self._start, self._end) = text, span
        self.written = split_words(text[self._start : self._end])
        self._joined: dict[int, tuple[SegmentWord, ...]] | None = None

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
    """Title and text as lines of bare words; only the lines that somebody wants are cut into segments."""

    def __init__(self, title: str, text: str) -> None:
        """Offsets of its segments are characters of `title` or `text` as they are given here."""
        self._title, self._text = title, text
        lines = zip(text.splitlines(keepends=True), map(split_words, replace_typography(text).splitlines()), strict=True)
        tied = _HYPHENATED.search(text) is not None
        self._lines = [(line, words, joined_words(line, words) if tied else []) for line, words in lines]

    @property
    def words(self) -> Iterator[str]:
        """Its words as they are written, and what hyphens join, folded."""
        title = split_words(self._title)
        joined = chain(joined_words(self._title, title), *(joined for _, _, joined in self._lines))
        return chain(title, *(words for _, words, _ in self._lines), (word.folded for word in joined))

    def segments(self, wanted: Callable[[list[str], list[SegmentWord]], bool]) -> tuple[Segment, ...]:
        """Return its title, and the sentences of the lines that are `wanted`, by their words and the words that hyphens join.

        Only whole lines are left out, so the distances between words are those of the whole article.
        """
        heads = (Segment(SegmentKind.TITLE, self._title, (0, len(self._title))),) if self._title else ()
        return heads + tuple(self._body(wanted, sum(len(head.written) for head in heads)))

    def _body(self, wanted: Callable[[list[str], list[SegmentWord]], bool], before: int) -> Iterator[Segment]:
        at = read = 0
        for number, (line, words, joined) in enumerate(self._lines):
            if words and wanted(words, joined):
                marked = _MARKS.get(line[:2])
                for start, end in sentences(line):
                    kind = marked or (SegmentKind.LEAD if read < _LEAD_WORDS else SegmentKind.SENTENCE)
                    segment = Segment(kind, self._text, (at + start, at + end), number, before + read)
                    read += len(segment.written)
                    if segment.written:
                        yield segment
            else:
                read += len(words)
            at += len(line)


def segments(title: str, text: str) -> tuple[Segment, ...]:
    """Split an article, all of it."""
    return SegmentedText(title, text).segments(lambda _words, _joined: True)


def joined_words(line: str, words: list[str]) -> list[SegmentWord]:
    """Return the readings of hyphenated words in a line; `words` are those of the line."""
    if ("-" not in line and line.isascii()) or not _HYPHENATED.search(line):
        return []
    return [word for _, longer in _joined(line, words, 0, len(line)) for word in longer]


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
