"""Particles that Hebrew and Arabic write in front of a word: the forms a word has without them; knows no term."""

import re
from typing import Final

LANGUAGES: Final = frozenset({"he", "ar"})
_HEBREW: Final = frozenset("והבכלמש")
_HEBREW_MOST: Final = 3
_STARTS: Final = frozenset("والفبكل") | _HEBREW
_SHORTEST: Final = 2  # letters that must remain
_SCRIPTS: Final = {"he": re.compile("[\u05d0-\u05ea]"), "ar": re.compile("[\u0621-\u064a]")}  # letters by language


def language_of_letters(text: str) -> str | None:
    """Return the language with particles that writes with the letters of a text: Hebrew or Arabic; None for other letters."""
    return None if text.isascii() else next((language for language, letter in _SCRIPTS.items() if letter.search(text)), None)


def without_prefixes(word: str, language: str) -> tuple[str, ...]:
    """Return a folded word and what it is without its particles.

    Hebrew: up to three of ו ה ב כ ל מ ש. Arabic: و or ف, then ب, ك or ل, then the article, where
    ل and the article are written لل.
    """
    if word[:1] not in _STARTS:
        return (word,) if len(word) >= _SHORTEST else ()
    found = _hebrew(word) if language == "he" else _arabic(word)
    return tuple(form for form in dict.fromkeys(found) if len(form) >= _SHORTEST)


def _hebrew(word: str) -> list[str]:
    forms = [word]
    while word[:1] in _HEBREW and len(forms) <= _HEBREW_MOST:
        word = word[1:]
        forms.append(word)
    return forms


def _arabic(word: str) -> list[str]:
    forms = [word]
    if word[:1] in {"و", "ف"}:
        forms.append(word[1:])
    for form in tuple(forms):
        if form.startswith("لل"):
            forms += ["ال" + form[2:], form[2:]]
        elif form[:1] in {"ب", "ك", "ل"}:
            forms.append(form[1:])
    forms += [form[2:] for form in tuple(forms) if form.startswith("ال")]
    return forms
