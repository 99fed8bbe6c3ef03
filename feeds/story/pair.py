"""Whether two articles are one story, one event, or a text and its translation: a function of the two alone, with its evidence."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from types import ModuleType
from typing import Final, NamedTuple

from feeds.story import article, guards, vocabulary
from feeds.story.article import BODY, LEAD, STEM, Article, content, weight
from feeds.story.guards import Pair, objection
from feeds.story.sketch import bands, hashes

WINDOW: Final = timedelta(days=7)  # further apart nothing is compared
_DAY: Final = timedelta(hours=24)
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
    title: float = 0.85  # of the title, between publishers
    titles: float = 0.6  # of both titles together
    reissued: float = 0.85  # of both titles together, one publisher, two addresses
    told: int = 40  # words from which on a text says whether it is another
    words: int = 4  # that two titles share at the least
    denied: float = 0.2  # shared text below which two whole texts are two articles
    event: float = 0.4  # of the title, for one event
    names: float = 0.6  # of names and figures, for a translation


LIMITS: Final = Limits()


def _constants(module: ModuleType) -> list[tuple[str, str]]:
    found = ((name, value) for name, value in vars(module).items() if name.isupper())
    return sorted((name, str(value)) for name, value in found if isinstance(value, int | float | str | timedelta))


_RULES: Final = 1  # to be raised when a rule changes and no number or word list does
VERSION: Final = blake2b(
    repr((_RULES, LIMITS, WINDOW, *map(_constants, (article, guards, vocabulary)))).encode(), digest_size=6
).hexdigest()
"""Changes with the thresholds and the words: what was judged by another is judged again."""


class Relation(StrEnum):
    """What two articles are to each other."""

    SAME = "same"
    RELATED = "related"
    TRANSLATION = "translation of?"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for a pair, with what it rests on."""

    relation: Relation
    rule: str  # why, in words
    strength: float  # 0 to 1
    text: float  # share of the shorter text
    title: float  # share of the shorter title
    shared: tuple[str, ...]  # the rarest words of both
    gap: timedelta
    guard: str | None = None  # what spoke against a merge

    def __str__(self) -> str:
        """Say it in one line."""
        parts = [f"{self.relation}: {self.rule}"]
        if self.text:
            parts.append(f"{self.text:.0%} of the text")
        parts.append(f"{self.title:.0%} of the title's words")
        if self.shared:
            parts.append(f"both say {', '.join(self.shared)}")
        return "; ".join((*parts, f"{_hours(self.gap)} apart"))


def compare(a: Article, b: Article) -> Verdict:
    """Judge a pair; the order of the two makes no difference."""
    pair = _pair(a, b)
    return _verdict(pair, _judged(pair))


def related(a: Article, b: Article) -> Verdict | None:
    """Judge a pair as `compare` does, but give None, sooner, for two that have nothing to do with each other."""
    if abs(a.moment - b.moment) > WINDOW:
        return None
    pair = _pair(a, b)
    found = _judged(pair)
    return None if found.relation is Relation.NONE else _verdict(pair, found)


class _Answer(NamedTuple):
    relation: Relation
    rule: str
    strength: float
    guard: str | None = None


def _judged(pair: Pair) -> _Answer:
    a, b = pair.a, pair.b
    if pair.gap > WINDOW:
        return _Answer(Relation.NONE, f"more than {WINDOW.days} days apart", 0.0, "far apart")
    if _foreign(a, b) and pair.titles < LIMITS.title and pair.contained < LIMITS.denied:
        return _translation(pair)
    both = _weight(a.title | b.title)
    joint = _weight(a.title & b.title) / both if both else 0.0
    rule = _by_text(pair) or _by_title(pair, joint)
    if rule is None:
        return _event(pair)
    if guard := objection(pair):
        return _Answer(Relation.RELATED, f"alike, but {guard}", joint, guard)
    return _Answer(Relation.SAME, rule, max(pair.contained, joint, 0.99 if pair.address else 0.0))


def conflicts(a: Article, b: Article) -> bool:
    """Say whether two articles must not be in one story, whatever stands between them."""
    pair = _pair(a, b)
    return pair.gap > WINDOW or objection(pair) is not None


def _pair(a: Article, b: Article) -> Pair:
    if b.id < a.id:
        a, b = b, a
    publisher = bool(a.publishers & b.publishers)
    contained = _contained(a, b)
    if publisher and a.body != b.body and contained >= LIMITS.rewritten:
        a, b = _without_tail(a, b)
        contained = _contained(a, b)
    least = min(_weight(a.title), _weight(b.title))
    address = a.address == b.address if a.address and b.address else (False if a.host and b.host and a.host != b.host else None)
    return Pair(
        a=a,
        b=b,
        gap=abs(a.moment - b.moment),
        address=address,
        publisher=publisher,
        contained=contained,
        titles=_weight(a.title & b.title) / least if least else 0.0,
    )


def _weight(words: frozenset[str]) -> float:
    return sum(weight(word) or 0.5 for word in words)


def _contained(a: Article, b: Article) -> float:
    return len(a.shingles & b.shingles) / min(len(a.shingles), len(b.shingles)) if min(len(a.body), len(b.body)) >= BODY else 0.0


def _without_tail(a: Article, b: Article) -> tuple[Article, Article]:
    """Take off what two articles of one publisher both end with: its footer, not their news."""
    most = min(len(a.body), len(b.body), _FOOTER)
    same = next((n for n in range(most) if a.body[-1 - n] != b.body[-1 - n]), most)
    return (a, b) if same < _SHARED_TAIL else (a.without_last(same), b.without_last(same))


