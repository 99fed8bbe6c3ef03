"""Grades a topic's answer by the places where its expression holds: what each weighs, and what it is at most; finds no place."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from feeds.model import Grade
from feeds.tagging.matching.segments import SegmentKind
from feeds.tagging.query_evaluation import Evaluation, Hits, Passage
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic

_WEIGHT: Final = {  # of a place where the expression holds; None stands for title and lead read together
    SegmentKind.TITLE: 3.0,
    None: 2.5,
    SegmentKind.LEAD: 2.0,
    SegmentKind.SENTENCE: 1.0,
    SegmentKind.ENTRY: 1.0,
    SegmentKind.CAPTION: 0.5,
}
_CORE: Final = 2.5  # weight of one place, or more than the next of all together
_MUCH: Final = 4.0
_SUBSTANTIAL: Final = 2.0
_LEAD: Final = {Grade.MENTION: 1.0, Grade.SUBSTANTIAL: 2.0, Grade.CORE: 2.5}  # what the lead alone weighs, by the grade it gives


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest grade of what rests on a part of the query, and the name of the part; no name where there is no limit."""

    grade: Grade = Grade.CORE
    name: str = ""

    @property
    def rank(self) -> int:
        """Its place among the grades, lowest first."""
        return self.grade.rank


_NONE: Final = Ceiling()


@dataclass(frozen=True, slots=True)
class Match:
    """A passage where the expression holds, by one alternative of it: its hits, its weight, and what it is at most."""

    weight: float
    branch: query.Expression
    passage: Passage
    hits: Hits
    ceiling: Ceiling = _NONE


@dataclass(frozen=True, slots=True)
class Grading:
    """A grade, with the part of the query that keeps it from being higher; no part where none does."""

    grade: Grade
    limit: Ceiling = _NONE


def graded(matches: Iterable[Match]) -> Grading:
    """Return the grade of the places where an expression holds, at least one; what is limited adds only up to its limit."""
    found = list(matches)
    free = _grade(found)
    best = Grading(Grade.MENTION)
    for grade in Grade:
        enough = [match for match in found if match.ceiling.rank >= grade.rank]
        if enough and (reached := min(_grade(enough), grade, key=lambda one: one.rank)).rank > best.grade.rank:
            best = Grading(reached)
    limits = [match.ceiling for match in found if match.ceiling.name]
    if best.grade is free or not limits:
        return best
    return Grading(best.grade, max(limits, key=lambda one: one.rank))


def _grade(matches: list[Match]) -> Grade:
    best, score = max(match.weight for match in matches), sum(match.weight for match in matches)
    if best >= _CORE or score >= _MUCH:
        return Grade.CORE
    return Grade.SUBSTANTIAL if score >= _SUBSTANTIAL else Grade.MENTION


class Scale:
    """What a topic says of grades, for one document."""

    def __init__(self, topic: Topic, evaluation: Evaluation) -> None:
        """Take the topic, and its expression over the document."""
        self._topic, self._evaluation = topic, evaluation
        self._limits = {name: Ceiling(grade, name) for name, grade in topic.meeting.at_most}

    def match(self, kind: SegmentKind | None, passage: Passage, branches: Iterable[query.Expression]) -> Match | None:
        """Return the match in a passage by the first of some alternatives that holds; where there are limits, by the best."""
        found: Match | None = None
        for branch in branches:
            hits = self._evaluation.holds(branch, passage)
            if hits is not None:
                match = Match(self._weight(kind, passage, hits), branch, passage, hits, self._ceiling(branch, passage))
                if match.ceiling == _NONE:
                    return match
                found = match if found is None or match.ceiling.rank > found.ceiling.rank else found
        return found

    def _weight(self, kind: SegmentKind | None, passage: Passage, hits: Hits) -> float:
        alone = self._topic.meeting.lead_alone
        if alone is None or kind is not SegmentKind.LEAD or not passage.segments:
            return _WEIGHT[kind]
        in_title = any(hit.segment in self._evaluation.title.segments for hit in hits)
        return _WEIGHT[kind] if in_title else _LEAD[alone]

    def _ceiling(  # noqa: PLR0911 - one case for each node
        self, expression: query.Expression, passage: Passage
    ) -> Ceiling:
        """Return the limit of what an expression that holds in a passage rests on: of alternatives the highest."""
        if not self._limits:
            return _NONE
        match expression:
            case query.GroupReference(name):
                return self._limits.get(name, _NONE)
            case query.NamedPart(name, part):
                return _least((self._limits.get(name, _NONE), self._ceiling(part, passage)))
            case query.InTitle(part):
                return self._ceiling(part, self._evaluation.title)
            case query.And() | query.Near():
                return _least(self._ceiling(part, passage) for part in query.children(expression))
            case query.Or(parts):
                holding = (part for part in parts if self._evaluation.holds(part, passage) is not None)
                return max((self._ceiling(part, passage) for part in holding), key=lambda one: one.rank, default=_NONE)
            case _:
                return _NONE


def _least(ceilings: Iterable[Ceiling]) -> Ceiling:
    return min(ceilings, key=lambda one: one.rank)
