"""Compiled templates are kept beside the templates, by the rules by which Python keeps compiled modules."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.bccache import bc_magic

from feeds.site import render


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let Python write compiled modules, all of them in a folder of the test, and let each test begin like a new process."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    render._environment.cache_clear()
    yield tmp_path / "cache"
    render._environment.cache_clear()


def kept(folder: Path) -> list[Path]:
    """Return the compiled templates."""
    return list(folder.rglob("*.jinja"))


def again() -> bytes:
    """Return a page as another process would make it."""
    render._environment.cache_clear()
    return render.not_found()


def test_a_second_process_compiles_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first process has compiled is read by the next one, which makes the same page."""
    page = render.not_found()
    assert kept(folder)
    monkeypatch.setattr(Environment, "_parse", None)
    assert again() == page


@pytest.mark.parametrize("damaged", [b"", b"\0" * 500, b"j2 of another time", bc_magic])
def test_a_damaged_file_is_made_again(folder: Path, damaged: bytes) -> None:
    """A file that a power cut has emptied, or that another version has written, is replaced."""
    page = render.not_found()
    before = {path: path.read_bytes() for path in kept(folder)}
    for path in before:
        path.write_bytes(damaged)
    assert again() == page
    assert {path: path.read_bytes() for path in kept(folder)} == before


def test_another_compiler_makes_all_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another version of Jinja has compiled is not used."""
    page = render.not_found()
    before = {path: path.read_bytes() for path in kept(folder)}
    monkeypatch.setattr(render, "version", lambda _: "0")
    assert again() == page
    after = {path: path.read_bytes() for path in kept(folder)}
    assert after.keys() == before.keys()
    assert all(after[path] != before[path] for path in before)


def test_nothing_is_written_where_python_writes_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`PYTHONDONTWRITEBYTECODE` holds for templates too."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert b"<html" in render.not_found()
    assert not kept(folder)


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service whose program belongs to somebody else compiles its templates at each start."""
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "file"))
    assert b"<html" in render.not_found()
