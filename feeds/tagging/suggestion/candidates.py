"""PhraseCounts the phrases of the stories that a topic tags, and in how many other stories each stands; weighs nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol
from zlib import crc32

from feeds.model import Document
from feeds.tagging.classifier import screen
from feeds.tagging.matching.matcher import Matcher
from feeds.tagging.matching.prefilter import SPACELESS
from feeds.tagging.suggestion.phrases import PhraseFinder, fragments, title_tail, whole_sentences
from feeds.tagging.topic import query
from feeds.tagging.topic.model import Topic
from ingest.text.folding import folded

_FEWEST: Final = 2  # tagged stories that share a word
_ACCEPTED: Final = 3.0  # a person's verdict weighs as much as so many answers of the rules
_KEPT: Final = 5_000  # phrases of a language that are counted
_ROWS: Final = 2_000  # other articles remembered for a phrase
_REPEATED: Final = 4  # articles of a source with a sentence make it boilerplate
_BOILERPLATE: Final = 4  # words of a sentence that can be boilerplate
_CELLS: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Article:
    """A stored article as it is counted."""

    row: int
    story: int  # copies of one article share it
    document: Document
    source: str  # the address of its first carrier
    moment: datetime | None  # when it was published, if that is known
    accepted: bool | None = None  # a person's verdict


class Articles(Protocol):
    """The stored articles that are looked at."""

    def all(self) -> Iterator[Article]:
        """Return all of them; each call begins anew, in the same order."""

    def some(self, rows: Sequence[int]) -> Iterator[Article]:
        """Return some by their numbers."""

    def linked(self, rows: Sequence[int]) -> frozenset[int]:
        """Return other articles of the same stories, and those that are related to them or may be their translations."""

    def boilerplate(self, source: str) -> frozenset[str]:
        """Return the keys of sentences that a source repeats."""


@dataclass(slots=True)
class Phrase:
    """What is counted of a phrase of one language."""

    key: str
    language: str | None
    tagged: list[int] = field(default_factory=list)  # articles that stand for their stories
    weight: float = 0.0
    recent: int = 0
    earlier: int = 0  # what has no date is neither
    others: int = 0
    others_weight: float = 0.0
    rows: list[int] = field(default_factory=list)  # of others
    written: Counter[str] = field(default_factory=Counter)

    @property
    def stories(self) -> int:
        """All stories that have it."""
        return len(self.tagged) + self.others


@dataclass(frozen=True, slots=True)
class Survey:
    """What the topic's own terms say of all articles."""

    groups: dict[int, frozenset[str]]  # by article; those with none are left out
    tagged: dict[int, int]  # by story: the article that stands for it
    missed: frozenset[int]  # articles that a person accepted and the rules do not tag
    rejected: frozenset[int]  # stories
    repeated: bytearray
    articles: int


class _Texts:
    """Cuts articles into fragments without boilerplate and without what a topic's terms find, and finds phrases in them."""

    def __init__(self, topic: Topic, repeated: bytearray) -> None:
        self._matcher, self._repeated = Matcher([of_all_groups(topic)]), repeated
        self._finders: dict[str | None, PhraseFinder] = {}

    def finder(self, language: str | None) -> PhraseFinder:
        if language not in self._finders:
            self._finders[language] = PhraseFinder(language)
        return self._finders[language]

    def fragments(self, article: Article, *, has_hits: bool) -> list[str]:
        """Return the fragments of an article; where it has hits, without them."""
        document = article.document
        tail = title_tail(document.title)
        named = bool(tail) and self._repeated[_cell("", tail)] >= _REPEATED
        kept = [part for part in whole_sentences(document.text) if self._repeated[_cell(article.source, part)] < _REPEATED]
        document = Document(document.title.removesuffix(tail) if named else document.title, "\n".join(kept), document.language)
        title, text = self._without_hits(document) if has_hits else (document.title, document.text)
        return [*fragments(title), *fragments(text)]

    def _without_hits(self, document: Document) -> tuple[str, str]:
        """Return title and text with a break in the place of each hit: what a term finds is no phrase to suggest."""
        segments, matches = self._matcher.match_text(document.title, document.text, document.language)
        spans: dict[str, list[tuple[int, int]]] = {"title": [], "text": []}
        for hit in (hit for match in matches for hit in match.hits(0)):
            segment = segments[hit.segment]
            words = segment.words[hit.first : hit.last]
            whole = len(words) > 1 or not SPACELESS.search(words[0].folded)  # of a compound, all of it
            spans[segment.field].append((words[0].start, words[-1].end) if whole else (hit.start, hit.end))
        return _broken(document.title, spans["title"]), _broken(document.text, spans["text"])


