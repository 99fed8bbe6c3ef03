"""The stem of a word, by language: Snowball's; stems before accents are folded away, folds after; knows no term."""

import unicodedata
from functools import cache, lru_cache
from typing import Final

import snowballstemmer

from ingest.fold import fold, visible

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
LANGUAGES: Final = frozenset(_ALGORITHMS)  # Hebrew, Ukrainian, Chinese, Japanese and Thai have none


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_ALGORITHMS[language])


def composed(word: str) -> str:
    """Give a word as it was written in the form that `stemmed` takes."""
    return word.lower() if word.isascii() else unicodedata.normalize("NFKC", visible(word)).lower()


def stem(word: str, language: str) -> str:
    """Give the folded stem of a word as it was written."""
    return stemmed(composed(word), language)


@lru_cache(maxsize=200_000)
def stemmed(word: str, language: str) -> str:
    """Give the folded stem of a composed word."""
    return fold(_stemmer(language).stemWord(word))
