"""The stem of a word by its language (Snowball): stemmed with its accents, folded afterwards; knows no term."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

import snowballstemmer

from ingest.text.folding import fold, visible

_ALGORITHMS: Final = {
    "en": "english",
    "fr": "french",
    "de": "german",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
    "pl": "polish",
    "ru": "russian",
    "ar": "arabic",
    "hu": "hungarian",
    "pt": "portuguese",
    "tr": "turkish",
    "fa": "persian",
    "sv": "swedish",
    "da": "danish",
    "no": "norwegian",
    "fi": "finnish",
    "cs": "czech",
    "ro": "romanian",
    "el": "greek",
    "ca": "catalan",
    "lt": "lithuanian",
    "et": "estonian",
    "hi": "hindi",
    "id": "indonesian",
    "sr": "serbian",
    "yi": "yiddish",
}
_CHANGE_FIRST: Final = frozenset({"ar", "id", "nl", "sr", "tr", "yi"})  # prefixes are taken off, or single letters written anew
LANGUAGES: Final = frozenset(_ALGORITHMS)  # Hebrew, Ukrainian, Chinese, Japanese and Thai have none


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_ALGORITHMS[language])


def composed(word: str) -> str:
    """Return a word as it was written in the form that `stemmed` takes."""
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", visible(word)).lower()


def stem(word: str, language: str) -> str:
    """Return the folded stem of a word as it was written."""
    return stemmed(composed(word), language)


def of_stems(words: Iterable[str], stems: frozenset[str], language: str) -> list[str]:
    """Return those words, as they were written, whose folded stem is one of `stems`."""
    if language not in _CHANGE_FIRST:  # a stem in ASCII begins as its word does: few need to be made
        letters = frozenset(stem[:1] for stem in stems)
        words = [word for word in words if word[:1].lower() in letters or not word.isascii()]
    found = _stemmer(language).stemWords(list(map(composed, words := list(words))))
    return [word for word, stem in zip(words, found, strict=True) if fold(stem) in stems]


@lru_cache(maxsize=20_000)
def stemmed(word: str, language: str) -> str:
    """Return the folded stem of a composed word."""
    return fold(_stemmer(language).stemWord(word))
