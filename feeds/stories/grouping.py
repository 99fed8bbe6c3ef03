"""Stories as publishing asks for them: which items make one entry, and which of them speaks for it; writes nothing."""

from collections.abc import Iterable, Sequence
from typing import Final

from feeds.model import Merge
from feeds.publication.story_entry import Bonds
from feeds.store.stories import StoryTables
from feeds.stories.story import story_of
from ingest.store.facts import Facts

_RELATIVES: Final = 5  # of one story, the closest


class StoryGrouping:
    """Every story is one entry; an item without copies is one of its own."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._tables = facts, StoryTables(facts)

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give the story of every item in `rows`, each once: the lead first, then its copies, earliest first."""
        members = self._tables.members(rows)
        wanted = sorted({row for group in members.values() for row in group})
        stored = {item.row: item for item in self._facts.by_rows(wanted)}
        groups = dict.fromkeys(members.get(row, (row,)) for row in rows)
        for group in groups:
            if len(group) == 1:
                yield group
                continue
            story = story_of(stored[row] for row in group)
            yield (story.lead.row, *(row for row in story.rows if row != story.lead.row))

    def grouped(self) -> Iterable[int]:
        """Give the members of all stories."""
        return (row for (row,) in self._facts.db.conn.execute("select item_id from story"))

    def bonds(self, groups: Iterable[tuple[int, ...]]) -> dict[int, Bonds]:
        """Give why the members of some stories are one, and the nearest of what else they have to do with."""
        asked = list(groups)
        said = zip(asked, self._tables.evidence(asked), strict=True)
        return {
            group[0]: Bonds(_whys(group, merges), tuple((link.relation, link.row) for link in links[:_RELATIVES]))
            for group, (merges, links) in said
            if merges or links
        }

    def state(self) -> str:
        """Give figures that change whenever a story's members, their texts, carriers or relatives may have."""
        found = self._facts.db.conn.execute(
            """select count(*), total(s.story_id * 7919.0 + s.item_id), total(i.seq),
            (select count(*) || ' ' || total(id) || ' ' || total(version_id) from sighting
                where item_id in (select item_id from story)),
            (select count(*) || ' ' || total(a * 7919.0 + b) || ' ' || total(strength) from story_edge)
            from story s join item i on i.id = s.item_id"""
        )
        return repr(found.fetchone())


def _whys(group: tuple[int, ...], merges: Iterable[Merge]) -> dict[int, str]:
    """Give for each copy what joins it to the lead, or to another copy that is joined to it."""
    said: dict[int, str] = {}
    for merge in merges:
        for one, other in ((merge.a, merge.b), (merge.b, merge.a)):
            if one != group[0] and (one not in said or other == group[0]):
                said[one] = merge.why
    return said
