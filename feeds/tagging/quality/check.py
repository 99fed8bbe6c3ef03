"""Checks the wording of a topic: slips, examples that fail, dead terms, parts that no example needs; changes no file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from feeds.model import Classification, Document
from feeds.tagging.classifier import classify, match_document
from feeds.tagging.matching.lexicon import COMPOUNDING
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.phrasebook import deciding_groups
from feeds.tagging.quality.slips import FilePlace, slips
from feeds.tagging.topic import query
from feeds.tagging.topic.lines import FileLines
from feeds.tagging.topic.model import Example, Group, Term, Topic
from ingest.text.folding import folded
from ingest.text.language import prefixes
from ingest.text.language.stop_words import languages_with_stop_word
from ingest.text.sanitize import shorten

_LOOSE: Final = prefixes.LANGUAGES | COMPOUNDING  # a term without a star is also found behind other letters


@dataclass(frozen=True, slots=True)
class TopicFindings:
    """What a check found, in lines: errors fail it, warnings do not; terms and parts that no example needs are counted."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    untested: tuple[str, ...]
    unneeded: tuple[str, ...] = ()
    failed: int = 0  # examples


@dataclass(frozen=True, slots=True)
class _File:
    """The file that is checked, as messages name it."""

    where: str
    lines: FileLines

    def message(self, place: FilePlace, what: str) -> str:
        line = self.lines.of(place.table, place.key, place.word)
        return f"{self.where}{f', line {line}' if line else ''}: {what}"


def check(topic: Topic, text: str = "", where: str = "") -> TopicFindings:
    """Run a topic's examples, and find slips, terms that can do nothing, and parts that no example needs.

    `text` is that of the topic's file, for line numbers, and `where` is its name in messages.
    """
    file = _File(where or topic.name, FileLines(text))
    matcher = Matcher([topic])
    answers = [(example, _answer(matcher, example)) for example in topic.examples]
    failures = [
        line for number, (example, answer) in enumerate(answers, 1) if (line := _failure(file, number, example, answer)) is not None
    ]
    found = [(slip.grave, file.message(slip.place, f"{slip.what}; {slip.cure}")) for slip in slips(topic)]
    errors = (*(line for grave, line in found if grave), *failures)
    warnings = (*(line for grave, line in found if not grave), *_dead_terms(topic, file))
    unneeded = () if failures else tuple(_unneeded_parts(topic, [answer for _, answer in answers]))
    untested = tuple(_untested_terms(topic, [answer for _, answer in answers]))
    return TopicFindings(errors, warnings, untested, unneeded, len(failures))


def _answer(matcher: Matcher, example: Example) -> Classification:
    return classify(matcher, Document(example.title, example.text, example.language))[0]


def _failure(file: _File, number: int, example: Example, answer: Classification) -> str | None:
    if answer.tagged == example.tagged:
        return None
    declared, came = ("tagged", "is not") if example.tagged else ("not tagged", "is")
    text = shorten(f"{example.title} {example.text}".strip(), 80)
    what = f"example {number} should be {declared} and {came} ({answer.why}): {text}"
    return file.message(FilePlace(f"example {number}"), what)


# Terms


def _dead_terms(topic: Topic, file: _File) -> Iterator[str]:
    for group, term, what in _dead(topic):
        yield file.message(FilePlace(f"group.{group.name}", term.language or "any", term.text), f"{_place(group, term)} {what}")


def _dead(topic: Topic) -> Iterator[tuple[Group, Term, str]]:
    for group in topic.groups:
        seen: dict[tuple[tuple[str, ...], str | None], str] = {}
        for term in group.terms:
            key = (tuple(folded(word) + _stars(word) for word in term.text.split()), term.language)
            if key in seen:
                yield group, term, f"is the same as “{seen[key]}”: delete one"
            seen.setdefault(key, term.text)
        yield from _shadowed(group)
        yield from _homographs(group)


def _stars(text: str) -> str:
    return f"{text.startswith('*')}{text.endswith('*')}{text.endswith('~')}"


