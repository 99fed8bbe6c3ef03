"""Tests of the programs in benchmarks/: they are run by hand, so tests look after what they need of the program."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from making import archiving_cli, home_at
from support import rss, rss_item

from benchmarks.large_home import common, form, relevant, scrape, scrape_again
from ingest.polling.home import Home

ROOT: Final = Path(__file__).resolve().parent.parent
PROGRAMS: Final = sorted((ROOT / "benchmarks").rglob("*.py"))
OURS: Final = ("ingest.", "feeds.", "scheduler", "topicwire_service")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_benchmark_imports_names_that_exist(program: Path) -> None:
    """Every name that a benchmark imports from the program is there."""
    for node in ast.walk(ast.parse(program.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS):
            module = import_module(node.module or "")
            for alias in node.names:
                assert hasattr(module, alias.name) or import_module(f"{node.module}.{alias.name}"), alias.name


@pytest.mark.parametrize("step", [form, common, relevant, scrape, scrape_again])
def test_the_pages_of_a_large_home_are_asked_for_as_by_a_server(step: Callable[[Home], Iterator[None]], home: Path) -> None:
    """Each step that asks the application for something is answered."""
    cli = archiving_cli(home)
    assert list(step(home_at(home, cli.settings, cli.clock))) == [None, None]


def test_the_floor_of_a_pass_is_measured(tmp_path: Path) -> None:
    """All that a pass stores can be stored once more, without the program."""
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / "1.xml").write_bytes(
        rss(rss_item("A ferry", "http://a.example/1"), rss_item("A bus", "http://a.example/2"))
    )
    floor = [sys.executable, "-W", "error", str(ROOT / "benchmarks" / "floor.py"), "--corpus", str(tmp_path)]
    done = subprocess.run(floor, capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("together")] == ["s", "MB"]
