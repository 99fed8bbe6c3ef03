"""Where two wordings differ: their alignment, and the substitutions in it; knows no document and no language's words.

Two news items of one form ("Man arrested in Leeds", "Man arrested in Hull") have nearly all words in common, and the one
word that differs is the news. So what two wordings share counts for nothing here, and what stands in its gaps for everything.
Scripts without spaces are aligned letter by letter.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from functools import cached_property, lru_cache
from itertools import islice
from typing import Final

from feeds.stories.weekdays import weekday
from feeds.stories.words import NO_SPACES, STEM, weight
from ingest.text.folding import fold, folded, word_pattern
from ingest.text.language.prefixes import LANGUAGES as WITH_PARTICLES
from ingest.text.language.prefixes import without_prefixes
from ingest.text.language.stemming import LANGUAGES as STEMMED
from ingest.text.language.stemming import stemmed

_SENTENCE: Final = re.compile(r"(?<!\bvs)(?<!\bv)[.!?…|\n¿¡]")
_RUNS: Final = re.compile(r"\d+|[a-z]+|[^\da-z][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd\u3099\u309a]*")
_HIRAGANA: Final = re.compile(r"[\u3040-\u309f]+")
_SYLLABLE: Final = re.compile("[\uac00-\ud7a3]")
_ABJAD: Final = re.compile("[\u0590-\u06ff]")
_THAI: Final = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_CASED: Final = re.compile("[A-Za-z\u00c0-\u052f\u1e00-\u1fff]")
_LETTER: Final = 0.4  # of a word, in a script without spaces
_ISLAND: Final = 1  # letters of a script without spaces that two words share by chance
_THAI_ISLAND: Final = 2
_THAI_WORD: Final = 3  # letters of a word that is no part of another
_TYPED: Final = 5  # letters of a word in which one may be a slip
_LONG_WORD: Final = 9  # letters of one that may have a slip of two
_TYPED_ABJAD: Final = 4
_STEMMED: Final = 4  # letters that two inflections of a word begin with
_ENDING: Final = 3  # letters in which they may differ
_SHORT_ENDING: Final = 2
_LONGER: Final = 0.6  # share of the longer word that they begin with
_PART: Final = 5  # letters of a word that another is compounded with
_PREFIX: Final = 4  # letters that compounding adds at the least; a prefix of two or three makes the opposite of a word


class TokenKind(IntEnum):
    """What a token may be, by its form; the higher, the less likely an edit changes it."""

    FRAME = 0  # it may hold a sentence together
    WORD = 1
    NAME = 2  # a capital within a sentence, or a script that has none
    DAY = 3
    FIGURE = 4


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a letter of a script without spaces."""

    form: str  # folded
    kind: TokenKind
    letter: bool = False


@dataclass(frozen=True, slots=True)
class Substitution:
    """The edit operation that replaces some tokens of one wording by those of the other."""

    one: tuple[Token, ...]
    two: tuple[Token, ...]
    before: str = ""  # the letter of a script without spaces that both have before it
    after: str = ""

    @property
    def wide(self) -> float:
        """Return how many words stand in it at the most."""
        return max(_size(self.one), _size(self.two))


