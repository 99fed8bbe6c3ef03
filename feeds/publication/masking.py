"""Words of which a topic publishes the first letter alone, found under every disguise; pure, lengths of plain texts stay."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import Final

from feeds.publication.disguise import Disguised, Plain, is_latin, looks, plain
from feeds.tagging.matching.lexicon import CompiledPhrase
from feeds.tagging.matching.matcher import Matcher, SegmentMatches
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Group, Term, Topic
from ingest.text.folding import folded

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


def _bare(word: str) -> Iterator[Term]:
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
        self._terms = tuple(term for name in topic.publish.mask for term in groups.get(name) or _bare(name))
        self._longest = max(len(folded(term.text).replace(" ", "")) for term in self._terms)
        self._matcher = self._compiled(self._terms)

    def _compiled(self, terms: tuple[Term, ...]) -> Matcher:
        topic = replace(
            self._topic,
            expression=query.GroupReference(_MASKED),
            groups=(Group(_MASKED, terms),),
            review=None,
            negative_contexts=(),
            examples=(),
        )
        return Matcher([topic])

    @cached_property
    def _alike(self) -> Matcher:
        return self._compiled(tuple(Term(looks(term.text.replace("~", "*")), term.language) for term in self._terms))

    def text(self, text: str, language: str | None) -> str:
        """Return a plain text with the words masked; its length stays."""
        return self._masked(text, language, html=False)

    def html(self, html: str, language: str | None) -> str:
        """Return HTML with the words masked in texts and attributes; tags and addresses stay."""
        return self._masked(html, language, html=True)

    def _masked(self, source: str, language: str | None, *, html: bool) -> str:
        if not source:
            return source
        read = plain(source)
        hidden = {at for span in self._spans(read, language) for at in _hidden(read.text, span)}
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

    def _spans(self, read: Plain, language: str | None) -> Iterator[Span]:
        yield from self._found(self._matcher, read.as_written, language)
        if not read.text.isascii() or _SIGNS.search(read.text) or not all(term.text.isascii() for term in self._terms):
            latin = _mostly_latin(read.text, language)
            for start, end in self._found(self._alike, read.looks, language):
                if _is_odd(read.text[start:end], latin=latin):
                    yield start, end

    def _found(self, matcher: Matcher, text: str, language: str | None) -> Iterator[Span]:
        """Return where words stand; of readings that join parts of a text the shortest, which no other lies within."""
        segment = Disguised(text, self._longest)
        whole, joined = list[Span](), list[Span]()
        for look in matcher.match_segments((segment,), language):
            for first, phrase, after in look.phrases.get(0, ()):
                span = _span(look, segment, (first, phrase, after))
                (joined if after - first > len(phrase.elements) and ".." not in phrase.term.text else whole).append(span)
        yield from whole
        taken = list[Span]()  # none of them within another: in the order of their beginnings and ends
        for span, is_joined in sorted([*((one, False) for one in whole), *((one, True) for one in joined)], key=_size):
            at = bisect_left(taken, (span[0], 0))
            if at == len(taken) or taken[at][1] > span[1]:
                taken.insert(at, span)
                if is_joined:
                    yield span


def _size(found: tuple[Span, bool]) -> int:
    return found[0][1] - found[0][0]


def _span(look: SegmentMatches, segment: Disguised, standing: tuple[int, CompiledPhrase, int]) -> Span:
    """Return the characters of a phrase; within a run of letters without spaces those of the term alone."""
    first, phrase, after = standing
    words = segment.words[first:after]
    head = phrase.elements[0]
    places = [at for word in words for at in range(word.start, word.end)]
    read = "".join(word.folded for word in words)
    if len(phrase.elements) == 1 and isinstance(head, int) and len(read) == len(places):
        start, end = look.inside(read, head)
        return places[start], places[end - 1] + 1
    return words[0].start, words[-1].end


def _hidden(text: str, span: Span) -> Iterator[int]:
    """Return the places that are hidden: all letters but the first, and that one too where it is the whole word."""
    letters = [at for at in range(*span) if text[at].isalnum() or unicodedata.category(text[at]) in _INK or text[at] in _SPOKEN]
    rest = letters[1:]
    yield from rest if any(unicodedata.category(text[at])[0] != "M" for at in rest) else letters


def _mostly_latin(text: str, language: str | None) -> bool:
    if language:
        return language not in _NOT_LATIN
    letters = [sign for sign in text if sign.isalpha()]
    return sum(map(is_latin, letters)) * 2 >= len(letters)


def _is_odd(text: str, *, latin: bool) -> bool:
    """Return whether a word has a letter or a sign that a text of its script would not write there."""
    shown = [sign for sign in text if sign.isalnum() or unicodedata.category(sign) == "So" or sign in _SPOKEN]
    return any(sign.isalpha() for sign in shown) and any(not sign.isalpha() or is_latin(sign) != latin for sign in shown)
