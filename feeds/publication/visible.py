"""Stories as the readers of a feed, or of the open pages, may see them: without what only private topics have; decides none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from feeds.publication.story_entry import Bonds, Grouping
from feeds.store.classifications import Classifications


@dataclass(frozen=True, slots=True)
class Visible:
    """A grouping of which some readers see a part.

    An article's copies are published with it, whatever tags them, but for those that only private topics have.
    What is merely related is another article: it is named where it is published itself.
    """

    grouping: Grouping
    judgements: Classifications
    topics: frozenset[str]  # that these readers read
    private: frozenset[str]  # that they do not

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Give the group of every item in `rows` as they may see it; `rows` are theirs to see."""
        groups = list(self.grouping.groups(rows))
        others = {row for group in groups for row in group}.difference(rows)
        hidden = self.judgements.having(others, self.private) - self.judgements.having(others, self.topics)
        return [tuple(row for row in group if row not in hidden) for group in groups] if hidden else groups

    def grouped(self) -> Iterable[int]:
        """Give all items that have copies."""
        return self.grouping.grouped()

    def bonds(self, groups: Iterable[tuple[int, ...]]) -> dict[int, Bonds]:
        """Give what is known of some groups, and what else has to do with them of what these readers read."""
        found = self.grouping.bonds(groups)
        read = self.judgements.having({row for bonds in found.values() for _, row in bonds.relatives}, self.topics)
        return {
            row: replace(bonds, relatives=tuple(one for one in bonds.relatives if one[1] in read)) for row, bonds in found.items()
        }

    def state(self) -> str:
        """Give a text that changes whenever a group may have changed; what these readers see of it follows from tags."""
        return self.grouping.state()
