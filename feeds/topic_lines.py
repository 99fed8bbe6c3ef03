"""Where things stand in the text of a topic file: the line of a table, a key or a term; knows no meaning."""

import re
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")


class Lines:
    """The lines of one file, by the tables and keys that begin there; tables of a list are numbered: `example 2`."""

    def __init__(self, text: str) -> None:
        """Read the headers and keys."""
        self._lines = text.splitlines()
        self._known: dict[tuple[str, str], int] = {}
        table, counts = "", dict[str, int]()
        for number, line in enumerate(self._lines, 1):
            if header := _HEADER.match(line):
                table = re.sub(r"[\s\"']", "", header[2])
                if header[1] == "[[":
                    counts[table] = counts.get(table, 0) + 1
                    table = f"{table} {counts[table]}"
                self._known.setdefault((table, ""), number)
            elif key := _KEY.match(line):
                self._known.setdefault((table, key[1]), number)

    def of(self, table: str, key: str = "", word: str = "") -> int | None:
        """Give the line of a table, of a key in it, or of a word in the value of the key; None where it cannot be told."""
        begin = self._known.get((table, key))
        if begin is None or not word:
            return begin
        following = [number for number in self._known.values() if number > begin]
        for number in range(begin, min(following, default=len(self._lines) + 1)):
            if word in self._lines[number - 1] or word.replace("\\", "\\\\") in self._lines[number - 1]:
                return number
        return begin