@dataclass(frozen=True)
class TokenSequence:
    """A wording as tokens, in order."""

    tokens: tuple[Token, ...]

    @property
    def size(self) -> float:
        """Return how many words it has, about."""
        return _size(self.tokens)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The folded tokens, in order."""
        return tuple(token.form for token in self.tokens)


@dataclass(frozen=True)
class BagOfWords:
    """All words of a document, in any order."""

    text: str
    language: str | None = None

    @cached_property
    def stems(self) -> frozenset[str]:
        """The beginnings of its words, and of its words without particles."""
        return frozenset(form[:STEM] for word in set(_figured(folded(self.text)).split()) for form in _forms(word))

    @cached_property
    def letters(self) -> str:
        """All its words without spaces, for scripts that have none."""
        return "".join("".join(_clusters(word)) for word in word_pattern().findall(self.text))

    def contains(self, token: Token) -> bool:
        """Return whether a word is in it, in any inflection that begins alike."""
        return any(form[:STEM] in self.stems for form in _forms(token.form))


def _size(tokens: Iterable[Token]) -> float:
    return sum(_LETTER if token.letter else 1 for token in tokens)


def tokenize(text: str, language: str | None = None, most: int | None = None) -> TokenSequence:
    """Read a text, at most so many tokens."""
    return TokenSequence(tuple(islice(_tokens(text, language), most)))


def _tokens(text: str, language: str | None) -> Iterator[Token]:
    """Return the words of a text, and the letters where it has no spaces."""
    shouted = text.isupper()
    end = 0
    for match in word_pattern().finditer(text):
        word, start = match[0], match.start()
        if not word.isascii() and NO_SPACES.search(word):
            yield from map(_letter, _clusters(word))
        else:
            named = word[0].isupper() and end > 0 and not shouted and (start == end + 1 or not _SENTENCE.search(text, end, start))
            yield _word(word, language, named=named)
        end = match.end()


@lru_cache(maxsize=50_000)
def _word(word: str, language: str | None, *, named: bool) -> Token:
    form = _figured(fold(word))
    if any(map(str.isdigit, form)):
        return Token(form, TokenKind.FIGURE)
    if weekday(form, language) is not None:
        return Token(form, TokenKind.DAY)
    if not weight(form) or (len(form) <= 2 and _CASED.search(form) and not named):  # noqa: PLR2004
        return Token(form, TokenKind.FRAME)
    if not _CASED.search(form):
        return Token(form, TokenKind.NAME)
    return Token(form, TokenKind.NAME if named else TokenKind.WORD)


@lru_cache(maxsize=50_000)
def _letter(letter: str) -> Token:
    if letter.isdigit():
        return Token(letter, TokenKind.FIGURE, letter=True)
    return Token(letter, TokenKind.FRAME if _HIRAGANA.fullmatch(letter) else TokenKind.NAME, letter=True)


def _clusters(word: str) -> list[str]:
    """Part a run of a script without spaces: letters alone, numbers and Latin words whole."""
    return _RUNS.findall(_figured(unicodedata.normalize("NFKC", word).casefold()))


def _figured(form: str) -> str:
    """Write the digits of all scripts alike."""
    return form if form.isascii() else "".join(str(unicodedata.digit(c)) if c.isdigit() and not c.isascii() else c for c in form)


def align(one: TokenSequence, two: TokenSequence) -> tuple[float, list[Substitution]]:
    """Return the share of the longer wording that stands in both in one order, and the substitutions between those parts."""
    a, b = one.tokens, two.tokens
    blocks = SequenceMatcher(None, one.forms, two.forms, autojunk=False).get_matching_blocks()
    kept = _without_islands(a, [(block.a, block.b, block.size) for block in blocks])
    share = sum(size for _, _, size in kept) / max(len(a), len(b), 1)
    found = []
    i = j = 0
    for x, y, size in kept:
        if x > i and y > j:
            found.append(Substitution(a[i:x], b[j:y], _beside(a, i - 1), _beside(a, x)))
        i, j = x + size, y + size
    return share, found


def _beside(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].form if 0 <= place < len(tokens) and tokens[place].letter else ""


def _without_islands(tokens: Sequence[Token], blocks: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Leave out single letters that two words of a script without spaces share by chance, but for those at the ends."""
    kept = []
    i = j = 0
    for number, (x, y, size) in enumerate(blocks):
        last = number == len(blocks) - 1
        if not last and size and all(token.letter for token in tokens[x : x + size]):
            after = blocks[number + 1]
            between = (x > i and y > j) or (after[0] > x + size and after[1] > y + size)
            if between and 0 < x < len(tokens) - size and size <= (_THAI_ISLAND if _THAI.match(tokens[x].form) else _ISLAND):
                continue
        kept.append((x, y, size))
        i, j = x + size, y + size
    return kept


# What a substitution changes


def differing(substitution: Substitution, one: BagOfWords, two: BagOfWords) -> tuple[list[Token], list[Token]] | None:
    """Return what each side says in a substitution that the other wording says nowhere, in no spelling of the same word.

    None means that only one side, or neither, says something of its own: an edit.
    """
    if any(token.letter for token in (*substitution.one, *substitution.two)):
        return _other_runs(substitution, one, two)
    x = [token for token in substitution.one if not two.contains(token)]
    y = [token for token in substitution.two if not one.contains(token)]
    return _unlike(x, y, one.language or two.language)


def _unlike(x: list[Token], y: list[Token], language: str | None) -> tuple[list[Token], list[Token]] | None:
    """Leave out what is one word in another spelling, and what only holds a sentence together."""
    if _spelt_together(x, y):
        return None
    for token in tuple(x):
        if twin := next((other for other in y if one_word(token.form, other.form, language)), None):
            x.remove(token)
            y.remove(twin)
    if not x or not y or max(token.kind for token in (*x, *y)) == TokenKind.FRAME:
        return None
    alone = len(x) == len(y) == 1  # "up" in the place of "down" tells; "is" in the place of a clause does not
    return (x, y) if alone or min(_kind(x), _kind(y)) > TokenKind.FRAME else None