def _broken(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        parts.append(text[at : max(start, at)])
        at = max(end, at)
    return "\n".join([*parts, text[at:]])


def of_all_groups(topic: Topic) -> Topic:
    """Return a topic that finds every term of another, also those that only its negative contexts use."""
    names = tuple(query.GroupReference(group.name) for group in topic.groups)
    asked = (topic.expression,) if topic.expression else ()
    return replace(topic, expression=query.Or((*names, *asked)) if names else topic.expression, negative_contexts=(), roles=())


def _cell(source: str, part: str) -> int:
    return crc32(f"{source}\n{part.strip()}".encode("utf-8", "surrogatepass")) & (_CELLS - 1)


# What the topic finds


def survey(topic: Topic, articles: Articles) -> Survey:
    """Classify every article by a topic, remember which groups it has, and count repeated sentences."""
    matcher, repeated, count = Matcher([topic]), bytearray(_CELLS), 0
    groups: dict[int, frozenset[str]] = {}
    tagged: dict[int, int] = {}
    accepted: dict[int, int] = {}
    rejected: set[int] = set()
    missed: set[int] = set()
    for article in articles.all():
        count += 1
        _note_sentences(article, repeated)
        (found,) = screen(matcher, article.document, articles.boilerplate(article.source))
        if found.groups:
            groups[article.row] = found.groups
        if article.accepted is False:
            rejected.add(article.story)
        elif article.accepted:
            accepted[article.story] = article.row
            missed.update([] if found.tagged else [article.row])
        elif found.tagged:
            tagged[article.story] = article.row
    kept = {story: row for story, row in tagged.items() if story not in rejected} | accepted
    return Survey(groups, kept, frozenset(missed), frozenset(rejected - accepted.keys()), repeated, count)


def _note_sentences(article: Article, repeated: bytearray) -> None:
    tail = title_tail(article.document.title)
    parts = {_cell(article.source, part) for part in whole_sentences(article.document.text) if len(part.split()) >= _BOILERPLATE}
    for cell in parts | ({_cell("", tail)} if tail else set()):
        repeated[cell] = min(repeated[cell] + 1, _REPEATED)


# Counting


@dataclass(slots=True)
class StoryTotals:
    """The stories of one language; a person's verdict weighs more than that of the rules."""

    tagged: float = 0.0
    others: float = 0.0
    stories: int = 0  # tagged ones
    recent: int = 0  # of them
    earlier: int = 0


@dataclass(slots=True)
class PhraseCounts:
    """Phrases by language and key, and the stories of each language."""

    phrases: dict[str | None, dict[str, Phrase]]
    totals: defaultdict[str | None, StoryTotals]


def count_phrases(topic: Topic, survey: Survey, articles: Articles, since: datetime, language: str | None = None) -> PhraseCounts:
    """Count the phrases that tagged stories share; `since` divides new stories from those before, `language` None takes all."""
    texts, totals = _Texts(topic, survey.repeated), defaultdict[str | None, StoryTotals](StoryTotals)
    phrases: defaultdict[str | None, dict[str, Phrase]] = defaultdict(dict)
    for article in articles.some(list(survey.tagged.values())):
        code = article.document.language
        if language is None or code == language:
            weight = _ACCEPTED if article.accepted else 1.0
            recent, earlier = _is_since(article, since)
            total = totals[code]
            total.tagged, total.stories = total.tagged + weight, total.stories + 1
            total.recent, total.earlier = total.recent + recent, total.earlier + earlier
            _note_phrases(article, texts, phrases[code], weight, since)
    counts = PhraseCounts({code: _commonest(found) for code, found in phrases.items()}, totals)
    _count_others(survey, articles, texts, counts)
    return counts


def _is_since(article: Article, since: datetime) -> tuple[bool, bool]:
    """Return whether an article is new, and whether it is older; one without a date is neither."""
    return (article.moment >= since, article.moment < since) if article.moment else (False, False)


def _note_phrases(article: Article, texts: _Texts, phrases: dict[str, Phrase], weight: float, since: datetime) -> None:
    """Add the phrases of one story; the names of its sources are none."""
    recent, earlier = _is_since(article, since)
    code = article.document.language
    carriers = " ".join(map(folded, article.document.sources))
    seen: set[str] = set()
    for key, written in texts.finder(code).phrases(texts.fragments(article, has_hits=True)):
        phrase = phrases.setdefault(key, Phrase(key, code))
        phrase.written[written] += 1
        if key not in seen and folded(written) not in carriers:
            seen.add(key)
            phrase.tagged.append(article.row)
            phrase.weight += weight
            phrase.recent += recent
            phrase.earlier += earlier


def _commonest(phrases: dict[str, Phrase]) -> dict[str, Phrase]:
    shared = sorted((one for one in phrases.values() if len(one.tagged) >= _FEWEST), key=lambda one: (-one.weight, one.key))
    return {one.key: one for one in shared[:_KEPT]}


def _count_others(survey: Survey, articles: Articles, texts: _Texts, counts: PhraseCounts) -> None:
    """Count in how many other stories each phrase stands, and remember where; a story is counted once."""
    heads = {code: frozenset(key.partition(" ")[0] for key in found if " " in key) for code, found in counts.phrases.items()}
    seen: set[int] = set()
    for article in articles.all():
        code = article.document.language
        if article.story in survey.tagged or article.story in seen or code not in heads:
            continue
        seen.add(article.story)
        weight = _ACCEPTED if article.story in survey.rejected else 1.0
        counts.totals[code].others += weight
        phrases, parts = counts.phrases[code], texts.fragments(article, has_hits=article.row in survey.groups)
        for key in texts.finder(code).known(parts, phrases.keys(), heads[code]):
            phrase = phrases[key]
            phrase.others += 1
            phrase.others_weight += weight
            if len(phrase.rows) < _ROWS:
                phrase.rows.append(article.row)
