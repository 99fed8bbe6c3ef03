"""Finds where things stand in the text of a topic file: the line of a table, a key or a term; knows no meaning."""

import re
from functools import cached_property
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([^\]]+?)\s*\]")
_KEY: Final = re.compile(r"\s*[\"']?([\w-]+)[\"']?\s*=")
_PLACE: Final = re.compile(
    r"(group\.[\w-]+|frame\.[\w-]+|role\.[\w-]+|define(?=\.)|publish)(?:\.([\w-]+))?(?=[: ])|(example \d+)(?=[: ])"
)
_QUOTED: Final = re.compile(r"\"([^\"]+)\"")


class FileLines:
    """The lines of one file, by the tables and keys that begin there; tables of a list are numbered: `example 2`."""

    def __init__(self, text: str) -> None:
        """Take the text of the file."""
        self._lines = text.splitlines()

    @cached_property
    def _known(self) -> dict[tuple[str, str], int]:
        """The lines of headers and keys; most files have no fault and nobody asks."""
        known: dict[tuple[str, str], int] = {}
        table, counts = "", dict[str, int]()
        for number, line in enumerate(self._lines, 1):
            if header := _HEADER.match(line):
                table = re.sub(r"[\s\"']", "", header[2])
                if header[1] == "[[":
                    counts[table] = counts.get(table, 0) + 1
                    table = f"{table} {counts[table]}"
                known.setdefault((table, ""), number)
            elif key := _KEY.match(line):
                known.setdefault((table, key[1]), number)
        return known

    def meant(self, message: str) -> int | None:
        """Return the line that a message is about, by the table, key and quoted word that it begins with and holds."""
        place = _PLACE.match(message)
        word = found[1] if (found := _QUOTED.search(message)) else ""
        if place is None:
            return self.of("", message.partition(":")[0].split(" ", 1)[0]) or self._headed(word)
        table, key = (place[1], place[2] or "") if not place[3] else (place[3], "")
        return (self.of(table, key, word) if key else self.of(table, word)) or self.of(table)

    def within(self, place: tuple[str, str], value: str, line: int) -> int | None:
        """Return the line of the file in which a line of a text stands: `value` of a table's key, without its ends."""
        begin = self.of(*place)
        first = value.partition("\n")[0].strip()
        if begin is None:
            return None
        above = next((number for number in range(begin, len(self._lines) + 1) if first in self._lines[number - 1]), begin)
        return min(above + line - 1, len(self._lines))

    def _headed(self, name: str) -> int | None:
        """Return the first line of a table or a key of this name."""
        numbers = (
            number for (table, key), number in self._known.items() if name in {key, table.partition(".")[0].partition(" ")[0]}
        )
        return min(numbers, default=None) if name else None

    def of(self, table: str, key: str = "", word: str = "") -> int | None:
        """Return the line of a table, of a key in it, or of a word in the value of the key; None where it cannot be told."""
        begin = self._known.get((table, key))
        if begin is None or not word:
            return begin
        following = [number for number in self._known.values() if number > begin]
        for number in range(begin, min(following, default=len(self._lines) + 1)):
            if word in self._lines[number - 1] or word.replace("\\", "\\\\") in self._lines[number - 1]:
                return number
        return begin
