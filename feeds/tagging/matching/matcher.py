"""Finds terms in segments: hits with their original spans and roles, and those that a negative context cancels; decides nothing."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from functools import cache
from itertools import chain, compress, count
from typing import Final, NamedTuple

from feeds.tagging.matching.lexicon import GAP, CompiledPhrase, Element, GroupSlot
from feeds.tagging.matching.phrasebook import Continuations, Phrasebook, PhraseOwner, PhraseUse, languages_of, slots_of
from feeds.tagging.matching.segments import Segment, SegmentedText
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Term, Topic

_GAP_WORDS: Final = 3  # what ".." in a phrase may skip
_ANSWERS: Final = 100_000  # remembered, of which groups a topic may hold with
_BESIDE: Final = 3  # words within which an exception of a negative context or role stands beside it
_EXCEPTIONS: Final = {PhraseUse.CONTEXT: PhraseUse.CONTEXT_EXCEPTION, PhraseUse.ROLE: PhraseUse.ROLE_EXCEPTION}

_OTHER: Final = "other"  # any language in which no topic has terms

_FoundPhrase = tuple[int, CompiledPhrase, int]  # its first word, the phrase, and the word after it


class Hit(NamedTuple):
    """A term found: its group, the term as the topic writes it, and where it stands; a tuple, since very many are made."""

    group: str
    term: str
    language: str | None
    segment: int  # number of the segment
    first: int  # number of its first word in the segment
    last: int  # number of the word after it
    start: int  # characters of the field that the segment is of
    end: int
    role: str = ""  # the role that it has or stands in: then it never suffices alone


@dataclass(frozen=True, slots=True)
class CancelledHit:
    """A hit that does not count, and the negative context around it."""

    hit: Hit
    context: str


@dataclass(frozen=True, slots=True)
class TopicHits:
    """All that one topic's terms hit in one text."""

    hits: tuple[Hit, ...]
    cancelled: tuple[CancelledHit, ...] = ()


