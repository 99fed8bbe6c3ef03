from functools import cache

import make_detector
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text.language import detector, function_words
from ingest.text.language.codes import primary
from ingest.text.language.detection import decide, detect

the_library = cache(make_detector.library)  # half a second
GERMAN = "Der Bürgermeister eröffnete am Montag die neue Brücke über den Fluss, und viele Leute kamen."


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-us", "en"),
        ("pt_BR", "pt"),
        (" de ", "de"),
        ("iw", "he"),
        ("nb-NO", "no"),
        ("eng", "en"),
        ("ger-DE", "de"),
        ("nob", "no"),
        ("zh-Hant-TW", "zh"),
        ("fil", "fil"),
        ("xx", None),
        ("english", None),
        ("und", None),
        ("mul", None),
        ("e", None),
        ("", None),
        (None, None),
    ],
)
def test_a_tag_names_its_primary_language(tag: str | None, code: str | None) -> None:
    """`pt-BR` is Portuguese, old codes are today's, and what names no language is none."""
    assert primary(tag) == code


@given(st.text(max_size=20))
def test_any_tag_is_a_language_or_none(tag: str) -> None:
    """No text breaks the reading of tags; a language is two or three small letters."""
    code = primary(tag)
    assert code is None or (code.isascii() and code.islower() and len(code) in {2, 3})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The council of the small town met on Monday to talk about the old ferry and its harbour.", "en"),
        (GERMAN, "de"),
        ("Le conseil de la petite ville s'est réuni lundi pour parler du vieux bac et de son port.", "fr"),
        ("Городской совет собрался в понедельник, чтобы поговорить о старом пароме.", "ru"),
        ("מועצת העיר התכנסה ביום שני כדי לדון במעבורת הישנה ובנמל שלה.", "he"),
        ("اجتمع مجلس المدينة الصغيرة يوم الاثنين للحديث عن العبارة القديمة", "ar"),
    ],
)
def test_a_clear_text_is_recognised(text: str, code: str) -> None:
    """A sentence is enough."""
    assert detect(text) == code


@pytest.mark.parametrize("text", ["", "Acme", "Acme Corp", "12 345 6"])
def test_too_little_is_in_no_language(text: str) -> None:
    """A name, a number or nothing says nothing."""
    assert detect(text) is None


@pytest.mark.parametrize(
    ("text", "declared", "answer"),
    [
        (GERMAN, ("de-AT",), ("de", "declared")),
        (GERMAN, ("en",), ("de", "detected")),
        (GERMAN, (None, ""), ("de", "detected")),
        (GERMAN, ("xx", "de"), ("de", "declared")),
        (GERMAN, ("yi",), ("yi", "declared")),
        ("Acme", ("en",), ("en", "declared")),
        ("Acme", (), (None, None)),
    ],
)
def test_a_declared_language_holds_unless_the_text_disagrees(
    text: str, declared: tuple[str | None, ...], answer: tuple[str | None, str | None]
) -> None:
    """The first declared language counts, unless a sure detector that knows it says another."""
    assert decide(text, *declared) == answer


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from(["the", "ferry", "", "le", "паром", "渡船", "der", "\n"]), max_size=40).map(" ".join)
)
def test_the_detector_answers_as_the_library_does(text: str) -> None:
    """The model that we ship, with its moves in blocks, gives the very scores of the library."""
    assert detector.detector().rank(text) == the_library().rank(text)


def test_the_model_is_that_of_the_library() -> None:
    """The model that we ship has every number and every move of the library's; make it again where this fails."""
    ours, library = detector.detector(), the_library()
    states, _, _ = make_detector.tree(make_detector.moves_of(library), library.tk_row)
    names = np.empty(len(states), np.int64)
    names[states] = np.arange(len(states))
    theirs = names[make_detector.moves_of(library)[np.array(library.tk_row)[states]]]
    blocks = np.array(ours.blocks).reshape(-1, detector.BLOCKS, 1) + np.arange(detector.BLOCK)
    moves = np.array(ours.moves)[blocks].reshape(-1, 256)
    assert np.array_equal(theirs, moves[np.array(ours.rows) // detector.BLOCKS])
    assert np.array_equal(np.array(library.tk_output)[states], ours.tk_output)
    assert np.array_equal(library.nb_ptc, ours.nb_ptc)
    assert np.array_equal(library.nb_pc, ours.nb_pc)
    assert library.nb_classes == ours.nb_classes


def test_the_detector_keeps_nothing_that_it_does_not_need() -> None:
    """Every parser process shares its memory: it lies in few arrays, and nothing of the library's own form is kept."""
    ours = detector.detector()
    held = sum(len(one) * one.itemsize for one in (ours.moves, ours.blocks, ours.rows, ours.tk_output)) + ours.nb_ptc.nbytes
    assert held < 16 << 20
    assert not any((ours.tk_nextmove, ours.tk_row, ours._rowbase, ours._full_model))


def test_the_detector_reads_a_short_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """To confirm what was declared and to find what was not is one question where the text is its own beginning."""
    asked: list[str] = []

    class Detector:
        def classify(self, text: str) -> tuple[str, float]:
            asked.append(text)
            return "fi", 0.95

    monkeypatch.setattr(detector, "detector", Detector)
    assert decide("Vanha lautta palaa satamaan", "sv") == ("fi", "detected")
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (GERMAN, "de"),
        ("The council of the town will not have this, they said.", "en"),
        ("\u6e21\u8239\u662f\u4e00\u79cd\u5728\u6c34\u4e0a\u8fd0\u8f93\u4eba\u548c\u8f66\u7684\u8239", "zh"),
        (
            "\u6e21\u3057\u8239\u306f\u4eba\u3068\u8eca\u3092\u904b\u3076\u8239\u3067\u3059\u304c\u53e4\u304f\u306a\u308a\u307e\u3057\u305f",
            "ja",
        ),
        ("\u05de\u05d5\u05e2\u05e6\u05ea \u05d4\u05e2\u05d9\u05e8", "he"),
        ("Acme Corp", None),
    ],
)
def test_small_words_or_a_script_tell_most_texts(monkeypatch: pytest.MonkeyPatch, text: str, code: str | None) -> None:
    """The detector is not asked where three small words of one language alone, or its script, have spoken."""
    monkeypatch.setattr(detector, "detector", None)
    assert detect(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "Acme the harbour, we \u8bf4\u4e86\u5f88\u591a, they \u6ca1\u6709",  # English words in a Chinese text
        "und der the of die and",  # as many of each
        "Xi in Varanasi",  # a name that is a word elsewhere
    ],
)
def test_small_words_of_two_languages_tell_nothing(text: str) -> None:
    """Words of another script, of two languages, or too few of them leave the question to the detector."""
    assert function_words.language_of_words(text, 3, times=3) is None
