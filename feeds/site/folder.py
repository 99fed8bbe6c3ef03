"""The pages that lie in the published folder, known by the fingerprints in their heads; writes and removes nothing."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

_HEAD: Final = 800  # bytes in which the fingerprint stands
_FINGERPRINT: Final = re.compile(rb'<meta name="fingerprint" content="([0-9a-f]*)">')


class Folder:
    """A folder during one publication."""

    def __init__(self, path: Path, harmed: Iterable[str] = ()) -> None:
        """Look at the pages in `path`, which need not exist; what `harmed` ones say of themselves is not believed."""
        self._path, self._harmed = path, frozenset(harmed)
        self._wanted: set[str] = set()  # paths that have their place in the site

    def want(self, *paths: str) -> None:
        """Remember that pages have their place here."""
        self._wanted.update(paths)

    def holds(self, path: str, fingerprint: str) -> bool:
        """Say whether a page lies there just as it would be made; it has its place here in any case."""
        self.want(path)
        return path not in self._harmed and self._fingerprint(path) == fingerprint

    def leftovers(self) -> Iterator[str]:
        """Give the pages of ours that were not wanted; what somebody else put there is none of them."""
        return (path for path in sorted(set(self._found()) - self._wanted) if self._fingerprint(path))

    def _found(self, below: str = "") -> Iterator[str]:
        with suppress(OSError), os.scandir(self._path / below) as entries:
            for entry in entries:
                if entry.name.endswith(".html"):
                    yield below + entry.name
                elif not below and entry.is_dir():
                    yield from self._found(f"{entry.name}/")

    def _fingerprint(self, path: str) -> str:
        with suppress(OSError), (self._path / path).open("rb") as file:
            found = _FINGERPRINT.search(file.read(_HEAD))
            return found[1].decode() if found else ""
        return ""