def _spelt_together(x: Iterable[Token], y: Iterable[Token]) -> bool:
    """Return whether two sides are the same letters parted otherwise, or one the other's initials."""
    one, two = ([token.form for token in side] for side in (x, y))
    if "".join(one) == "".join(two):
        return True
    return any(
        len(few) == 1 and len(many) > 1 and few[0] == "".join(form[0] for form in many) for few, many in ((one, two), (two, one))
    )


def _other_runs(substitution: Substitution, one: BagOfWords, two: BagOfWords) -> tuple[list[Token], list[Token]] | None:
    x, y = ("".join(token.form for token in side) for side in (substitution.one, substitution.two))
    if not (_tells(x) and _tells(y)):
        return None
    if (
        _is_in(x, len(substitution.one), substitution, two)
        or _is_in(y, len(substitution.two), substitution, one)
        or (_THAI.match(x) and one_word(x, y, None))
    ):
        return None
    return [Token(x, _kind(substitution.one), letter=True)], [Token(y, _kind(substitution.two), letter=True)]


def _kind(side: Iterable[Token]) -> TokenKind:
    return max(token.kind for token in side)


def _tells(run: str) -> bool:
    """Return whether a run of letters says something: Japanese writes what holds a sentence together in hiragana."""
    return bool(_HIRAGANA.sub("", run))


def _is_in(run: str, length: int, substitution: Substitution, other: BagOfWords) -> bool:
    """Return whether the other wording has a run of letters; a short one says something only beside another letter."""
    alone = length > (_THAI_WORD if _THAI.match(run) else 1)
    runs = [run] if alone else [part for part in (substitution.before + run, run + substitution.after) if len(part) > len(run)]
    return run in other.stems if run.isdigit() else any(part in other.letters for part in runs)


# One word


@lru_cache(maxsize=50_000)
def one_word(one: str, two: str, language: str | None) -> bool:
    """Return whether two folded words are one: an inflection, a slip of one letter, a compound of the other; figures never."""
    if any(map(str.isdigit, one + two)):
        return False
    if language in STEMMED and stemmed(one, language) == stemmed(two, language):
        return True
    if _SYLLABLE.search(one + two):
        one, two = (unicodedata.normalize("NFD", word) for word in (one, two))
    if any(x and x == y for x in _forms(one) for y in _forms(two)):
        return True
    return _slip(one, two) or any(_inflected(x, y) for x in _forms(one) for y in _forms(two)) or _compound(one, two)


def _slip(one: str, two: str) -> bool:
    """Return whether two words differ in one letter, in two that changed places, or in two put into a long one."""
    if min(len(one), len(two)) >= _LONG_WORD and _put_in(one, two):
        return True
    least = _TYPED_ABJAD if _ABJAD.match(one) else _TYPED
    if min(len(one), len(two)) < least or abs(len(one) - len(two)) > 1:
        return False
    start = next((n for n, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), min(len(one), len(two)))
    x, y = one[start:], two[start:]
    return x[1:] == y[1:] or x[1:] == y or x == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])


def _put_in(one: str, two: str) -> bool:
    """Return whether one word is the other with two letters more within."""
    short, long = sorted((one, two), key=len)
    start = next((n for n, (x, y) in enumerate(zip(short, long, strict=False)) if x != y), len(short))
    return len(long) - len(short) == 2 and start > 2 and long.endswith(short[start:])  # noqa: PLR2004 - letters


def _inflected(one: str, two: str) -> bool:
    """Return whether two words begin alike and end in what may be endings."""
    shared = next((n for n, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), min(len(one), len(two)))
    rest = max(len(one), len(two)) - shared
    if shared < _STEMMED or rest > _ENDING:
        return False
    return shared >= _LONGER * max(len(one), len(two)) or rest <= _SHORT_ENDING


def _compound(one: str, two: str) -> bool:
    short, long = sorted((one, two), key=len)
    return len(short) >= _PART and len(long) - len(short) >= _PREFIX and (long.endswith(short) or long.startswith(short))


def _forms(word: str) -> tuple[str, ...]:
    """Return a word and, in Hebrew and Arabic letters, what it is without its particles."""
    if not _ABJAD.match(word):
        return (word,)
    bare = (form for language in sorted(WITH_PARTICLES) for form in without_prefixes(word, language))
    return tuple({word, *(form for form in bare if len(form) > 2)})  # noqa: PLR2004
