"""Reasons against a merge of two alike articles: other numbers, days, names, formats; each reason is given in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

from feeds.stories.alignment import BagOfWords, Substitution, Token, TokenKind, TokenSequence, align, differing
from feeds.stories.features import ALIGNED, READ, Details, DocumentFeatures
from feeds.stories.vocabulary import NEGATIONS, NEGATIONS_OF, OPPOSITE
from feeds.stories.words import STEM, content

_SAME_EDITION: Final = timedelta(hours=20)  # a daily format comes back after a day
_TURNED: Final = 1  # words that a negation changes beside it: "will", "won't"
_SENTENCE: Final = 2  # words that two titles share, at least, where a negation makes the difference
_CORRECTED: Final = timedelta(hours=4)  # within which a figure alone is a correction
_HASTE: Final = timedelta(hours=1)  # within which a new headline is an edit
_MATCH: Final = timedelta(hours=12)  # in which one match has several scores
_HALF: Final = 0.5  # of the title, from which on opposite words mean opposite news
_FRAME: Final = 0.45  # share of the longer title that twins have in common
_ONE_FORM: Final = 0.6  # share of the longer title from which on two figures at one address are two editions
_COPY: Final = 0.8  # containment of the texts from which on a headline's fashion is no matter
_SHORT: Final = 60  # words of a text that may be a form
_OTHER_TEXT: Final = 0.2  # containment below which texts are two
_WORDING: Final = 0.4  # containment from which on two texts have one wording
_SHARED_FACTS: Final = 0.5  # of the figures or names in two texts
_ENOUGH_FACTS: Final = 3
_SLOT: Final = 3  # words that a template has a place for
_TELLS: Final = 4  # words of its own from which on a text says what it is about
_SAYS_ALIKE: Final = 0.35  # share of the shorter text's own words below which two texts are of two things
_BORNE_OUT: Final = 2  # words of the titles that a publisher's short text says, if it is no stock text


_ANY: Final = frozenset(TokenKind)
_NONE: Final[frozenset[TokenKind]] = frozenset()
_HARD: Final = frozenset({TokenKind.NAME, TokenKind.DAY, TokenKind.FIGURE})
_WORDS: Final = _ANY - {TokenKind.FIGURE}
_TOLD: Final = _WORDS - {TokenKind.FRAME}
_NAMED: Final = frozenset({TokenKind.NAME, TokenKind.DAY})  # a figure has a guard of its own


@dataclass(frozen=True)
class Pair:
    """Two articles and how far they agree."""

    a: DocumentFeatures
    b: DocumentFeatures
    gap: timedelta
    publisher: bool
    contained: float  # share of the shorter text's shingles that the other has; 0 where a text is too short
    titles: float  # share of the shorter title's words, by weight
    joint: float  # share of the words of both titles, by weight

    @cached_property
    def address(self) -> bool | None:
        """True for the same address, False for another, None where it is not known."""
        if self.a.address and self.b.address:
            return self.a.address == self.b.address
        return False if self.a.host and self.b.host and self.a.host != self.b.host else None

    @property
    def edited(self) -> bool:
        """True when both have one address, or one publisher and no known address: edits change words there, not names."""
        return self.address or (self.publisher and self.address is None)

    @property
    def copied(self) -> bool:
        """True when the texts are nearly identical."""
        return self.contained >= _COPY


def objection(pair: Pair) -> str | None:
    """Return the first reason against a merge, in words, or None."""
    return next((said for guard in _GUARDS if (said := guard(pair))), None)


def another_event(pair: Pair) -> bool:
    """Return whether the titles say that two documents are of two events, though they are not alike enough to be one story.

    Figures grow while an event goes on, and each paper has words of its own: only days and names in one place tell.
    """
    a, b = pair.a.wording, pair.b.wording
    share, found = align(a.title, b.title)
    return bool(_days(pair)) or (share >= _FRAME and any(_otherwise(one, a.words, b.words, _NAMED) for one in found))


def _series(pair: Pair) -> str | None:
    first, second = pair.a.wording.title_details.series, pair.b.wording.title_details.series
    for kind in sorted({kind for kind, _ in first} & {kind for kind, _ in second}):
        one, two = ({number for name, number in found if name == kind} for found in (first, second))
        if not one & two:
            return f"{kind} {_least(one)} and {kind} {_least(two)}"
    return None


def _days(pair: Pair) -> str | None:
    a, b = pair.a.wording, pair.b.wording
    return (
        _other_dates(a.title_details, b.title_details)
        or _other_weekdays(a.title_details, b.title_details)
        or (None if pair.address else _other_dates(a.lead_details, b.lead_details))
    )


def _other_dates(a: Details, b: Details) -> str | None:
    found = a.dates and b.dates and a.dates.isdisjoint(b.dates)
    return f"other days: {_least(a.dates)} and {_least(b.dates)}" if found else None


def _other_weekdays(a: Details, b: Details) -> str | None:
    found = a.weekdays and b.weekdays and a.weekdays.isdisjoint(b.weekdays)
    return f"other days: {_least(_named(a.weekdays))} and {_least(_named(b.weekdays))}" if found else None


def _format(pair: Pair) -> str | None:
    """Object to recurring formats, except for copies of one edition."""
    found = pair.a.wording.template or pair.b.wording.template
    if not found or (pair.copied and pair.gap < _SAME_EDITION):
        return None
    if pair.address is not False and pair.publisher and pair.gap < (_SAME_EDITION if pair.address else _MATCH):
        return None
    return f"a format that comes back: “{found}”"


def _live(pair: Pair) -> str | None:
    if pair.address or pair.copied or not (pair.a.wording.live or pair.b.wording.live):
        return None
    if pair.a.wording.live != pair.b.wording.live and pair.address is False:
        return "one is a live page"
    return "live pages at two addresses" if pair.address is False or not pair.publisher else None


def _opinion(pair: Pair) -> str | None:
    return "one is opinion, the other a report" if pair.a.wording.opinion != pair.b.wording.opinion and not pair.copied else None


def _scores(pair: Pair) -> str | None:
    first, second = pair.a.wording.title_details.scores, pair.b.wording.title_details.scores
    if not first or not second or first & second or (pair.address and pair.gap < _MATCH):
        return None
    return f"other scores: {'-'.join(min(first))} and {'-'.join(min(second))}"


def _numbers(pair: Pair) -> str | None:
    first, second = _others(pair.a, pair.b), _others(pair.b, pair.a)
    if not first or not second:
        return None
    if pair.address and (pair.gap < _CORRECTED or _in_order(pair) < _ONE_FORM):
        return None
    return f"other figures: {_least(first)} and {_least(second)}"


def _others(one: DocumentFeatures, other: DocumentFeatures) -> set[str]:
    """Return the figures of one title that the other article does not say anywhere."""
    found = set(one.wording.title_details.numbers - other.wording.title_details.numbers)
    return found - other.wording.body_details.numbers if found else found


def _in_order(pair: Pair) -> float:
    """Return the share of the longer title's words that both say in one order: an edit puts them anew, a form never does."""
    a, b = pair.a.head, pair.b.head
    return sum(block.size for block in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()) / max(len(a), len(b), 1)


