"""A list for a person: on a terminal, columns that fit its width; in a pipe, plain lines that never change with it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

_GAP: Final = 2  # between two columns
_LEAST: Final = 16  # for a column that takes the rest


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in cells of the terminal (0: what the others leave), and a style of rich."""

    heading: str
    width: int = 0
    style: str = ""


class Table:
    """Rows under one heading, written one by one: a list may be long."""

    def __init__(self, *columns: Column) -> None:
        """Begin a list; nothing is written before the first row."""
        self._columns = columns
        self._console = _console() if sys.stdout.isatty() else None
        self._begun = False

    def show(self, cells: Sequence[str], plain: str) -> None:
        """Write a row: its cells on a terminal, the plain line elsewhere."""
        if self._console is None:
            click.echo(plain)
            return
        if not self._begun:
            self._write(self._console, [one.heading for one in self._columns], everywhere="dim")
        self._begun = True
        self._write(self._console, cells)

    def _write(self, console: Console, cells: Sequence[str], everywhere: str = "") -> None:
        from rich.text import Text

        line, gap = Text(no_wrap=True), " " * _GAP
        for column, text in zip(self._columns, fitted(self._columns, cells, console.width), strict=True):
            line.append(f"{text}{gap}", style=everywhere or column.style)
        line.rstrip()
        console.print(line, overflow="ignore", crop=False, soft_wrap=True)


def fitted(columns: Sequence[Column], cells: Sequence[str], width: int) -> list[str]:
    """Return the cells, each filled or cut to its column in a terminal so wide; wide characters count as two cells."""
    rest = width - sum(one.width for one in columns) - _GAP * (len(columns) - 1)
    flexible = max(rest // max(sum(not one.width for one in columns), 1), _LEAST)
    return [in_cells(text, column.width or flexible) for column, text in zip(columns, cells, strict=True)]


def in_cells(text: str, room: int) -> str:
    """Return a text filled with spaces, or cut with a mark, to so many cells of a terminal."""
    from rich.cells import cell_len, set_cell_size

    cut = text if cell_len(text) <= room else f"{set_cell_size(text, room - 1).rstrip()}…"
    return set_cell_size(cut, room)


def _console() -> Console:
    """Return the terminal; rich honours NO_COLOR, FORCE_COLOR and TERM=dumb."""
    from rich.console import Console

    return Console(highlight=False, markup=False, emoji=False)
