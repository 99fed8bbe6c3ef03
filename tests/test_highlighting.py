from itertools import pairwise
from typing import Final

from hypothesis import given
from hypothesis import strategies as some
from making import classification, stored
from making import item as an_item

from feeds.model import Evidence
from feeds.site.highlighting import highlight, opening, quotes, snippet, spans_of
from feeds.site.models import Piece, Text

TEXTS: Final = some.text(max_size=200)
SPANS: Final = some.lists(some.tuples(some.integers(-5, 220), some.integers(-5, 220)), max_size=12)


def whole(text: Text) -> str:
    """Return a text without its marks."""
    return "".join(piece.text for piece in text)


def shown(text: Text) -> list[str]:
    """Return what is marked."""
    return [piece.text for piece in text if piece.marked]


def evidence(text: str, start: int, end: int, field: str = "text") -> Evidence:
    """Say that words were found at a place."""
    return Evidence("group", "term", None, field, start, end, text)


@given(TEXTS, SPANS)
def test_marking_never_loses_or_alters_a_character(text: str, spans: list[tuple[int, int]]) -> None:
    """Whatever the spans, the pieces joined are the text, and none is empty."""
    pieces = highlight(text, spans)
    assert whole(pieces) == text
    assert all(piece.text for piece in pieces)


@given(TEXTS, SPANS)
def test_exactly_the_characters_within_a_span_are_marked(text: str, spans: list[tuple[int, int]]) -> None:
    """A character is marked if and only if a span holds it."""
    said = [piece.marked for piece in highlight(text, spans) for _ in piece.text]
    assert said == [any(start <= at < end for start, end in spans) for at in range(len(text))]


@given(TEXTS, SPANS)
def test_two_marks_never_touch(text: str, spans: list[tuple[int, int]]) -> None:
    """Spans that overlap or touch are one mark: a browser draws no seam."""
    pieces = highlight(text, spans)
    assert not any(a.marked == b.marked for a, b in pairwise(pieces))


def test_of_many_sentences_those_are_quoted_that_decided() -> None:
    """What the evidence names first is quoted, wherever it stands; the sentences keep their order."""
    text = "\n".join([*(f"Boat {number}." for number in range(9)), "The harbour."])
    boats = [(text.index(f"Boat {number}"), text.index(f"Boat {number}") + 4) for number in range(9)]
    harbour = (text.index("harbour"), text.index("harbour") + 7)
    quoted = [whole(quote) for quote in quotes(text, (boats[0], harbour, *boats[1:]))]
    assert quoted == ["Boat 0.", "Boat 1.", "Boat 2.", "Boat 3.", "Boat 4.", "The harbour."]


def test_words_found_are_marked_where_they_stand() -> None:
    """The evidence of a classification marks the title's and the text's own words."""
    kept = stored(an_item(title="Ferry leaves the harbour", text="Rain.\nA boat in the harbour."))
    hits = classification(kept).hits
    title, text = kept.item.title, kept.item.text
    assert shown(highlight(title, spans_of(hits, "title", title))) == ["Ferry", "harbour"]
    assert shown(highlight(text, spans_of(hits, "text", text))) == ["boat", "harbour"]


def test_a_place_is_marked_only_while_its_words_are_there() -> None:
    """After an edit, evidence that has not been classified anew marks nothing wrong."""
    assert spans_of([evidence("ferry", 4, 9)], "text", "The ferry.") == ((4, 9),)
    assert spans_of([evidence("ferry", 4, 9)], "text", "The train.") == ()
    assert spans_of([evidence("ferry", 4, 9)], "title", "The ferry.") == ()


def test_a_quote_is_the_sentence_around_the_words() -> None:
    """Of a text those sentences are quoted that hold evidence, in their order."""
    text = "Nothing here. The ferry left. Rain fell. A boat came.\nThe end."
    found = quotes(text, spans_of([evidence("boat", 43, 47), evidence("ferry", 18, 23)], "text", text))
    assert [whole(quote) for quote in found] == ["The ferry left.", "A boat came."]
    assert [shown(quote) for quote in found] == [["ferry"], ["boat"]]


def test_a_long_sentence_is_cut_to_what_is_near() -> None:
    """A quote of an endless sentence keeps whole words around its evidence and says that it is cut."""
    text = "word " * 100 + "ferry " + "word " * 100
    (quote,) = quotes(text, ((500, 505),))
    assert shown(quote) == ["ferry"]
    assert whole(quote).startswith("…word ")
    assert whole(quote).endswith(" word…")
    assert len(whole(quote)) < 350


@given(some.text(some.characters(exclude_categories=["Cs"]), max_size=300), SPANS, some.integers(1, 100))
def test_a_cut_text_is_a_beginning_of_the_text(text: str, spans: list[tuple[int, int]], limit: int) -> None:
    """What is shown of a long text is its beginning, no longer than allowed, and an ellipsis."""
    found = whole(opening(text, limit, spans))
    if len(text) > limit:
        assert found.endswith(" …")
        found = found[:-2]
        assert len(found) <= limit
    assert text.startswith(found)


def test_a_text_is_shown_around_what_was_found() -> None:
    """What stands at the beginning leaves the beginning; what comes later is shown with some words before and after it."""
    text = "The first boat. " + "Nothing happens here. " * 30 + "Then a whale was seen. " + "And nothing more. " * 30
    at = text.index("whale")
    assert snippet(text, 100, ((4, 9),)) == opening(text, 100, [(4, 9)])
    late = snippet(text, 100, ((at, at + 5),))
    assert shown(late) == ["whale"]
    assert whole(late).startswith("… Nothing happens here. Then a whale was seen. And")
    assert whole(late).endswith(" …")
    assert snippet(text, 100, ()) == opening(text, 100, ())


def test_a_text_without_spans_is_one_piece() -> None:
    """Nothing found, nothing marked."""
    assert highlight("The ferry.", ()) == (Piece("The ferry."),)
    assert quotes("The ferry.", ()) == ()
    assert highlight("", ()) == ()
