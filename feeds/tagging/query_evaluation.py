"""A topic's expression over the hits of a text: where it holds, by which hits, or what it lacks; weighs nothing."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from feeds.model import Document
from feeds.tagging.matching.matcher import Hit
from feeds.tagging.matching.segments import Segment, SegmentKind
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic
from ingest.text.folding import INVISIBLE, folded, visible


@dataclass(frozen=True, slots=True)
class Meeting:
    """Segments that are read together; with `within`, parts must also stand so many words apart at the most."""

    segments: frozenset[int]
    within: int | None = None


Hits = tuple[Hit, ...]


class Evaluation:
    """One topic's expression over one text."""

    def __init__(self, topic: Topic, item: Document, parts: tuple[Segment, ...], hits: Hits) -> None:
        """Take the topic's hits that count."""
        self._topic, self._item, self._parts, self._hits = topic, item, parts, hits
        self._named: defaultdict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            self._named[hit.group].append(hit)
        self.everywhere = Meeting(frozenset(range(len(parts))))
        self._title = Meeting(frozenset(n for n, part in enumerate(parts) if part.kind is SegmentKind.TITLE))

    def holds(self, expression: query.Expression, place: Meeting) -> Hits | None:  # noqa: C901, PLR0911 - one case a kind
        """Give the hits by which the expression holds in a place; None where it does not hold."""
        match expression:
            case query.GroupReference(name):
                return self._of_group(name, place)
            case query.PhraseQuery():
                return self._of_group(query.write(expression), place)
            case query.RawTerm():
                return self._raw(expression, place)
            case query.Language(code):
                return () if self._item.language == code else None
            case query.FromSource(text):
                return () if any(folded(text) in folded(source) for source in self._item.sources) else None
            case query.InTitle(part):
                return self.holds(part, self._title)
            case query.Not(part):
                return () if self.holds(part, self.everywhere) is None else None
            case query.Near():
                return self._near(expression, place)
            case query.Or(parts):
                return self._either(parts, place)
            case query.And(parts):
                return self._both(parts, place)

    def _of_group(self, name: str, place: Meeting) -> Hits | None:
        return tuple([hit for hit in self._named.get(name, ()) if hit.segment in place.segments]) or None

    def _raw(self, raw: query.RawTerm, place: Meeting) -> Hits | None:
        texts = {"title": self._item.title, "text": self._item.text}
        found = []
        for number in sorted(place.segments):
            part = self._parts[number]
            start, end = part.span
            for match in _exactly(raw.text).finditer(texts[part.field], start, end + len(raw.text) - 1):
                first = sum(word.end <= match.start() for word in part.words)
                last = sum(word.start < match.end() for word in part.words)
                found.append(Hit(query.write(raw), raw.text, None, number, first, last, match.start(), match.end()))
        return tuple(found) or None

    def _either(self, parts: Iterable[query.Expression], place: Meeting) -> Hits | None:
        holding = [hits for part in parts if (hits := self.holds(part, place)) is not None]
        return _together(holding) if holding else None

    def _both(self, parts: Iterable[query.Expression], place: Meeting) -> Hits | None:
        holding: list[Hits] = []
        for part in parts:
            hits = self.holds(part, place)
            if hits is None:
                return None
            holding.append(hits)
        return _together(holding) if place.within is None or self._apart(holding, place) <= place.within else None

    def _apart(self, holding: Iterable[Hits], place: Meeting) -> int:
        """Count the words between the parts; what `title:` found elsewhere need not be near."""
        here = (tuple(hit for hit in hits if hit.segment in place.segments) for hits in holding)
        return self.distance([hits for hits in here if hits])

    def _near(self, near: query.Near, place: Meeting) -> Hits | None:
        left, right = self.holds(near.left, place), self.holds(near.right, place)
        if not left or not right:
            return None
        pairs = [(a, b) for a in left for b in right if a.segment == b.segment and self._close(a, b, near)]
        return _together(pairs) if pairs else None

    @staticmethod
    def _close(a: Hit, b: Hit, near: query.Near) -> bool:
        if a == b:
            return False
        if a.first == b.first:  # in a script without spaces a whole clause is one word
            return not near.ordered or a.end <= b.start
        after, before = b.first - a.last, a.first - b.last
        return after <= near.words if after >= 0 else not near.ordered and before <= near.words

    def distance(self, holding: list[Hits]) -> int:
        """Count the words between those two parts that stand furthest apart, each pair at its closest."""
        gaps = (
            min(max(b[0] - a[1], a[0] - b[1], 0) for a in map(self._span, one) for b in map(self._span, two))
            for number, one in enumerate(holding)
            for two in holding[number + 1 :]
        )
        return max(gaps, default=0)

    def _span(self, hit: Hit) -> tuple[int, int]:
        first = self._parts[hit.segment].first
        return first + hit.first, first + hit.last

    # Places

    def places(self) -> Iterator[tuple[SegmentKind | None, Meeting]]:
        """Give where parts may meet, with the kind of segment; None stands for title and lead read together."""
        used = sorted({hit.segment for hit in (*self._hits, *self._exact())})
        if not used:  # `lang:fr`, or nothing but exclusions, may hold without a word
            yield SegmentKind.LEAD, Meeting(frozenset())
        for number in used:
            yield self._parts[number].kind, Meeting(frozenset({number}))
        opening = frozenset(n for n in used if self._parts[n].kind in {SegmentKind.TITLE, SegmentKind.LEAD})
        if self._title.segments & opening and len(opening) > 1:
            yield None, Meeting(opening)
        for number in used:
            if number + 1 in used and self._neighbours(number):
                yield SegmentKind.SENTENCE, Meeting(frozenset({number, number + 1}), self._topic.near)

    def _exact(self) -> Iterator[Hit]:
        """Give what the query's `raw:` parts find: no term leads to the segments where they stand."""
        for part in query.walk(self._topic.expression) if self._topic.expression else ():
            if isinstance(part, query.RawTerm):
                yield from self._raw(part, self.everywhere) or ()

    def _neighbours(self, number: int) -> bool:
        """Sentences of one paragraph are neighbours; two entries of a list are two stories."""
        a, b = self._parts[number], self._parts[number + 1]
        return a.paragraph == b.paragraph and a.kind is not SegmentKind.ENTRY

    # What is lacking

    def silent(self, expression: query.Expression) -> tuple[str, ...]:
        """Give the exclusions that were tested and did not fire."""
        never = (part for part in query.walk(expression) if isinstance(part, query.Not))
        return tuple(dict.fromkeys(query.write(part.part) for part in never if self.holds(part, self.everywhere) is not None))

    def lacking(self, expression: query.Expression) -> tuple[str, ...]:
        """Give the parts that nothing in the item says; of alternatives those of the one that lacks least."""
        match expression:
            case query.And(parts):
                return tuple(dict.fromkeys(name for part in parts for name in self.lacking(part)))
            case query.Near(left, right):
                return tuple(dict.fromkeys((*self.lacking(left), *self.lacking(right))))
            case query.Or(parts):
                return min((self.lacking(part) for part in parts), key=len)
            case query.Not():
                return ()
            case _:
                return () if self.holds(expression, self.everywhere) is not None else (query.write(expression),)


def _together(holding: Iterable[Hits]) -> Hits:
    return tuple(dict.fromkeys(hit for hits in holding for hit in hits))


@lru_cache(maxsize=1_000)
def _exactly(text: str) -> re.Pattern[str]:
    """Give the pattern of these characters, with invisible ones between; beside a letter at an end no other may stand."""
    first, last = ("\\b" if re.fullmatch(r"\w", letter) else "" for letter in (text[0], text[-1]))
    seen = visible(text) or text
    return re.compile(f"{first}{f'[{INVISIBLE}]*'.join(map(re.escape, seen))}{last}")
