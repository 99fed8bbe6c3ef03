"""Stories as publishing and people read them: which items make one, which of them stands for it, and why; writes nothing."""

from collections.abc import Iterable, Sequence
from typing import Final

from feeds.model import Story, StoryEvidence
from feeds.store.stories import StoryTables
from feeds.stories.story import story_of
from ingest.model import StoredItem
from ingest.store.facts import Facts

_RELATED: Final = 5  # of one story, the closest


class Stories:
    """The stored stories, which implement `Grouping`; an item without copies is a story of its own."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._tables = facts, StoryTables(facts)

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Return the story of every item in `rows`, each once: the lead first, then its copies, earliest first."""
        members = self._tables.members(rows)
        wanted = sorted({row for group in members.values() for row in group})
        stored = {item.row: item for item in self._facts.items.by_rows(wanted)}
        groups = dict.fromkeys(members.get(row, (row,)) for row in rows)
        for group in groups:
            if len(group) == 1:
                yield group
                continue
            story = story_of((stored[row] for row in group), StoryEvidence())
            yield (story.lead.row, *(row for row in story.rows if row != story.lead.row))

    def grouped(self) -> Iterable[int]:
        """Return the members of all stories."""
        return self._tables.grouped()

    def evidence(self, groups: Iterable[tuple[int, ...]]) -> dict[int, StoryEvidence]:
        """Return why the members of some stories are one and what is related to them, by the lead; none where nothing is known."""
        asked = list(groups)
        found = zip(asked, self._tables.evidence(asked), strict=True)
        return {
            group[0]: StoryEvidence(known.merges, known.related[:_RELATED])
            for group, known in found
            if known.merges or known.related
        }

    def of(self, item: StoredItem | int) -> Story:
        """Return the story of an item; alone it is a story of its own."""
        row = item if isinstance(item, int) else item.row
        return self.leads([row])[row]

    def leads(self, rows: Iterable[int]) -> dict[int, Story]:
        """Return the story of each of many items, read at once; items of one story share one value."""
        wanted = list(dict.fromkeys(rows))
        members = self._tables.members(wanted)
        groups = {row: members.get(row, (row,)) for row in wanted}
        stored = {item.row: item for item in self._facts.items.by_rows(sorted({row for group in groups.values() for row in group}))}
        distinct = list(dict.fromkeys(groups.values()))
        evidence = zip(distinct, self._tables.evidence(distinct), strict=True)
        made = {group: story_of((stored[row] for row in group), known) for group, known in evidence}
        return {row: made[group] for row, group in groups.items()}