def _place(group: Group, term: Term) -> str:
    return f"group {group.name}, {term.language or 'any'}: “{term.text}”"


def _shadowed(group: Group) -> Iterator[tuple[Group, Term, str]]:
    """Report a term that another of its group, for its language or for all, finds wherever it could itself be found."""
    wide = [term for term in group.terms if "*" in term.text and " " not in term.text.strip()]
    for term in group.terms:
        for other in wide:
            if other is not term and other.language in {None, term.language} and _covers(other.text, term):
                yield group, term, f"can find nothing that “{other.text}” does not: delete it"
                break


def _covers(wide: str, narrow: Term) -> bool:
    core = folded(wide)
    if " " in core or wide == narrow.text:
        return False
    for word in narrow.text.split():
        bare = folded(word)
        if " " in bare or word.endswith("~"):  # a stem has forms that do not begin with it
            continue
        if wide.startswith("*") and wide.endswith("*") and core in bare:
            return True
        loose = word.startswith("*") or (narrow.language in _LOOSE and not word.endswith("*"))
        if wide.endswith("*") and not wide.startswith("*") and not loose and bare.startswith(core):
            return True
    return False


def _homographs(group: Group) -> Iterator[tuple[Group, Term, str]]:
    for term in group.terms:
        languages = languages_with_stop_word(folded(term.text)) - {term.language}
        if languages and term.language is None and "*" not in term.text:
            yield group, term, f"is a common word in {', '.join(sorted(languages))}: bind it to its language"


def _untested_terms(topic: Topic, answers: list[Classification]) -> Iterator[str]:
    used = {(hit.group, hit.term) for answer in answers for hit in answer.hits}
    used |= {(hit.group, hit.term) for answer in answers for _, hit in answer.cancelled}
    for group in topic.groups:
        if group.name in deciding_groups(topic):  # the words that only negative contexts use are tested with them
            yield from (_place(group, term) for term in group.terms if (group.name, term.text) not in used)


# Parts: each is deleted, and some example should notice


def _unneeded_parts(topic: Topic, answers: list[Classification]) -> Iterator[str]:
    """Yield the parts of a topic that may go without any example changing; all examples are as declared."""
    documents = [Document(example.title, example.text, example.language) for example in topic.examples]
    wanted = [example.tagged for example in topic.examples]
    for context in topic.negative_contexts:
        changed = replace(topic, negative_contexts=tuple(other for other in topic.negative_contexts if other is not context))
        matcher = Matcher([changed])
        # Only where it took a word its sense can a context have decided; to read all examples again takes seconds.
        touched = (n for n, answer in enumerate(answers) if any(name == context.name for name, _ in answer.cancelled))
        if all(match_document(matcher, documents[n]).tagged_by(changed) == wanted[n] for n in touched):
            yield f"the frame {context.name}"
    matcher = Matcher([topic])
    matched = [match_document(matcher, document) for document in documents]
    for part, smaller in _smaller(topic.expression) if topic.expression else ():
        changed = replace(topic, expression=smaller)
        if [one.tagged_by(changed) for one in matched] == wanted:
            yield f"{part} in the query"


def _smaller(expression: query.Expression) -> Iterator[tuple[str, query.Expression]]:
    """Yield the expression with one part of one AND or OR, or one NOT, left out, and the name of that part."""
    match expression:
        case query.And(parts) | query.Or(parts):
            build = query.And if isinstance(expression, query.And) else query.Or
            for number, part in enumerate(parts):
                if len(parts) > 1:
                    yield f"“{part}”", build((*parts[:number], *parts[number + 1 :]))
                around = partial(_put, build, parts, number)
                yield from ((what, around(below)) for what, below in _smaller(part))
        case _:
            return


def _put(
    build: type[query.And] | type[query.Or], parts: tuple[query.Expression, ...], number: int, below: query.Expression
) -> query.Expression:
    return build((*parts[:number], below, *parts[number + 1 :]))
