import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.language import prefixes, stemming
from ingest.text.language.stemming import stem


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["moderator", "moderators", "Moderators"]),
        ("fr", ["modéré", "modérée", "modérées"]),
        ("de", ["Plattform", "Plattformen"]),
        ("es", ["moderador", "moderadores", "moderadora"]),
        ("it", ["piattaforma", "piattaforme"]),
        ("nl", ["bericht", "berichten"]),
        ("pl", ["kobieta", "kobiety"]),
        ("ru", ["лодка", "лодки", "лодкой"]),
        ("ar", ["قارب", "القارب"]),
        ("hu", ["hajó", "hajók"]),
        ("pt", ["barco", "barcos"]),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, words: list[str]) -> None:
    """Inflected forms meet in one folded stem, in capitals too."""
    assert len({stem(word, language) for word in words}) == 1


@pytest.mark.parametrize(("language", "word"), [("fr", "modérées"), ("hu", "hajók"), ("pt", "moderações"), ("ru", "ёлками")])
def test_a_stem_does_not_depend_on_how_accents_are_encoded(language: str, word: str) -> None:
    """Decomposed letters are composed before the ending is cut: a stemmer knows endings with accents."""
    assert stem(unicodedata.normalize("NFD", word), language) == stem(unicodedata.normalize("NFC", word), language)


_WRITTEN = st.lists(st.sampled_from([*"aeiountdjyGMé1", "ge", "meng", "Dj", "ing", "ies", "archiv"]), min_size=1, max_size=6).map(
    "".join
)


@given(st.lists(_WRITTEN | st.from_regex(r"[a-z]{1,9}", fullmatch=True), max_size=20), st.sampled_from(sorted(stemming.LANGUAGES)))
def test_the_words_of_a_stem_are_found_among_many(words: list[str], language: str) -> None:
    """The words with one of some stems are the same, whether all are stemmed or those alone that may have such a stem."""
    wanted = frozenset(stem(word, language) for word in words[::2])
    assert stemming.of_stems(words, wanted, language) == [word for word in words if stem(word, language) in wanted]


@pytest.mark.parametrize("hidden", ["\u00ad", "\u200b", "\u200e"])
def test_a_stem_does_not_see_invisible_characters(hidden: str) -> None:
    """A soft hyphen in the middle of an ending does not keep it from being cut."""
    assert stem(f"moderat{hidden}ions", "en") == stem("moderations", "en") == "moder"


def test_accents_are_folded_after_the_ending_is_cut() -> None:
    """The stemmer sees the accents, and without them would not know the ending; the stem that is kept has none."""
    assert stem("moderações", "pt") == "moder"
    assert stem("moderacoes", "pt") != "moder"
    assert stem("négationniste", "fr").isascii()


def test_languages_without_a_stemmer_are_not_offered() -> None:
    """For Hebrew, Ukrainian, Chinese, Japanese and Thai a stem would be a guess."""
    assert not {"he", "uk", "zh", "ja", "th"} & stemming.LANGUAGES
    assert all(stem("word", language) for language in stemming.LANGUAGES)


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("שלומ", {"שלומ", "לומ", "ומ"}),
        ("ושבהרשת", {"ושבהרשת", "שבהרשת", "בהרשת", "הרשת"}),
        ("רשת", {"רשת"}),
        ("הו", {"הו"}),
        ("ב", set()),
        ("", set()),
    ],
)
def test_hebrew_words_lose_up_to_three_letters(word: str, forms: set[str]) -> None:
    """Up to three of ו ה ב כ ל מ ש in front may be particles; two letters must remain."""
    assert set(prefixes.without_prefixes(word, "he")) == forms


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("يهود", {"يهود"}),
        ("اليهود", {"اليهود", "يهود"}),
        ("واليهود", {"واليهود", "اليهود", "يهود"}),
        ("باليهود", {"باليهود", "اليهود", "يهود"}),
        ("لليهود", {"لليهود", "اليهود", "يهود"}),
        ("فلليهود", {"فلليهود", "لليهود", "اليهود", "يهود"}),
        ("وكيهود", {"وكيهود", "كيهود", "يهود"}),
        ("وب", {"وب"}),
    ],
)
def test_arabic_words_lose_conjunction_preposition_and_article(word: str, forms: set[str]) -> None:
    """First و or ف, then ب, ك or ل, then the article, which after ل is contracted to لل."""
    assert set(prefixes.without_prefixes(word, "ar")) == forms


@pytest.mark.parametrize("language", sorted(prefixes.LANGUAGES))
def test_the_word_itself_comes_first(language: str) -> None:
    """The whole word is always one of its forms, and none comes twice."""
    for word in ("והשלומ", "واللسان"):
        forms = prefixes.without_prefixes(word, language)
        assert forms[0] == word
        assert len(set(forms)) == len(forms)
