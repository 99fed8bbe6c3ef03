"""Evaluates a topic's expression over the hits of a text: where it holds, by which hits, what is missing; weighs nothing."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from feeds.model import Document
from feeds.tagging.matching.matcher import Hit
from feeds.tagging.matching.segments import Segment, SegmentKind
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic
from ingest.text.folding import INVISIBLE, folded, split_words, visible


@dataclass(frozen=True, slots=True)
class Passage:
    """Segments that are read together; with `within`, the parts of AND must stand at most so many words apart."""

    segments: frozenset[int]
    within: int | None = None


Hits = tuple[Hit, ...]
Place = tuple[SegmentKind | None, Passage]  # None stands for title and lead read together


class Evaluation:
    """One topic's expression over one document."""

    def __init__(
        self, topic: Topic, document: Document, segments: tuple[Segment, ...], hits: Hits, title_end: int | None = None
    ) -> None:
        """Take the document, its segments, and those hits of the topic that count.

        What begins in the title at `title_end` or later is no part of it.
        """
        self._title_end = title_end
        self._topic, self._document, self._segments, self._hits = topic, document, segments, hits
        self._named: defaultdict[str, list[Hit]] = defaultdict(list)
        self._weak: defaultdict[str, list[Hit]] = defaultdict(list)  # those of a group that never suffice alone
        about = {role.name: role.of for role in topic.roles}
        for hit in hits:
            if not hit.role or hit.role == hit.group:
                self._named[hit.group].append(hit)
            for group in about.get(hit.group, ()) if hit.role == hit.group else (hit.group,) if hit.role else ():
                self._weak[group].append(hit)
        self._parts: dict[tuple[str, Passage], Hits | None] = {}  # what the query names, where it was evaluated
        self._fixed: dict[int, Hits | None] = {}  # what holds, or does not, in every passage alike
        self.everywhere = Passage(frozenset(range(len(segments))))
        self.title = title_of(segments)

    def holds(self, expression: query.Expression, passage: Passage) -> Hits | None:  # noqa: PLR0911 - one case for each node
        """Return the hits by which the expression holds in a passage; None where it does not hold."""
        match expression:  # the commonest first: long queries ask thousands of times for each text
            case query.GroupReference() | query.PhraseQuery():
                return self._of_group(str(expression), passage)
            case query.NamedPart():
                return self._named_part(expression, passage)
            case query.And(parts):
                return self._and(parts, passage)
            case query.Or(parts):
                holding = [hits for part in parts if (hits := self.holds(part, passage)) is not None]
                return _together(holding) if holding else None
            case query.Near():
                return self._near(expression, passage)
            case query.InTitle(part):
                return self._for_all_passages(expression, part, self.title)
            case query.Not(part):
                return () if self._for_all_passages(expression, part, self.everywhere) is None else None
            case query.RawTerm():
                return self._raw(expression, passage)
            case query.DocumentCondition():
                return () if expression.holds(self._document) else None

    def _for_all_passages(self, whole: query.Expression, part: query.Expression, passage: Passage) -> Hits | None:
        """Evaluate a part once that is asked of the same passage wherever the rest of the query is; the topic keeps `whole`."""
        key = id(whole)
        if key not in self._fixed:
            self._fixed[key] = self.holds(part, passage)
        return self._fixed[key]

    def _named_part(self, named: query.NamedPart, passage: Passage) -> Hits | None:
        """Evaluate a part once for each passage, however often the query names it."""
        key = (named.name, passage)
        if key not in self._parts:
            self._parts[key] = self.holds(named.part, passage)
        return self._parts[key]

    def _of_group(self, name: str, passage: Passage) -> Hits | None:
        found = [hit for hit in self._named.get(name, ()) if hit.segment in passage.segments]
        if found and name in self._weak:
            found += [hit for hit in self._weak[name] if hit.segment in passage.segments]
        return tuple(found) or None

    def weak(self, groups: Iterable[str]) -> Hits:
        """Return the hits of groups that have a role, where nothing else of their group is found in the item."""
        return _together(self._weak[name] for name in groups if name in self._weak and name not in self._named)

    @property
    def unsupported_groups(self) -> frozenset[str]:
        """The groups of which only words with a role are found."""
        return frozenset(self._weak) - frozenset(self._named)

    @property
    def unsupported(self) -> Hits:
        """The hits that have a role and do not count in their segment, where nothing of their group stands without one."""
        strong = {(name, hit.segment) for name, hits in self._named.items() for hit in hits}
        return _together([hit] for name, hits in self._weak.items() for hit in hits if (name, hit.segment) not in strong)

    def _raw(self, raw: query.RawTerm, passage: Passage) -> Hits | None:
        texts = {"title": self._document.title, "text": self._document.text}
        found = []
        for number in sorted(passage.segments):
            segment = self._segments[number]
            start, end = segment.span
            for match in _raw_pattern(raw.text).finditer(texts[segment.field], start, end + len(raw.text) - 1):
                if self._title_end is not None and segment.field == "title" and match.start() >= self._title_end:
                    continue
                first = sum(word.end <= match.start() for word in segment.words)
                last = sum(word.start < match.end() for word in segment.words)
                found.append(Hit(str(raw), raw.text, None, number, first, last, match.start(), match.end()))
        return tuple(found) or None

    def _and(self, parts: Iterable[query.Expression], passage: Passage) -> Hits | None:
        holding: list[Hits] = []
        for part in parts:
            hits = self.holds(part, passage)
            if hits is None:
                return None
            holding.append(hits)
        if passage.within is not None:
            # What `title:` found elsewhere need not be near.
            here = (tuple(hit for hit in hits if hit.segment in passage.segments) for hits in holding)
            if self.distance([hits for hits in here if hits]) > passage.within:
                return None
        return _together(holding)

    def _near(self, near: query.Near, passage: Passage) -> Hits | None:
        left, right = self.holds(near.left, passage), self.holds(near.right, passage)
        if not left or not right:
            return None
        pairs = [(a, b) for a in left for b in right if self._in_one_place(a, b) and self._close(a, b, near)]
        return _together(pairs) if pairs else None

    def _in_one_place(self, a: Hit, b: Hit) -> bool:
        return a.segment == b.segment or (self._is_short and self._are_neighbours(*sorted((a.segment, b.segment))))

    @cached_property
    def _is_short(self) -> bool:
        """Whether title and text together are one place."""
        most = self._topic.meeting.one_place
        return most is not None and len(split_words(f"{self._document.title} {self._document.text}")) - self._cut <= most

    def _are_neighbours(self, first: int, second: int) -> bool:
        """Return whether title and lead, or two sentences of one paragraph, are these segments."""
        a, b = self._segments[first], self._segments[second]
        opening = {SegmentKind.TITLE, SegmentKind.LEAD}
        return {a.kind, b.kind} <= opening or (a.paragraph == b.paragraph and a.kind is not SegmentKind.ENTRY)

    @cached_property
    def _cut(self) -> int:
        """The number of words of the title that are no part of it."""
        if self._title_end is None or not self._segments or self._segments[0].kind is not SegmentKind.TITLE:
            return 0
        return sum(word.start >= self._title_end for word in self._segments[0].words)

    def _close(self, a: Hit, b: Hit, near: query.Near) -> bool:
        if (a.segment, a.first, a.last) == (b.segment, b.first, b.last):
            return self._beside(a, b, ordered=near.ordered)
        if a.segment == b.segment:
            after, before = b.first - a.last, a.first - b.last
        else:
            (a_first, a_last), (b_first, b_last) = self._span(a), self._span(b)
            after, before = b_first - a_last, a_first - b_last
        return after <= near.words if after >= 0 else not near.ordered and before <= near.words

    def _beside(self, a: Hit, b: Hit, *, ordered: bool) -> bool:
        """Return whether two hits of the same words are of letters beside each other: a word does not stand near itself.

        A compound is one word, and so is a whole clause in a script without spaces; both may hold two hits.
        """
        return any(one[1] <= two[0] or (not ordered and two[1] <= one[0]) for one in self._letters(a) for two in self._letters(b))

    def _letters(self, hit: Hit) -> list[tuple[int, int]]:
        """Return where a term may stand within the letters of the words that it hits; all of them where that is not known."""
        words = self._segments[hit.segment].words[hit.first : hit.last]
        if (hit.start, hit.end) != (words[0].start, words[-1].end):  # within a clause
            return [(hit.start - words[0].start, hit.end - words[0].start)]
        letters, core = "".join(word.folded for word in words), folded(hit.term).replace(" ", "")
        places = [at for at in range(len(letters)) if letters.startswith(core, at)]
        return [(at, at + len(core)) for at in places] or [(0, len(letters))]

    def distance(self, holding: list[Hits]) -> int:
        """Return the number of words between those two parts that stand furthest apart, each pair at its closest."""
        gaps = (
            min(max(b[0] - a[1], a[0] - b[1], 0) for a in map(self._span, one) for b in map(self._span, two))
            for number, one in enumerate(holding)
            for two in holding[number + 1 :]
        )
        return max(gaps, default=0)

    def _span(self, hit: Hit) -> tuple[int, int]:
        segment = self._segments[hit.segment]
        first = segment.first - (self._cut if self._title_end is not None and segment.field == "text" else 0)
        return first + hit.first, first + hit.last

    # Where

    def passages(self) -> Iterator[Place]:
        """Yield where parts may meet."""
        used = {hit.segment for hit in (*self._hits, *self._raw_hits())}
        return places(self._topic, self._segments, used, self.title)

    def _raw_hits(self) -> Iterator[Hit]:
        """Yield what the query's `raw:` parts find: no term leads to the segments where they stand."""
        for part in query.raw_terms(self._topic.expression):
            yield from self._raw(part, self.everywhere) or ()

    # What is missing

    def absent_exclusions(self, expression: query.Expression) -> tuple[str, ...]:
        """Return the exclusions, as queries, that were tested and not found."""
        return tuple(str(part.part) for part in query.exclusions(expression) if self.holds(part, self.everywhere) is not None)

    def missing(self, expression: query.Expression, taken: Collection[str] = ()) -> tuple[str, ...]:
        """Return the parts, as queries, that nothing in the document says; of alternatives those of the one that misses least.

        What is `taken`, by a negative context or by its role, is not missing.
        """
        match expression:
            case query.And() | query.Near():
                return tuple(dict.fromkeys(name for part in query.children(expression) for name in self.missing(part, taken)))
            case query.Or(parts):
                return min((self.missing(part, taken) for part in parts), key=len)
            case query.Not():
                return ()
            case query.NamedPart(_, part):
                return self.missing(part, taken)
            case _ if str(expression) in taken:
                return ()
            case _:
                return () if self.holds(expression, self.everywhere) is not None else (str(expression),)


