"""Why a topic's expression holds in an item, or fails there, clause by clause and in words; decides and weighs nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from feeds.tagging.matching.matcher import Hit
from feeds.tagging.query_evaluation import Evaluation, Hits, Meeting
from feeds.tagging.topic import query


class ReasonKind(IntEnum):
    """What is wrong with a clause, in the order in which it is said."""

    EXCLUDED = 0
    LACKING = 1
    OTHER = 2  # a whole sentence
    APART = 3


@dataclass(frozen=True, slots=True)
class ClauseFault:
    """One clause that keeps an expression from holding; `said` is a name where it is lacking, else a sentence."""

    kind: ReasonKind
    said: str
    hits: Hits = ()


class Reasons:
    """Reasons for one expression and one text."""

    def __init__(self, evaluation: Evaluation, language: str | None, near: int, quote: Callable[[Hit], str]) -> None:
        """Take what is known of the text, its language, within how many words groups meet, and what quotes a hit."""
        self._holds, self._everywhere = evaluation.holds, evaluation.everywhere
        self._language, self._near, self._quote = language, near, quote

    # Why it holds

    def held(self, expression: query.Expression, place: Meeting, *, exclusions: bool) -> Iterator[str]:
        """Say which clauses hold that no word of the text shows: language, source and, where asked for, exclusions."""
        for clause in dict.fromkeys(self._holding(expression, place)):
            match clause:
                case query.Language(code):
                    yield f"its language is {code}"
                case query.FromSource(text):
                    yield f"its source matches “{text}”"
                case query.Not(part) if exclusions:
                    yield _absent(part)

    def _holding(self, expression: query.Expression, place: Meeting) -> Iterator[query.Expression]:
        """Give the clauses by which an expression that holds in a place does so; of alternatives those that hold."""
        if self._holds(expression, place) is None:
            return
        match expression:
            case query.Language() | query.FromSource() | query.Not():
                yield expression
            case query.InTitle(part):
                yield from self._holding(part, self._everywhere)
            case _:
                for part in query.children(expression):
                    yield from self._holding(part, place)

    # Why it fails

    def faults(self, expression: query.Expression) -> tuple[ClauseFault, ...]:
        """Give what keeps an expression from holding anywhere, of alternatives those of the one that comes closest."""
        if isinstance(expression, query.Or):
            return _closest([self.faults(part) for part in expression.parts])
        return self._faults(expression) or (self._apart(expression),)

    def _faults(self, expression: query.Expression) -> tuple[ClauseFault, ...]:
        """Give what is wrong with the clauses, each on its own; nothing where all of them are in the text."""
        match expression:
            case query.And(parts):
                return tuple(dict.fromkeys(fault for part in parts for fault in self._faults(part)))
            case query.Or(parts):
                found = [self._faults(part) for part in parts]
                return _closest(found) if all(found) else ()
            case query.Not(part):
                hits = self._holds(part, self._everywhere)
                return () if hits is None else (ClauseFault(ReasonKind.EXCLUDED, self._excluded(part, hits), hits),)
            case query.Near():
                return self._near_faults(expression)
            case query.InTitle(part):
                return self._title_faults(expression, part)
            case _:
                return () if self._holds(expression, self._everywhere) is not None else (self._missing(expression),)

    def _excluded(self, part: query.Expression, hits: Hits) -> str:
        return f"excluded by {query.write(part)}" + (f": {self._quote(hits[0])}" if hits else "")

    def _missing(self, clause: query.Expression) -> ClauseFault:
        match clause:
            case query.Language(code):
                return ClauseFault(ReasonKind.OTHER, f"its language is {self._language or 'unknown'}, not {code}")
            case query.FromSource(text):
                return ClauseFault(ReasonKind.OTHER, f"no source of it matches “{text}”")
            case query.RawTerm(text):
                return ClauseFault(ReasonKind.OTHER, f"nothing says exactly “{text}”")
            case _:
                return ClauseFault(ReasonKind.LACKING, query.write(clause))

    def _title_faults(self, clause: query.InTitle, part: query.Expression) -> tuple[ClauseFault, ...]:
        if self._holds(clause, self._everywhere) is not None:
            return ()
        there = ClauseFault(ReasonKind.OTHER, f"{query.write(part)} is there, but not in the title")
        return self._faults(part) or (there,)

    def _near_faults(self, near: query.Near) -> tuple[ClauseFault, ...]:
        found = (*self._faults(near.left), *self._faults(near.right))
        if found or self._holds(near, self._everywhere):
            return found
        for part in (near.left, near.right):
            if not self._holds(part, self._everywhere):  # it holds, but by no word
                return (
                    ClauseFault(ReasonKind.APART, f"{query.write(near)} cannot hold: {query.write(part)} has no place in the text"),
                )
        order = "in this order " if near.ordered else ""
        said = f"{query.write(near)} fails: they never stand within {near.words} words of each other {order}in one sentence"
        return (ClauseFault(ReasonKind.APART, said),)

    def _apart(self, expression: query.Expression) -> ClauseFault:
        parts = expression.parts if isinstance(expression, query.And) else (expression,)
        there = " and ".join(query.write(part) for part in parts if self._holds(part, self._everywhere))
        where = f"never in one sentence, nor within {self._near} words in neighbouring ones"
        return ClauseFault(ReasonKind.APART, f"{there} are there, but {where}")


def _absent(part: query.Expression) -> str:
    match part:
        case query.Language(code):
            return f"its language is not {code}"
        case query.FromSource(text):
            return f"no source of it matches “{text}”"
        case _:
            return f"nothing says {query.write(part)}"


def _closest(alternatives: list[tuple[ClauseFault, ...]]) -> tuple[ClauseFault, ...]:
    """Give the faults of the alternative that has the fewest; where one word would do for each, all of these words."""
    if all(len(found) == 1 and found[0].kind is ReasonKind.LACKING for found in alternatives):
        return tuple(dict.fromkeys(found[0] for found in alternatives))
    return min(alternatives, key=lambda found: (len(found), -max(fault.kind for fault in found)))


def in_words(faults: Iterable[ClauseFault], quoted: str = "") -> str:
    """Say faults in one line; `quoted` is what is to be said of words that are lacking."""
    ordered = sorted(faults, key=lambda fault: fault.kind)
    lacking = " or ".join(fault.said for fault in ordered if fault.kind is ReasonKind.LACKING)
    said = [fault.said for fault in ordered if fault.kind is ReasonKind.EXCLUDED]
    said += [f"nothing says {lacking}{quoted}"] if lacking else []
    return "; ".join([*said, *(fault.said for fault in ordered if fault.kind > ReasonKind.LACKING)])
