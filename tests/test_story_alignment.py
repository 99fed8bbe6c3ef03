import pytest
from cldr import week
from hypothesis import given
from hypothesis import strategies as st

from feeds.stories.alignment import BagOfWords, TokenKind, TokenSequence, align, differing, one_word, tokenize
from feeds.stories.weekdays import WEEKS, weekday


def slots(one: str, two: str) -> list[tuple[str, str]]:
    """Return what two titles say in the slots in which they say something else."""
    a, b = BagOfWords(one), BagOfWords(two)
    found = (differing(slot, a, b) for slot in align(tokenize(one), tokenize(two))[1])
    return [(" ".join(token.form for token in x), " ".join(token.form for token in y)) for x, y in filter(None, found)]


@pytest.mark.parametrize(
    ("one", "two", "found"),
    [
        ("Brackwell Foods profit up 12 percent", "Dunmore Foods profit up 12 percent", [("brackwell", "dunmore")]),
        ("Foods profit up 12 percent", "Foods profit down 12 percent", [("up", "down")]),
        ("Man, 34, held in Leeds", "Man, 61, held in Hull", [("34", "61"), ("leeds", "hull")]),
        ("富山で男を逮捕", "福井で男を逮捕", [("富山", "福井")]),
        ("元市長に無罪", "元市長に有罪", [("無", "有")]),
        ("ราคาทองปรับขึ้น", "ราคาทองปรับลง", [("ขึ้น", "ลง")]),
        ("서울에서 화재", "부산에서 화재", [("서울에서", "부산에서")]),
        ("זיכה את ראש העיר", "הרשיע את ראש העיר", [("זיכה", "הרשיע")]),
        ("سعر ٥٢ دولارا", "سعر ٤٧ دولارا", [("52", "47")]),
    ],
)
def test_a_slot_holds_what_differs(one: str, two: str, found: list[tuple[str, str]]) -> None:
    """What two titles share weighs nothing: the words in their gaps are found in every script."""
    assert slots(one, two) == found


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Council says bridge closed", "Bridge closed, council says"),
        ("Council approves wall", "City council approves new wall"),
        ("Police arrest three", "Police arrested three"),
        ("US and allies agree", "United States and allies agree"),
        ("Storm hits Northport", "Storm hits North Port"),
        ("検察側は控訴を検討している", "検察側は控訴するかどうか検討している"),
        ("في الرياض حريق", "بالرياض حريق"),
        ("Kevin Spacey vrijgesproken van wangedrag", "Kevin Spacey vrijgesproken van wangegedrag"),
    ],
)
def test_an_edit_leaves_no_slot(one: str, two: str) -> None:
    """Words moved, put in, inflected, abbreviated, parted or misspelt are an edit."""
    assert slots(one, two) == []


@pytest.mark.parametrize(
    ("one", "two", "language", "same"),
    [
        ("pethwik", "pethwick", None, True),
        ("throne", "thorne", None, True),
        ("leeds", "hull", None, False),
        ("voted", "voting", "en", True),
        ("заречинска", "заречинск", "ru", True),
        ("нижнелесья", "нижнегорья", "ru", False),
        ("autofahrer", "fahrer", "de", True),
        ("legal", "illegal", "en", False),
        ("marta", "maria", None, True),  # too near to be told from a slip
        ("a65", "a59", None, False),
        ("박도윤", "박도융", "ko", True),
        ("박도윤", "최한결", "ko", False),
        ("onayladı", "onaylamadı", None, False),
    ],
)
def test_two_forms_of_one_word(one: str, two: str, language: str | None, *, same: bool) -> None:
    """An inflection, a slip of one letter and a compound are the same word; a figure never is, nor what a prefix reverses."""
    assert one_word(one, two, language) is same


def test_words_look_like_what_they_are() -> None:
    """A capital within a sentence makes a name, one at its beginning does not; other scripts have none."""
    kinds = {token.form: token.kind for token in tokenize("Storm kills 4 near Leeds on Thursday. Rain follows", "en").tokens}
    assert kinds == {
        "storm": TokenKind.WORD,
        "kills": TokenKind.WORD,
        "4": TokenKind.FIGURE,
        "near": TokenKind.WORD,
        "leeds": TokenKind.NAME,
        "on": TokenKind.FRAME,
        "thursday": TokenKind.DAY,
        "rain": TokenKind.WORD,
        "follows": TokenKind.WORD,
    }


@pytest.mark.parametrize(
    ("word", "language", "day"),
    [
        ("thursday", "en", 3),
        ("jeudi", "fr", 3),
        ("пятницу", "ru", 4),
        ("sobote", "pl", 5),
        ("vrijdagavond", "nl", 4),
        ("quinta", "pt", 3),
        ("csutortokon", "hu", 3),
        ("maria", "es", None),
        ("thursday", "xx", None),
        ("freitag", None, 4),
    ],
)
def test_the_days_of_the_week_are_known(word: str, language: str | None, day: int | None) -> None:
    """Names of days come from the CLDR, in the cases that news write them in; of an unknown language from all."""
    assert weekday(word, language) == day


def test_the_names_of_days_are_what_cldr_says() -> None:
    """The table that is kept in the code is the one of the CLDR."""
    assert {code: week(code) for code in WEEKS} == WEEKS


@given(st.text(max_size=60), st.text(max_size=60))
def test_alignment_takes_any_text(one: str, two: str) -> None:
    """Whatever is aligned, the share is between none and all, and equal texts have no slots."""
    a, b = tokenize(one), tokenize(two)
    share, found = align(a, b)
    assert 0 <= share <= 1
    for slot in found:
        differing(slot, BagOfWords(one), BagOfWords(two))
    assert align(a, TokenSequence(a.tokens))[1] == []
