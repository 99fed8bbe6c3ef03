import pytest

from ingest.text.folding import folded
from ingest.text.language.stop_words import languages_with_stop_word


@pytest.mark.parametrize(
    ("word", "languages"),
    [
        ("red", {"en", "es", "nl"}),
        ("rete", {"it"}),
        ("hat", {"de", "hu"}),
        ("post", {"en", "fr", "de", "nl", "pl"}),
        ("pain", {"fr"}),
        ("sieć", {"pl"}),
        ("сеть", {"ru"}),
        ("רשת", {"he"}),
        ("شبكة", {"ar"}),
        ("antisemitism", set()),
        ("", set()),
    ],
)
def test_a_common_word_is_known_with_its_languages(word: str, languages: set[str]) -> None:
    """A term such as `red` is an everyday word in several languages; a rare word is in none."""
    assert languages_with_stop_word(folded(word)) == languages


@pytest.mark.parametrize(
    ("language", "word"),
    [
        ("en", "the"),
        ("fr", "les"),
        ("de", "und"),
        ("es", "qué"),
        ("it", "della"),
        ("nl", "het"),
        ("pl", "się"),
        ("ru", "который"),
        ("uk", "який"),
        ("he", "של"),
        ("ar", "من"),
        ("hu", "hogy"),
        ("pt", "não"),
    ],
)
def test_thirteen_languages_are_covered(language: str, word: str) -> None:
    """Each language of the shipped topic has its commonest words on the list."""
    assert language in languages_with_stop_word(folded(word))


def test_words_are_kept_folded() -> None:
    """The list is asked with folded words: accents and final letters are already gone."""
    assert "pt" in languages_with_stop_word("nao")
    assert not languages_with_stop_word("não")
