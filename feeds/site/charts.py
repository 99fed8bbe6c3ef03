"""Numbers -> small SVG drawings that a page holds inline; deterministic, coloured by the page's style sheet alone."""

from collections.abc import Sequence
from itertools import groupby
from math import ceil
from typing import Final

from markupsafe import Markup

_WIDTH: Final = 6  # of a column, with the gap after it
_GAP: Final = 1
_HEIGHT: Final = 40
_LEAST: Final = 2  # height of the smallest column that is not nothing
_HOURS: Final = 24
LEVELS: Final = 4  # shades of a heat strip

_SVG: Final = Markup('<svg class="{kind}" viewBox="0 0 {width} {height}" preserveAspectRatio="none" {label}>{body}</svg>')


def columns(values: Sequence[int], kind: str, label: str = "") -> Markup:
    """Draw a column for each value; `label` says in words what it shows; without a label it is decoration."""
    most = max(values, default=0) or 1
    base = f"M0 {_HEIGHT}h{len(values) * _WIDTH - _GAP}" if values else ""
    bars = "".join(
        f"M{n * _WIDTH} {_HEIGHT}v-{height}h{_WIDTH - _GAP}v{height}z"
        for n, value in enumerate(values)
        if (height := _scaled(value, most))
    )
    body = Markup('<path class="base" d="{}"/><path d="{}"/>').format(base, bars)
    return _drawn(kind, max(len(values) * _WIDTH - _GAP, 1), _HEIGHT + 1, body, label)


def _scaled(value: int, most: int) -> int:
    return max(round(value * _HEIGHT / most), _LEAST) if value > 0 else 0


def bar(value: int, most: int) -> Markup:
    """Draw one horizontal bar, as long as `value` is of `most`; its number stands beside it in words."""
    width = max(round(value * 100 / most), 1) if value > 0 and most > 0 else 0
    return _drawn("bar", 100, 8, Markup('<path d="M0 0h{}v8H0z"/>').format(width), "")


def heat(hours: Sequence[float], label: str) -> Markup:
    """Draw the hours of a week as one strip, darker for higher values, with a mark at each midnight.

    Hours of the same shade that follow each other are one rectangle: a strip is a few hundred bytes.
    """
    most = max(hours, default=0)
    shades: dict[int, list[str]] = {level: [] for level in range(1, LEVELS + 1)}
    at = 0
    for level, run in groupby(level_of(value, most) for value in hours):
        width = len(tuple(run))
        if level:
            shades[level].append(f"M{at} 0h{width}v10h-{width}z")
        at += width
    paths = Markup().join(Markup('<path class="h{}" d="{}"/>').format(n, "".join(d)) for n, d in shades.items() if d)
    days = "".join(f"M{day} 10v2" for day in range(0, len(hours) + 1, _HOURS))
    return _drawn("heat", max(len(hours), 1), 12, paths + Markup('<path class="days" d="{}"/>').format(days), label)


def level_of(value: float, most: float) -> int:
    """Return the shade of a value, from 0 for nothing to LEVELS for `most`."""
    return ceil(value * LEVELS / most) if value > 0 else 0


def _drawn(kind: str, width: int, height: int, body: Markup, label: str) -> Markup:
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return _SVG.format(kind=kind, width=width, height=height, label=role, body=body)
