"""Who asks: anybody, or with the token the owner; which topics they may know, and how an item is shown to them; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from feeds.model import Classification
from feeds.site.masking import PageMasking, as_published
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicwireError
from ingest.model import StoredItem


class UnknownNameError(TopicwireError):
    """There is nothing of this name, or nothing that this audience may know of."""


class WithdrawnError(UnknownNameError):
    """What has this name was published, and is no longer."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Anybody, or the owner, who may know everything."""

    topics: Mapping[str, Topic]  # that they may know, by name
    owner: bool
    full: bool  # whether whole texts are published unless a topic says otherwise

    @classmethod
    def of(cls, topics: Iterable[Topic], *, owner: bool, full: bool) -> Self:
        """Return the audience that may know all of `topics`, or the open ones."""
        return cls({topic.name: topic for topic in topics if owner or not topic.publish.private}, owner, full)

    @property
    def published(self) -> frozenset[str] | None:
        """The topics whose items they may find; None for all items."""
        return None if self.owner else frozenset(self.topics)

    def topic(self, name: str) -> Topic:
        """Return a topic by its name. Raises UnknownNameError."""
        if name not in self.topics:
            raise UnknownNameError(f'no topic is called "{name}"', f"known are: {', '.join(sorted(self.topics)) or 'none'}")
        return self.topics[name]

    def known(self, classifications: Iterable[Classification]) -> tuple[Classification, ...]:
        """Return the classifications by topics that they may know."""
        return tuple(one for one in classifications if one.topic in self.topics)

    def topics_of(self, classifications: Iterable[Classification]) -> tuple[Topic, ...]:
        """Return the topics of some classifications, all of them known."""
        return tuple(self.topics[one.topic] for one in classifications)

    def shown(self, stored: StoredItem, topics: tuple[Topic, ...]) -> StoredItem:
        """Return an item that `topics` tag as it may be shown: masked, and to anybody with no more text than is published."""
        return PageMasking.of(topics).item(stored) if self.owner else as_published(stored, topics, full=self.full)
