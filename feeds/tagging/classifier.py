"""An item against topics: tagged or not, how much, and why; pure, so that any judgement can be replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from feeds.model import Classification, Document, Evidence, Grade, Tagging
from feeds.tagging.matching.matcher import Cancelled, FoundHits, Hit, Matcher, SegmentMatches
from feeds.tagging.matching.segments import Segment, segments
from feeds.tagging.matching.segments import SegmentKind as Part
from feeds.tagging.query_evaluation import Evaluation, Hits, Meeting
from feeds.tagging.reasons import ReasonKind, Reasons, in_words
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic

_WEIGHT = {Part.TITLE: 3.0, None: 2.5, Part.LEAD: 2.0, Part.SENTENCE: 1.0, Part.ENTRY: 1.0, Part.CAPTION: 0.5}
_CORE = 2.5  # weight of one meeting, or more than the next of all together
_MUCH = 4.0
_SUBSTANTIAL = 2.0
_SHOWN = 12  # hits kept as evidence
_NOTHING = FoundHits(())


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A place where the expression holds."""

    weight: float
    branch: query.Expression
    place: Meeting
    hits: Hits


def classify(matcher: Matcher, item: Document, furniture: frozenset[str] = frozenset()) -> tuple[Classification, ...]:
    """Judge an item by every topic of `matcher`, in their order, with the reason for each answer.

    `furniture` are the keys of sentences that its source repeats under its articles: their words do not count.
    """
    parts = segments(item.title, item.text)
    found = matcher.find(parts, item.language)
    return tuple(
        _Case(topic, item, parts, _unfurnished(topic, found.get(number, _NOTHING), parts, furniture)).judgement()
        for number, topic in enumerate(matcher.topics)
    )


def tag(matcher: Matcher, item: Document, furniture: frozenset[str] = frozenset()) -> Tagging:
    """Give the answers of `classify` that say yes, at a fraction of its cost: most topics say no to most items."""
    parts, looks = matcher.read(item.title, item.text, item.language)
    tags = []
    for number in matcher.possible(looks):
        topic = matcher.topics[number]
        hits = _unfurnished(topic, matcher.found(number, looks), parts, furniture)
        if matcher.may_hold(number, frozenset(hit.group for hit in hits.hits)):
            answer = _Case(topic, item, parts, hits).answer()
            if answer is not None and answer.tagged:
                tags.append(answer)
    return Tagging(tuple(tags), _lines(matcher, looks, parts))


@dataclass(frozen=True, slots=True)
class Reading:
    """An item read for one topic: its segments and what the topic's terms hit in them."""

    item: Document
    parts: tuple[Segment, ...]
    found: FoundHits

    def tagged_by(self, topic: Topic) -> bool:
        """Say whether another form of the topic, with the same terms, tags the item."""
        answer = _Case(topic, self.item, self.parts, self.found).answer()
        return answer is not None and answer.tagged


def read(matcher: Matcher, item: Document) -> Reading:
    """Read an item for the first topic of `matcher`, for any expression that it might have over its groups."""
    parts = segments(item.title, item.text)
    return Reading(item, parts, matcher.find(parts, item.language, all_frames=True).get(0, _NOTHING))


def _lines(matcher: Matcher, looks: tuple[SegmentMatches, ...], parts: tuple[Segment, ...]) -> frozenset[str]:
    """Give, for each topic, the sentences that add one of its groups alone.

    "Follow us on Facebook" does; a sentence of the story adds more. What is furniture to one topic
    may be the story to another.
    """
    return frozenset(
        line_key(matcher.topics[topic], parts[look.number])
        for look in looks
        if parts[look.number].field == "text"
        for topic, groups in look.groups.items()
        if len(groups) == 1
    )


def line_key(topic: Topic, part: Segment) -> str:
    """Give the key under which a topic recognises a sentence that its source repeats."""
    return f"{topic.name}:{part.digest}"


def _unfurnished(topic: Topic, found: FoundHits, parts: tuple[Segment, ...], furniture: frozenset[str]) -> FoundHits:
    if not furniture or not found.hits:
        return found
    texts = {hit.segment for hit in found.hits if parts[hit.segment].field == "text"}
    furnished = {number for number in texts if line_key(topic, parts[number]) in furniture}
    bad = tuple(Cancelled(hit, "page_furniture") for hit in found.hits if hit.segment in furnished)
    return FoundHits(tuple(hit for hit in found.hits if hit.segment not in furnished), (*found.cancelled, *bad))


