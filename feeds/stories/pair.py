"""Whether two documents are one story, one event, or a text and its translation: a function of the two alone, with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from types import ModuleType
from typing import Final, NamedTuple

from feeds.model import Comparison, Relation
from feeds.stories import alignment, features, guards, vocabulary
from feeds.stories.features import BODY, LEAD, DocumentFeatures
from feeds.stories.guards import Pair, another_event, objection
from feeds.stories.sketch import Hashes, bands, common, digest, hashes
from feeds.stories.words import STEM, content, weighed, weight

WINDOW: Final = timedelta(days=7)  # further apart nothing is compared
_DAY: Final = timedelta(hours=24)
_AT_ONCE: Final = timedelta(minutes=45)  # within which a publisher announces one article again
_FOOTER: Final = 80  # words at the end that may be a publisher's own
_SHARED_TAIL: Final = 6  # words: fewer say nothing
_EDITED: Final = timedelta(hours=20)  # a day later it is another edition


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds; shares are of the shorter side unless it says otherwise."""

    text: float = 0.5  # shared text, where the opening or the title agrees too
    brief: float = 0.6  # shared text of fewer than 60 words
    long: int = 60  # words
    opening: float = 0.5
    whole: float = 0.8  # shared text under another title and opening
    much: int = 80  # shingles it must then be
    rewritten: float = 0.25  # shared text where the words are much the same
    said: float = 0.65  # of the words that mean something
    edited: float = 0.25  # of the title, at one address
    retitled: float = 0.4  # of the title, one publisher, a day, addresses unknown
    grown: float = 0.99  # of the title, one publisher, at once
    title: float = 0.85  # of the title, between publishers
    titles: float = 0.6  # of both titles together
    reissued: float = 0.85  # of both titles together, one publisher, two addresses
    told: int = 40  # words from which on a text says whether it is another
    words: int = 4  # that two titles share at the least
    sentence: int = 6  # words of a text that is too short to be known by itself
    denied: float = 0.2  # shared text below which two whole texts are two articles
    event: float = 0.4  # of the title, for one event
    names: float = 0.6  # of names and figures, for a translation


LIMITS: Final = Limits()


def _constants(module: ModuleType) -> list[tuple[str, str]]:
    """Return the numbers and word lists of a module by name. Renaming one compares everything anew: a test pins VERSION."""
    found = ((name, value) for name, value in vars(module).items() if name.isupper())
    return sorted((name, str(value)) for name, value in found if isinstance(value, int | float | str | timedelta))


_RULES: Final = 3  # to be raised when a rule changes and no number or word list does
VERSION: Final = blake2b(
    repr((_RULES, LIMITS, WINDOW, *map(_constants, (features, guards, alignment, vocabulary)))).encode(), digest_size=6
).hexdigest()
"""Changes with the thresholds and the words: pairs that were compared by another are compared again."""


def compare(a: DocumentFeatures, b: DocumentFeatures) -> Comparison:
    """Compare two documents; their order makes no difference."""
    pair = _pair(a, b)
    return _comparison(pair, _answer(pair))


def related(a: DocumentFeatures, b: DocumentFeatures) -> Comparison | None:
    """Compare two documents as `compare` does, but return None, sooner, for two that have nothing to do with each other."""
    if abs(a.moment - b.moment) > WINDOW:
        return None
    pair = _pair(a, b)
    found = _answer(pair)
    return None if found.relation is Relation.NONE else _comparison(pair, found)


class _Answer(NamedTuple):
    relation: Relation
    rule: str
    strength: float
    guard: str | None = None


def _answer(pair: Pair) -> _Answer:
    a, b = pair.a, pair.b
    if pair.gap > WINDOW:
        return _Answer(Relation.NONE, f"more than {WINDOW.days} days apart", 0.0, "far apart")
    if _foreign(a, b) and pair.titles < LIMITS.title and pair.contained < LIMITS.denied:
        return _translation(pair)
    rule = _by_text(pair) or _by_title(pair)
    if rule is None:
        return _event(pair)
    if guard := objection(pair):
        return _Answer(Relation.RELATED, f"alike, but {guard}", pair.joint, guard)
    return _Answer(Relation.SAME, rule, max(pair.contained, pair.joint, 0.99 if pair.address else 0.0))


def conflicts(a: DocumentFeatures, b: DocumentFeatures) -> bool:
    """Return whether two articles must not be in one story, whatever stands between them."""
    pair = _pair(a, b)
    return pair.gap > WINDOW or objection(pair) is not None


def one_publisher(a: DocumentFeatures, b: DocumentFeatures) -> bool:
    """Return whether one publisher has two articles at two addresses."""
    return not a.publishers.isdisjoint(b.publishers) and (a.address is None or a.address != b.address)