class Matcher:
    """The terms of several topics, compiled once; a word of a text is looked up once for all of them."""

    def __init__(self, topics: Iterable[Topic]) -> None:
        """Compile the groups and negative contexts of `topics`."""
        self.topics = tuple(topics)
        self._books = cache(lambda language: Phrasebook(self.topics, language))
        self._languages = frozenset(language for topic in self.topics for language in languages_of(topic)) | {None}
        self._possible: dict[tuple[int, frozenset[str], frozenset[str] | None], bool] = {}
        self._roles = [tuple((role.name, slots_of(role.terms)) for role in topic.roles) for topic in self.topics]
        self._has_raw_term = any(query.raw_terms(topic.expression) for topic in self.topics)
        self.wordless = frozenset(n for n in range(len(self.topics)) if self.may_hold(n, frozenset()))  # may hold without any hit

    def _book(self, language: str | None) -> Phrasebook:
        # Languages in which no topic has terms share one book.
        return self._books(language if language in self._languages else _OTHER)

    def may_hold(self, number: int, groups: frozenset[str], in_title: frozenset[str] | None = None) -> bool:
        """Return whether a topic may hold where only these groups were found; False is certain.

        `in_title` are those of the whole title, where `groups` are those of one passage.
        """
        key = (number, groups, in_title)
        known = self._possible.get(key)
        if known is None:
            if len(self._possible) >= _ANSWERS:
                self._possible.clear()
            known = self._possible[key] = self._may_hold(number, groups, groups if in_title is None else in_title)
        return known

    def _may_hold(self, number: int, groups: frozenset[str], in_title: frozenset[str]) -> bool:
        expression = self.topics[number].expression
        return expression is None or query.possible(
            expression, groups | self._roles_around(number, groups), in_title | self._roles_around(number, in_title)
        )

    def _roles_around(self, number: int, groups: frozenset[str]) -> frozenset[str]:
        """Return the roles that may have a phrase around a hit of these groups, which is looked for later."""
        return frozenset(role for role, slots in self._roles[number] if not groups.isdisjoint(slots))

    def find(self, segments: tuple[Segment, ...], language: str | None, *, all_contexts: bool = False) -> dict[int, TopicHits]:
        """Return what each topic's terms hit, by the topic's number; topics without a hit are left out.

        Negative contexts are looked for only where they can matter: in topics that the hits alone might satisfy; or in all.
        Roles are always looked for, since a refusal names them.
        """
        matches = self.match_segments(segments, language)
        topics = {topic for match in matches for topic in match.phrases}
        return {
            topic: self.hits_of(topic, matches, all_contexts=all_contexts or bool(self.topics[topic].roles)) for topic in topics
        }

    def match_text(self, title: str, text: str, language: str | None) -> tuple[tuple[Segment, ...], tuple["SegmentMatches", ...]]:
        """Match an article once for all topics; return its segments in which a phrase may stand, and their matches.

        Of most texts few lines are ever cut into sentences. A query for characters as they are written needs all.
        """
        book, article = self._book(language), SegmentedText(title, text)
        book.add_words(article.spelled)
        openings = book.openings(article.words, article.joined)
        segments = article.segments(openings if not self._has_raw_term else range(len(article.words)))
        return segments, tuple(_matches(book, segments, openings))

    def match_segments(self, segments: tuple[Segment, ...], language: str | None) -> tuple["SegmentMatches", ...]:
        """Match segments once for all topics; those without a phrase are left out."""
        book = self._book(language)
        book.add_words(chain.from_iterable(segment.spelled for segment in segments))
        matches = (SegmentMatches(book, n, one, book.openings(one.written, one.joined)) for n, one in enumerate(segments))
        return tuple(match for match in matches if match.phrases)

    def possible_topics(self, matches: tuple["SegmentMatches", ...]) -> list[int]:
        """Return the numbers of the topics that may tag the item; the others certainly do not."""
        groups: dict[int, set[str]] = {topic: set() for topic in self.wordless}
        for match in matches:
            for topic, names in match.groups.items():
                groups.setdefault(topic, set()).update(names)
        return [topic for topic in sorted(groups) if self.may_hold(topic, frozenset(groups[topic]))]

    def hits_of(
        self, topic: int, matches: tuple["SegmentMatches", ...], *, all_contexts: bool = False, without: str = ""
    ) -> TopicHits:
        """Return what one topic's terms hit: `topic` is its number. The negative context or role `without` does not count."""
        found = [match for match in matches if topic in match.phrases]
        hits = [match.hits(topic) for match in found]
        every = tuple(chain.from_iterable(hits))
        matter = all_contexts or self.may_hold(topic, frozenset(hit.group for hit in every))
        if not matter or not (self.topics[topic].negative_contexts or self.topics[topic].roles):
            return TopicHits(every)
        roles = {role.name for role in self.topics[topic].roles}
        around = [match.surroundings(topic, without) for match in found]
        read = [one for beside, ours in zip(around, hits, strict=True) for one in beside.read(ours, roles)]
        cancelled = tuple(one for one in read if isinstance(one, CancelledHit))
        return TopicHits(tuple(one for one in read if isinstance(one, Hit)), cancelled)


def _matches(book: Phrasebook, segments: tuple[Segment, ...], openings: list[int]) -> Iterator["SegmentMatches"]:
    """Yield what stands in the segments of an article; `openings` are the numbers of its words at which phrases may begin."""
    after = 0
    for number, segment in enumerate(segments):
        first = segment.first
        begin = bisect_left(openings, first, after)
        after = bisect_left(openings, first + len(segment.written), begin)
        if begin < after:
            match = SegmentMatches(book, number, segment, [opening - first for opening in openings[begin:after]])
            if match.phrases:
                yield match


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The negative contexts and roles of a topic that stand in one segment, and what the phrases of the roles hit."""

    contexts: tuple[tuple[PhraseOwner, int, int], ...]  # each with its first word and the word after it
    hits: tuple[Hit, ...]

    def read(self, hits: list[Hit], roles: Collection[str]) -> list[Hit | CancelledHit]:
        """Return the hits with their roles, and those that do not count, by their place; `roles` are the topic's."""
        if roles:  # their own hits are here, without what an exception takes
            hits = _longest([*(hit for hit in hits if hit.group not in roles), *self.hits])
        return [self._read(hit) for hit in hits] if self.contexts else [*hits]

    def _read(self, hit: Hit) -> Hit | CancelledHit:
        role = ""
        for owner, first, last in self.contexts:
            if first <= hit.first and hit.last <= last and hit.group in owner.groups:
                if owner.use is PhraseUse.CONTEXT:
                    return CancelledHit(hit, owner.name)
                role = role or owner.name
        return hit._replace(role=role) if role else hit


