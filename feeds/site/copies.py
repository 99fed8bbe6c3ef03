"""Items that are copies of one article, as pages show them: once in a list, named on each other's page; pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from feeds.model import StoryEvidence
from feeds.publication.story_entry import carried
from feeds.site.models import TaggedLine
from feeds.stories.story import Grouping
from ingest.model import StoredItem


class Copies:
    """Which of some items are copies of each other, why, and what else has to do with them."""

    def __init__(self, grouping: Grouping, rows: Sequence[int], alone: Iterable[int] = ()) -> None:
        """Ask `grouping` once about the copies of all items that pages show, and about those that have a page alone."""
        grouped = set(grouping.grouped())
        groups = list(grouping.groups([row for row in rows if row in grouped]))
        self._groups = {row: group for group in groups for row in group}
        self._evidence = grouping.evidence([*groups, *((row,) for row in alone if row not in self._groups)])

    def evidence(self, row: int) -> StoryEvidence:
        """Return what is known of the story of an item."""
        return self._evidence.get(self._lead(row), StoryEvidence())

    def why(self, row: int) -> str:
        """Say why an item is in its story: the one that speaks for it is, of itself."""
        return self.evidence(row).whys(self._lead(row)).get(row, "")

    def _lead(self, row: int) -> int:
        return self._groups.get(row, (row,))[0]

    def of(self, row: int) -> tuple[int, ...]:
        """Give the copies of an item, the one that speaks for all of them first."""
        return tuple(other for other in self._groups.get(row, ()) if other != row)

    def once(self, items: tuple[TaggedLine, ...]) -> tuple[TaggedLine, ...]:
        """Of a topic's items keep, for each article, the one that speaks for it, or the first of its copies that is there."""
        there = {item.row for item in items}
        return tuple(item for item in items if item.row not in self._groups or item.row == self._speaker(item.row, there))

    def _speaker(self, row: int, there: set[int]) -> int:
        return next((one for one in self._groups[row] if one in there), row)


def with_carriers(stored: StoredItem, copies: tuple[tuple[StoredItem, str], ...]) -> StoredItem:
    """Return an item as carried by all who carried a copy of it; each copy comes with the reason why it is one."""
    return replace(stored, sightings=carried(stored, copies)) if copies else stored
