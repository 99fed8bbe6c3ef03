"""A text as a matcher reads it: title, lead, sentences and list items, each with its words in place; knows no topic."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.fold import WORD, fold
from ingest.text import CAPTION_MARK, ENTRY_MARK, sentences

_HYPHEN: Final = re.compile("[-\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d]")
_JOINED: Final = 3  # parts of a hyphenated word that are read as one
_LEAD_WORDS: Final = 60


class Kind(StrEnum):
    """Where in an article a segment stands."""

    TITLE = "title"
    LEAD = "lead"
    SENTENCE = "sentence"
    ENTRY = "entry"  # of a list: two entries are two stories
    CAPTION = "caption"


@dataclass(frozen=True, slots=True)
class Word:
    """A word, folded and as written, its span in the field, and the number of the next; a hyphenated one spans several."""

    folded: str
    written: str
    start: int
    end: int
    next: int


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence or title: its words, and further readings of hyphenated ones by the word they begin at."""

    kind: Kind
    field: str  # "title" or "text": what the offsets count in
    paragraph: int
    first: int  # the number of its first word in the text
    words: tuple[Word, ...]
    joined: dict[int, tuple[Word, ...]]

    @property
    def key(self) -> str:
        """Its folded words: what is compared when a source repeats itself."""
        return " ".join(word.folded for word in self.words)

    def readings(self, number: int) -> tuple[Word, ...]:
        """Give what may be read at a word: itself, and hyphenated words joined from there on."""
        return (self.words[number], *self.joined.get(number, ()))


def segments(title: str, text: str) -> tuple[Segment, ...]:
    """Split an article. Offsets are characters of `title` or `text` as they were given."""
    heads = (_segment(Kind.TITLE, title, (0, len(title))),) if title else ()
    return heads + tuple(_body(text))


def _body(text: str) -> Iterator[Segment]:
    at = read = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        marked = _MARKS.get(line[:2])
        for start, end in sentences(line):
            kind = marked or (Kind.LEAD if read < _LEAD_WORDS else Kind.SENTENCE)
            segment = _segment(kind, text, (at + start, at + end), number, read)
            read += len(segment.words)
            if segment.words:
                yield segment
        at += len(line)


_MARKS: Final = {ENTRY_MARK: Kind.ENTRY, CAPTION_MARK: Kind.CAPTION}


def _segment(kind: Kind, text: str, span: tuple[int, int], paragraph: int = -1, first: int = 0) -> Segment:
    found = WORD.finditer(text, *span)
    words = tuple(Word(fold(m[0]), m[0], m.start(), m.end(), n) for n, m in enumerate(found, 1))
    joined = dict(_joined(text, words)) if _HYPHEN.search(text, *span) else {}
    return Segment(kind, "title" if kind is Kind.TITLE else "text", paragraph, first, words, joined)


def _joined(text: str, words: tuple[Word, ...]) -> Iterator[tuple[int, tuple[Word, ...]]]:
    for number, word in enumerate(words):
        longer = []
        whole = word
        for after in words[number + 1 : number + _JOINED]:
            if after.start - whole.end != 1 or not _HYPHEN.match(text, whole.end):
                break
            whole = Word(whole.folded + after.folded, text[word.start : after.end], word.start, after.end, after.next)
            longer.append(whole)
        if longer:
            yield number, tuple(longer)
