"""The categories of one entry while it is read: each once, in order, no more than anyone reads; knows no element."""

from typing import Final

from ingest.formats.served import Tag

_MOST: Final = 500


class Tags:
    """Categories in the order in which they came."""

    __slots__ = ("_known", "_list")

    def __init__(self) -> None:
        """Begin with none."""
        self._list: list[Tag] = []
        self._known: set[Tag] = set()  # beside the list: to look in that would take the square of the time

    def add(self, tag: Tag) -> None:
        """Add one that says something and is not there yet."""
        if tag not in self._known and len(self._list) < _MOST and (tag.term or tag.scheme or tag.label):
            self._list.append(tag)
            self._known.add(tag)

    def name(self, text: str) -> None:
        """Add a category by its name alone; where the last one has none yet it gets this."""
        if not self._list or self._list[-1].term:
            self.add(Tag(text, None, None))
            return
        last = self._list[-1]
        self._known.discard(last)
        self._list[-1] = last._replace(term=text)
        self._known.add(self._list[-1])

    def all(self) -> tuple[Tag, ...]:
        """Give them."""
        return tuple(self._list)
