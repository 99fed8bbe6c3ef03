"""Explains in words, clause by clause, why a topic's expression holds in a document or fails there; decides and weighs nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import IntEnum

from feeds.model import Document
from feeds.tagging.matching.matcher import Hit
from feeds.tagging.query_evaluation import Evaluation, Hits, Passage
from feeds.tagging.topic import query


class FaultKind(IntEnum):
    """What is wrong with a clause, in the order in which the faults are reported."""

    EXCLUDED = 0
    MISSING = 1
    OTHER = 2  # a whole sentence
    APART = 3


@dataclass(frozen=True, slots=True)
class ClauseFault:
    """One clause that keeps an expression from holding; `text` is a query where it is missing, else a sentence."""

    kind: FaultKind
    text: str
    hits: Hits = ()
    part: str = ""  # the exclusion, where it is one
    groups: frozenset[str] = frozenset()  # what is missing, or could be in the part that is
    alternatives: tuple[str, ...] = field(default=(), compare=False)  # several of which one would do, this one among them


class Explanation:
    """Why one topic's expression holds in one document, or does not."""

    def __init__(self, evaluation: Evaluation, document: Document, near: int, quote: Callable[[Hit], str]) -> None:
        """Take the evaluation of a document, within how many words groups meet, and what quotes a hit."""
        self._holds, self._everywhere = evaluation.holds, evaluation.everywhere
        self._document, self._near, self._quote = document, near, quote

    # Why it holds

    def held(self, expression: query.Expression, passage: Passage, *, exclusions: bool) -> Iterator[str]:
        """Yield a sentence for each clause that holds and that no word of the text shows; exclusions where they are asked for."""
        if not exclusions and not query.conditions(expression):
            return
        for clause in dict.fromkeys(self._holding(expression, passage)):
            match clause:
                case query.Not(query.DocumentCondition() as part) if exclusions:
                    yield part.absent
                case query.Not(part) if exclusions:
                    yield f"nothing says {part}"
                case query.DocumentCondition():
                    yield clause.held

    def parts(self, expression: query.Expression, passage: Passage, within: str = "") -> Iterator[tuple[str, str]]:
        """Yield each group and phrase by which an expression holds, with the part of the query that it stands in, by its name."""
        if self._holds(expression, passage) is None or isinstance(expression, query.Not):
            return
        match expression:
            case query.GroupReference() | query.PhraseQuery() | query.RawTerm():
                yield str(expression), within
            case query.NamedPart(name, part):
                yield from self.parts(part, passage, name)
            case query.InTitle(part):
                yield from self.parts(part, self._everywhere, within)
            case _:
                for part in query.children(expression):
                    yield from self.parts(part, passage, within)

    def _holding(self, expression: query.Expression, passage: Passage) -> Iterator[query.Expression]:
        """Yield the clauses by which an expression holds in a passage; of alternatives those that hold."""
        if self._holds(expression, passage) is None:
            return
        match expression:
            case query.DocumentCondition() | query.Not():
                yield expression
            case query.InTitle(part):
                yield from self._holding(part, self._everywhere)
            case _:
                for part in query.children(expression):
                    yield from self._holding(part, passage)

    # Why it fails

    def faults(self, expression: query.Expression) -> tuple[ClauseFault, ...]:
        """Return what keeps an expression from holding anywhere, of alternatives the faults of the one that comes closest."""
        if isinstance(expression, query.NamedPart):
            return self.faults(expression.part)
        if isinstance(expression, query.Or):
            return _closest([self.faults(part) for part in expression.parts])
        if found := self._faults(expression):
            return found
        parts = expression.parts if isinstance(expression, query.And) else (expression,)
        there = " and ".join(str(part) for part in parts if self._holds(part, self._everywhere))
        where = f"never in one sentence, nor within {self._near} words in neighbouring ones"
        return (ClauseFault(FaultKind.APART, f"{there} are there, but {where}"),)

    def _faults(self, expression: query.Expression) -> tuple[ClauseFault, ...]:  # noqa: PLR0911 - one case for each node
        """Return what is wrong with the clauses, each on its own; nothing where all of them are in the text."""
        match expression:
            case query.And(parts):
                return tuple(dict.fromkeys(fault for part in parts for fault in self._faults(part)))
            case query.Or(parts):
                found = [self._faults(part) for part in parts]
                return _closest(found) if all(found) else ()
            case query.Not(part):
                hits = self._holds(part, self._everywhere)
                return () if hits is None else (self._excluded(part, hits),)
            case query.NamedPart():
                return self._part_faults(expression)
            case query.Near():
                return self._near_faults(expression)
            case query.InTitle(part):
                return self._title_faults(expression, part)
            case _:
                return () if self._holds(expression, self._everywhere) is not None else (self._missing(expression),)

    def _excluded(self, part: query.Expression, hits: Hits) -> ClauseFault:
        quoted = f": {self._quote(hits[0])}" if hits else ""
        return ClauseFault(FaultKind.EXCLUDED, f"excluded by {part}{quoted}", hits, str(part))

    def _missing(self, clause: query.Expression) -> ClauseFault:
        match clause:
            case query.DocumentCondition():
                return ClauseFault(FaultKind.OTHER, clause.missing(self._document))
            case query.RawTerm(text):
                return ClauseFault(FaultKind.OTHER, f"nothing says exactly “{text}”")
            case _:
                return ClauseFault(FaultKind.MISSING, str(clause), groups=frozenset({str(clause)}))

    def _part_faults(self, named: query.NamedPart) -> tuple[ClauseFault, ...]:
        """Return what is wrong with a named part: that nothing says it, or what it lacks where something does."""
        found = self._faults(named.part)
        words = [part for part in query.walk(named.part) if isinstance(part, query.GroupReference | query.PhraseQuery)]
        if not found or any(self._holds(part, self._everywhere) for part in words):
            return found
        if any(fault.kind is not FaultKind.MISSING for fault in found):
            return found
        return (ClauseFault(FaultKind.MISSING, named.name, groups=frozenset(map(str, words))),)

    def _title_faults(self, clause: query.InTitle, part: query.Expression) -> tuple[ClauseFault, ...]:
        if self._holds(clause, self._everywhere) is not None:
            return ()
        return self._faults(part) or (ClauseFault(FaultKind.OTHER, f"{part} is there, but not in the title"),)

    def _near_faults(self, near: query.Near) -> tuple[ClauseFault, ...]:
        found = (*self._faults(near.left), *self._faults(near.right))
        if found or self._holds(near, self._everywhere):
            return found
        for part in (near.left, near.right):
            if not self._holds(part, self._everywhere):  # it holds, but by no word
                return (ClauseFault(FaultKind.APART, f"{near} cannot hold: {part} has no place in the text"),)
        order = "in this order " if near.ordered else ""
        said = f"{near} fails: they never stand within {near.words} words of each other {order}in one sentence"
        return (ClauseFault(FaultKind.APART, said),)


