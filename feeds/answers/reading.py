"""The stores as one audience may read them: which items it may ask for, and which of them are one story; writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass

from feeds.answers.audience import Audience, UnknownNameError, WithdrawnError
from feeds.model import Classification
from feeds.publication.edition import Target
from feeds.publication.visible import Visible, read_with, visible_to
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.tagged import TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts


@dataclass(frozen=True, slots=True)
class Reading:
    """A home at one moment, and who reads it."""

    facts: Facts
    audience: Audience
    target: Target

    @property
    def visible(self) -> Visible:
        """The stories as this audience may see them."""
        return self._seen_by(self.audience.topics.values())

    def visible_in(self, topic: Topic) -> Visible:
        """Return the stories as the readers of a topic's feed see them."""
        return self._seen_by(read_with(topic, tuple(self.audience.topics.values())))

    def _seen_by(self, topics: Iterable[Topic]) -> Visible:
        names = self.target.known.union(self.audience.topics)
        return visible_to(self.target.grouping, Classifications(self.facts), topics, names)

    def tags(self, rows: Iterable[int]) -> dict[int, tuple[Classification, ...]]:
        """Return the tags of some items by topics that this audience may know, by row; an item without any is left out."""
        found = Classifications(self.facts).of_all(rows)
        return {row: known for row, tags in found.items() if (known := self.audience.known(tags))}

    def row_of(self, uid: str) -> int:
        """Return the row of the item with an id. Raises UnknownNameError where this audience may not ask for it."""
        row = TaggedItems(self.facts).row_of(uid)
        if row is not None and (self.audience.owner or self.tags([row])):
            return row
        if row is not None and self._was_published(row):
            raise WithdrawnError(f'the item "{uid}" is no longer published', "the feeds of its topics say why it has left them")
        raise UnknownNameError(f'no item has the id "{uid}"', "take an id from a list of stories, or from a search")

    def _was_published(self, row: int) -> bool:
        return any(Ledger(self.facts, f"public/{name}").lines_of([row]) for name in self.audience.topics)