def _opening(a: Article, b: Article) -> float:
    """Give the share of the shorter text's opening that the other text has, wherever."""
    short, long = sorted((a, b), key=lambda one: (len(one.body), one.id))
    opening = frozenset(short.first(LEAD).tolist())
    return len(opening & long.shingles) / len(opening) if opening else 0.0


def _by_text(pair: Pair) -> str | None:
    least = min(len(pair.a.body), len(pair.b.body))
    if least < BODY:
        return None
    opening = _opening(pair.a, pair.b)
    enough = LIMITS.text if least >= LIMITS.long else LIMITS.brief
    if pair.contained >= enough and (opening >= LIMITS.opening or pair.titles >= LIMITS.opening):
        if min(len(pair.a.body), len(pair.b.body)) * 2 < max(len(pair.a.body), len(pair.b.body)):
            return "one is an excerpt of the other"
        return "the same text" if pair.contained >= LIMITS.whole else "the same text, edited"
    elsewhere = pair.address or not pair.publisher  # one paper writes on from its own last text
    if (
        elsewhere
        and pair.contained >= LIMITS.rewritten
        and max(opening, pair.titles) >= LIMITS.rewritten
        and _said(pair) >= LIMITS.said
    ):
        return "the same text, rewritten"
    shared = len(pair.a.shingles & pair.b.shingles)
    if pair.contained >= LIMITS.whole and shared >= LIMITS.much:
        return "the same text under another title and opening"
    return None


def _said(pair: Pair) -> float:
    """Give the share of the words that mean something in the shorter text which the other says too."""
    first, second = content(pair.a.body), content(pair.b.body)
    return len(first & second) / min(len(first), len(second)) if first and second else 0.0


def _by_title(pair: Pair, joint: float) -> str | None:
    shared = len(pair.a.title & pair.b.title)
    if pair.address:
        return "the same address, edited" if pair.titles >= LIMITS.edited or pair.contained >= LIMITS.edited else None
    if min(len(pair.a.body), len(pair.b.body)) >= LIMITS.told and pair.contained < LIMITS.denied:
        return None
    if pair.publisher and pair.gap <= _DAY:
        if pair.address is None and pair.gap <= _EDITED and pair.titles >= LIMITS.retitled and shared > 1:
            return "one publisher, one day, an edited title"
        return "one publisher, one day, one title" if joint >= LIMITS.reissued and shared >= LIMITS.words else None
    if (
        not pair.publisher
        and pair.gap <= 2 * _DAY
        and pair.titles >= LIMITS.title
        and joint >= LIMITS.titles
        and shared >= LIMITS.words
    ):
        return "the same title at another publisher"
    return None


def _event(pair: Pair) -> _Answer:
    """Two articles on one event: much of the title, and names among it."""
    shared = pair.a.title & pair.b.title
    alike = pair.gap <= 3 * _DAY and pair.titles >= LIMITS.event and len(shared) >= LIMITS.words - 1
    if alike and shared & (pair.a.wording.slots.names | pair.b.wording.slots.names | pair.a.wording.slots.numbers):
        return _Answer(Relation.RELATED, "one event", pair.titles)
    return _Answer(Relation.NONE, "too little in common", 0.0)


def _foreign(a: Article, b: Article) -> bool:
    return bool(a.language and b.language and a.language != b.language)


def _translation(pair: Pair) -> _Answer:
    if pair.gap > 2 * _DAY:
        return _Answer(Relation.NONE, "two languages", 0.0, "two languages")
    first, second = (one.wording.lead_slots.names | one.wording.lead_slots.numbers for one in (pair.a, pair.b))
    least, shared = min(len(first), len(second)), first & second
    if len(shared) >= LIMITS.words and len(shared) >= LIMITS.names * least:
        return _Answer(Relation.TRANSLATION, "the same names and figures in another language", len(shared) / least)
    return _Answer(Relation.NONE, "two languages", 0.0, "two languages")


def _verdict(pair: Pair, found: _Answer) -> Verdict:
    titles = pair.a.title & pair.b.title
    words = {word for word in pair.a.head if word[:STEM] in titles} or set(pair.a.body) & set(pair.b.body)
    rare = tuple(sorted((word for word in words if weight(word)), key=lambda word: (-weight(word), -len(word), word))[:4])
    strength, text, title = (round(share, 4) for share in (found.strength, pair.contained, pair.titles))
    return Verdict(found.relation, found.rule, strength, text, title, rare, pair.gap, found.guard)


def _hours(gap: timedelta) -> str:
    minutes = int(gap.total_seconds()) // 60
    return f"{minutes} min" if minutes < 120 else f"{minutes / 60:.0f} h"  # noqa: PLR2004 - two hours


def keys(of: Article) -> tuple[int, ...]:
    """Give the keys under which likely copies of an article are found."""
    found = bands(hashes(of.title), _TITLE_BANDS, "title")
    if len(of.body) >= BODY:
        found += bands(of.first(LEAD), _LEAD_BANDS, "text")
    # Without the end: it is a publisher's footer as often as not, and would make all its items likely copies.
    end = min(_FOOTER, max(_FOOTER // 2, len(of.body) // 3))
    if len(of.body) > LEAD + end:
        found += bands(of.first(len(of.body) - end), _TEXT_BANDS, "text")
    return found


_TITLE_BANDS: Final = 18
_LEAD_BANDS: Final = 8
_TEXT_BANDS: Final = 16