def _opposites(pair: Pair) -> str | None:
    """Object to titles in one place that say the opposite of each other: any other word is as likely an edit there."""
    if not pair.edited or pair.titles < _HALF:
        return None
    first, second = set(pair.a.head) - set(pair.b.head), set(pair.b.head) - set(pair.a.head)
    found = sorted((one, two) for one in first for two in second if {one, two} in OPPOSITE)
    return f"opposites: {found[0][0]} and {found[0][1]}" if found else None


def _negated(pair: Pair) -> str | None:
    """Object to titles that are alike but for a negation: one denies what the other reports, whatever else the texts share.

    A word that only one title has is an edit elsewhere; a negation is the one that turns the sentence.
    """
    if pair.address or _much(pair):
        return None
    first, second = _negations(pair.a, pair.a.wording.title), _negations(pair.b, pair.b.wording.title)
    if bool(first) == bool(second):
        return None
    silent = pair.b if first else pair.a
    if _negations(silent, silent.wording.opening):  # its text denies it too
        return None
    one, two = set(pair.a.wording.title.forms), set(pair.b.wording.title.forms)
    found = first | second
    if max(len(one - two - found), len(two - one - found)) > _TURNED or len(one & two) < _SENTENCE:
        return None
    return f"one title denies what the other says: {_least(found)}"


