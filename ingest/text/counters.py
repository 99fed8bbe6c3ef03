"""Numbers that only count: "3 posts - 2 participants", "1.2k views", "(12 comments)"; knows no language and no feed."""

import re
from typing import Final

from ingest.text.folding import word_pattern
from ingest.text.sanitize import sentences

_GROUP: Final = r"[.,'’\u00a0\u202f\u066c ]"  # between thousands
_SHORT: Final = r"(?:[kKmM]|тыс\.?|млн\.?|[万千億亿萬만천])(?!\w)"  # thousands and millions
_DASH: Final = r"[-–—]"
# A whole number, its thousands separated or shortened. A measured value such as 5.1 is no count, nor a time or a score.
_COUNT: Final = re.compile(
    rf"(?<![\w.,:/+–—-])[~≈]?(?:\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d+(?:[.,]\d{{1,2}})?\s?{_SHORT}|\d+)\+?(?![.,:/–—-]?\d)"
)
_MEASURE: Final = re.compile(rf"[$€£¥₹₽₪%‰°]|\d\s?(?:{_DASH}|:)\s?\d")
# What separates one count from the next.
_SEPARATOR: Final = re.compile(rf"\s{_DASH}\s|[|·•‧∙⋅・●/,;،؛、，；\t]+|\s{{2,}}|[()\[\]（）【】「」]")
_TABLE: Final = re.compile(rf"\s{_DASH}\s|[|·•‧∙⋅・●]|\w\s?[:：]\s?\d")
_SENTENCE: Final = frozenset(".!?…؟。！？।\"'»”’:")  # how a line ends that says something
_BRACKET: Final = re.compile(r"\s?[(\[（【][^()\[\]（）【】]*[)\]）】]\s*$")
_DIGIT: Final = re.compile(r"\d")
_MOST_WORDS: Final = 4  # of one count: "people have read this"
_MOST_LETTERS: Final = 40
_MOST_LABEL: Final = 60  # characters behind the last count
_MOST_LINE: Final = 160  # characters of a line of counts
_STEM: Final = 3  # letters: "1 post" is "2 posts" later, and Slavic languages have three endings


def without_counts(text: str) -> str:
    """Return a text with the numbers left out of those of its lines that only count.

    Such a line stands by itself, or behind the last sentence, or in brackets at the end of a line. It is whole numbers
    with few words beside each, and no sentence: "12 people died." is a sentence, "12 replies" is a count. A text that is
    nothing but one such line is kept, unless it is a table of several counts.
    """
    alone, pieces, done = "\n" not in text, list[str](), 0
    while number := _DIGIT.search(text, done):
        start, end = text.rfind("\n", done, number.start()) + 1 or done, text.find("\n", number.end())
        end = len(text) if end < 0 else end
        pieces += text[done:start], _line(text[start:end], alone=alone)
        done = end
    return "".join([*pieces, text[done:]])


def _line(line: str, *, alone: bool) -> str:
    if line[-1] in _SENTENCE:
        return line
    if _only_counts(line, least=2 if alone else 1) and (not alone or _TABLE.search(line)):
        return _masked(line)
    head, tail = _last_part(line)
    return head + _masked(tail) if tail and _only_counts(tail) else line


def _last_part(line: str) -> tuple[str, str]:
    """Split a line before what follows its last sentence, or before brackets at its end: (text, rest)."""
    if not _DIGIT.search(line, max(0, len(line) - _MOST_LABEL)):
        return line, ""
    near = max(0, len(line) - 2 * _MOST_LINE)  # what begins before is too long
    start = sentences(line[near:])[-1][0] if line else 0
    if start:
        return line[: near + start], line[near + start :]
    bracket = _BRACKET.search(line)
    return (line[: bracket.start()], bracket[0]) if bracket else (line, "")


def _only_counts(line: str, least: int = 1) -> bool:
    """Return whether a line holds at least `least` counts, each with no more than a label beside it."""
    if len(line) > _MOST_LINE or line[-1] in _SENTENCE or _MEASURE.search(line):
        return False
    parts = [part for part in _SEPARATOR.split(line) if part.strip()]
    counted = sum(len(_COUNT.findall(part)) for part in parts)
    return counted >= least and 2 * counted >= len(parts) and all(map(_is_label, parts))


def _is_label(part: str) -> bool:
    counts, words = len(_COUNT.findall(part)), word_pattern().findall(_COUNT.sub(" ", part))
    return len(words) <= _MOST_WORDS * max(counts, 1) and sum(map(len, words)) <= _MOST_LETTERS


def _masked(line: str) -> str:
    return word_pattern().sub(lambda word: word[0][:_STEM].lower(), _COUNT.sub("#", line))
