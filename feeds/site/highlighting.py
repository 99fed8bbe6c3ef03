"""Texts with the found words highlighted in place, excerpts and snippets; pure: highlighting never alters a character."""

from collections.abc import Iterable
from typing import Final

from feeds.model import Evidence
from feeds.site.models import Piece, Text
from feeds.tagging.matching.segments import segments

_AROUND: Final = 160  # characters shown before the first and after the last word of a long sentence
_QUOTES: Final = 6  # sentences shown as evidence
_CUT: Final = "…"

Span = tuple[int, int]


def highlight(text: str, spans: Iterable[Span]) -> Text:
    """Return a text split at `spans` (start, end); overlapping spans are merged, and all are cut to the text."""
    pieces, at = [], 0
    for start, end in _merged(spans, len(text)):
        pieces += [Piece(text[at:start]), Piece(text[start:end], marked=True)]
        at = end
    pieces.append(Piece(text[at:]))
    return tuple(piece for piece in pieces if piece.text)


def _merged(spans: Iterable[Span], length: int) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted((max(0, start), min(end, length)) for start, end in spans):
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def spans_of(hits: Iterable[Evidence], field: str, text: str) -> tuple[Span, ...]:
    """Return the spans of `hits` in a field; a hit whose words an edited text no longer has there is left out."""
    return tuple((hit.start, hit.end) for hit in hits if hit.field == field and hit.text and text[hit.start : hit.end] == hit.text)


def quotes(text: str, spans: tuple[Span, ...]) -> tuple[Text, ...]:
    """Return sentences that hold spans, the spans marked; a long sentence is cut to the part around them.

    Of many sentences those are chosen that hold what is named first in `spans`; they stand in the order of the text.
    """
    places = [segment.span for segment in segments("", text)] if spans else []
    held = [(place, inside) for place in places if (inside := _within(place, spans))]
    chosen = sorted(held, key=lambda one: spans.index(one[1][0]))[:_QUOTES]
    return tuple(_quote(text, place, inside) for place, inside in sorted(chosen))


def _within(place: Span, spans: tuple[Span, ...]) -> list[Span]:
    return [(start, end) for start, end in spans if start >= place[0] and end <= place[1]]


def _quote(text: str, place: Span, spans: list[Span]) -> Text:
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    start = place[0] if first - place[0] <= _AROUND else _word(text, first - _AROUND, last)
    stop = place[0] + len(text[slice(*place)].rstrip())
    end = stop if stop - last <= _AROUND else max(text.rfind(" ", last, last + _AROUND), last)
    pieces = highlight(text[start:end], [(a - start, b - start) for a, b in spans])
    before, after = (_CUT if start > place[0] else ""), (_CUT if end < stop else "")
    return tuple(piece for piece in (Piece(before), *pieces, Piece(after)) if piece.text)


def _word(text: str, at: int, limit: int) -> int:
    """Return where the first whole word after `at` begins."""
    gap = text.find(" ", at, limit)
    return at if gap < 0 else gap + 1


def cut_position(text: str, limit: int) -> int:
    """Return where to cut a text so that it ends after a word and has at most `limit` characters."""
    if len(text) <= limit:
        return len(text)
    gap = max(text.rfind(" ", 0, limit), text.rfind("\n", 0, limit))
    return gap if gap > 0 else limit


def opening(text: str, limit: int, spans: Iterable[Span]) -> Text:
    """Return at most `limit` characters from the start of a text, its spans marked."""
    end = cut_position(text, limit)
    pieces = highlight(text[:end].rstrip(" \n,;:–—-"), spans)
    return pieces if end == len(text) else (*pieces, Piece(" " + _CUT))


def snippet(text: str, limit: int, spans: tuple[Span, ...]) -> Text:
    """Return the opening of a text with its spans marked, or the part around the first span where the opening holds none."""
    first = min((start for start, _ in spans), default=0)
    begin = _word(text, first - limit // 3, first) if first > cut_position(text, limit) else 0
    pieces = opening(text[begin:], limit, [(start - begin, end - begin) for start, end in spans if start >= begin])
    return (Piece(_CUT + " "), *pieces) if begin else pieces