def _negations(article: DocumentFeatures, said: TokenSequence) -> set[str]:
    return set(said.forms) & (NEGATIONS | NEGATIONS_OF.get(article.wording.language or "", frozenset()))


def _form(pair: Pair) -> str | None:
    """Object to titles of one form with something else in its place."""
    a, b = pair.a.wording, pair.b.wording
    if a.headline == b.headline:
        return None
    share, found = align(a.title, b.title)
    if share < _FRAME:
        return None
    for substitution in found:
        kinds = _telling(substitution, pair, alone=len(found) == 1)
        if kinds and (said := _otherwise(substitution, a.words, b.words, kinds) or _in_texts(substitution, pair)):
            return f"other words in the title: {said}"
    return None


def _in_texts(substitution: Substitution, pair: Pair) -> str | None:
    """Return what the texts substitute for each other as the titles do, though each may say the other word elsewhere."""
    a, b = pair.a.wording, pair.b.wording
    if pair.edited or pair.contained < _OTHER_TEXT or not _brief(pair):
        return None
    for other in align(a.opening, b.opening)[1]:
        first, second = _shared(substitution.one, other.one), _shared(substitution.two, other.two)
        if first and second and differing(substitution, BagOfWords(first), BagOfWords(second)):
            return f"{first} and {second}"
    return None


def _shared(title: tuple[Token, ...], text: tuple[Token, ...]) -> str:
    """Return the words of a substitution of a text that stand in one of a title too."""
    telling = {token.form[:STEM] for token in title if token.kind > TokenKind.FRAME}
    return " ".join(token.form for token in text if token.form[:STEM] in telling)


def _telling(substitution: Substitution, pair: Pair, *, alone: bool) -> frozenset[TokenKind]:
    """Return the kinds of words that make another event of a pair, if each title has one in a substitution.

    At two addresses all do. In one place headlines are edited: there names do.
    """
    if not pair.edited:
        return _NAMED if _much(pair) else _ANY
    if substitution.wide > _SLOT:
        return _NONE
    if pair.address:
        return _NONE if pair.gap < _CORRECTED else _NAMED
    # Where address, text and time show no edit, all words must agree.
    untold = alone and substitution.wide < _SLOT and pair.contained < _OTHER_TEXT and pair.gap >= _HASTE
    return _WORDS if _opens(substitution, pair) else _TOLD if untold else _NAMED


def _opens(substitution: Substitution, pair: Pair) -> bool:
    """Return whether nothing but first words differ where no address is known: it may be a name, which has its capital anyway."""
    a, b = pair.a.wording.title.tokens, pair.b.wording.title.tokens
    return pair.address is None and a[len(substitution.one) :] == b[len(substitution.two) :]


def _much(pair: Pair) -> bool:
    """Return whether the two are one long text: its headline is anybody's."""
    return pair.copied and min(pair.a.length, pair.b.length) >= _SHORT


def _text(pair: Pair) -> str | None:
    """Object to short texts of one form with another name, day or figure in its place; at one address it may be corrected."""
    a, b = pair.a.wording, pair.b.wording
    if pair.edited or a.text == b.text or not (a.text and b.text and _brief(pair)):
        return None
    share, found = align(a.opening, b.opening)
    if share < _FRAME and pair.contained < _OTHER_TEXT:
        return None
    for substitution in found:
        if substitution.wide <= _SLOT and (said := _otherwise(substitution, a.words, b.words, _HARD)):
            return f"other words in the text: {said}"
    return None


