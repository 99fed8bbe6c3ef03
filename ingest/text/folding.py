"""Words as a matcher compares them: folded alike in every script, each with its place in the original; knows no language."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

# Invisible inside a word: what Unicode calls default ignorable (soft hyphen, zero-width characters, direction marks, fillers,
# variation selectors, tags), annotation marks; and tatweel, which only makes a word longer.
INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_IGNORED: Final = f"\u0640{INVISIBLE}"
_LAST_MARK: Final = 0x1F000  # beyond are only variation selectors, which are named above


@cache
def word_pattern() -> re.Pattern[str]:
    """Return the pattern of a word: letters, digits and `_`, with combining marks and invisible characters among them.

    It is compiled at the first call, in some 30 ms: the class of all marks is long. Marks are looked for only where a run
    of letters ends, and not in front of a common sign.
    """
    # A regular expression's word characters leave combining marks out.
    points = [n for n in range(_LAST_MARK) if unicodedata.category(chr(n)) in {"Mn", "Mc", "Me"}]
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    marks = "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)
    return re.compile(rf"\w+(?:(?![\0-\xac\xae-\u02ff])[{marks}{_IGNORED}]+\w*)*")


_DROP: Final = re.compile(f"[{_IGNORED}]")

# Letters that Unicode does not take apart, and letter forms that writers mix.
_LETTERS: Final = str.maketrans(
    dict(zip("łđøıħŧ", "ldoiht", strict=True))
    | {"æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d"}
    | dict.fromkeys("ىیېے", "ي")
    | dict.fromkeys("کگڪ", "ك")
    | {"ة": "ه", "ہ": "ه", "ھ": "ه"}
    | dict(zip("ךםןףץ", "כמנפצ", strict=True))
    | {"ґ": "г"}
)

_CYRILLIC: Final = "авекмнорстухіјѕԛԝһ"
_LATIN: Final = "abekmhopctyxijsqwh"
_TO_LATIN: Final = str.maketrans(_CYRILLIC + "αβεικνοπρτυχ", _LATIN + "abeikvonptux")
_TO_CYRILLIC: Final = str.maketrans("abekmhopctyxijs", "авекмнорстухіјѕ")
_HAS_LATIN: Final = re.compile("[a-z]")
_HAS_LOOKALIKE: Final = re.compile("[\u0370-\u03ff\u0400-\u04ff]")


@dataclass(frozen=True, slots=True)
class Word:
    """A folded word and its span in the original text."""

    folded: str
    start: int
    end: int


def visible(word: str) -> str:
    """Return a word without invisible characters: soft hyphens, zero-width ones, direction marks, tatweel."""
    return _DROP.sub("", word)


_MOST: Final = 20_000  # of what is remembered


class _Letters(dict[int, str]):
    """What becomes of each character by itself, as `str.translate` asks for it."""

    def __missing__(self, point: int) -> str:
        """Fold a character, and remember it."""
        bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", visible(chr(point))).casefold())
        if len(self) >= _MOST:
            self.clear()
        self[point] = known = "".join(c for c in bare if not unicodedata.combining(c)).translate(_LETTERS)
        return known


_letters: Final = _Letters()


@lru_cache(maxsize=5_000)  # of 200,000 words a fifth more would be known, in ten megabytes
def fold(word: str) -> str:
    """Fold one word: case, marks, invisible characters, letter forms; look-alikes in mixed-script words only.

    NFKD comes before casefold for the dotted capital I. Terms and text are folded alike, so what
    folding merges (ї and і, й and и) is merged on both sides.
    """
    if word.isascii():
        return word.lower()
    folded = word.translate(_letters)
    if _HAS_LATIN.search(folded) and _HAS_LOOKALIKE.search(folded):
        folded = _one_script(folded)
    return unicodedata.normalize("NFC", folded)


def _one_script(word: str) -> str:
    """Return a mixed-script word in the script that most of its letters are certain of."""
    latin = sum("a" <= c <= "z" for c in word)
    other = len(word) - latin
    return word.translate(_TO_LATIN) if latin >= other else word.translate(_TO_CYRILLIC)


def words(text: str) -> Iterator[Word]:
    """Yield the folded words of `text` in order; apostrophes and hyphens separate words."""
    for match in word_pattern().finditer(text):
        yield Word(fold(match[0]), match.start(), match.end())


_WRITTEN: Final = bytes(n if chr(n).isalnum() or chr(n) == "_" else ord(" ") for n in range(128)) + bytes(128)


def split_words(text: str) -> list[str]:
    """Return the words of `text` as they stand there: what `word_pattern` finds, faster in plain ASCII."""
    return text.encode().translate(_WRITTEN).decode().split() if text.isascii() else word_pattern().findall(text)


_WRITTEN_LINES: Final = bytes(n if _WRITTEN[n] == n or n in b"\n\r\v\f\x1c\x1d\x1e" else ord(" ") for n in range(128)) + bytes(
    range(128, 256)
)


def words_by_line(text: str) -> list[list[str]]:
    """Return what `split_words` finds in each of the lines of `text`, faster than line by line."""
    plain = replace_typography(text).encode("utf-8", "surrogatepass").translate(_WRITTEN_LINES)
    lines = plain.decode("utf-8", "surrogatepass").splitlines()
    return [line.split() if line.isascii() else word_pattern().findall(line) for line in lines]


# What stands between ASCII words in most texts: with spaces in its place they are ASCII.
_TYPOGRAPHY: Final = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\u2022\u00a0\u00ab\u00bb\u201e\u20ac\u2011\u25ab\u2605\u2122\u2192"


def replace_typography(text: str) -> str:
    """Return text of the same length and words with spaces for common typographic marks: most texts are ASCII then."""
    if not text.isascii():
        for mark in _TYPOGRAPHY:
            text = text.replace(mark, " ")
    return text


_PARTS: Final = bytes(ord(chr(n).lower()) if chr(n).isalnum() or chr(n) == "_" else ord(" ") for n in range(128)) + bytes(
    range(128, 256)
)


def lowercase_ascii(text: str) -> bytes:
    """Return the bytes of `text` with small ASCII letters, and a space for what else is ASCII: with the same words, folded."""
    return text.encode("utf-8", "surrogatepass").translate(_PARTS)


_LONG: Final = 200  # characters of what would fill the memory


class _Pieces(dict[str, str]):
    """What stands between two white spaces, folded: no word goes across one."""

    def __missing__(self, piece: str) -> str:
        """Fold a piece whose ASCII letters are folded already, and remember it if it is short."""
        if piece.isascii():
            known = piece
        elif piece.isalnum():
            known = fold(piece)
        else:
            known = " ".join(map(fold, word_pattern().findall(piece)))
        if len(piece) < _LONG:
            if len(self) >= _MOST:
                self.clear()
            self[piece] = known
        return known


_pieces: Final = _Pieces()


def folded(text: str) -> str:
    """Return the folded words of `text`, a space between."""
    text = replace_typography(text)
    parts = lowercase_ascii(text)
    if text.isascii():
        return b" ".join(parts.split()).decode()
    return " ".join(filter(None, map(_pieces.__getitem__, parts.decode("utf-8", "surrogatepass").split())))
