"""A list fits the terminal by the width of its characters, and a pipe gets lines that never change."""

import io
import sys
from pathlib import Path

import pytest
from making import Cli
from rich.cells import cell_len

from ingest.cli.table import Column, Table, fitted, in_cells

COLUMNS = (Column("id", 8), Column("title"), Column("source", 10))
TITLES = (
    "A short one",
    "A title that is far too long for the room that the other columns leave in this line",
    "長い日本語の見出しがここにあります、とても長い日本語の見出しなので切られます",
    "כותרת ארוכה מאוד שאין לה מקום בשורה אחת של המסוף הזה",
    "Cafe\u0301 with a mark of its own",
    "",
)


class Terminal(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("width", [30, 60, 101])
def test_a_row_is_as_wide_as_the_terminal(title: str, width: int) -> None:
    """Each cell takes its column exactly, whatever is written in it; only a very narrow terminal is exceeded."""
    cells = fitted(COLUMNS, ("12345678", title, "The Harbour Post"), width)
    assert cell_len("  ".join(cells)) == max(width, 8 + 2 + 16 + 2 + 10)


def test_what_is_cut_says_so() -> None:
    """A mark stands at the end of a cut text, and a text that fits is whole."""
    assert in_cells("The Harbour Post", 10) == "The Harbo…"
    assert in_cells("日本語日本語", 6) == "日本… "
    assert in_cells("fits", 4) == "fits"


def shown(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """Return what a list of one row writes to a terminal of 60 columns."""
    for name, value in ({"COLUMNS": "60", "TERM": "xterm-256color"} | environment).items():
        monkeypatch.setenv(name, value)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    Table(Column("id", 8, "green"), Column("title")).show(("12345678", "A [bold]boat[/bold] :smile: 12"), "plain")
    return terminal.getvalue()


def test_a_terminal_gets_columns_in_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a heading; what a title holds is never taken for markup."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    said = shown(monkeypatch)
    assert "\x1b[32m12345678" in said
    assert "A [bold]boat[/bold] :smile: 12" in said
    assert "title" in said.splitlines()[0]


def test_colour_can_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR is honoured."""
    assert "\x1b[32m" not in shown(monkeypatch, NO_COLOR="1")


def test_a_pipe_gets_whole_lines(cli: Cli, tmp_path: Path) -> None:
    """No heading, no colour, nothing cut."""
    (tmp_path / "boat.txt").write_text(f"{'ferry ' * 20}\n\nIt leaves the harbour.", encoding="utf-8")
    cli("ingest", tmp_path / "boat.txt")
    (line,) = cli("items").stdout.splitlines()
    assert "ferry " * 19 in line
    assert "\x1b" not in line
