"""Terms found in segments: hits with their original spans, and those that a frame takes the sense from; decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from feeds import query
from feeds.lexicon import GAP, Element, Lexicon, Phrase, Slot
from feeds.segments import Segment, Word
from feeds.topic import Term, Topic

_GAP_WORDS = 3  # what ".." in a phrase may skip


@dataclass(frozen=True, slots=True)
class Hit:
    """A term found: its group, the term as the topic writes it, and where it stands."""

    group: str
    term: str
    language: str | None
    segment: int  # number of the segment
    first: int  # number of its first word in the segment
    last: int  # number of the word after it
    start: int  # characters of the field that the segment is of
    end: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A hit that does not count, and the frame around it."""

    hit: Hit
    frame: str


@dataclass(frozen=True, slots=True)
class Found:
    """All that one topic's terms hit in one text."""

    hits: tuple[Hit, ...]
    cancelled: tuple[Cancelled, ...] = ()


@dataclass(frozen=True, slots=True)
class _Owner:
    topic: int
    name: str
    cancels: str | None = None  # set for a frame


class Matcher:
    """The terms of several topics, compiled once; a word of a text is looked up once for all of them."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Compile the groups and frames of `topics`."""
        self.topics = tuple(topics)
        self._lexicon = Lexicon()
        self._owners: list[_Owner] = []
        self._groups: dict[int, list[Phrase]] = defaultdict(list)  # by first pattern
        self._frames: dict[int, list[Phrase]] = defaultdict(list)
        self._slotted: dict[tuple[int, str], list[Phrase]] = defaultdict(list)  # frames that begin with a slot
        for number, topic in enumerate(self.topics):
            self._compile(number, topic)

    def _compile(self, number: int, topic: Topic) -> None:
        for group in topic.groups:
            self._owners.append(_Owner(number, group.name))
            for phrase in (p for term in group.terms for p in self._lexicon.phrases(len(self._owners) - 1, term)):
                self._groups[_number(phrase.elements[0])].append(phrase)
        for part in query.walk(topic.expression) if topic.expression else ():
            if isinstance(part, query.Phrase):
                self._owners.append(_Owner(number, query.write(part)))
                for phrase in self._lexicon.phrases(len(self._owners) - 1, Term(part.text, None)):
                    self._groups[_number(phrase.elements[0])].append(phrase)
        for frame in topic.frames:
            self._owners.append(_Owner(number, frame.name, frame.cancels))
            for phrase in (p for term in frame.terms for p in self._lexicon.phrases(len(self._owners) - 1, term)):
                head = phrase.elements[0]
                if isinstance(head, Slot):
                    self._slotted[number, head.group].append(phrase)
                else:
                    self._frames[head].append(phrase)

    def find(self, segments: tuple[Segment, ...], language: str | None) -> dict[int, Found]:
        """Give what each topic's terms hit, by the topic's number; topics without a hit are left out."""
        hits: defaultdict[int, list[Hit]] = defaultdict(list)
        cancelled: defaultdict[int, list[Cancelled]] = defaultdict(list)
        for number, segment in enumerate(segments):
            of_segment = _Reading(self, number, segment, language).hits()
            for topic, (good, bad) in of_segment.items():
                hits[topic] += good
                cancelled[topic] += bad
        return {topic: Found(tuple(hits[topic]), tuple(cancelled[topic])) for topic in {*hits, *cancelled}}


def _number(element: Element) -> int:
    if isinstance(element, Slot):
        message = "a slot stands in a group's term"  # the loader lets none through
        raise TypeError(message)
    return element


