"""Compiles the terms of several topics for texts of one language, sorted by the word they begin with; reads no text."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import chain, compress, count, filterfalse
from typing import Final, NamedTuple

from feeds.tagging.matching.lexicon import GAP, CompiledPhrase, GroupSlot, Lexicon
from feeds.tagging.matching.segments import SegmentWord
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Term, Topic
from ingest.text.folding import fold
from ingest.text.language.prefixes import language_of_letters

SLOT: Final = re.compile(r"\{([^{}]*)\}")
_REMEMBERED: Final = 100_000  # words, for each language


class PhraseUse(StrEnum):
    """What a phrase is there for."""

    GROUP = "group"
    CONTEXT = "context"  # it takes the sense away from the hits inside
    ROLE = "role"  # it never suffices alone, nor do the hits inside
    CONTEXT_EXCEPTION = "exception of a context"  # it makes the negative context around or beside it void
    ROLE_EXCEPTION = "exception of a role"


@dataclass(frozen=True, slots=True)
class PhraseOwner:
    """The group, negative context or role of a topic that a phrase belongs to."""

    topic: int
    name: str
    use: PhraseUse = PhraseUse.GROUP
    groups: tuple[str, ...] = ()  # those whose hits a negative context or a role is about


class Continuations(NamedTuple):
    """Phrases that may begin at a word: complete with it, by the pattern that must follow, or with a gap or slot next."""

    alone: tuple[CompiledPhrase, ...]
    then: dict[int, tuple[CompiledPhrase, ...]]
    other: tuple[CompiledPhrase, ...]


def continuations(phrases: Iterable[CompiledPhrase]) -> Continuations | None:
    """Sort phrases by what must come next; None for none."""
    alone, other = [], []
    then: defaultdict[int, list[CompiledPhrase]] = defaultdict(list)
    for phrase in phrases:
        following = phrase.elements[1] if len(phrase.elements) > 1 else None
        if following is None:
            alone.append(phrase)
        elif isinstance(following, GroupSlot) or following == GAP:
            other.append(phrase)
        else:
            then[following].append(phrase)
    if not (alone or other or then):
        return None
    return Continuations(tuple(alone), {n: tuple(found) for n, found in then.items()}, tuple(other))


class FittingPatterns(dict[str, tuple[int, ...]]):
    """The patterns that words fit, as they are written, for the words that a book knows; any other is looked up."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Take the patterns."""
        super().__init__()
        self._lexicon = lexicon

    def __missing__(self, written: str) -> tuple[int, ...]:
        """Look a word up."""
        return self._lexicon.look_up(fold(written), written)


class PhraseStarts(dict[str, Continuations | None]):
    """The phrases that may begin at a word as it is written; each word is looked up once."""

    def __init__(self, fits: Callable[[str], tuple[int, ...]], phrases: dict[int, list[CompiledPhrase]]) -> None:
        """Take the patterns that words fit, and phrases by their first pattern."""
        super().__init__()
        self._fits, self._phrases = fits, phrases

    def __missing__(self, written: str) -> Continuations | None:
        """Look a word up and remember the answer: few words are most of a text."""
        if len(self) >= _REMEMBERED:
            self.clear()
        self[written] = found = continuations(phrase for n in self._fits(written) for phrase in self._phrases.get(n, ()))
        return found


@dataclass(frozen=True, slots=True)
class ContextPhrases:
    """The negative contexts and roles of one topic: by their first word, or by the group whose hit they begin with.

    `helpers` are the groups that stand in contexts alone: they are looked for only where contexts are.
    """

    helpers: PhraseStarts
    words: PhraseStarts
    slots: dict[str, Continuations | None]


