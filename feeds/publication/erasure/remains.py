"""Searches the bytes of files for what was erased, and takes lines out of logs; knows no format."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from feeds.publication.atomic_files import replace
from feeds.publication.erasure.resealing import forms

_CHUNK: Final = 1 << 22


def files_with(home: Path, needles: Iterable[str]) -> Iterator[Path]:
    """Yield the files of a home whose bytes hold a needle, also as XML, HTML or JSON writes it."""
    searched = sorted({form for one in needles for form in forms(one)})
    if searched:
        yield from (path for path in sorted(home.rglob("*")) if path.is_file() and _holds(path, searched))


def _holds(path: Path, searched: list[bytes]) -> bool:
    overlap = max(map(len, searched))
    before = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            data = before + chunk
            if any(one in data for one in searched):
                return True
            before = data[-overlap:]
    return False


def scrub(log: Path, needles: Iterable[str]) -> int:
    """Take the lines that hold a needle out of a log; return their number. Raises StoreError."""
    if not log.is_file():
        return 0
    searched = [form for one in needles for form in forms(one)]
    lines = log.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not any(one in line for one in searched)]
    if len(kept) < len(lines):
        replace(log, b"".join(kept))
    return len(lines) - len(kept)