class _Reading:
    """One segment read for all topics."""

    def __init__(self, matcher: Matcher, number: int, segment: Segment, language: str | None) -> None:
        self._matcher, self._number, self._segment, self._language = matcher, number, segment, language
        look_up = matcher._lexicon.look_up  # noqa: SLF001 - one mechanism in two classes
        self._fits = [
            [(reading, look_up(reading.folded, reading.written)) for reading in segment.readings(n)]
            for n in range(len(segment.words))
        ]
        self._begin: defaultdict[tuple[int, int, str], list[Hit]] = defaultdict(list)  # by word, topic, group

    def hits(self) -> dict[int, tuple[list[Hit], list[Cancelled]]]:
        by_topic: defaultdict[int, list[Hit]] = defaultdict(list)
        for first, phrase, last in self._phrases(self._matcher._groups):  # noqa: SLF001
            owner = self._matcher._owners[phrase.owner]  # noqa: SLF001
            hit = self._hit(owner.name, phrase, first, last)
            by_topic[owner.topic].append(hit)
            self._begin[first, owner.topic, owner.name].append(hit)
        if not by_topic:
            return {}
        frames = list(self._framed(by_topic))
        return {topic: self._parted(_longest(found), topic, frames) for topic, found in by_topic.items()}

    def _phrases(self, index: dict[int, list[Phrase]]) -> Iterator[tuple[int, Phrase, int]]:
        for first, readings in enumerate(self._fits):
            for reading, fits in readings:
                for phrase in (p for n in fits for p in index.get(n, ())):
                    if self._speaks(phrase):
                        last = self._follow(phrase, 1, reading.next)
                        if last is not None:
                            yield first, phrase, last

    def _word(self, number: int) -> Word:
        return self._segment.words[number]

    def _follow(self, phrase: Phrase, done: int, at: int) -> int | None:
        """Give the number of the word after the phrase, if the elements from `done` on stand at word `at`."""
        if done == len(phrase.elements):
            return at
        element = phrase.elements[done]
        if element == GAP:
            starts: Iterable[int] = range(at, at + _GAP_WORDS + 1)
        else:
            starts = self._ends(phrase, element, at)
        for start in starts:
            end = self._follow(phrase, done + 1, start)
            if end is not None:
                return end
        return None

    def _ends(self, phrase: Phrase, element: Element, at: int) -> Iterator[int]:
        if isinstance(element, Slot):
            topic = self._matcher._owners[phrase.owner].topic  # noqa: SLF001
            yield from (hit.last for hit in self._begin.get((at, topic, element.group), ()))
        elif at < len(self._fits):
            yield from (reading.next for reading, fits in self._fits[at] if element in fits)

    def _hit(self, name: str, phrase: Phrase, first: int, last: int) -> Hit:
        start, end = self._word(first).start, self._word(last - 1).end
        if last == first + 1:
            start, end = self._inside(phrase, first, start, end)
        return Hit(name, phrase.term.text, phrase.term.language, self._number, first, last, start, end)

    def _inside(self, phrase: Phrase, first: int, start: int, end: int) -> tuple[int, int]:
        word = self._word(first).folded
        a, b = self._matcher._lexicon.inside(word, _number(phrase.elements[0]))  # noqa: SLF001
        return (start + a, start + b) if len(word) == end - start else (start, end)

    def _framed(self, by_topic: dict[int, list[Hit]]) -> Iterator[tuple[_Owner, int, int]]:
        owners = self._matcher._owners  # noqa: SLF001
        for first, phrase, last in self._phrases(self._matcher._frames):  # noqa: SLF001
            yield owners[phrase.owner], first, last
        for topic, hits in by_topic.items():
            for hit in hits:
                for phrase in self._matcher._slotted.get((topic, hit.group), ()):  # noqa: SLF001
                    end = self._follow(phrase, 1, hit.last) if self._speaks(phrase) else None
                    if end is not None:
                        yield owners[phrase.owner], hit.first, end

    def _speaks(self, phrase: Phrase) -> bool:
        """Say whether a term is for the language of the text; where that is unknown, all are."""
        return phrase.term.language in {None, self._language} or self._language is None

    def _parted(self, hits: list[Hit], topic: int, frames: list[tuple[_Owner, int, int]]) -> tuple[list[Hit], list[Cancelled]]:
        good, bad = [], []
        for hit in hits:
            around = (
                owner.name
                for owner, first, last in frames
                if owner.topic == topic and owner.cancels == hit.group and first <= hit.first and hit.last <= last
            )
            frame = next(around, None)
            if frame is None:
                good.append(hit)
            else:
                bad.append(Cancelled(hit, frame))
        return good, bad


def _longest(hits: list[Hit]) -> list[Hit]:
    """Of the hits of one group that begin at one word keep the longest: "hate speech online" over "hate speech"."""
    best: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        known = best.get((hit.group, hit.first))
        if known is None or hit.last > known.last:
            best[hit.group, hit.first] = hit
    return sorted(best.values(), key=lambda hit: hit.first)
