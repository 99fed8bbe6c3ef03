"""Tests of the programs in benchmarks/: they are run by hand, so a test looks after the names that they import."""

import ast
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

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
