"""Disguises of words: what a reader sees of markup, references, look-alikes and joiners, place by place; knows no list of words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Final

from feeds.tagging.matching.segments import Segment, SegmentKind, SegmentWord
from ingest.text.folding import INVISIBLE, fold, word_pattern

_TOKEN: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});|[^<&]+|[<&]")
_JOINER: Final = "-"
_NOTHING: Final = "\u200b"
_SPACE: Final = re.compile(r"\s")
_UNSEEN: Final = re.compile(f"[{INVISIBLE}]")
# "LATIN SMALL LETTER DOTLESS I", "NEGATIVE SQUARED LATIN CAPITAL LETTER A", "REGIONAL INDICATOR SYMBOL LETTER A"
_LETTER_NAME: Final = re.compile(r".*(?:\bLETTER|\bCAPITAL)(?: (?!WITH\b)[A-Z-]{2,}){0,3} ([A-Z])(?: WITH .*)?")
_NAMED: Final = re.compile(r"(?:.*\bLATIN|REGIONAL INDICATOR SYMBOL) ")
# Letters and signs that look alike, those of one row, as Unicode TR 39 has them: the first stands for all.
_ALIKE: Final = (
    "aаαɑ4@ª∂ạ bЬьвβϐƄƅ8 cсϲᴄ¢ς dԁժɗ eеєε3€ℯҽ fƒſ gɡցᶃ69 hһհнԋ iіιıɩӏlւ1!|Ӏוןﺍا jјϳյ kкκқ mмϻ nпոηռ oоοօσ0סهഠ໐ pрρϼ qԛզ rгᴦя"
    " sѕꜱ5$ς tтτ7+† uυսᴜцμ vѵνט wԝшωաɯ xхχ× yуγүყʏ zʐᴢ2"
)
_ROWS: Final = tuple(_ALIKE.split())
_FIRST: Final = {sign: row[0] for row in _ROWS for sign in row[1:]}


class _Table(dict[int, str]):
    """Characters, by number, to what stands for them in comparing: one for one, so that places stay."""

    def __init__(self, *, alike: bool) -> None:
        self._alike = alike

    def __missing__(self, number: int) -> str:
        seen = self[number] = self._seen(chr(number))
        return seen

    def _seen(self, sign: str) -> str:
        if sign == "_":
            return _JOINER
        if _UNSEEN.match(sign):
            return sign
        if unicodedata.category(sign) == "Me":
            return _NOTHING
        bare = _bare(sign)
        if self._alike:
            return _FIRST.get(bare, bare) if len(bare) == 1 else sign
        return bare if len(bare) == 1 and bare.isascii() and not sign.isalnum() and bare.isalpha() else sign


def _bare(sign: str) -> str:
    """Return a character without marks, ornaments and case; letters that Unicode names after a Latin one as that one."""
    if sign.isascii():
        return sign.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).casefold())
    plain = "".join(one for one in plain if not unicodedata.combining(one))
    name = unicodedata.name(sign, "")
    if not plain.isascii() or not plain.isalpha() or len(plain) > 1:
        named = _LETTER_NAME.fullmatch(name) if _NAMED.match(name) else None
        return named[1].lower() if named else plain
    return plain


_AS_WRITTEN: Final = _Table(alike=False)
_LOOKS: Final = _Table(alike=True)


@dataclass(frozen=True, slots=True)
class Plain:
    """The characters that a reader sees of a source, each with the span that it has there; markup is a joiner."""

    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def as_written(self) -> str:
        """The text with letters for signs that are letters, of the same length."""
        return self.text.translate(_AS_WRITTEN)

    @property
    def looks(self) -> str:
        """The text with one character for all that look alike, of the same length."""
        return looks(self.text)


def looks(text: str) -> str:
    """Return a text with one character for all that look alike, of the same length."""
    return text.translate(_LOOKS)


def plain(source: str) -> Plain:
    """Read plain text or HTML: tags part and join words at once, a reference is the character that it names."""
    text, spans = [], list[tuple[int, int]]()
    for token in _TOKEN.finditer(source):
        start, said = token.start(), token[0]
        if said[0] == "<" and len(said) > 1:
            text.append(_JOINER)
            spans.append(token.span())
        elif said[0] == "&" and len(meant := _meant(said)) == 1:
            text.append(meant)
            spans.append(token.span())
        else:
            text.append(said)
            spans += ((at, at + 1) for at in range(start, token.end()))
    return Plain("".join(text), tuple(spans))


def _meant(reference: str) -> str:
    while (read := unescape(reference)) != reference:
        reference = read
    return reference


class Disguised(Segment):
    """A text as one segment in which any signs may join the parts of a word, and single letters may stand apart."""

    __slots__ = ("_longest",)

    def __init__(self, text: str, longest: int) -> None:
        """Take a text, all of it, and the letters of the longest word that is looked for."""
        super().__init__(SegmentKind.LEAD, text, (0, len(text)))
        self.written, self._longest = word_pattern().findall(text), longest

    @property
    def joined(self) -> dict[int, tuple[SegmentWord, ...]]:
        """Every reading of words that no white space parts, by the word that it begins at."""
        if self._joined is None:
            words = self.words
            ties = [self._tied(one, two) for one, two in pairwise(words)]
            readings = ((number, tuple(self._readings(number, ties))) for number in range(len(words)))
            self._joined = {number: found for number, found in readings if found}
        return self._joined

    def _tied(self, one: SegmentWord, two: SegmentWord) -> bool:
        between = self._text[one.end : two.start]
        lone = between == " " and len(one.folded) == len(two.folded) == 1
        return lone or not _SPACE.search(between)

    def _readings(self, number: int, ties: list[bool]) -> Iterator[SegmentWord]:
        words, read = self.words, self.words[number].folded
        enough = len(read) + self._longest  # of letters before the last part: what is looked for ends in it
        for after in range(number + 1, len(words)):
            if not ties[after - 1] or len(read) > enough:
                return
            read += words[after].folded
            first, last = words[number].start, words[after].end
            yield SegmentWord(read, self._text[first:last], first, last, after + 1)


@lru_cache(maxsize=10_000)
def is_latin(sign: str) -> bool:
    """Return whether a letter is one of the Latin alphabet, however it is adorned."""
    return fold(sign)[:1].isascii() and _bare(sign)[:1].isascii() and (sign.isascii() or "LATIN" in unicodedata.name(sign, ""))
