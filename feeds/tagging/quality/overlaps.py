"""Finds terms of a group that find nothing of their own, and says which of two may go and why; reads no text and no file."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Final

from feeds.tagging.matching.lexicon import COMPOUNDING
from feeds.tagging.topic.model import AS_WRITTEN, Group, Term
from ingest.text.folding import folded, word_pattern
from ingest.text.language import prefixes
from ingest.text.language.stop_words import languages_with_stop_word

_LOOSE: Final = prefixes.LANGUAGES | COMPOUNDING  # a term without a star is also found behind, or within, other letters
_HYPHENS: Final = re.compile(r"(?<=\w)[-\u2010\u2011](?=\w)")


@dataclass(frozen=True, slots=True)
class IdleTerm:
    """A term that adds nothing to its group, and what to do about it, in words."""

    group: str
    term: Term
    what: str


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a term: its folded letters, and whether others may stand before it or behind it, or it is a stem."""

    core: str
    before: bool
    after: bool
    stem: bool
    written: str = ""  # the letters that it must have, marks and capitals included, if that matters


_Form = tuple[_Word | None, ...]  # None stands for a gap


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What a term looks for: its forms, each a row of words, for one language or for all."""

    term: Term
    number: int  # in its group
    forms: frozenset[_Form]
    plain: frozenset[_Form]  # without what the term says of capitals and marks: such a term finds what it does, and more
    wide: _Word | None  # the one word of the term, where a star opens it

    @property
    def loose(self) -> bool:
        """Whether its words are also found with letters before or behind them, as its language writes."""
        return (self.term.language or prefixes.language_of_letters(self.term.text)) in _LOOSE


def idle_terms(groups: Iterable[Group]) -> Iterator[IdleTerm]:
    """Yield the terms that find nothing that another of their group does not, and those that are everyday words.

    Of two terms only one is ever told to go, and the one that it names stays.
    """
    for group in groups:
        yield from _covered(group)
        yield from _homographs(group)


def _covered(group: Group) -> Iterator[IdleTerm]:
    patterns = [_pattern(number, term) for number, term in enumerate(group.terms)]
    wide: defaultdict[str | None, list[_Pattern]] = defaultdict(list)  # by language
    alike: defaultdict[_Form, list[_Pattern]] = defaultdict(list)  # by form
    for pattern in patterns:
        if pattern.wide:
            wide[pattern.term.language].append(pattern)
        for form in pattern.forms:
            alike[form].append(pattern)
    covers: dict[int, list[_Pattern]] = {}
    for pattern in patterns:
        likely = chain(*(alike[form] for form in pattern.forms | pattern.plain), wide[None], wide[pattern.term.language])
        numbers = {other.number for other in likely if other is not pattern and _covers(other, pattern)}
        if numbers:
            covers[pattern.number] = [patterns[number] for number in sorted(numbers)]
    # Two that find the same cover each other: the first of them in the file stays.
    goes = {
        number: [other for other in found if other.number < number or not _among(number, covers.get(other.number, ()))]
        for number, found in covers.items()
    }
    goes = {number: found for number, found in goes.items() if found}
    for number, found in goes.items():
        kept = next((other for other in found if other.number not in goes), found[0])
        yield IdleTerm(group.name, patterns[number].term, _advice(patterns[number], kept))


def _among(number: int, patterns: Iterable[_Pattern]) -> bool:
    return any(pattern.number == number for pattern in patterns)


def _advice(idle: _Pattern, kept: _Pattern) -> str:
    stays = f"“{kept.term.text}”" + ("" if kept.term.language == idle.term.language else f" of {kept.term.language or 'any'}")
    if idle.forms == kept.forms and idle.term.language == kept.term.language:
        return f"is looked for exactly as {stays} is: delete “{idle.term.text}” and keep {stays}"
    return f"can find nothing that {stays} does not: delete “{idle.term.text}” and keep {stays}"


def _homographs(group: Group) -> Iterator[IdleTerm]:
    for term in group.terms:
        languages = languages_with_stop_word(folded(term.text)) - {term.language}
        if languages and term.language is None and not re.search(r"[*=]", term.text):
            yield IdleTerm(group.name, term, f"is a common word in {', '.join(sorted(languages))}: bind it to its language")


# What a term looks for


@cache
def _part() -> re.Pattern[str]:
    return re.compile(rf"(?P<gap>\.\.)|(?P<exact>{AS_WRITTEN.pattern})?\*?(?P<word>{word_pattern().pattern})[*~]?")


def _pattern(number: int, term: Term) -> _Pattern:
    """Return the forms of a term: a hyphenated one is also looked for joined."""
    forms = frozenset(tuple(map(_word, _part().finditer(form))) for form in {term.text, _HYPHENS.sub("", term.text)})
    single = next(iter(forms)) if len(forms) == 1 else ()
    word = single[0] if len(single) == 1 else None
    plain = frozenset(tuple(word and replace(word, written="") for word in form) for form in forms)
    return _Pattern(term, number, forms, plain, word if word and (word.before or word.after) else None)


def _word(part: re.Match[str]) -> _Word | None:
    if part["gap"]:
        return None
    text = part[0].removeprefix("=")
    written = part["word"] if part["exact"] else ""
    return _Word(folded(part["word"]), text.startswith("*"), text.endswith("*"), text.endswith("~"), written)


def _covers(wide: _Pattern, narrow: _Pattern) -> bool:
    """Return whether `wide` is found wherever `narrow` could be."""
    if wide.term.language not in {None, narrow.term.language}:
        return False
    if (narrow.forms <= wide.forms or narrow.plain <= wide.forms) and (
        wide.term.language == narrow.term.language or not narrow.loose
    ):
        return True
    return wide.wide is not None and all(
        any(word is not None and _within(wide, word, narrow) for word in form) for form in narrow.forms
    )


def _within(wide: _Pattern, word: _Word, narrow: _Pattern) -> bool:
    """Return whether every text word that fits `word`, of the term `narrow`, fits the one word of `wide`, which has a star."""
    star = wide.wide
    if star is None or word.stem or star.written:  # a stem has forms that begin, or end, otherwise; capitals may be others
        return False
    if star.before and star.after:
        return star.core in word.core
    if star.after and word.after:  # particles before the word are looked through for terms of their language alone
        bound = narrow.term.language in prefixes.LANGUAGES and wide.term.language is None
        return word.core.startswith(star.core) and not word.before and not bound
    if star.after:
        return word.core.startswith(star.core) and not word.before and not narrow.loose
    return word.core.endswith(star.core) and not word.after and not narrow.loose