class Phrasebook:
    """Every phrase of some topics that may stand in a text of one language; all of them where that is not known.

    A book for each language, since a word that is new is tried against all patterns of its book.
    """

    def __init__(self, topics: tuple[Topic, ...], language: str | None) -> None:
        """Compile the groups, query phrases and negative contexts of `topics`."""
        self.lexicon, self._language = Lexicon(), language
        self.fits = FittingPatterns(self.lexicon)
        self.owners: list[PhraseOwner] = []
        self._groups: dict[int, list[CompiledPhrase]] = defaultdict(list)  # by first pattern
        self._helpers: list[dict[int, list[CompiledPhrase]]] = [defaultdict(list) for _ in topics]  # by topic
        self._contexts: list[dict[int, list[CompiledPhrase]]] = [defaultdict(list) for _ in topics]  # by topic
        self._slots: list[dict[str, list[CompiledPhrase]]] = [defaultdict(list) for _ in topics]
        for number, topic in enumerate(topics):
            self._compile(number, topic)
        self.starts: dict[str, Continuations] = {}  # those of the words seen at which a phrase of a group may begin
        self.contexts = cache(self._contexts_of)

    def add_words(self, words: Iterable[str]) -> None:
        """Look up the words of a text as they are written, and what hyphens join in it: those never seen, all at once.

        What is forgotten to make room are the words of the texts before it.
        """
        if len(self.fits) >= _REMEMBERED:
            self.fits.clear()
            self.starts.clear()
        new = set(filterfalse(self.fits.__contains__, words))
        if not new:
            return
        self.fits.update(dict.fromkeys(new, ()))
        for word, fits in self.lexicon.fitting(new).items():
            self.fits[word] = fits
            found = continuations(phrase for n in fits for phrase in self._groups.get(n, ()))
            if found:
                self.starts[word] = found

    def openings(self, words: list[str], joined: Mapping[int, tuple[SegmentWord, ...]]) -> list[int]:
        """Return the numbers of the words at which a phrase of a group may begin; the book knows all words.

        `joined` are further readings of words, by their numbers. Most words that begin phrases are not followed by a second
        word of one, and are left out.
        """
        starts, fits, look_up, found, last = self.starts, self.fits, self.lexicon.look_up, list[int](), len(words) - 1
        for at in compress(count(), map(starts.__contains__, words)):
            alone, then, other = starts[words[at]]
            seconds = fits[words[at + 1]] if at < last else ()
            if alone or other or (seconds and not then.keys().isdisjoint(seconds)):
                found.append(at)
            elif longer := joined.get(at + 1):
                seconds = tuple(number for word in longer for number in look_up(word.folded, word.written))
                if not then.keys().isdisjoint(seconds):
                    found.append(at)
        begun = [at for at, longer in joined.items() if any(word.folded in starts for word in longer)]
        return sorted({*found, *begun}) if begun else found

    def _compile(self, number: int, topic: Topic) -> None:
        decides = deciding_groups(topic)
        for name, terms in _named_terms(topic):
            phrases = self._groups if name in decides else self._helpers[number]
            for phrase in self._phrases(PhraseOwner(number, name), terms):
                head = phrase.elements[0]
                if isinstance(head, int):  # the loader lets no slot into a group
                    phrases[head].append(phrase)
        for owner, terms in _surroundings(number, topic):
            for phrase in self._phrases(owner, terms):
                head = phrase.elements[0]
                if isinstance(head, GroupSlot):
                    self._slots[number][head.group].append(phrase)
                else:
                    self._contexts[number][head].append(phrase)

    def _phrases(self, owner: PhraseOwner, terms: Iterable[Term]) -> Iterator[CompiledPhrase]:
        self.owners.append(owner)
        for term in terms:
            if self._language is None or term.language in {None, self._language}:
                yield from self.lexicon.phrases(len(self.owners) - 1, term, self._language)

    def _contexts_of(self, topic: int) -> ContextPhrases:
        helpers, words = (
            PhraseStarts(self.fits.__getitem__, self._helpers[topic]),
            PhraseStarts(self.fits.__getitem__, self._contexts[topic]),
        )
        return ContextPhrases(helpers, words, {group: continuations(phrases) for group, phrases in self._slots[topic].items()})


def deciding_groups(topic: Topic) -> frozenset[str]:
    """Return the groups, roles and phrases on which a topic decides; its other groups serve its negative contexts and roles."""
    asked = (topic.expression, topic.review)
    parts = (part for expression in asked if expression for part in query.walk(expression))
    named = frozenset(str(part) for part in parts if isinstance(part, query.GroupReference | query.PhraseQuery))
    return named.union(*(slots_of(role.terms) for role in topic.roles if role.name in named))


def slots_of(terms: Iterable[Term]) -> frozenset[str]:
    """Return the groups whose hits stand in terms."""
    return frozenset(slot for term in terms for slot in SLOT.findall(term.text))


def languages_of(topic: Topic) -> frozenset[str]:
    """Return the languages in which a topic has terms, and those whose particles stand before its terms for all languages."""
    groups = [group.terms for group in topic.groups]
    around = [one.terms + one.unless for one in topic.negative_contexts] + [one.terms + one.unless for one in topic.roles]
    named = (terms for _, terms in _named_terms(topic))
    found = {term.language or language_of_letters(term.text) for terms in chain(groups, around, named) for term in terms}
    return frozenset(language for language in found if language)


def _named_terms(topic: Topic) -> Iterator[tuple[str, tuple[Term, ...]]]:
    for group in topic.groups:
        yield group.name, group.terms
    named, decides = {group.name for group in topic.groups}, deciding_groups(topic)
    for role in topic.roles:
        named.add(role.name)
        if role.name in decides:  # a query asks for it as for a group; what has a slot is found around the hits
            yield role.name, tuple(term for term in role.terms if not SLOT.search(term.text))
    for name in sorted(decides - named):  # phrases written in the query itself
        yield name, (Term(name.strip('"'), None),)


def _surroundings(number: int, topic: Topic) -> Iterator[tuple[PhraseOwner, tuple[Term, ...]]]:
    """Yield the phrases that are looked for only where a topic's groups are found, by whom they belong to."""
    for context in topic.negative_contexts:
        yield PhraseOwner(number, context.name, PhraseUse.CONTEXT, context.cancels), context.terms
        yield PhraseOwner(number, context.name, PhraseUse.CONTEXT_EXCEPTION), context.unless
    for role in topic.roles:
        yield PhraseOwner(number, role.name, PhraseUse.ROLE, role.of), role.terms
        yield PhraseOwner(number, role.name, PhraseUse.ROLE_EXCEPTION), role.unless
