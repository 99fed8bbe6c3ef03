"""Masks listed words, also disguised ones: only the first letter is published; lengths of plain texts stay.

A word may be disguised by markup, character references, letters of other scripts that look alike (Unicode TS 39), signs between
its letters, or spaces. So a text is searched twice: as its reader sees it, and as its skeleton, in which one letter stands for
all that look alike.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from html import unescape
from itertools import pairwise
from typing import Final

from feeds.tagging.matching.lexicon import CompiledPhrase
from feeds.tagging.matching.matcher import Matcher, SegmentMatches
from feeds.tagging.matching.segments import Segment, SegmentKind, SegmentWord
from feeds.tagging.topic import query
from feeds.tagging.topic.model import AS_WRITTEN, Group, Term, Topic
from ingest.text.folding import INVISIBLE, fold, folded, word_pattern

_TOKEN: Final = re.compile(r"</?[a-zA-Z][^<>]*>|&(?:amp;)*(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,31});|[^<&]+|[<&]")
_JOINER: Final = "-"
_NOTHING: Final = "\u200b"
_SPACE: Final = re.compile(r"\s")
_UNSEEN: Final = re.compile(f"[{INVISIBLE}]")
# "LATIN SMALL LETTER DOTLESS I", "NEGATIVE SQUARED LATIN CAPITAL LETTER A", "REGIONAL INDICATOR SYMBOL LETTER A"
_LETTER_NAME: Final = re.compile(r".*(?:\bLETTER|\bCAPITAL)(?: (?!WITH\b)[A-Z-]{2,}){0,3} ([A-Z])(?: WITH .*)?")
_NAMED: Final = re.compile(r"(?:.*\bLATIN|REGIONAL INDICATOR SYMBOL) ")
# Letters and signs that look alike, those of one row, as Unicode TS 39 has them: the first stands for all.
_CONFUSABLES: Final = (
    "aаαɑ4@ª∂ạ bЬьвβϐƄƅ8 cсϲᴄ¢ς dԁժɗ eеєε3€ℯҽ fƒſ gɡցᶃ69 hһհнԋ iіιıɩӏlւ1!|Ӏוןﺍا jјϳյ kкκқ mмϻ nпոηռ oоοօσ0סهഠ໐ pрρϼ qԛզ rгᴦя"
    " sѕꜱ5$ς tтτ7+† uυսᴜцμ vѵνט wԝшωաɯ xхχ× yуγүყʏ zʐᴢ2"
)
_ROWS: Final = tuple(_CONFUSABLES.split())
_FIRST: Final = {sign: row[0] for row in _ROWS for sign in row[1:]}
_MASKED: Final = "masked"  # the name of the only group that a mask looks for
_HIDDEN: Final = "*"
_ATTRIBUTE: Final = re.compile(r'(\s([a-zA-Z-]+)=")([^"]*)(")')
_ADDRESSES: Final = {"href", "src", "cite"}  # an address that is masked leads nowhere
_NOT_LATIN: Final = frozenset("ru uk be bg mk sr kk ky mn tg el".split())

_INK: Final = {"Mn", "Mc", "Me", "So"}  # marks of a letter, and letters in circles and squares
_SPOKEN: Final = "@$!|"  # signs that stand for letters
_SIGNS: Final = re.compile(f"[0-9{_SPOKEN}+]")

_PARTICLED: Final = {"he": re.compile("[\u05d0-\u05ea]"), "ar": re.compile("[\u0621-\u064a]")}  # letters by language

Span = tuple[int, int]


# What a reader sees


class _Replacements(dict[int, str]):
    """Characters, by number, to what stands for them in comparing: one for one, so that places stay."""

    def __init__(self, *, confusable: bool) -> None:
        self._confusable = confusable

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
        bare = _base_letter(sign)
        if self._confusable:
            return _FIRST.get(bare, bare) if len(bare) == 1 else sign
        return bare if len(bare) == 1 and bare.isascii() and not sign.isalnum() and bare.isalpha() else sign


def _base_letter(sign: str) -> str:
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


_AS_LETTERS: Final = _Replacements(confusable=False)
_SKELETON: Final = _Replacements(confusable=True)


@dataclass(frozen=True, slots=True)
class VisibleText:
    """The characters that a reader sees of a source, each with the span that it has there; markup is a joiner."""

    text: str
    spans: tuple[tuple[int, int], ...]

    @property
    def as_written(self) -> str:
        """The text with letters for signs that are letters, of the same length."""
        return self.text.translate(_AS_LETTERS)

    @property
    def skeleton(self) -> str:
        """The text with one character for all that look alike, of the same length."""
        return skeleton(self.text)


def skeleton(text: str) -> str:
    """Return a text with one character for all that look alike, of the same length."""
    return text.translate(_SKELETON)


def visible(source: str) -> VisibleText:
    """Read plain text or HTML: tags part and join words at once, a reference is the character that it names."""
    text, spans = [], list[tuple[int, int]]()
    for token in _TOKEN.finditer(source):
        start, piece = token.start(), token[0]
        if piece[0] == "<" and len(piece) > 1:
            text.append(_JOINER)
            spans.append(token.span())
        elif piece[0] == "&" and len(character := _resolved(piece)) == 1:
            text.append(character)
            spans.append(token.span())
        else:
            text.append(piece)
            spans += ((at, at + 1) for at in range(start, token.end()))
    return VisibleText("".join(text), tuple(spans))


def _resolved(reference: str) -> str:
    while (read := unescape(reference)) != reference:
        reference = read
    return reference


class DisguisedSegment(Segment):
    """A text as one segment in which any signs may join the parts of a word, and single letters may stand apart."""

    __slots__ = ("_longest",)

    def __init__(self, text: str, longest: int) -> None:
        """Take a text, all of it, and the letters of the longest word that is looked for."""
        super().__init__(SegmentKind.LEAD, text, (0, len(text)))
        self.written, self._longest = word_pattern().findall(text), longest

    @property
    def joined(self) -> dict[int, tuple[SegmentWord, ...]]:
        """Every reading of words without white space between them, by the word that it begins at."""
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
def _is_latin(sign: str) -> bool:
    """Return whether a letter is one of the Latin alphabet, however it is adorned."""
    return (
        fold(sign)[:1].isascii() and _base_letter(sign)[:1].isascii() and (sign.isascii() or "LATIN" in unicodedata.name(sign, ""))
    )


# The mask


def _terms_of(word: str) -> Iterator[Term]:
    """Return the terms for a word of no group: in any language, and with the particles of those that its letters are of."""
    yield Term(word, None)
    for language, letter in _PARTICLED.items():
        if letter.search(word):
            yield Term(word, language)


class Mask:
    """The words of one topic's mask, found as a topic finds its terms (stems, endings, particles) and in disguise."""

    def __init__(self, topic: Topic) -> None:
        """Compile them."""
        groups = {group.name: group.terms for group in topic.groups}
        self._topic = topic
        terms = (term for name in topic.publish.mask for term in groups.get(name) or _terms_of(name))
        self._terms = tuple(Term(AS_WRITTEN.sub("", term.text), term.language) for term in terms)  # masked however it is written
        self._longest = max(len(folded(term.text).replace(" ", "")) for term in self._terms)
        self._matcher = self._compiled(self._terms)

    def _compiled(self, terms: tuple[Term, ...]) -> Matcher:
        topic = replace(
            self._topic,
            expression=query.GroupReference(_MASKED),
            groups=(Group(_MASKED, terms),),
            review=None,
            negative_contexts=(),
            roles=(),
            examples=(),
        )
        return Matcher([topic])

    @cached_property
    def _confusable(self) -> Matcher:
        return self._compiled(tuple(Term(skeleton(term.text.replace("~", "*")), term.language) for term in self._terms))

    def text(self, text: str, language: str | None) -> str:
        """Return a plain text with the words masked; its length stays."""
        return self._masked(text, language, html=False)

    def html(self, html: str, language: str | None) -> str:
        """Return HTML with the words masked in texts and attributes; tags and addresses stay."""
        return self._masked(html, language, html=True)

    def _masked(self, source: str, language: str | None, *, html: bool) -> str:
        if not source:
            return source
        read = visible(source)
        hidden = {at for span in self._spans(read, language) for at in _places(read.text, span)}
        if not hidden and not (html and "<" in source):
            return source
        pieces, at = list[str](), 0
        for number, (start, end) in enumerate(read.spans):
            seen = source[start:end]
            if number in hidden:
                seen = _HIDDEN if html else _HIDDEN * (end - start)
            elif html and end - start > 1 and seen[0] == "<":
                seen = _ATTRIBUTE.sub(lambda found: self._attribute(found, language), seen)
            pieces += (source[at:start], seen)
            at = end
        return "".join([*pieces, source[at:]])

    def _attribute(self, found: re.Match[str], language: str | None) -> str:
        shown = found[3] if found[2].lower() in _ADDRESSES else self.html(found[3], language)
        return found[1] + shown + found[4]

    def _spans(self, read: VisibleText, language: str | None) -> Iterator[Span]:
        yield from self._find(self._matcher, read.as_written, language)
        if not read.text.isascii() or _SIGNS.search(read.text) or not all(term.text.isascii() for term in self._terms):
            latin = _mostly_latin(read.text, language)
            for start, end in self._find(self._confusable, read.skeleton, language):
                if _is_disguised(read.text[start:end], latin=latin):
                    yield start, end

    def _find(self, matcher: Matcher, text: str, language: str | None) -> Iterator[Span]:
        """Return the places of words; of readings that join parts of a text only the shortest."""
        segment = DisguisedSegment(text, self._longest)
        whole, joined = list[Span](), list[Span]()
        for matches in matcher.match_segments((segment,), language):
            for first, phrase, after in matches.phrases.get(0, ()):
                span = _span(matches, segment, (first, phrase, after))
                (joined if after - first > len(phrase.elements) and ".." not in phrase.term.text else whole).append(span)
        yield from whole
        taken = list[Span]()  # none of them within another: in the order of their beginnings and ends
        for span, is_joined in sorted([*((one, False) for one in whole), *((one, True) for one in joined)], key=_length):
            at = bisect_left(taken, (span[0], 0))
            if at == len(taken) or taken[at][1] > span[1]:
                taken.insert(at, span)
                if is_joined:
                    yield span


