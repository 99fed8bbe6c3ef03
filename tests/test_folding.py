import re
import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.folding import Word, fold, folded, replace_typography, split_words, visible, word_pattern, words, words_by_line


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Antisémites", "antisemites"),
        ("İstanbul", "istanbul"),
        ("STRASSE", "straße"),
        ("Łódź", "lodz"),
        ("encyclopædia", "encyclopaedia"),
        ("ко\u0301фе", "кофе"),
        ("ёлка", "елка"),
        ("їжак", "іжак"),
        ("שָׁלוֹם", "שלום"),
        ("שלומך", "שלומכ"),
        ("مكتبة", "مكتبه"),
        ("مُحَمَّد", "محمد"),
        ("مـــرحبا", "مرحبا"),
        ("کتاب", "كتاب"),
        ("ﬁsh", "fish"),
        ("ＦＵＬＬ", "full"),
        ("co\u00adoperate", "cooperate"),
        ("zero\u200bwidth", "zerowidth"),
        ("한국", "한국"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    """Case, marks, invisible characters and letter forms make no difference."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("mama", "papa"), ("שלום", "שלומי"), ("кот", "код"), ("a", "b")])
def test_different_words_stay_different(one: str, other: str) -> None:
    """Folding merges spellings, not words."""
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("disguised", "meant"),
    [
        ("p\u0430yp\u0430l", "paypal"),
        ("h\u0435llo", "hello"),
        ("приb\u0435т", "привет"),
        ("\u0391lpha", "alpha"),
    ],
)
def test_look_alikes_in_mixed_words_are_read_in_one_script(disguised: str, meant: str) -> None:
    """A Latin word with Cyrillic or Greek letters in it is the Latin word, and the other way round."""
    assert fold(disguised) == fold(meant)


@pytest.mark.parametrize(
    "unseen",
    [
        *"\u00ad\u034f\u061c\u115f\u1160\u17b4\u180b\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2063\u2065\u2066\u206f",
        *"\u3164\ufe00\ufe0f\ufeff\uffa0\ufff0\ufff9\U0001bca0\U0001d173\U000e0001\U000e0061\U000e0100",
    ],
)
def test_what_nobody_sees_parts_no_word(unseen: str) -> None:
    """A character without width or ink, anywhere in a word or beside it, leaves it the word that it is, in its place."""
    text = f"{unseen}a fer{unseen}{unseen}ry{unseen} left"
    assert [word.folded for word in words(text) if word.folded] == ["a", "ferry", "left"]
    (ferry,) = [word for word in words(text) if word.folded == "ferry"]
    assert text[ferry.start : ferry.end].replace(unseen, "") == "ferry"


def test_joiners_that_carry_meaning_are_equal_on_both_sides() -> None:
    """Persian and Indic joiners stay in stored text; a term with one finds a text without it, and the other way round."""
    assert fold("می\u200cخواهم") == fold("میخواهم")
    assert fold("क्\u200dष") == fold("क्ष")


def test_words_of_one_script_are_left_alone() -> None:
    """A Cyrillic word that could be read as Latin stays Cyrillic."""
    assert fold("сор") != fold("cop")


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(word: str) -> None:
    """A folded word folds to itself."""
    assert fold(fold(word)) == fold(word)


@given(st.text(max_size=12) | st.text("aäжШי\u0345\u0301\u0338\u1100\u1161\u0130ﬁßم\u0640", max_size=12))
def test_letters_fold_by_themselves(word: str) -> None:
    """Letter by letter comes what Unicode's forms make of the whole word, but for words of two scripts."""
    bare = unicodedata.normalize("NFKD", visible(word)).casefold()
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(letter))
    one_by_one = "".join(map(fold, bare))
    if not re.search("[a-z]", one_by_one):
        assert fold(word) == unicodedata.normalize("NFC", one_by_one)


def test_words_keep_their_place() -> None:
    """Each folded word says where it stood in the original."""
    text = "L’été: co\u00adop, שָׁלוֹם!"
    found = list(words(text))
    assert [text[word.start : word.end] for word in found] == ["L", "été", "co\u00adop", "שָׁלוֹם"]
    assert found[1] == Word("ete", 2, 5)


def test_apostrophes_and_hyphens_part_words() -> None:
    """`l'homme` is two words, as is `anti-hero`."""
    assert folded("L'homme, ANTI-hero") == "l homme anti hero"


@given(st.text(max_size=80))
def test_spans_lie_in_order(text: str) -> None:
    """Spans never overlap and never leave the text."""
    spans = [(word.start, word.end) for word in words(text)]
    assert spans == sorted(spans)
    assert all(0 <= a < b <= len(text) for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))


_PIECES = st.sampled_from(
    [*"aB9_-' ,\u2019\u20ac\u2014\u00a0\u00ad\x1f", "\u00e9t\u00e9", "\u05e9\u05dc\u05d5\u05dd", "\u6e21\u8239", "I\u0307"]
)


@given(st.text(max_size=80) | st.lists(_PIECES, max_size=30).map("".join))
def test_a_folded_text_is_its_folded_words(text: str) -> None:
    """The short ways of folding a whole text give what its words give one by one."""
    assert folded(text) == " ".join(word.folded for word in words(text))


@given(st.text(max_size=80) | st.lists(_PIECES, max_size=30).map("".join))
def test_the_words_of_a_text_as_written(text: str) -> None:
    """The short ways of finding words, and the spaces put for typographic marks, change none and move none."""
    plain = re.compile(word_pattern().pattern.replace(r"(?![\0-\xac\xae-\u02ff])", ""))  # without the hint where no mark can follow
    assert plain.pattern != word_pattern().pattern
    assert split_words(text) == split_words(replace_typography(text)) == plain.findall(text)
    assert len(replace_typography(text)) == len(text)


@given(st.lists(_PIECES | st.sampled_from([*"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029", "\r\n"]), max_size=40).map("".join))
def test_the_words_of_lines_are_those_of_each_line(text: str) -> None:
    """Whatever ends a line: the words of a whole text, line by line, are those of its lines."""
    assert words_by_line(text) == [split_words(line) for line in text.splitlines()]


def test_a_text_without_spaces_is_not_remembered() -> None:
    """What would fill the memory is folded like all else."""
    assert folded("\u6e21" * 500) == "\u6e21" * 500


def test_the_normaliser_loads_no_model_and_no_parser() -> None:
    """What texts, dates, addresses and identities need is loaded alone; the pattern of words is made when first needed."""
    child = (
        "import sys; from ingest import identity, normalize; from ingest.text import folding, pasted_urls;"
        " heavy = {'numpy', 'py3langid', 'lxml', 'feedparser', 'babel'} & sys.modules.keys();"
        " print(folding.word_pattern.cache_info().currsize, heavy)"
    )
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[1])
    assert done.stdout.strip() == "0 set()"
