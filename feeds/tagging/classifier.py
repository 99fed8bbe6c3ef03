"""Classifies a document by topics: tagged or not, how much of it, and why; pure, so that any answer can be reproduced."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

from feeds.model import Classification, Document, Evidence, Grade, Tagging
from feeds.tagging.explanation import Explanation, FaultKind, in_words
from feeds.tagging.grading import Match, Scale, graded
from feeds.tagging.matching.matcher import CancelledHit, Hit, Matcher, SegmentMatches, TopicHits
from feeds.tagging.matching.publisher import publisher_start
from feeds.tagging.matching.segments import Segment, segments
from feeds.tagging.query_evaluation import Evaluation, Hits, groups_by_segment, groups_of, places, title_of
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Term, Topic

_KEPT: Final = 12  # hits kept as evidence; more only where the reason quotes more groups
_BOILERPLATE: Final = "page_furniture"  # as it is stored with tags, beside the names of negative contexts
_PUBLISHER: Final = "the_name_of_the_publisher"
_NOTHING: Final = TopicHits(())


def classify(matcher: Matcher, document: Document, boilerplate: frozenset[str] = frozenset()) -> tuple[Classification, ...]:
    """Classify a document by every topic of `matcher`; return their answers in the topics' order, each with its reason.

    `boilerplate` are the keys of sentences that its source repeats under its articles: their words do not count.
    """
    parts = segments(document.title, document.text)
    found = matcher.find(parts, document.language)
    cases = (
        _TopicCase(topic, document, parts, _without_boilerplate(topic, found.get(number, _NOTHING), parts, boilerplate))
        for number, topic in enumerate(matcher.topics)
    )
    return tuple(case.tagged() or case.refused() for case in cases)


def tag(matcher: Matcher, document: Document, boilerplate: frozenset[str] = frozenset()) -> Tagging:
    """Return the positive answers of `classify`, at a fraction of its cost: most topics do not tag most documents."""
    parts, matches = matcher.match_text(document.title, document.text, document.language)
    tags = []
    for number in matcher.possible_topics(matches):
        if not _may_meet(matcher, number, matches, parts):
            continue
        topic = matcher.topics[number]
        hits = _without_boilerplate(topic, matcher.hits_of(number, matches), parts, boilerplate)
        if matcher.may_hold(number, groups_of(hits.hits)):
            case = _TopicCase(topic, document, parts, hits)
            if case.is_tagged() and (answer := case.tagged()):
                tags.append(answer)
    return Tagging(tuple(tags), _lines(matcher, matches, parts))


@dataclass(frozen=True, slots=True)
class Screening:
    """What one topic finds in a document: enough to count it, to compare it with others, and to tell a near miss."""

    groups: frozenset[str]  # of which a term stands in the text, also where a negative context takes it away
    in_title: frozenset[str]  # those of them in the title
    possible: bool  # these groups are enough for the expression, if they meet and nothing excludes them
    grade: Grade | None  # where the expression holds
    tagged: bool  # it holds, and the grade is high enough
    lines: frozenset[str]  # sentences, as keys, that may turn out to be the source's boilerplate


def screen(matcher: Matcher, document: Document, boilerplate: frozenset[str] = frozenset()) -> tuple[Screening, ...]:
    """Return what each topic finds in a document, in the topics' order, at little more than the cost of `tag`."""
    parts, matches = matcher.match_text(document.title, document.text, document.language)
    found, title = [], title_of(parts).segments
    for number, topic in enumerate(matcher.topics):
        by_segment = {match.number: frozenset(match.groups[number]) for match in matches if number in match.groups}
        groups, in_title = _union(by_segment, by_segment), _union(by_segment, title)
        possible, grade = matcher.may_hold(number, groups), None
        if possible and _may_meet(matcher, number, matches, parts):
            hits = _without_boilerplate(topic, matcher.hits_of(number, matches), parts, boilerplate)
            if matcher.may_hold(number, groups_of(hits.hits)):
                grade = _TopicCase(topic, document, parts, hits).grade()
        tagged = grade is not None and _is_published(topic, grade)
        found.append(Screening(groups, in_title, possible, grade, tagged, _lines(matcher, matches, parts, number)))
    return tuple(found)


