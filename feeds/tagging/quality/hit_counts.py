"""Counts on labelled rows how often each term and group is right or wrong, and what the missed rows lack; classifies nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from feeds.metrics import LabelledAnswer
from feeds.model import Classification
from ingest.text.language.names import name as language_name

SHOWN: Final = 20  # rows of a table that a person is shown unless all are asked for
_APART: Final = "every part is there, but not where the rule wants it"


@dataclass(frozen=True, slots=True)
class HitCount:
    """Tagged rows whose tag rests on a term or a group: those that are right, and those that are wrong."""

    group: str
    language: str | None  # of the term; None for all
    term: str  # as the file writes it; empty for a whole group
    true: int
    false: int
    only_true: int  # of them those in which nothing else of its group was found
    only_false: int


@dataclass(frozen=True, slots=True)
class MissedPart:
    """What keeps rows that are wanted from being tagged, and how many rows."""

    part: str  # a group or a phrase, or several with OR of which any would do; empty where no part is to blame
    what: str  # in words
    rows: int


@dataclass(frozen=True, slots=True)
class HitTables:
    """The tables of an evaluation, each with what does most harm first."""

    terms: tuple[HitCount, ...]
    groups: tuple[HitCount, ...]
    missing: tuple[MissedPart, ...]

    def values(self) -> dict[str, Any]:
        """Return the tables as a JSON object; a term for all languages has the language null."""
        groups = [{name: value for name, value in asdict(one).items() if name in {"group", "true", "false"}} for one in self.groups]
        return {
            "by_term": [asdict(one) for one in self.terms],
            "by_group": groups,
            "missing": [asdict(one) for one in self.missing],
        }

    def lines(self, *, everything: bool = False) -> Iterator[str]:
        """Yield the tables in words: of the terms those with false hits and at most `SHOWN`, or everything."""
        shown = self.terms if everything else [one for one in self.terms if one.false][:SHOWN]
        if self.groups:
            yield f"{'false':>6}{'true':>6}  group"
            yield from (f"{one.false:6}{one.true:6}  {one.group}" for one in self.groups)
        if shown:
            yield f"{'false':>6}{'true':>6}{'alone':>12}  term (alone: rows in which nothing else of its group was found)"
            yield from map(_term_line, shown)
        if left := len(self.terms) - len(shown):
            yield f"and {left} more: --terms lists every term that was found"
        if self.missing:
            yield f"{'missed':>6}  because"
            yield from (f"{one.rows:6}  {one.what}" for one in self.missing)


def _term_line(one: HitCount) -> str:
    language = f" ({language_name(one.language)})" if one.language else ""
    return f"{one.false:6}{one.true:6}{f'{one.only_false} and {one.only_true}':>12}  {one.group}: “{one.term}”{language}"


def hit_tables(answers: Iterable[LabelledAnswer]) -> HitTables:
    """Count hits in the evidence of each row, at most twelve hits a row, and the reasons of rows that were missed."""
    terms: defaultdict[tuple[str, str | None, str], Counter[str]] = defaultdict(Counter)
    groups: defaultdict[tuple[str, str | None, str], Counter[str]] = defaultdict(Counter)
    missed: Counter[tuple[str, str]] = Counter()
    for answer in answers:
        if answer.classification.tagged:
            found = {(hit.group, hit.language, hit.term) for hit in answer.classification.hits}
            of_group = Counter(group for group, _, _ in found)
            right = "true" if answer.wanted else "false"
            for term in found:
                terms[term].update([right, *([f"only_{right}"] if of_group[term[0]] == 1 else [])])
            for group in of_group:
                groups[group, None, ""].update([right, f"only_{right}"])
        elif answer.wanted:
            missed.update(set(_blame(answer.classification)))
    parts = (MissedPart(part, what, rows) for (part, what), rows in missed.items())
    return HitTables(_ordered(terms), _ordered(groups), tuple(sorted(parts, key=lambda one: (-one.rows, one.what))))


def _ordered(counts: dict[tuple[str, str | None, str], Counter[str]]) -> tuple[HitCount, ...]:
    """Return counts with most false hits first, of these the ones with fewest true hits."""
    made = [HitCount(*key, found["true"], found["false"], found["only_true"], found["only_false"]) for key, found in counts.items()]
    return tuple(sorted(made, key=lambda one: (-one.false, one.true, one.group, one.language or "", one.term)))


def _blame(missed: Classification) -> Iterator[tuple[str, str]]:
    """Yield what keeps a row from being tagged, each as (the part, the reason in words)."""
    taken = {hit.group: context for context, hit in reversed(missed.cancelled)}
    for part in missed.excluding:
        yield part, f"excluded by {part}"
    for parts in missed.missing:
        known = next((part for part in parts if part in taken), None)
        if known is not None:
            yield known, f"{known} is only {taken[known].replace('_', ' ')}"
        else:
            yield " OR ".join(parts), f"nothing says {_any_of(parts)}"
    if missed.grade is not None:
        yield "", f"only a {missed.grade}, which is not published"
    elif not (missed.excluding or missed.missing):
        yield "", _APART


def _any_of(parts: tuple[str, ...]) -> str:
    """Return names with commas and "or": attack, hole or breach."""
    *most, last = parts
    return f"{', '.join(most)} or {last}" if most else last
