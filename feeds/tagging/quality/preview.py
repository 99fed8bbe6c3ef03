"""Previews a topic's wording: what it would tag, what it nearly tags, what changes against the wording in force; pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log
from typing import Final, NamedTuple

from feeds.model import Classification, Document, Grade, document_of
from feeds.tagging.classifier import Screening, classify, screen
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem

_NEAR: Final = 1  # groups, words or conditions that a near miss may lack

Counts = tuple[tuple[str, int], ...]  # the most frequent first


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """A stored item and the answer of the wording for it."""

    stored: StoredItem
    answer: Classification


@dataclass(frozen=True, slots=True)
class PreviewedChange:
    """What a wording changes against the one in force: how many items, and the newest of them."""

    version: str  # of the wording in force
    gained: int
    lost: int
    unchanged: int
    gained_items: tuple[PreviewedItem, ...]
    lost_items: tuple[PreviewedItem, ...]


@dataclass(frozen=True, slots=True)
class TopicPreview:
    """What a wording does with the stored items that were examined."""

    topic: Topic
    items: int  # examined
    is_complete: bool  # nothing that was asked for was left out
    tagged: int
    by_language: Counts
    by_source: Counts
    by_grade: Counts
    hits: tuple[PreviewedItem, ...]  # the newest
    near: int  # near misses
    near_excluded: int  # of them those that an exclusion keeps out
    near_misses: tuple[PreviewedItem, ...]  # the nearest, the excluded ones last
    change: PreviewedChange | None  # None where no topic of this name is in force


class _Examined(NamedTuple):
    """What is remembered of an item that is tagged, was tagged, or is a near miss."""

    row: int
    language: str
    source: str
    grade: Grade | None
    tagged: bool
    before: bool  # the wording in force tags it
    excluded: bool  # an exclusion of the wording keeps it out
    lacking: int  # groups, words or conditions
    groups: frozenset[str]  # that were found and speak for the topic


@dataclass(frozen=True, slots=True)
class PreviewRows:
    """The numbers of the items that a preview shows, each list in its order."""

    hits: tuple[int, ...]
    near_misses: tuple[int, ...]
    gained: tuple[int, ...]
    lost: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.hits, *self.near_misses, *self.gained, *self.lost)))


class PreviewTally:
    """Counts what a wording does, item by item, the newest first. Texts are not kept."""

    def __init__(self, topic: Topic, in_force: Topic | None) -> None:
        """Take the wording, and the topic of its name that is in force."""
        self.topic, self.items = topic, 0
        self._in_force = in_force
        is_other = in_force is not None and in_force.version != topic.version
        self._matcher = Matcher([topic, in_force] if in_force is not None and is_other else [topic])
        self._positive = _positive(topic.expression)
        self._needs_text = _needs_text(topic.expression)
        self._lacked: dict[frozenset[str], int] = {}  # by the groups that are found, where nothing else matters
        self._examined: dict[int, _Examined] = {}  # by row
        self._frequency: Counter[str] = Counter()  # items in which a group is found
        self._holders: defaultdict[tuple[str, str], set[int]] = defaultdict(set)  # rows, by source and sentence
        self._rests_on_lines: set[int] = set()  # rows that boilerplate may decide otherwise
        self._exclusions = tuple(part for part in query.walk(topic.expression or query.And(())) if isinstance(part, query.Not))

    # Counting

    def add(self, stored: StoredItem, boilerplate: frozenset[str]) -> None:
        """Examine an item. `boilerplate` are the sentences that its source is known to repeat, as keys."""
        document = document_of(stored)
        screenings = screen(self._matcher, document, boilerplate)
        self.items += 1
        self._frequency.update(screenings[0].groups)
        self._note(stored, document, screenings, boilerplate)
        for line in screenings[0].lines - boilerplate:
            self._holders[stored.carrier.source.url, line].add(stored.row)
        if screenings[0].grade is not None or (screenings[0].possible and self._exclusions):
            self._rests_on_lines.add(stored.row)

    def repeated(self, times: int) -> dict[int, frozenset[str]]:
        """Return, by the items' numbers, the sentences that so many items of their source hold, as keys.

        A wording that has never been in force has no boilerplate on record. These items are examined again without it.
        """
        found: defaultdict[int, set[str]] = defaultdict(set)
        for (_, line), rows in self._holders.items():
            if len(rows) >= times:
                for row in rows & self._rests_on_lines:
                    found[row].add(line)
        return {row: frozenset(lines) for row, lines in found.items()}

    def again(self, stored: StoredItem, boilerplate: frozenset[str]) -> None:
        """Examine an item again, with all the boilerplate of its source; what the wording in force says of it stays."""
        document, known = document_of(stored), self._examined.get(stored.row)
        before = known is not None and known.before
        self._examined.pop(stored.row, None)
        self._note(stored, document, screen(self._matcher, document, boilerplate), boilerplate, before=before)

    def _note(
        self,
        stored: StoredItem,
        document: Document,
        screenings: tuple[Screening, ...],
        boilerplate: frozenset[str],
        *,
        before: bool | None = None,
    ) -> None:
        new = screenings[0]
        if len(screenings) == 1:
            before = new.tagged
        elif before is None:
            before = screenings[1].tagged
        lacking = 0 if new.possible else self._lacking(new.groups, document)
        groups = new.groups & self._positive if self._positive else new.groups
        if new.tagged or before or (groups and lacking <= _NEAR):
            language, source = stored.item.language or "und", stored.carrier.source.name
            excluded = not new.tagged and self._is_excluded(new, document, boilerplate)
            self._examined[stored.row] = _Examined(
                stored.row, language, source, new.grade, new.tagged, before, excluded, lacking, groups
            )

    def _is_excluded(self, found: Screening, document: Document, boilerplate: frozenset[str]) -> bool:
        """Return whether an exclusion keeps a document out; it is classified only where the groups leave that open."""
        if not any(query.possible(part.part, found.groups, found.in_title) for part in self._exclusions):
            return False
        return bool(classify(self._matcher, document, boilerplate)[0].excluding)

    def _lacking(self, groups: frozenset[str], document: Document) -> int:
        if self._needs_text:
            return _lacking(self.topic.expression, groups, document)
        if groups not in self._lacked:
            self._lacked[groups] = _lacking(self.topic.expression, groups, document)
        return self._lacked[groups]

    # Showing

    def shown(self, limit: int) -> PreviewRows:
        """Return the numbers of the items to show, at most `limit` of each kind."""
        found = sorted(self._examined.values(), reverse=True)  # by row, the newest first
        changed = self._in_force is not None
        return PreviewRows(
            hits=tuple(one.row for one in found if one.tagged)[:limit],
            near_misses=tuple(one.row for one in sorted(filter(_is_near, found), key=self._distance))[:limit],
            gained=tuple(one.row for one in found if changed and one.tagged and not one.before)[:limit],
            lost=tuple(one.row for one in found if changed and one.before and not one.tagged)[:limit],
        )

    def _distance(self, one: _Examined) -> tuple[bool, int, float]:
        """Return how far an item is from being tagged: by exclusions, by what it lacks, then by how common its words are."""
        return one.excluded, one.lacking, sum(log(self._frequency[group] / (self.items + 1)) for group in one.groups)

    def result(self, rows: PreviewRows, items: Iterable[tuple[StoredItem, frozenset[str]]], *, is_complete: bool) -> TopicPreview:
        """Return the preview. `items` are those of `rows`, each with the boilerplate of its source."""
        answers = {
            stored.row: PreviewedItem(stored, classify(self._matcher, document_of(stored), boilerplate)[0])
            for stored, boilerplate in items
        }
        found = list(self._examined.values())
        tagged = [one for one in found if one.tagged]
        return TopicPreview(
            topic=self.topic,
            items=self.items,
            is_complete=is_complete,
            tagged=len(tagged),
            by_language=_counted(one.language for one in tagged),
            by_source=_counted(one.source for one in tagged),
            by_grade=_counted(str(one.grade) for one in tagged),
            hits=_of(answers, rows.hits),
            near=sum(map(_is_near, found)),
            near_excluded=sum(one.excluded for one in found if _is_near(one)),
            near_misses=_of(answers, rows.near_misses),
            change=self._change(found, rows, answers),
        )

    def _change(self, found: list[_Examined], rows: PreviewRows, answers: dict[int, PreviewedItem]) -> PreviewedChange | None:
        if self._in_force is None:
            return None
        kinds = Counter((one.before, one.tagged) for one in found)
        return PreviewedChange(
            version=self._in_force.version,
            gained=kinds[False, True],
            lost=kinds[True, False],
            unchanged=kinds[True, True],
            gained_items=_of(answers, rows.gained),
            lost_items=_of(answers, rows.lost),
        )


def _is_near(one: _Examined) -> bool:
    return not one.tagged and bool(one.groups) and one.lacking <= _NEAR


def _of(answers: dict[int, PreviewedItem], rows: Iterable[int]) -> tuple[PreviewedItem, ...]:
    return tuple(answers[row] for row in rows if row in answers)


def _counted(names: Iterable[str]) -> Counts:
    """Return how often each name occurs, the most frequent first, then by name."""
    return tuple(sorted(Counter(names).items(), key=lambda one: (-one[1], one[0])))


def _positive(expression: query.Expression | None) -> frozenset[str]:
    """Return the groups and phrases of an expression that speak for a topic: all that no NOT excludes."""
    match expression:
        case None | query.Not():
            return frozenset()
        case query.GroupReference() | query.PhraseQuery():
            return frozenset({str(expression)})
        case _:
            return frozenset(name for part in query.children(expression) for name in _positive(part))


def _needs_text(expression: query.Expression | None) -> bool:
    """Return whether an expression depends on more of a document than the groups that are found in it."""
    parts = query.walk(expression) if expression else ()
    return any(isinstance(part, query.RawTerm | query.DocumentCondition) for part in parts)


def _lacking(  # noqa: PLR0911 - one case for each node
    expression: query.Expression | None, groups: frozenset[str], document: Document
) -> int:
    """Return how many groups, words or conditions a document lacks for an expression, of alternatives the fewest."""
    match expression:
        case query.GroupReference() | query.PhraseQuery():
            return 0 if str(expression) in groups else 1
        case query.DocumentCondition():
            return 0 if expression.holds(document) else 1
        case query.RawTerm(text):
            return 0 if text in document.title or text in document.text else 1
        case query.InTitle(part) | query.NamedPart(_, part):
            return _lacking(part, groups, document)
        case query.Near(left, right):
            return _lacking(left, groups, document) + _lacking(right, groups, document)
        case query.And(parts):
            return sum(_lacking(part, groups, document) for part in parts)
        case query.Or(parts):
            return min(_lacking(part, groups, document) for part in parts)
        case _:
            return 0