def _brief(pair: Pair) -> bool:
    return all(one.length < READ and one.wording.opening.size < ALIGNED for one in (pair.a, pair.b))


def _otherwise(substitution: Substitution, a: BagOfWords, b: BagOfWords, kinds: frozenset[TokenKind]) -> str | None:
    """Return in words what each side says in a substitution, where both have something of some kinds."""
    if not all(any(token.kind in kinds for token in side) for side in (substitution.one, substitution.two)):
        return None  # sooner than by looking into the texts
    found = differing(substitution, a, b)
    if found is None or not all(any(token.kind in kinds for token in side) for side in found):
        return None
    return " and ".join(" ".join(token.form for token in side[:_SLOT]) for side in found)


def _denied(pair: Pair) -> str | None:
    """Object to texts under like titles that say different things."""
    if pair.address or pair.titles < _HALF or pair.contained >= _OTHER_TEXT or (pair.edited and pair.a.head != pair.b.head):
        return None
    one, two = pair.a.own, pair.b.own
    least = min(len(one), len(two))
    if least < _TELLS or len(one & two) >= _SAYS_ALIKE * least:
        return None
    return "the texts say different things"


def _again(pair: Pair) -> str | None:
    """One title, word for word, a day later over another text."""
    if pair.a.head == pair.b.head and pair.gap >= _SAME_EDITION and pair.contained < _OTHER_TEXT:
        return "the same title a day later, over another text or none"
    return None


def _standing(pair: Pair) -> str | None:
    """Object to one publisher's text under unlike titles: what stands under everything, or a short form."""
    if not pair.publisher or pair.address or pair.titles >= _HALF:
        return None
    short = min(pair.a.length, pair.b.length) < _SHORT and pair.titles < _OTHER_TEXT
    return "one publisher repeats this text under other titles" if short or pair.gap >= _SAME_EDITION else None


def _stock(pair: Pair) -> str | None:
    """Object to a short text that has nothing to do with its title: it stands under many."""
    if pair.address is not False or not pair.copied or min(pair.a.length, pair.b.length) >= _SHORT:
        return None
    titles = {word for word in pair.a.title | pair.b.title if not any(map(str.isdigit, word))}
    both = {word for word in pair.a.title & pair.b.title if word in titles}
    if len(both) >= _BORNE_OUT + 1:
        return None
    said = titles & (content(pair.a.body) | content(pair.b.body))
    least = _BORNE_OUT if pair.publisher else 1
    return "a text that says nothing of its title" if len(said) < least else None


def _facts(pair: Pair) -> str | None:
    """Texts of one wording with other figures or names in it; at one address, where texts grow, with both or a day later."""
    if pair.contained < _WORDING:
        return None
    kinds = (
        ("figures", pair.a.wording.body_details.numbers, pair.b.wording.body_details.numbers),
        ("names", pair.a.wording.body_details.names, pair.b.wording.body_details.names),
    )
    other = [(what, first, second) for what, first, second in kinds if _are_others(first, second)]
    if not other or (pair.address and pair.gap < _SAME_EDITION and len(other) < len(kinds)):
        return None
    what, first, second = other[0]
    return f"other {what} in the text: {_least(first - second)} and {_least(second - first)}"


def _are_others(first: frozenset[str], second: frozenset[str]) -> bool:
    least = min(len(first), len(second))
    return least >= _ENOUGH_FACTS and len(first & second) < _SHARED_FACTS * least


_GUARDS: Final[tuple[Callable[[Pair], str | None], ...]] = (
    _series,
    _days,
    _format,
    _scores,
    _numbers,
    _live,
    _opinion,
    _opposites,
    _negated,
    _form,
    _text,
    _denied,
    _stock,
    _again,
    _standing,
    _facts,
)


def _least(found: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(found)[:2])


def _named(days: frozenset[int]) -> set[str]:
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return {week[day] for day in days}
