"""Stories as the readers of a feed, or of the open pages, may see them: without what only private topics have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from feeds.model import StoryEvidence
from feeds.store.classifications import Classifications
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic


@dataclass(frozen=True, slots=True)
class Visible:
    """A grouping, reduced to what some readers may see.

    An article's copies are published with it, whatever tags them, except those that only private topics tag.
    A related item is another article: it is named only where it is published itself.
    """

    grouping: Grouping
    classifications: Classifications
    topics: frozenset[str]  # that these readers read
    private: frozenset[str]  # that they do not

    def groups(self, rows: Sequence[int]) -> Iterable[tuple[int, ...]]:
        """Return the story of every item in `rows` as they may see it; `rows` are theirs to see."""
        groups = list(self.grouping.groups(rows))
        others = {row for group in groups for row in group}.difference(rows)
        hidden = self.classifications.having(others, self.private) - self.classifications.having(others, self.topics)
        return [tuple(row for row in group if row not in hidden) for group in groups] if hidden else groups

    def grouped(self) -> Iterable[int]:
        """Return all items that have copies."""
        return self.grouping.grouped()

    def evidence(self, groups: Iterable[tuple[int, ...]]) -> dict[int, StoryEvidence]:
        """Return the evidence of some stories, and the related items that these readers may see."""
        found = self.grouping.evidence(groups)
        read = self.classifications.having({one.row for known in found.values() for one in known.related}, self.topics)
        return {
            lead: replace(known, related=tuple(one for one in known.related if one.row in read)) for lead, known in found.items()
        }


def visible_to(grouping: Grouping, classifications: Classifications, topics: Iterable[Topic], names: frozenset[str]) -> Visible:
    """Return a grouping as the readers of `topics` may see it; of the topics in `names` they know no other."""
    read = frozenset(topic.name for topic in topics)
    # A topic whose file cannot be read just now may be a private one.
    return Visible(grouping, classifications, read, names - read)


def read_with(topic: Topic, topics: Iterable[Topic]) -> list[Topic]:
    """Return the topics that the readers of one of `topics` read: it and the open ones."""
    return [one for one in topics if one.name == topic.name or not one.publish.private]