def _length(found: tuple[Span, bool]) -> int:
    return found[0][1] - found[0][0]


def _span(matches: SegmentMatches, segment: DisguisedSegment, standing: tuple[int, CompiledPhrase, int]) -> Span:
    """Return the characters of a phrase; within a run of letters without spaces those of the term alone."""
    first, phrase, after = standing
    words = segment.words[first:after]
    head = phrase.elements[0]
    places = [at for word in words for at in range(word.start, word.end)]
    read = "".join(word.folded for word in words)
    if len(phrase.elements) == 1 and isinstance(head, int) and len(read) == len(places):
        start, end = matches.inside(read, head)
        return places[start], places[end - 1] + 1
    return words[0].start, words[-1].end


def _places(text: str, span: Span) -> Iterator[int]:
    """Return the places that are hidden: all letters but the first, and that one too where it is the whole word."""
    letters = [at for at in range(*span) if text[at].isalnum() or unicodedata.category(text[at]) in _INK or text[at] in _SPOKEN]
    rest = letters[1:]
    yield from rest if any(unicodedata.category(text[at])[0] != "M" for at in rest) else letters


def _mostly_latin(text: str, language: str | None) -> bool:
    if language:
        return language not in _NOT_LATIN
    letters = [sign for sign in text if sign.isalpha()]
    return sum(map(_is_latin, letters)) * 2 >= len(letters)


def _is_disguised(text: str, *, latin: bool) -> bool:
    """Return whether a word has a letter or a sign that a text of its script would not write there."""
    shown = [sign for sign in text if sign.isalnum() or unicodedata.category(sign) == "So" or sign in _SPOKEN]
    return any(sign.isalpha() for sign in shown) and any(not sign.isalpha() or _is_latin(sign) != latin for sign in shown)