class MatchedDocument:
    """A document matched once for one topic, to be asked by which forms of the topic it is tagged."""

    def __init__(self, matcher: Matcher, document: Document, boilerplate: frozenset[str] = frozenset()) -> None:
        """Match a document for the first topic of `matcher`; `boilerplate` are keys of sentences as in `classify`."""
        self._matcher, self._document, self._boilerplate = matcher, document, boilerplate
        self._parts = segments(document.title, document.text)
        self._matches = matcher.match_segments(self._parts, document.language)
        self._lacking: dict[tuple[int, frozenset[tuple[str, Term]]], SegmentMatches] = {}

    @cached_property
    def _terms_by_segment(self) -> tuple[frozenset[tuple[str, Term]], ...]:
        return tuple(frozenset(match.terms(0)) for match in self._matches)

    @cached_property
    def _found(self) -> TopicHits:
        return self._hits(self._matches)

    def _hits(self, matches: tuple[SegmentMatches, ...], without: str = "") -> TopicHits:
        found = self._matcher.hits_of(0, matches, all_contexts=True, without=without)
        return _without_boilerplate(self._matcher.topics[0], found, self._parts, self._boilerplate)

    @cached_property
    def terms(self) -> frozenset[tuple[str, Term]]:
        """The terms that were found, each with its group."""
        return frozenset().union(*self._terms_by_segment)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups, roles and phrases of which a hit counts: no expression that wants another one can hold."""
        return groups_of(self._found.hits)

    def tagged_by(self, topic: Topic, *, without: str = "") -> bool:
        """Return whether another form of the topic, with the same terms, tags the document.

        `without` names a negative context or a role that does not count.
        """
        return self._is_tagged(topic, self._hits(self._matches, without) if without else self._found)

    def tagged_without(self, terms: Collection[tuple[str, Term]]) -> bool:
        """Return whether the topic would tag the document if it lacked some terms, each given with its group."""
        lacking, topic = frozenset(terms), self._matcher.topics[0]
        # A segment that lacks all its terms has nothing to say, except by the phrases of a role.
        kept = [(number, own) for number, own in enumerate(self._terms_by_segment) if topic.roles or not own <= lacking]
        matches = tuple(self._segment_without(number, lacking & own) for number, own in kept)
        return self._is_tagged(topic, self._hits(matches))

    def _segment_without(self, number: int, terms: frozenset[tuple[str, Term]]) -> SegmentMatches:
        """Return a segment that lacks some of its terms; it is made once, since most questions differ in few segments."""
        if not terms:
            return self._matches[number]
        known = self._lacking.get((number, terms))
        if known is None:
            known = self._lacking[number, terms] = self._matches[number].without(0, terms)
        return known

    def _is_tagged(self, topic: Topic, found: TopicHits) -> bool:
        return _TopicCase(topic, self._document, self._parts, found).is_tagged()


def _may_meet(matcher: Matcher, number: int, matches: tuple[SegmentMatches, ...], parts: tuple[Segment, ...]) -> bool:
    """Return whether a topic may hold in any passage, by the groups found there; False is certain, and found out at little cost."""
    topic = matcher.topics[number]
    if number in matcher.wordless or query.raw_terms(topic.expression):
        return True
    found = {match.number: frozenset(match.groups[number]) for match in matches if number in match.groups}
    title = title_of(parts)
    in_title = _union(found, title.segments)
    if not matcher.may_hold(number, _union(found, found), in_title):
        return False
    passages = (passage for _, passage in places(topic, parts, found, title))
    return any(matcher.may_hold(number, _union(found, passage.segments), in_title) for passage in passages)


def _union(groups: Mapping[int, frozenset[str]], segments: Iterable[int]) -> frozenset[str]:
    return frozenset().union(*(groups[number] for number in segments if number in groups))


def _lines(
    matcher: Matcher, matches: tuple[SegmentMatches, ...], parts: tuple[Segment, ...], only: int | None = None
) -> frozenset[str]:
    """Return, for each topic or for one, the keys of the sentences that add one of its groups alone.

    "Follow us on Facebook" does; a sentence of the story adds more. What is boilerplate to one topic
    may be the story to another.
    """
    keys: set[str] = set()
    for match in matches:
        segment = parts[match.number]
        if segment.field == "text":
            found = ((matcher.topics[number], groups) for number, groups in match.groups.items() if only in {None, number})
            keys.update(sentence_key(topic, segment) for topic, groups in found if _is_alone(topic, groups))
    return frozenset(keys)


def _is_alone(topic: Topic, groups: set[str]) -> bool:
    """Return whether a sentence adds one group at most; a role beside it, such as "our podcast", makes it no part of the story."""
    return len(groups) == 1 or (bool(topic.roles) and len(groups.difference(role.name for role in topic.roles)) <= 1)


def sentence_key(topic: Topic, segment: Segment) -> str:
    """Return the key by which a topic recognises a sentence that its source repeats."""
    return f"{topic.name}:{segment.digest}"


def _without_boilerplate(topic: Topic, found: TopicHits, parts: tuple[Segment, ...], boilerplate: frozenset[str]) -> TopicHits:
    if not boilerplate or not found.hits:
        return found
    texts = {hit.segment for hit in found.hits if parts[hit.segment].field == "text"}
    repeated = {number for number in texts if sentence_key(topic, parts[number]) in boilerplate}
    bad = tuple(CancelledHit(hit, _BOILERPLATE) for hit in found.hits if hit.segment in repeated)
    return TopicHits(tuple(hit for hit in found.hits if hit.segment not in repeated), (*found.cancelled, *bad))


def _without_publisher(found: TopicHits, parts: tuple[Segment, ...], title_end: int) -> TopicHits:
    bad = tuple(hit for hit in found.hits if parts[hit.segment].field == "title" and hit.start >= title_end)
    cancelled = (CancelledHit(hit, _PUBLISHER) for hit in bad)
    return TopicHits(tuple(hit for hit in found.hits if hit not in bad), (*found.cancelled, *cancelled))


class _TopicCase:
    """One topic and one document."""

    def __init__(self, topic: Topic, document: Document, parts: tuple[Segment, ...], found: TopicHits) -> None:
        self._title_end = publisher_start(document.title, document.sources) if topic.meeting.cut_publisher else None
        self._topic, self._document, self._parts = topic, document, parts
        self._found = found if self._title_end is None else _without_publisher(found, parts, self._title_end)

    @cached_property
    def _evaluation(self) -> Evaluation:
        return Evaluation(self._topic, self._document, self._parts, self._found.hits, self._title_end)

    @cached_property
    def _explanation(self) -> Explanation:
        return Explanation(self._evaluation, self._document, self._topic.near, self._quote)

    def tagged(self) -> Classification | None:
        """Return the answer where the expression holds somewhere, which may still be too small a grade; None elsewhere."""
        expression = self._topic.expression
        if expression is None:
            return self._answer(True, Grade.CORE, 1.0, "everything is taken", ())
        matches = self._matches
        if not matches:
            return None
        score, grading = sum(match.weight for match in matches), graded(matches)
        grade, limit = grading.grade, grading.limit
        hits = tuple(dict.fromkeys(hit for match in matches for hit in match.hits))
        why = self._because(matches[0]) + (f"; {limit.name} is at most a {limit.grade}" if limit.name else "")
        tagged = _is_published(self._topic, grade)
        why = why if tagged else f"only a {grade} ({why}); published from {self._topic.publish_from}"
        tested = self._evaluation.absent_exclusions(expression)
        best = matches[0].hits
        distance = self._evaluation.distance([tuple(hit for hit in best if hit.group == name) for name in _first_hits(best)])
        return self._answer(tagged, grade, score, why, _kept(hits, best), str(matches[0].branch), tested, distance)

    def is_tagged(self) -> bool:
        """Return whether the answer is yes, without its reason, which takes most of the time."""
        grade = self.grade()
        return grade is not None and _is_published(self._topic, grade)

    def grade(self) -> Grade | None:
        """Return the grade where the expression holds somewhere, which may be too small; None elsewhere."""
        if self._topic.expression is None:
            return Grade.CORE
        return graded(self._matches).grade if self._matches else None

    @cached_property
    def _matches(self) -> list[Match]:
        """Where it holds, best passage first; a sentence that already matched is not counted again with its neighbour."""
        found: list[Match] = []
        used: set[int] = set()
        expression, hits, scale = self._topic.expression, self._found.hits, Scale(self._topic, self._evaluation)
        if expression is None:
            return []
        groups = groups_by_segment(hits)
        in_title = _union(groups, self._evaluation.title.segments)
        if not query.possible_alternatives(expression, _union(groups, groups), in_title):
            return []
        for kind, passage in self._evaluation.passages():
            if len(passage.segments) > 1 and passage.segments & used:
                continue
            branches = query.possible_alternatives(expression, _union(groups, passage.segments), in_title)
            match = scale.match(kind, passage, branches) if branches else None
            if match is not None:
                found.append(match)
                used |= passage.segments
        return sorted(found, key=lambda match: (-match.ceiling.rank, -match.weight))

    def _because(self, match: Match) -> str:
        """Name every clause that holds in the best passage; exclusions where no word was found, since the tag rests on them."""
        parts = self._explanation.parts(match.branch, match.passage) if self._topic.definitions else ()
        named = dict(reversed([*parts]))
        words = [
            f"{group}: {self._quote(hit)}{f' ({named[group]})' if named.get(group) else ''}"
            for group, hit in _first_hits(match.hits).items()
        ]
        return "; ".join([*words, *self._explanation.held(match.branch, match.passage, exclusions=not words)])

    def refused(self) -> Classification:
        """Return the answer where the expression holds nowhere: what is missing or excluded, and whether it is a near miss."""
        expression = self._topic.expression or query.And(())
        faults = self._explanation.faults(expression)
        why = in_words(faults, self._cancelled_word({name for fault in faults for name in fault.groups}))
        if any(fault.kind is FaultKind.APART for fault in faults):
            why = "; ".join([why, *map(self._alone, self._evaluation.unsupported[:1])])
        missed = (fault for fault in faults if fault.kind is FaultKind.MISSING)
        unsaid = tuple(dict.fromkeys(fault.alternatives or (fault.text,) for fault in missed))
        if excluded := [fault for fault in faults if fault.kind is FaultKind.EXCLUDED]:
            answer = self._answer(False, None, 0.0, why, _kept(hit for fault in excluded for hit in fault.hits))
            return replace(answer, missing=unsaid, excluding=tuple(dict.fromkeys(fault.part for fault in excluded)))
        missing = self._evaluation.missing(expression)
        weak = self._evaluation.weak(missing)
        taken = frozenset(cancelled.hit.group for cancelled in self._found.cancelled) | self._evaluation.unsupported_groups
        near_miss = not self._evaluation.missing(expression, taken) or self._is_for_review()
        hits = _kept(hit for hit in self._found.hits if hit not in weak)
        return replace(self._answer(False, None, 0.0, why, hits, near_miss=near_miss, weak=weak), missing=unsaid)

    def _is_for_review(self) -> bool:
        review = self._topic.review
        return review is not None and any(
            self._evaluation.holds(review, passage) is not None for _, passage in self._evaluation.passages()
        )

    def _cancelled_word(self, missing: set[str]) -> str:
        """Return, in words, what took a word of a missing part away: a negative context, or its role; empty where nothing did."""
        found = (cancelled for cancelled in self._found.cancelled if cancelled.hit.group in missing)
        frames = (f": {self._quote(one.hit)} is only {one.context.replace('_', ' ')}" for one in found)
        roles = (f": {self._alone(hit)}" for hit in self._evaluation.weak(sorted(missing)))
        return next(chain(frames, roles), "")

    def _alone(self, hit: Hit) -> str:
        return f"{self._quote(hit)} never suffices alone (role {hit.role})"

    def _answer(  # noqa: PLR0913, PLR0917 - the parts of a classification
        self,
        tagged: bool,  # noqa: FBT001
        grade: Grade | None,
        score: float,
        why: str,
        hits: Hits,
        branch: str = "",
        excluded: tuple[str, ...] = (),
        distance: int | None = None,
        *,
        near_miss: bool = False,
        weak: Hits = (),
    ) -> Classification:
        away = _kept_cancelled((*self._found.cancelled, *(CancelledHit(hit, f"role {hit.role}") for hit in weak)))
        return Classification(
            topic=self._topic.name,
            version=self._topic.version,
            tagged=tagged,
            grade=grade,
            score=score,
            why=why,
            branch=branch,
            hits=tuple(map(self._evidence, hits)),
            cancelled=tuple((one.context, self._evidence(one.hit)) for one in away),
            excluded=excluded,
            distance=distance,
            near_miss=near_miss,
        )

    def _evidence(self, hit: Hit) -> Evidence:
        field = self._parts[hit.segment].field
        text = self._document.title if field == "title" else self._document.text
        return Evidence(hit.group, hit.term, hit.language, field, hit.start, hit.end, text[hit.start : hit.end])

    def _quote(self, hit: Hit) -> str:
        return f"“{self._evidence(hit).text}”"


def _is_published(topic: Topic, grade: Grade) -> bool:
    return grade.rank >= topic.publish_from.rank


def _kept(hits: Iterable[Hit], needed: Hits = ()) -> Hits:
    """Return the hits to keep as evidence: the first of each group, as they are given, then others as they stand in the text.

    No group is left out of which a hit is `needed`, however many groups these are: the reason quotes them all.
    """
    found = tuple(hits)
    first = (*_first_hits(needed).values(), *_first_hits(found).values())
    others = sorted(found, key=lambda hit: (hit.segment, hit.first))
    return tuple(dict.fromkeys((*first, *others)))[: max(_KEPT, len(_first_hits(needed)))]


def _kept_cancelled(found: tuple[CancelledHit, ...]) -> tuple[CancelledHit, ...]:
    """Return the hits that do not count and are kept as evidence: the first of each group and context, then others."""
    first: dict[tuple[str, str], CancelledHit] = {}
    for one in found:
        first.setdefault((one.context, one.hit.group), one)
    return tuple(dict.fromkeys((*first.values(), *found)))[:_KEPT]


def _first_hits(hits: Iterable[Hit]) -> dict[str, Hit]:
    """Return the first hit of each group."""
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.group, hit)
    return first
