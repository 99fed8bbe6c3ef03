"""Finds what beginners write into a topic file and does not do what they mean: place, fault, cure; runs no example."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from feeds.model import Grade
from feeds.tagging.matching.phrasebook import slots_of
from feeds.tagging.matching.prefilter import SPACELESS
from feeds.tagging.topic import query
from feeds.tagging.topic.model import AS_WRITTEN, NegativeContext, Role, Term, Topic
from ingest.text.folding import folded
from ingest.text.language.codes import MISTAKEN, primary
from ingest.text.language.names import name as language_name

_SHORT: Final = 3  # letters: fewer are no word to look for, nor the beginning of one
_REGEX: Final = re.compile(r"\\[a-zA-Z.()\[\]]|\[[^\]]*\]|\(\?|\||[.)\]][*+?]|^\^|\$$|\{\d+(?:,\d*)?\}|\w[+?](?=\w)|^/.*/[a-z]*$")
_CAPITAL: Final = re.compile(rf"{AS_WRITTEN.pattern}\*?[A-ZÄÖÜ][a-zäöüß]+\*?$")
_SIGNS: Final = re.compile(r"[^\w\s*~'’\-\u2010-\u2015.,\"“”«»()!?:;{}\u0300-\u036f]|(?<!\S)\.(?=\w)")


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A place in a topic file: its table, a key of it, and a word in the key's value."""

    table: str
    key: str = ""
    word: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong at a place, and the cure; `grave` where it cannot do what its writer means."""

    place: FilePlace
    what: str
    cure: str
    grave: bool = True


def slips(topic: Topic) -> Iterator[Slip]:
    """Yield the slips of a topic, in the order of its file."""
    yield from _rules(topic)
    for place, term in _terms(topic):
        yield from _term(place, term)
    for place, code in dict.fromkeys(_codes(topic)):
        yield from _language(place, code)
    yield from _idle_groups(topic)
    yield from _void_phrases(topic)
    yield from _contradictory_roles(topic)


# Rules


def _rules(topic: Topic) -> Iterator[Slip]:
    if topic.expression is not None:
        return
    masked = set(topic.publish.mask)
    idle = [group.name for group in topic.groups if group.name not in masked]
    if idle:
        listed = ", ".join(f'"{name}"' for name in idle)
        yield Slip(FilePlace(""), "it has no rules, so every item is tagged whatever its groups say", f"write require = [{listed}]")
    elif not topic.examples:
        cure = 'write [group.NAME] with words, and require = ["NAME"]; where every item is meant, give an example that says so'
        yield Slip(FilePlace(""), "it has no rules, so every item is tagged", cure, grave=False)


def _idle_groups(topic: Topic) -> Iterator[Slip]:
    if topic.expression is None:
        return
    expressions = [topic.expression, *([topic.review] if topic.review else [])]
    used = {name for one in expressions for name in query.names(one)} | set(topic.publish.mask)
    for context in topic.negative_contexts:
        used |= {*context.cancels} | slots_of((*context.terms, *context.unless))
    for role in topic.roles:
        used |= slots_of((*role.terms, *role.unless))
    for group in topic.groups:
        if group.name not in used:
            yield Slip(
                FilePlace(f"group.{group.name}"), f"group {group.name} decides nothing", "name it in require or query", grave=False
            )
    named = used | {part.name for one in expressions for part in query.walk(one) if isinstance(part, query.NamedPart)}
    for part in topic.definitions:
        if part.name not in named:
            what = f"define.{part.name} decides nothing"
            yield Slip(FilePlace("define", part.name), what, "name it in the query, or delete it", grave=False)
    yield from _idle_limits(topic, named)
    yield from _idle_places(topic, expressions)


def _idle_places(topic: Topic, expressions: list[query.Expression]) -> Iterator[Slip]:
    """Report what is said of places where nothing in the query asks for it."""
    parts = [part for one in expressions for part in query.walk(one)]
    if topic.meeting.one_place is not None and not any(isinstance(part, query.Near) for part in parts):
        yield Slip(FilePlace("", "one_place"), "one_place changes nothing: the query has no NEAR", "delete it", grave=False)
    if topic.meeting.near_lead is not None and not any(isinstance(part, query.And) for part in parts):
        yield Slip(FilePlace("", "near_lead"), "near_lead changes nothing: no two parts must meet", "delete it", grave=False)


def _idle_limits(topic: Topic, used: set[str]) -> Iterator[Slip]:
    for name, grade in topic.meeting.at_most:
        if name not in used:
            yield Slip(FilePlace("at_most", name), f"at_most.{name}: no query names it", "name it there, or delete it", grave=False)
        elif grade is Grade.CORE:
            yield Slip(FilePlace("at_most", name), f"at_most.{name}: core is no limit", "delete it", grave=False)


def _surroundings(topic: Topic) -> Iterator[tuple[str, NegativeContext | Role]]:
    yield from ((f"frame.{context.name}", context) for context in topic.negative_contexts)
    yield from ((f"role.{role.name}", role) for role in topic.roles)


def _void_phrases(topic: Topic) -> Iterator[Slip]:
    """Report phrases of a frame or role that one of its own exceptions, standing in them, always makes void."""
    for table, one in _surroundings(topic):
        unless = {_plain(term.text): term.text for term in one.unless}
        for term in one.terms:
            inside = (exception for plain, exception in unless.items() if f" {plain} " in f" {_plain(term.text)} ")
            for exception in inside:
                what = f"“{term.text}” has its exception “{exception}” in it, so it does nothing"
                yield Slip(FilePlace(table, term.language or "any", term.text), what, "delete one of the two")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _contradictory_roles(topic: Topic) -> Iterator[Slip]:
    """Report terms of a group that a role of the group has too: as such they never suffice alone."""
    groups = {group.name: group for group in topic.groups}
    for role in topic.roles:
        words = {(_plain(term.text), term.language) for term in role.terms}
        for name in role.of:
            for term in groups[name].terms:
                if words & {(_plain(term.text), term.language), (_plain(term.text), None)}:
                    what = f"group {name}: “{term.text}” stands in role {role.name} too, so it never suffices alone"
                    place = FilePlace(f"group.{name}", term.language or "any", term.text)
                    yield Slip(place, what, "delete it in the group, or in the role", grave=False)


# Terms


def _terms(topic: Topic) -> Iterator[tuple[FilePlace, Term]]:
    for group in topic.groups:
        for term in group.terms:
            yield FilePlace(f"group.{group.name}", term.language or "any", term.text), term
    for table, one in _surroundings(topic):
        for term in one.terms:
            yield FilePlace(table, term.language or "any", term.text), term
        for term in one.unless:
            yield FilePlace(table, "unless", term.text), term
    for place, part in _asked(topic):
        if isinstance(part, query.PhraseQuery):
            yield FilePlace(place.table, place.key, part.text), Term(part.text, None)
    for word in topic.publish.mask:
        yield FilePlace("publish", "mask", word), Term(word, None)


def _asked(topic: Topic) -> Iterator[tuple[FilePlace, query.Expression]]:
    """Yield the parts of the queries, each where the file writes it."""
    written = [(FilePlace("", "query"), topic.expression), (FilePlace("", "review"), topic.review)]
    written += [(FilePlace("define", one.name), one.part) for one in topic.definitions]
    for place, expression in written:
        yield from ((place, part) for part in (query.walk(expression, named=False) if expression else ()))


def _term(place: FilePlace, term: Term) -> Iterator[Slip]:
    text = AS_WRITTEN.sub("", re.sub(r"\{[^{}\d][^{}]*\}", "", term.text))  # without the slots of a negative context
    yield from _german(place, term)
    if _REGEX.search(text):
        cure = "write the words, each as a term of its own; a star stands for any letters before or behind a word"
        yield Slip(place, f"“{term.text}” is a regular expression, and terms are words", cure)
        return
    signs = "".join(dict.fromkeys(_SIGNS.findall(text)))
    if signs:
        core = folded(text)
        little = len(core.replace(" ", "")) < _SHORT
        what = f"“{term.text}” is looked for as “{core}”: {signs} is not compared"
        yield Slip(place, what, f'in a query raw:"{term.text.strip("*~")}" finds the signs as written', grave=little)
    bare = text.strip()
    if "*" in bare and " " not in bare and 0 < len(core := folded(bare)) < _SHORT and not SPACELESS.search(core):
        what = f"“{term.text}” finds every word that has “{core}” where the star leaves it"
        yield Slip(place, what, "give three letters or more, or list the words", grave=False)


def _german(place: FilePlace, term: Term) -> Iterator[Slip]:
    if term.language == "de" and _CAPITAL.search(term.text) and len(term.text.split()) == 1:
        what = f"“{term.text}” tells no name from a noun: in German every noun has a capital"
        yield Slip(place, what, "add a second word", grave=False)


# Languages


def _codes(topic: Topic) -> Iterator[tuple[FilePlace, str]]:
    for place, term in _terms(topic):
        if term.language:
            yield FilePlace(place.table, place.key), term.language
    for number, example in enumerate(topic.examples, 1):
        if example.language:
            yield FilePlace(f"example {number}", "lang"), example.language
    yield from ((place, part.code) for place, part in _asked(topic) if isinstance(part, query.Language))


def _language(place: FilePlace, code: str) -> Iterator[Slip]:
    meant = primary(code) or ""
    if code in MISTAKEN:
        other = MISTAKEN[code]
        what = f"“{code}” is a rare language" if meant else f"“{code}” is no language, so no item has it"
        yield Slip(place, what, f'did you mean "{other}" ({language_name(other)})?', grave=not meant)
    elif meant and meant != code:
        yield Slip(place, f"no item has the language “{code}”: {language_name(meant)} is “{meant}”", f'write "{meant}"')
    elif not meant:
        yield Slip(place, f"“{code}” is no language, so no item has it", 'use "any" or a code such as "fr"')
    elif len(code) > 2:  # noqa: PLR2004 - letters of ISO 639-1
        what = f"items have the language “{code}” only where their source says so"
        yield Slip(place, what, "use the code of two letters, where there is one", grave=False)
