"""The names of the days of the week in some fifty languages, as the Unicode CLDR has them; knows no text."""

from collections import Counter
from functools import cache
from typing import Final

from babel import Locale

from ingest.text.folding import folded

_LOCALES: Final = frozenset(
    (
        "af ar az be bg bn bs ca cs da de el en es et eu fa fi fr gl he hi hr hu hy id is it ja ka kk ko lt lv mk ms nb nl nn pl pt"
        " ro ru sk sl sq sr sv sw ta te th tr uk ur uz vi zh"
    ).split()
)
_LONG_ENOUGH: Final = 5  # letters of a name whose last may change


@cache
def _names(language: str | None) -> dict[str, int]:
    """Return the day of each name in a language, or in all; a word that stands in several days of a week ("day") names none."""
    found: dict[str, int] = {}
    for locale in _LOCALES if language is None else (language,) if language in _LOCALES else ():
        week = [(word, day) for day, name in Locale.parse(locale).days["format"]["wide"].items() for word in folded(name).split()]
        often = Counter(word for word, _ in week)
        found |= {word: day for word, day in week if often[word] == 1 and len(word) > 2}  # noqa: PLR2004
    return found


@cache
def _without_vowel(language: str | None) -> dict[str, int]:
    """Return the day of each name without its last letter, which a case changes ("sobota", "sobotę")."""
    found: dict[str, set[int]] = {}
    for name, day in _names(language).items():
        if len(name) >= _LONG_ENOUGH:
            found.setdefault(name[:-1], set()).add(day)
    return {stem: days.pop() for stem, days in found.items() if len(days) == 1}


def weekday(word: str, language: str | None) -> int | None:
    """Return the day that a folded word names, in most cases of its language, or begins with ("vrijdagavond"); Monday is 0."""
    names = _names(language)
    if word in names:
        return names[word]
    day = _without_vowel(language).get(word[:-1])
    return (
        next((names[stem] for n in range(_LONG_ENOUGH + 1, len(word)) if (stem := word[:n]) in names), None) if day is None else day
    )