def title_of(segments: tuple[Segment, ...]) -> Passage:
    """Return the passage that is the title; an empty one where there is none."""
    return Passage(frozenset(number for number, segment in enumerate(segments) if segment.kind is SegmentKind.TITLE))


def places(topic: Topic, segments: tuple[Segment, ...], used: Collection[int], title: Passage) -> Iterator[Place]:
    """Yield where the parts of a topic's query may meet: passages of the segments `used`, in which something was found."""
    if not used:  # `lang:fr`, or nothing but exclusions, may hold without a word
        yield SegmentKind.LEAD, Passage(frozenset())
    ordered = sorted(used)
    for number in ordered:
        yield segments[number].kind, Passage(frozenset({number}))
    opening = frozenset(n for n in ordered if segments[n].kind in {SegmentKind.TITLE, SegmentKind.LEAD})
    if title.segments & opening and len(opening) > 1:
        yield None, Passage(opening, topic.meeting.near_lead)
    for number in ordered:
        if number + 1 in used and _are_read_together(segments[number], segments[number + 1]):
            yield SegmentKind.SENTENCE, Passage(frozenset({number, number + 1}), topic.near)


def _are_read_together(segment: Segment, following: Segment) -> bool:
    """Return whether they are sentences of one paragraph; two entries of a list are two stories."""
    return segment.paragraph == following.paragraph and segment.kind is not SegmentKind.ENTRY


def groups_of(hits: Iterable[Hit]) -> frozenset[str]:
    """Return the groups, roles and phrases that hits show; a word with a role shows no group."""
    return frozenset(hit.group for hit in hits if not hit.role or hit.role == hit.group)


def groups_by_segment(hits: Iterable[Hit]) -> dict[int, frozenset[str]]:
    """Return what `groups_of` returns for each segment in which there are hits."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for hit in hits:
        if not hit.role or hit.role == hit.group:
            found[hit.segment].add(hit.group)
    return {number: frozenset(names) for number, names in found.items()}


def _together(holding: Iterable[Iterable[Hit]]) -> Hits:
    found = [hit for hits in holding for hit in hits]
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


@lru_cache(maxsize=1_000)
def _raw_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of these characters, with invisible ones between; beside a letter at an end no other may stand."""
    first, last = ("\\b" if re.fullmatch(r"\w", letter) else "" for letter in (text[0], text[-1]))
    seen = visible(text) or text
    return re.compile(f"{first}{f'[{INVISIBLE}]*'.join(map(re.escape, seen))}{last}")
