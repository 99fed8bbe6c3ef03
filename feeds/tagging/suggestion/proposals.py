"""Proposes terms for a language in which a topic has none: translations of its terms, and names; weighs nothing, reads no file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Final

from feeds.tagging.matching.lexicon import COMPOUNDING
from feeds.tagging.suggestion.dictionary import BilingualDictionary
from feeds.tagging.topic.model import Group, Term, Topic
from ingest.text.folding import folded
from ingest.text.language import stemming
from ingest.text.language.function_words import function_words

_SHORTEST: Final = 3  # letters of a translation: shorter ones stand in too many words
_NAME: Final = re.compile(r"=?[A-ZÀ-ÖØ-ÞА-ЯЁ]\w*\*?(?: =?[A-ZÀ-ÖØ-ÞА-ЯЁ]\w*\*?)*")
_STANDS_FOR: Final = "en"  # a term for all languages is looked up as an English word


@dataclass(frozen=True, slots=True)
class Proposal:
    """A term for a group, and where it comes from, in words."""

    group: str
    term: Term
    why: str
    name: bool = False  # a name, which is worth a line only where it stands in a text


def has_terms(topic: Topic, language: str) -> bool:
    """Return whether a topic has terms of its own for a language."""
    return any(term.language == language for group in topic.groups for term in group.terms)


def proposals(
    topic: Topic, names: Iterable[str], language: str, dictionaries: Mapping[str, BilingualDictionary]
) -> tuple[Proposal, ...]:
    """Return translations of the terms of some groups and the names among them; each term of a group once.

    `dictionaries` translate into `language`, each from the language that is its key.
    """
    wanted, known = set(names), {folded(term.text) for group in topic.groups for term in group.terms if term.language is None}
    found: dict[tuple[str, str], Proposal] = {}
    for group in (group for group in topic.groups if group.name in wanted):
        for one in chain(_names(group, language), _translations(group, language, dictionaries)):
            bare = folded(one.term.text)
            if bare not in known:
                key = stemming.stem(bare, language) if one.term.text.endswith("~") else bare
                found.setdefault((group.name, key), one)
    return tuple(found.values())


def _names(group: Group, language: str) -> Iterator[Proposal]:
    """Yield the terms of other languages that are written as names: they may be the same in this one."""
    for term in group.terms:
        if term.language not in {None, language} and _NAME.fullmatch(term.text):
            yield Proposal(group.name, Term(term.text, language), f"a name among the words of {term.language}", name=True)


def _translations(group: Group, language: str, dictionaries: Mapping[str, BilingualDictionary]) -> Iterator[Proposal]:
    # In a language that joins words a term is found within longer ones, which a stem is not.
    common, stemmed = function_words(language), stemming.LANGUAGES - COMPOUNDING
    for term in group.terms:
        dictionary = dictionaries.get(term.language or _STANDS_FOR)
        if dictionary is None or term.text.startswith("*"):
            continue
        open_end = term.text.endswith(("*", "~"))
        for written in dictionary.translations(term.text.strip("*~="), beginning=open_end):
            if len(folded(written)) >= _SHORTEST and folded(written) not in common:
                text = f"{written}~" if language in stemmed and " " not in written else written
                yield Proposal(group.name, Term(text, language), f"a translation of “{term.text}” ({term.language or 'any'})")