class SegmentMatches:
    """Which phrases of all topics stand where in one segment. Hits are made only for the topics that want them."""

    def __init__(self, book: Phrasebook, number: int, segment: Segment, openings: list[int]) -> None:
        """Find the phrases of all groups; the book knows its words, and `openings` are those at which they may begin."""
        self._book, self.number, self._segment, self._names = book, number, segment, book.lexicon.has_names
        self._fits, self._written, self._joined = book.fits, segment.written, segment.joined
        self.phrases: dict[int, list[_FoundPhrase]] = {}  # by topic
        self.groups: dict[int, set[str]] = {}  # those that stand here, by topic
        owners, phrases, groups = book.owners, self.phrases, self.groups
        for found in self._phrases(openings, book.starts.get):
            owner = owners[found[1].owner]
            topic = owner.topic
            if topic in phrases:
                phrases[topic].append(found)
                groups[topic].add(owner.name)
            else:
                phrases[topic], groups[topic] = [found], {owner.name}

    def terms(self, topic: int) -> Iterator[tuple[str, Term]]:
        """Yield the terms of a topic that stand here, each with its group."""
        return ((self._book.owners[phrase.owner].name, phrase.term) for _, phrase, _ in self.phrases.get(topic, ()))

    def without(self, topic: int, terms: Collection[tuple[str, Term]]) -> "SegmentMatches":
        """Return the same segment as if a topic lacked some terms, each given with its group."""
        other, owners = copy(self), self._book.owners
        kept = [found for found in self.phrases.get(topic, ()) if (owners[found[1].owner].name, found[1].term) not in terms]
        other.phrases = {**self.phrases, topic: kept}
        other.groups = {**self.groups, topic: {owners[found[1].owner].name for found in kept}}
        return other

    def hits(self, topic: int) -> list[Hit]:
        """Return the hits of a topic, of those of one group that begin at one word the longest."""
        return _longest([self._hit(first, phrase, last) for first, phrase, last in self.phrases.get(topic, ())])

    def inside(self, word: str, pattern: int) -> tuple[int, int]:
        """Return the span of a pattern within a folded word: a part of it only where words are written without spaces."""
        return self._book.lexicon.inside(word, pattern)

    def surroundings(self, topic: int, without: str = "") -> Surroundings:
        """Return the negative contexts and roles of a topic that stand here and that no exception makes void, except `without`."""
        contexts, owners = self._book.contexts(topic), self._book.owners
        fitting = [*compress(count(), map(self._fits.__getitem__, self._written))]  # no phrase begins at another word
        self._slots = _Slots(self._book, (*self.phrases.get(topic, ()), *self._phrases(fitting, contexts.helpers.__getitem__)))
        phrases = self._phrases(fitting, contexts.words.__getitem__)
        for group, first, last in self._slots.all:
            phrases += self._from(first, last, contexts.slots.get(group))
        spans = [(owners[phrase.owner], first, last) for first, phrase, last in phrases]
        exceptions = [span for span in spans if not span[0].groups]
        if exceptions or without:
            valid = [bool(span[0].groups) and span[0].name != without and not _is_void(span, exceptions) for span in spans]
            phrases, spans = [*compress(phrases, valid)], [*compress(spans, valid)]
        roles = [phrase for phrase, span in zip(phrases, spans, strict=True) if span[0].use is PhraseUse.ROLE]
        hits = [hit._replace(role=hit.group) for hit in (self._hit(*one) for one in roles)]
        return Surroundings(tuple(spans), tuple(hits))

    def _phrases(self, openings: list[int], begin: Callable[[str], Continuations | None]) -> list[_FoundPhrase]:
        """Return the phrases that begin at one of these words, or at a word that hyphens join."""
        found: list[_FoundPhrase] = []
        for first in openings:
            following = begin(self._written[first])
            if following is not None:
                found += self._from(first, first + 1, following)
        for first, longer in self._joined.items():
            for reading in longer:
                found += self._from(first, reading.next, begin(reading.folded))
        return found

    def _from(self, first: int, after: int, following: Continuations | None) -> list[_FoundPhrase]:
        if following is None:
            return []
        found = [(first, phrase, after) for phrase in following.alone]
        for end, fits in self._readings(after) if following.then else ():
            for phrase in (phrase for n in fits for phrase in following.then.get(n, ())):
                last = self._follow(phrase, 2, end)
                if last is not None:
                    found.append((first, phrase, last))
        for phrase in following.other:
            last = self._follow(phrase, 1, after)
            if last is not None:
                found.append((first, phrase, last))
        if not (found and self._names):
            return found
        return [one for one in found if not one[1].names or self._has_name(*one)]

    def _has_name(self, first: int, phrase: CompiledPhrase, last: int) -> bool:
        """Return whether the capitals of one of the words that a phrase wants as written show a name."""
        for at in range(first, last):
            fits = {number for _, numbers in self._readings(at) for number in numbers}
            forms = (self._book.lexicon.form(number) for number in phrase.names if number in fits)
            if any(form.shows_name(self._segment, at, (first, last)) for form in forms):
                return True
        return False

    def _readings(self, at: int) -> list[tuple[int, tuple[int, ...]]]:
        """Return what may be read at a word: the number of the word after it, and the patterns that it fits."""
        if at >= len(self._written):
            return []
        alone = (at + 1, self._fits[self._written[at]])
        if at not in self._joined:
            return [alone]
        look_up = self._book.lexicon.look_up
        return [alone, *((reading.next, look_up(reading.folded, reading.written)) for reading in self._joined[at])]

    def _follow(self, phrase: CompiledPhrase, done: int, at: int) -> int | None:
        """Return the number of the word after the phrase, the furthest, if its elements from `done` on stand at word `at`."""
        rest = phrase.elements[done:]
        if not rest:
            return at
        ends = {at}
        for element in rest:
            if element == GAP:
                ends = {end + skipped for end in ends for skipped in range(_GAP_WORDS + 1)}
            elif len(ends) == 1:  # as it is before any gap
                ends = {*self._ends(element, *ends)}
            else:
                ends = {after for end in ends for after in self._ends(element, end)}
            if not ends:
                return None
        return max(ends)

    def _ends(self, element: Element, at: int) -> list[int]:
        if isinstance(element, GroupSlot):
            return self._slots.ends.get((element.group, at), [])
        if at not in self._joined:
            return [at + 1] if at < len(self._written) and element in self._fits[self._written[at]] else []
        return [end for end, fits in self._readings(at) if element in fits]

    def _hit(self, first: int, phrase: CompiledPhrase, last: int) -> Hit:
        words, head = self._segment.words, phrase.elements[0]
        start, end = words[first].start, words[last - 1].end
        if last == first + 1 and isinstance(head, int):
            a, b = self._book.lexicon.inside(words[first].folded, head)
            if len(words[first].folded) == end - start:  # folding has kept the length, so places inside are known
                start, end = start + a, start + b
        name = self._book.owners[phrase.owner].name
        return Hit(name, phrase.term.text, phrase.term.language, self.number, first, last, start, end)


