"""Lines as they lie on a page, spaces standing for distance -> the same lines column by column; knows no document format."""

import unicodedata
from collections.abc import Iterator
from itertools import takewhile
from statistics import median
from typing import Final, NamedTuple

_LEAST_LINES: Final = 4  # with text on both sides, that make columns
_LEAST_WIDTH: Final = 12  # letters of a column's usual line: what is narrower is a table, which is read row by row
_CROSSING: Final = -5  # what a line that runs over a gap weighs against lines that keep it
_LONGEST_LINE: Final = 500
_MOST_DEPTH: Final = 6  # columns within columns
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


class _Columns(NamedTuple):
    """Two columns: from which line to which, and where the gap between them is."""

    start: int
    end: int
    gap: int


def in_reading_order(lines: list[str]) -> list[str] | None:
    """Return the lines column by column, None where there are no columns."""
    whole = [line.rstrip()[:_LONGEST_LINE] for line in lines]
    return list(_read(whole, 0)) if _columns(whole) else None


def _read(lines: list[str], depth: int) -> Iterator[str]:
    found = _columns(lines) if depth < _MOST_DEPTH else None
    if found is None:
        yield from lines
        return
    sides = [[part[side] for part in (_cut(line, found.gap) for line in lines[found.start : found.end])] for side in (0, 1)]
    yield from _read(lines[: found.start], depth + 1)
    for side in reversed(sides) if _is_right_to_left(lines) else sides:
        yield ""
        yield from _read(side, depth + 1)
    yield ""
    yield from _read(lines[found.end :], depth + 1)


def _columns(lines: list[str]) -> _Columns | None:
    """Return the columns that most lines keep, with the lines above and below that stand in one of them alone; None for none."""
    blank = [_gaps(line) for line in lines]
    best, score = None, _LEAST_LINES - 1
    for gap in range(_LEAST_WIDTH, max(map(len, lines), default=0) - _LEAST_WIDTH):
        weights = [_weight(line, gaps, gap) for line, gaps in zip(lines, blank, strict=True)]
        start, end, total = _heaviest(weights)
        if total > score and _are_text(lines[start:end], gap):
            above = sum(1 for _ in takewhile(lambda weight: weight == 0, reversed(weights[:start])))
            below = sum(1 for _ in takewhile(lambda weight: weight == 0, weights[end:]))
            best, score = _Columns(start - above, end + below, gap), total
    return best


def _gaps(line: str) -> frozenset[int]:
    """Return the places of a line that lie in two spaces or more, or beside the line."""
    found = [place for place in range(1, len(line)) if line[place - 1 : place + 1] == "  "]
    return frozenset(found) | frozenset(place - 1 for place in found)


def _weight(line: str, gaps: frozenset[int], gap: int) -> int:
    """Weigh a line at a place: text on both sides speaks for a gap there, text on it against, text on one side neither."""
    if gap >= len(line) or not line[: gap + 1].strip():
        return 0
    return 1 if gap in gaps else _CROSSING


def _heaviest(weights: list[int]) -> tuple[int, int, int]:
    """Return the run of lines with the largest sum: from, to, sum."""
    best, start, total = (0, 0, 0), 0, 0
    for place, weight in enumerate(weights):
        if total <= 0:
            start, total = place, 0
        total += weight
        if total > best[2]:
            best = (start, place + 1, total)
    return best


def _are_text(lines: list[str], gap: int) -> bool:
    sides = [[len(text) for line in lines if (text := _cut(line, gap)[side].strip())] for side in (0, 1)]
    return all(lengths and median(lengths) >= _LEAST_WIDTH for lengths in sides)


def _cut(line: str, gap: int) -> tuple[str, str]:
    """Cut a line at a gap; a line that runs over it at the end of its word."""
    if gap >= len(line) or line[gap] == " ":
        return line[:gap].rstrip(), line[gap:]
    end = line.find(" ", gap)
    return (line, "") if end < 0 else (line[:end], line[end:])


def _is_right_to_left(lines: list[str]) -> bool:
    letters = [unicodedata.bidirectional(letter) for line in lines for letter in line if letter.isalpha()]
    return sum(kind in _RIGHT_TO_LEFT for kind in letters) * 2 > len(letters)
