"""Checks the wording of a topic: slips, examples that fail, dead terms, parts that no example needs; changes no file."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from feeds.model import Classification, Document
from feeds.tagging.classifier import MatchedDocument, classify
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.phrasebook import deciding_groups
from feeds.tagging.quality.overlaps import idle_terms
from feeds.tagging.quality.reductions import reductions
from feeds.tagging.quality.slips import FilePlace, slips
from feeds.tagging.topic import query
from feeds.tagging.topic.lines import FileLines
from feeds.tagging.topic.model import Example, Term, Topic
from ingest.text.sanitize import shorten


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
    answers = [_answer(matcher, example) for example in topic.examples]
    failures = _failures(topic, answers, file)
    warnings = (*_slips(topic, file, grave=False), *_idle_terms(topic, file))
    unneeded = () if failures else tuple(_unneeded_parts(topic, matcher, answers))
    untested = tuple(_untested_terms(topic, answers))
    return TopicFindings((*_slips(topic, file, grave=True), *failures), warnings, untested, unneeded, len(failures))


def errors(topic: Topic, text: str = "", where: str = "") -> tuple[str, ...]:
    """Return only what fails a check: examples, and slips that are grave. The rest takes most of the time."""
    file = _File(where or topic.name, FileLines(text))
    matcher = Matcher([topic])
    answers = [_answer(matcher, example) for example in topic.examples]
    return (*_slips(topic, file, grave=True), *_failures(topic, answers, file))


def _slips(topic: Topic, file: _File, *, grave: bool) -> Iterator[str]:
    return (file.message(slip.place, f"{slip.what}; {slip.cure}") for slip in slips(topic) if slip.grave is grave)


def _failures(topic: Topic, answers: list[Classification], file: _File) -> tuple[str, ...]:
    found = (_failure(file, number, *one) for number, one in enumerate(zip(topic.examples, answers, strict=True), 1))
    return tuple(line for line in found if line is not None)


def _answer(matcher: Matcher, example: Example) -> Classification:
    return classify(matcher, _document(example))[0]


def _document(example: Example) -> Document:
    return Document(example.title, example.text, example.language)


def _failure(file: _File, number: int, example: Example, answer: Classification) -> str | None:
    if answer.tagged == example.tagged:
        return None
    declared, came = ("tagged", "is not") if example.tagged else ("not tagged", "is")
    text = shorten(f"{example.title} {example.text}".strip(), 80)
    what = f"example {number} should be {declared} and {came} ({answer.why}): {text}"
    return file.message(FilePlace(f"example {number}"), what)


# Terms


def _idle_terms(topic: Topic, file: _File) -> Iterator[str]:
    for idle in idle_terms(topic.groups):
        table, key = f"group.{idle.group}", idle.term.language or "any"
        yield file.message(FilePlace(table, key, idle.term.text), f"{_place(idle.group, idle.term)} {idle.what}")


def _place(group: str, term: Term) -> str:
    return f"group {group}, {term.language or 'any'}: “{term.text}”"


def _untested_terms(topic: Topic, answers: list[Classification]) -> Iterator[str]:
    used = {(hit.group, hit.term) for answer in answers for hit in answer.hits}
    used |= {(hit.group, hit.term) for answer in answers for _, hit in answer.cancelled}
    for group in topic.groups:
        if group.name in deciding_groups(topic):  # the words that only negative contexts use are tested with them
            yield from (_place(group.name, term) for term in group.terms if (group.name, term.text) not in used)


# Parts: each is deleted, and some example should notice


def _unneeded_parts(topic: Topic, matcher: Matcher, answers: list[Classification]) -> Iterator[str]:
    """Yield the parts of a topic that may go without any example changing; all examples are as declared."""
    examples = [(MatchedDocument(matcher, _document(example)), example.tagged) for example in topic.examples]
    for context in topic.negative_contexts:
        # Only where it took a word its sense can a context have decided.
        touched = (n for n, answer in enumerate(answers) if any(name == context.name for name, _ in answer.cancelled))
        if all(examples[n][0].tagged_by(topic, without=context.name) == examples[n][1] for n in touched):
            yield f"the frame {context.name}"
    asked = query.names(topic.expression) if topic.expression else set()  # such a role is left out with its part of the query
    for role in topic.roles:
        # A role takes a tag away, so without it only what it refused can come out otherwise.
        held = (n for n, answer in enumerate(answers) if not answer.tagged and f"(role {role.name})" in answer.why)
        if role.name not in asked and not any(examples[n][0].tagged_by(topic, without=role.name) for n in held):
            yield f"the role {role.name}"
    for one in reductions(topic.expression) if topic.expression else ():
        changed = replace(topic, expression=one.expression)
        near = (example for example in examples if query.possible(one.touched, example[0].groups))
        if all(matched.tagged_by(changed) == wanted for matched, wanted in near):
            yield one.part