def _pair(a: DocumentFeatures, b: DocumentFeatures) -> Pair:
    if b.id < a.id:
        a, b = b, a
    publisher = not a.publishers.isdisjoint(b.publishers)
    shared, first, second = weighed(a.title & b.title), a.title_weight, b.title_weight
    contained = _contained(a, b)
    if publisher and contained >= LIMITS.rewritten and a.body != b.body:
        a, b = _without_tail(a, b)
        contained = _contained(a, b)
    return Pair(
        a=a,
        b=b,
        gap=abs(a.moment - b.moment),
        publisher=publisher,
        contained=contained,
        titles=shared / min(first, second) if first and second else 0.0,
        joint=shared / (first + second - shared) if first or second else 0.0,
    )


def _contained(a: DocumentFeatures, b: DocumentFeatures) -> float:
    if min(a.length, b.length) < BODY:
        return 0.0
    return common(a.shingles, b.shingles) / min(len(a.shingles), len(b.shingles))


def _without_tail(a: DocumentFeatures, b: DocumentFeatures) -> tuple[DocumentFeatures, DocumentFeatures]:
    """Take off what two articles of one publisher both end with: its footer, not their news."""
    most = min(a.length, b.length, _FOOTER)
    same = next((n for n in range(most) if a.body[-1 - n] != b.body[-1 - n]), most)
    return (a, b) if same < _SHARED_TAIL else (a.without_last(same), b.without_last(same))


def _opening(a: DocumentFeatures, b: DocumentFeatures) -> float:
    """Return the share of the shorter text's opening that the other text has, wherever."""
    short, long = sorted((a, b), key=lambda one: (one.length, one.id))
    return common(short.opening, long.shingles) / len(short.opening) if len(short.opening) else 0.0


def _by_text(pair: Pair) -> str | None:
    least = min(pair.a.length, pair.b.length)
    if least < BODY or pair.contained < LIMITS.rewritten:  # no rule is content with less
        return None
    opening = _opening(pair.a, pair.b)
    enough = LIMITS.text if least >= LIMITS.long else LIMITS.brief
    if pair.contained >= enough and (opening >= LIMITS.opening or pair.titles >= LIMITS.opening):
        if min(pair.a.length, pair.b.length) * 2 < max(pair.a.length, pair.b.length):
            return "one is an excerpt of the other"
        return "the same text" if pair.contained >= LIMITS.whole else "the same text, edited"
    elsewhere = pair.address or not pair.publisher  # one paper writes on from its own last text
    if elsewhere and max(opening, pair.titles) >= LIMITS.rewritten and _shared_meaning(pair) >= LIMITS.said:
        return "the same text, rewritten"
    shared = common(pair.a.shingles, pair.b.shingles)
    if pair.contained >= LIMITS.whole and shared >= LIMITS.much:
        return "the same text under another title and opening"
    return None


def _shared_meaning(pair: Pair) -> float:
    """Return the share of the words that mean something in the shorter text which the other says too."""
    first, second = content(pair.a.body), content(pair.b.body)
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _by_title(pair: Pair) -> str | None:
    if pair.titles >= LIMITS.edited or pair.contained >= LIMITS.edited:  # no rule is content with less
        return "the same address, edited" if pair.address else _by_titles(pair)
    return None


def _by_titles(pair: Pair) -> str | None:
    shared = len(pair.a.title & pair.b.title)
    if min(pair.a.length, pair.b.length) >= LIMITS.told and pair.contained < LIMITS.denied:
        return None
    if pair.publisher and pair.gap <= _AT_ONCE and shared >= LIMITS.words - 1 and pair.titles >= LIMITS.grown and _grows(pair):
        return "one publisher, at once, a longer title"
    if pair.publisher and pair.gap <= _DAY:
        if pair.address is None and pair.gap <= _EDITED and pair.titles >= LIMITS.retitled and shared > 1:
            return "one publisher, one day, an edited title"
        return "one publisher, one day, one title" if pair.joint >= LIMITS.reissued and shared >= LIMITS.words else None
    if (
        not pair.publisher
        and pair.gap <= 2 * _DAY
        and pair.titles >= LIMITS.title
        and pair.joint >= LIMITS.titles
        and (shared >= LIMITS.words or _short_text(pair))
    ):
        return "the same title at another publisher"
    return None


def _short_text(pair: Pair) -> bool:
    """Return whether the other text has all of one that is too short to be known by itself."""
    short, long = sorted((pair.a, pair.b), key=lambda one: (one.length, one.id))
    return short.length >= LIMITS.sentence and common(short.shingles, long.shingles) >= LIMITS.whole * len(short.shingles)


def _grows(pair: Pair) -> bool:
    """Return whether one title is the other with words put in."""
    short, long = sorted((pair.a.head, pair.b.head), key=lambda head: (len(head), head))
    rest = iter(long)
    return all(word in rest for word in short)


