from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wording import IDLE

from feeds.tagging.matching.segments import Segment, SegmentKind, segments
from ingest.identity import digest
from ingest.text.folding import folded


def kinds(title: str, text: str) -> list[tuple[str, str]]:
    """Return each segment's kind and first word."""
    return [(str(part.kind), part.written[0]) for part in segments(title, text)]


def readings(part: Segment) -> list[list[str]]:
    """Return what may be read at each word."""
    return [[word.folded for word in part.readings(number)] for number in range(len(part.words))]


def test_an_article_is_title_lead_and_sentences() -> None:
    """The first sixty words are the lead; what begins after them is body text."""
    assert kinds("Quay news. All of it", f"Short start. {IDLE}\nAfterwards. Later on.") == [
        ("title", "Quay"),
        ("lead", "Short"),
        ("lead", "On"),
        ("sentence", "Afterwards"),
        ("sentence", "Later"),
    ]


def test_a_lead_ends_with_the_sentence_in_which_its_sixty_words_are_full() -> None:
    """A sentence belongs to the lead if fewer than sixty words stand before it."""
    for before, kind in ((59, "lead"), (60, "sentence")):
        assert kinds("", f"{'word ' * (before - 1)}end. After it")[-1] == (kind, "After")


def test_entries_of_a_list_and_captions_are_segments_of_their_own() -> None:
    """What the reader marked as a list entry or a caption is neither lead nor sentence."""
    text = "• Ferry late. Sorry\n• Market open\n▫ The quay at dusk\nPlain line"
    assert kinds("", text) == [
        ("entry", "Ferry"),
        ("entry", "Sorry"),
        ("entry", "Market"),
        ("caption", "The"),
        ("lead", "Plain"),
    ]


def test_lines_are_paragraphs() -> None:
    """Sentences of one line belong to one paragraph; the title is in none of them."""
    parts = segments("Quay", "One. Two.\n\nThree.")
    assert [part.paragraph for part in parts] == [-1, 0, 0, 2]
    assert [part.field for part in parts] == ["title", "text", "text", "text"]


def test_words_are_counted_through_the_whole_article() -> None:
    """Distances between segments are right, also from the title on."""
    parts = segments("Quay news today", "One two. Three.\nFour")
    assert [part.first for part in parts] == [0, 3, 5, 6]


@pytest.mark.parametrize(("title", "text"), [("", ""), ("", "\n \n"), ("", "... !!! …\n—")])
def test_without_words_there_is_no_segment(title: str, text: str) -> None:
    """Blank lines and bare punctuation are nothing to read."""
    assert segments(title, text) == ()


def test_a_title_of_signs_alone_has_no_words() -> None:
    """A title is a segment even if it says nothing."""
    (only,) = segments("!!!", "")
    assert (only.kind, only.words) == (SegmentKind.TITLE, ())


@pytest.mark.parametrize("hyphen", ["-", "\u2010", "\u2011", "\u2012", "–", "\u2212", "\ufe63", "\uff0d"])
def test_a_hyphenated_word_is_also_read_as_one(hyphen: str) -> None:
    """Whatever the hyphen: the parts, and the parts joined."""
    (part,) = segments("", f"an anti{hyphen}slip mat")
    assert readings(part) == [["an"], ["anti", "antislip"], ["slip"], ["mat"]]


def test_up_to_three_parts_are_joined() -> None:
    """Every pair and every three in a row are read as one; longer chains are not."""
    (part,) = segments("", "up-to-date-ness")
    assert readings(part) == [["up", "upto", "uptodate"], ["to", "todate", "todateness"], ["date", "dateness"], ["ness"]]


@pytest.mark.parametrize("text", ["anti - slip", "anti--slip", "anti—slip", "anti/slip", "anti’slip", "anti slip", "-anti slip-"])
def test_other_signs_join_nothing(text: str) -> None:
    """A dash between spaces, a slash or an apostrophe parts words for good."""
    (part,) = segments("", text)
    assert readings(part) == [["anti"], ["slip"]]


def test_accents_written_as_marks_of_their_own_do_not_hinder_joining() -> None:
    """A decomposed letter before a hyphen is a letter like any other."""
    (part,) = segments("", "de\u0301ja\u0300-vu")
    assert readings(part) == [["deja", "dejavu"], ["vu"]]


def test_a_joined_reading_spans_the_words_as_written() -> None:
    """Its place is that of all its parts, and it says which word comes next."""
    text = "so Anti\u2011Slip mats"
    (part,) = segments("", text)
    joined = part.readings(1)[1]
    assert (joined.written, text[joined.start : joined.end], joined.next) == ("Anti\u2011Slip", "Anti\u2011Slip", 3)


def test_the_key_of_a_sentence_is_its_folded_words() -> None:
    """Case, accents and punctuation make no difference when a source repeats itself."""
    one, other = (segments("", text)[0].digest for text in ("À BIENTÔT, au port!", "a bientot: au port"))
    assert one == other == digest("a bientot au port")


_pieces = st.sampled_from(
    [*"aé-–.!?•▫ \n’", "ל", "يّ", "я", "渡船", "。", "e\u0301", "\u00ad", "\u200b", "Boat", "ver-y", ". ", "• ", "▫ ", "Mr. "]
)


@given(st.lists(_pieces, max_size=40).map("".join), st.lists(_pieces, max_size=8).map("".join))
def test_every_word_is_found_at_its_place(text: str, title: str) -> None:
    """Whatever the text: the span of each reading holds that word in the original, in order, and no word is lost."""
    fields = {"title": title, "text": text}
    parts = segments(title, text)
    for part in parts:
        for number in range(len(part.words)):
            for word in part.readings(number):
                spot = fields[part.field][word.start : word.end]
                assert (folded(spot).replace(" ", ""), spot) == (word.folded, word.written)
    for field, whole in fields.items():
        words = [word for part in parts if part.field == field for word in part.words]
        assert all(one.end <= two.start for one, two in pairwise(words))
        assert " ".join(word.folded for word in words) == folded(whole)