def _is_void(span: tuple[PhraseOwner, int, int], exceptions: Iterable[tuple[PhraseOwner, int, int]]) -> bool:
    """Return whether one of its exceptions stands inside a negative context or role, or directly beside it."""
    owner, first, last = span
    return any(
        (other.use, other.name) == (_EXCEPTIONS.get(owner.use), owner.name) and first - _BESIDE <= start and end <= last + _BESIDE
        for other, start, end in exceptions
    )


class _Slots:
    """What may stand in the slots of a negative context: the hits of one topic's groups, by group and first word."""

    def __init__(self, book: Phrasebook, phrases: Iterable[tuple[int, CompiledPhrase, int]]) -> None:
        self.all = [(book.owners[phrase.owner].name, first, last) for first, phrase, last in phrases]
        self.ends: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
        for group, first, last in self.all:
            self.ends[group, first].append(last)


def _longest(hits: list[Hit]) -> list[Hit]:
    """Of the hits of one group that begin at one word keep the longest: "hate speech online" over "hate speech"."""
    best: dict[tuple[str, int], Hit] = {}
    for hit in hits:
        known = best.get((hit.group, hit.first))
        if known is None or hit.last > known.last:
            best[hit.group, hit.first] = hit
    return sorted(best.values(), key=lambda hit: hit.first)