def _event(pair: Pair) -> _Answer:
    """Return whether two documents are on one event: they share much of the title, names in it, and what happened.

    A name with its office is in the news for many events, and titles of one form with another name in it are of two.
    """
    alike = pair.titles >= LIMITS.event and pair.gap <= 3 * _DAY
    if alike and _is_told(pair) and not another_event(pair):
        return _Answer(Relation.RELATED, "one event", pair.titles)
    return _Answer(Relation.NONE, "too little in common", 0.0)


def _is_told(pair: Pair) -> bool:
    """Return whether what two titles share names somebody or something, and says more than a name with its office."""
    shared = pair.a.title & pair.b.title
    if len(shared) < LIMITS.words - 1:
        return False
    names = pair.a.wording.title_details.names | pair.b.wording.title_details.names
    if shared.isdisjoint(names) and shared.isdisjoint(pair.a.wording.title_details.numbers):
        return False
    return len(shared - names) > 1 or not all(_is_phrase(shared, one.head) for one in (pair.a, pair.b))


def _is_phrase(words: frozenset[str], head: tuple[str, ...]) -> bool:
    """Return whether words stand side by side in a title, but for the commonest ones: "governor Ellen Marsh"."""
    places = [at for at, word in enumerate(filter(weight, head)) if word[:STEM] in words]
    return bool(places) and places[-1] - places[0] < len(places)


def _foreign(a: DocumentFeatures, b: DocumentFeatures) -> bool:
    return bool(a.language and b.language and a.language != b.language)


def _translation(pair: Pair) -> _Answer:
    if pair.gap > 2 * _DAY:
        return _Answer(Relation.NONE, "two languages", 0.0, "two languages")
    first, second = (one.wording.lead_details.names | one.wording.lead_details.numbers for one in (pair.a, pair.b))
    least, shared = min(len(first), len(second)), first & second
    if len(shared) >= LIMITS.words and len(shared) >= LIMITS.names * least and _agree(*(_figures(one) for one in (pair.a, pair.b))):
        return _Answer(Relation.TRANSLATION, "the same names and figures in another language", len(shared) / least)
    return _Answer(Relation.NONE, "two languages", 0.0, "two languages")


def _figures(article: DocumentFeatures) -> frozenset[str]:
    return frozenset(filter(str.isdigit, article.wording.lead_details.numbers))


def _agree(first: frozenset[str], second: frozenset[str]) -> bool:
    """Return whether two texts say one figure, if both say any; "50 000" is read as two figures in some languages."""
    return not first or not second or any(a.startswith(b) or b.startswith(a) for a in first for b in second)


def _comparison(pair: Pair, found: _Answer) -> Comparison:
    titles = pair.a.title & pair.b.title
    words = {word for word in pair.a.head if word[:STEM] in titles} or set(pair.a.body) & set(pair.b.body)
    rare = sorted(sorted(sorted(filter(weight, words)), key=len, reverse=True), key=weight, reverse=True)[:4]
    strength, text, title = (round(share, 4) for share in (found.strength, pair.contained, pair.titles))
    within = _within(pair) and (found.relation is Relation.SAME or pair.copied or pair.a.head == pair.b.head)
    return Comparison(found.relation, found.rule, strength, text, title, tuple(rare), pair.gap, found.guard, within)


def _within(pair: Pair) -> bool:
    """Return whether two are one publisher's at two addresses, and not one text twice under much the same title."""
    return pair.publisher and not pair.address and not (pair.copied and pair.titles >= LIMITS.opening and _begin_alike(pair))


def _begin_alike(pair: Pair) -> bool:
    """Return whether two texts have the same first words in the same order: a form of few words has them in any."""
    first, second = pair.a.rolled[:LEAD], pair.b.rolled[:LEAD]
    least = min(len(first), len(second))
    return bool(least and (first[:least] == second[:least]).mean() >= LIMITS.whole)


def keys(of: Sequence[DocumentFeatures]) -> list[tuple[int, ...]]:
    """Return for each document the keys, of 63 bits, under which its likely near-duplicates are found (MinHash bands)."""
    titles = bands([hashes(map(digest, one.title)) for one in of], _TITLE_BANDS, "title")
    leads = bands([one.first(LEAD) if one.length >= BODY else one.rolled[:0] for one in of], _LEAD_BANDS, "text")
    texts = bands([_without_end(one) for one in of], _TEXT_BANDS, "text")
    return [title + lead + text for title, lead, text in zip(titles, leads, texts, strict=True)]


def _without_end(of: DocumentFeatures) -> Hashes:
    """Return the hashes of a long text but for its end: a publisher's footer as often as not, which all its items would share."""
    end = min(_FOOTER, max(_FOOTER // 2, of.length // 3))
    return of.first(of.length - end) if of.length > LEAD + end else of.rolled[:0]


_TITLE_BANDS: Final = 18
_LEAD_BANDS: Final = 8
_TEXT_BANDS: Final = 16