def _closest(alternatives: list[tuple[ClauseFault, ...]]) -> tuple[ClauseFault, ...]:
    """Return the faults of the alternative that has the fewest; where one word would do for each, all of these words."""
    if all(len(found) == 1 and found[0].kind is FaultKind.MISSING for found in alternatives):
        every = tuple(dict.fromkeys(name for found in alternatives for name in found[0].alternatives or (found[0].text,)))
        return tuple(dict.fromkeys(replace(found[0], alternatives=every) for found in alternatives))
    best = min(alternatives, key=_distance)
    return _with_alternatives(best, [found for found in alternatives if _distance(found) == _distance(best)])


def _distance(found: tuple[ClauseFault, ...]) -> tuple[int, int]:
    return len(found), -max(fault.kind for fault in found)


def _with_alternatives(best: tuple[ClauseFault, ...], alike: list[tuple[ClauseFault, ...]]) -> tuple[ClauseFault, ...]:
    """Return the faults of one of alternatives that come as close; where they differ in one word, with all of these."""
    common = frozenset(best).intersection(*alike)
    own = [[fault for fault in found if fault not in common] for found in alike]
    if any(len(faults) != 1 or faults[0].kind is not FaultKind.MISSING for faults in own):
        return best
    every = tuple(dict.fromkeys(name for (fault,) in own for name in fault.alternatives or (fault.text,)))
    return tuple(fault if fault in common else replace(fault, alternatives=every) for fault in best)


def in_words(faults: Iterable[ClauseFault], quoted: str = "") -> str:
    """Return faults in one line; `quoted` is what to add of words that are missing."""
    ordered = sorted(faults, key=lambda fault: fault.kind)
    missing = " or ".join(fault.text for fault in ordered if fault.kind is FaultKind.MISSING)
    said = [fault.text for fault in ordered if fault.kind is FaultKind.EXCLUDED]
    said += [f"nothing says {missing}{quoted}"] if missing else []
    return "; ".join([*said, *(fault.text for fault in ordered if fault.kind > FaultKind.MISSING)])
