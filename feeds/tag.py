"""An item against topics: tagged or not, how much, and why; pure, so that any judgement can be replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from feeds.match import Cancelled, Found, Hit, Matcher
from feeds.segments import Kind, Segment, segments
from feeds.topic import Grade, Topic

_WEIGHT = {Kind.TITLE: 3.0, Kind.LEAD: 2.0, Kind.SENTENCE: 1.0, Kind.ENTRY: 1.0}
_TITLE_AND_LEAD = 2.5
_SUBSTANTIAL = 2.0
_CORE = 3.0
_SHOWN = 12  # hits kept as evidence
_NOTHING = Found(())


@dataclass(frozen=True, slots=True)
class Evidence:
    """A hit as it is kept: the words that were found, in the original, and where."""

    group: str
    term: str
    language: str | None
    field: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one topic says of one item; `why` is one line for either answer."""

    topic: str
    version: str
    tagged: bool
    grade: Grade | None
    score: float
    why: str
    hits: tuple[Evidence, ...] = ()
    cancelled: tuple[tuple[str, Evidence], ...] = ()  # (frame, hit)
    distance: int | None = None  # words between the groups where they meet closest


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A place where all required groups stand together."""

    weight: float
    distance: int
    hits: tuple[Hit, ...]


def judge(matcher: Matcher, title: str, text: str, language: str | None) -> tuple[Judgement, ...]:
    """Judge a text by every topic of `matcher`, in their order."""
    parts = segments(title, text)
    found = matcher.find(parts, language)
    fields = {"title": title, "text": text}
    return tuple(
        _Case(topic, parts, found.get(number, _NOTHING), fields).judgement() for number, topic in enumerate(matcher.topics)
    )


class _Case:
    """One topic and one text."""

    def __init__(self, topic: Topic, parts: tuple[Segment, ...], found: Found, fields: dict[str, str]) -> None:
        self._topic, self._parts, self._found, self._fields = topic, parts, found, fields

    def judgement(self) -> Judgement:
        topic = self._topic
        excluding = [hit for hit in self._found.hits if hit.group in topic.exclude]
        if excluding:
            return self._refusal(f"excluded by {excluding[0].group}: {self._quote(excluding[0])}", excluding)
        if not topic.require:
            return Judgement(topic.name, topic.version, tagged=True, grade=Grade.CORE, score=1.0, why="everything is taken")
        missing = [name for name in topic.require if all(hit.group != name for hit in self._found.hits)]
        if missing:
            return self._refusal(self._missing(missing), self._required())
        meetings = sorted(self._meetings(), key=lambda m: (-m.weight, m.distance))
        if not meetings:
            names = " and ".join(topic.require)
            return self._refusal(f"{names} are both there, but never within {topic.near} words of each other", self._required())
        return self._tag(meetings)

    def _required(self) -> list[Hit]:
        return [hit for hit in self._found.hits if hit.group in self._topic.require]

    def _missing(self, missing: list[str]) -> str:
        framed = [c for c in self._found.cancelled if c.hit.group in missing]
        lacking = f"nothing says {' or '.join(missing)}"
        return f"{lacking}: {self._quote(framed[0].hit)} is only {framed[0].frame}" if framed else lacking

    def _refusal(self, why: str, hits: Iterable[Hit]) -> Judgement:
        return self._made(tagged=False, grade=None, score=0.0, why=why, hits=hits, distance=None)

    def _tag(self, meetings: list[_Meeting]) -> Judgement:
        score = sum(meeting.weight for meeting in meetings)
        best = meetings[0].weight
        grade = (
            Grade.CORE
            if best >= _TITLE_AND_LEAD or score > _CORE
            else Grade.SUBSTANTIAL
            if score >= _SUBSTANTIAL
            else Grade.MENTION
        )
        shown = list(dict.fromkeys(chain.from_iterable(meeting.hits for meeting in meetings)))
        by_group = {name: next(hit for hit in shown if hit.group == name) for name in self._topic.require}
        why = "; ".join(f"{name}: {self._quote(hit)}" for name, hit in by_group.items())
        tagged = grade.rank >= self._topic.publish_from.rank
        why = why if tagged else f"only a {grade} ({why}); published from {self._topic.publish_from}"
        return self._made(tagged=tagged, grade=grade, score=score, why=why, hits=shown, distance=meetings[0].distance)

    def _made(  # noqa: PLR0913 - a judgement's parts
        self, *, tagged: bool, grade: Grade | None, score: float, why: str, hits: Iterable[Hit], distance: int | None
    ) -> Judgement:
        return Judgement(
            topic=self._topic.name,
            version=self._topic.version,
            tagged=tagged,
            grade=grade,
            score=score,
            why=why,
            hits=tuple(map(self._evidence, list(hits)[:_SHOWN])),
            cancelled=tuple(map(self._framed, self._found.cancelled[:_SHOWN])),
            distance=distance,
        )

    def _framed(self, cancelled: Cancelled) -> tuple[str, Evidence]:
        return cancelled.frame, self._evidence(cancelled.hit)

    def _evidence(self, hit: Hit) -> Evidence:
        field = self._parts[hit.segment].field
        return Evidence(hit.group, hit.term, hit.language, field, hit.start, hit.end, self._fields[field][hit.start : hit.end])

    def _quote(self, hit: Hit) -> str:
        return f"“{self._evidence(hit).text}”"

    # Where the groups meet

    def _meetings(self) -> Iterable[_Meeting]:
        hits = self._required()
        together = [m for n in sorted({hit.segment for hit in hits}) if (m := self._in_segment(n, hits))]
        near = [] if together else self._near_by(hits)
        title = [hit for hit in hits if self._kind(hit) is Kind.TITLE]
        opening = [hit for hit in hits if self._kind(hit) in {Kind.TITLE, Kind.LEAD}]
        combined = title and self._complete(opening) and all(self._kind(m.hits[0]) is not Kind.TITLE for m in together)
        return [*together, *near, *([_Meeting(_TITLE_AND_LEAD, 0, self._one_each(opening))] if combined else [])]

    def _kind(self, hit: Hit) -> Kind:
        return self._parts[hit.segment].kind

    def _complete(self, hits: Iterable[Hit]) -> bool:
        return {hit.group for hit in hits} >= set(self._topic.require)

    def _in_segment(self, number: int, hits: list[Hit]) -> _Meeting | None:
        here = [hit for hit in hits if hit.segment == number]
        if not self._complete(here):
            return None
        return _Meeting(_WEIGHT[self._parts[number].kind], self._distance(here), self._one_each(here))

    def _near_by(self, hits: list[Hit]) -> list[_Meeting]:
        """Look for groups that meet across sentences of one paragraph; entries of a list are never joined."""
        found = []
        for one in hits:
            here = [hit for hit in hits if self._joinable(one, hit)]
            if self._complete(here):
                found.append(_Meeting(_WEIGHT[Kind.SENTENCE], self._distance(here), self._one_each(here)))
        return found[:1]

    def _joinable(self, one: Hit, other: Hit) -> bool:
        a, b = self._parts[one.segment], self._parts[other.segment]
        if a.paragraph != b.paragraph or Kind.ENTRY in {a.kind, b.kind}:
            return False
        return 0 <= (b.first + other.first) - (a.first + one.last) <= self._topic.near or one == other

    def _distance(self, hits: list[Hit]) -> int:
        """Count the words between the two groups that stand furthest apart, each at its closest."""
        places = {name: [self._place(hit) for hit in hits if hit.group == name] for name in self._topic.require}
        names = list(places)
        gaps = (
            min(max(b[0] - a[1], a[0] - b[1], 0) for a in places[one] for b in places[two])
            for number, one in enumerate(names)
            for two in names[number + 1 :]
        )
        return max(gaps, default=0)

    def _place(self, hit: Hit) -> tuple[int, int]:
        first = self._parts[hit.segment].first
        return first + hit.first, first + hit.last

    def _one_each(self, hits: list[Hit]) -> tuple[Hit, ...]:
        first = {name: next(hit for hit in hits if hit.group == name) for name in self._topic.require}
        return tuple(dict.fromkeys((*first.values(), *hits)))