class _Case:
    """One topic and one item."""

    def __init__(self, topic: Topic, item: Document, parts: tuple[Segment, ...], found: FoundHits) -> None:
        self._topic, self._item, self._parts, self._found = topic, item, parts, found

    @cached_property
    def _evaluation(self) -> Evaluation:
        return Evaluation(self._topic, self._item, self._parts, self._found.hits)

    @cached_property
    def _reasons(self) -> Reasons:
        return Reasons(self._evaluation, self._item.language, self._topic.near, self._quote)

    def judgement(self) -> Classification:
        return self.answer() or self._refuse()

    def answer(self) -> Classification | None:
        """Give the judgement where the expression holds somewhere; None elsewhere."""
        expression = self._topic.expression
        if expression is None:
            return self._made(True, Grade.CORE, 1.0, "everything is taken", ())
        meetings = self._meetings(expression)
        return self._tag(expression, meetings) if meetings else None

    def _meetings(self, expression: query.Expression) -> list[_Meeting]:
        """Find where it holds, best place first; a sentence that already met is not counted again with its neighbour."""
        found: list[_Meeting] = []
        met: set[int] = set()
        groups = frozenset(hit.group for hit in self._found.hits)
        alternatives = expression.parts if isinstance(expression, query.Or) else (expression,)
        branches = [branch for branch in alternatives if query.possible(branch, groups)]
        for kind, place in self._evaluation.places():
            if len(place.segments) > 1 and place.segments & met:
                continue
            for branch in branches:
                hits = self._evaluation.holds(branch, place)
                if hits is not None:
                    found.append(_Meeting(_WEIGHT[kind], branch, place, hits))
                    met |= place.segments
                    break
        return sorted(found, key=lambda meeting: -meeting.weight)

    def _tag(self, expression: query.Expression, meetings: list[_Meeting]) -> Classification:
        score = sum(meeting.weight for meeting in meetings)
        grade = _grade(meetings[0].weight, score)
        hits = tuple(dict.fromkeys(hit for meeting in meetings for hit in meeting.hits))
        why = self._because(meetings[0])
        tagged = grade.rank >= self._topic.publish_from.rank
        why = why if tagged else f"only a {grade} ({why}); published from {self._topic.publish_from}"
        tested = self._evaluation.silent(expression)
        distance = self._evaluation.distance(_by_group(meetings[0].hits))
        return self._made(tagged, grade, score, why, hits, query.write(meetings[0].branch), tested, distance)

    def _because(self, meeting: _Meeting) -> str:
        """Name every clause that holds in the best place; exclusions where no word was found, since the tag rests on them."""
        words = [f"{name}: {self._quote(hit)}" for name, hit in _one_each(meeting.hits).items()]
        return "; ".join([*words, *self._reasons.held(meeting.branch, meeting.place, exclusions=not words)])

    def _refuse(self) -> Classification:
        expression = self._topic.expression or query.And(())
        faults = self._reasons.faults(expression)
        excluding = tuple(hit for fault in faults if fault.kind is ReasonKind.EXCLUDED for hit in fault.hits)
        why = in_words(faults, self._framed_away({fault.said for fault in faults}))
        if any(fault.kind is ReasonKind.EXCLUDED for fault in faults):
            return self._made(False, None, 0.0, why, excluding)
        framed = {cancelled.hit.group for cancelled in self._found.cancelled}
        near_miss = framed >= set(self._evaluation.lacking(expression)) or self._worth_a_look()
        return self._made(False, None, 0.0, why, self._found.hits, near_miss=near_miss)

    def _worth_a_look(self) -> bool:
        review = self._topic.review
        return review is not None and any(
            self._evaluation.holds(review, place) is not None for _, place in self._evaluation.places()
        )

    def _framed_away(self, lacking: set[str]) -> str:
        """Say which frame took away a word of a part that is lacking."""
        framed = (cancelled for cancelled in self._found.cancelled if cancelled.hit.group in lacking)
        return next((f": {self._quote(one.hit)} is only {one.frame.replace('_', ' ')}" for one in framed), "")

    def _made(  # noqa: PLR0913, PLR0917 - the parts of a judgement
        self,
        tagged: bool,  # noqa: FBT001
        grade: Grade | None,
        score: float,
        why: str,
        hits: Iterable[Hit],
        branch: str = "",
        excluded: tuple[str, ...] = (),
        distance: int | None = None,
        *,
        near_miss: bool = False,
    ) -> Classification:
        shown = tuple(map(self._evidence, list(hits)[:_SHOWN]))
        cancelled = tuple(map(self._framed, self._found.cancelled[:_SHOWN]))
        return Classification(
            topic=self._topic.name,
            version=self._topic.version,
            tagged=tagged,
            grade=grade,
            score=score,
            why=why,
            branch=branch,
            hits=shown,
            cancelled=cancelled,
            excluded=excluded,
            distance=distance,
            near_miss=near_miss,
        )

    def _framed(self, cancelled: Cancelled) -> tuple[str, Evidence]:
        return cancelled.frame, self._evidence(cancelled.hit)

    def _evidence(self, hit: Hit) -> Evidence:
        field = self._parts[hit.segment].field
        text = self._item.title if field == "title" else self._item.text
        return Evidence(hit.group, hit.term, hit.language, field, hit.start, hit.end, text[hit.start : hit.end])

    def _quote(self, hit: Hit) -> str:
        return f"“{self._evidence(hit).text}”"


def _grade(best: float, score: float) -> Grade:
    if best >= _CORE or score >= _MUCH:
        return Grade.CORE
    return Grade.SUBSTANTIAL if score >= _SUBSTANTIAL else Grade.MENTION


def _by_group(hits: Hits) -> list[Hits]:
    return [tuple(hit for hit in hits if hit.group == name) for name in _one_each(hits)]


def _one_each(hits: Hits) -> dict[str, Hit]:
    """Of each group the first hit."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.group, hit)
    return first
