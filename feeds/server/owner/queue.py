"""The stories of a topic that wait for a review: at once what is stored as uncertain, the whole list as soon as it is made."""

import sqlite3
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Final

from feeds.server.context import ServiceContext
from feeds.tagging.review_list import UncertainItem, stored_mentions, uncertain_items
from feeds.tagging.second_opinion import SecondOpinion
from feeds.tagging.topic.model import Topic
from ingest.errors import TopicwireError
from ingest.store.facts import Facts

_CACHED: Final = 2_000  # uncertain items of a topic in memory
_AT_ONCE: Final = 50  # of those that are shown before the list is made
PATIENCE: Final = 1.5  # seconds that a page waits for the list


@dataclass(frozen=True, slots=True)
class WaitingStories:
    """The uncertain stories of a topic; `whole` once every stored item was looked at by the present wording."""

    items: tuple[UncertainItem, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """A list, and of what it was made."""

    state: tuple[object, ...]
    items: tuple[UncertainItem, ...]


@dataclass(slots=True)
class ReviewQueue:
    """The lists of all topics. Making one classifies every stored item, so a thread does it once for what is stored."""

    context: ServiceContext
    patience: float = PATIENCE
    _made: dict[str, _Made] = field(default_factory=dict)
    _making: dict[str, Event] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def waiting(self, facts: Facts, topic: Topic, opinion: SecondOpinion | None) -> WaitingStories:
        """Return what waits for a review of a topic: the list of before, or what is stored, until a new list is made."""
        state = (topic.version, topic.review, facts.items.last_seq(), opinion and opinion.model)
        known = self._known(topic.name)
        if known is None or known.state != state:
            self._wait(self._begun(topic, opinion, state))
            known = self._known(topic.name)
        if known is not None and known.state == state:
            return WaitingStories(known.items, whole=True)
        if known is not None and known.state[:2] == state[:2]:  # the same wording: what is new joins in a while
            return WaitingStories(known.items, whole=False)
        return WaitingStories(stored_mentions(facts, topic, _AT_ONCE), whole=False)

    def _wait(self, made: Event) -> None:
        made.wait(self.patience)

    def _known(self, topic: str) -> _Made | None:
        with self._lock:
            return self._made.get(topic)

    def _begun(self, topic: Topic, opinion: SecondOpinion | None, state: tuple[object, ...]) -> Event:
        """Have the list of a topic made, unless it is being made; return what is set when that has ended."""
        with self._lock:
            if topic.name not in self._making:
                self._making[topic.name] = Event()
                # A daemon: it only reads, and a service that stops must not wait for it.
                Thread(target=self._make, args=(topic, opinion, state), name="topicwire-review", daemon=True).start()
            return self._making[topic.name]

    def _make(self, topic: Topic, opinion: SecondOpinion | None, state: tuple[object, ...]) -> None:
        try:
            with self.context.home.stored(quiet=True) as facts:
                found = uncertain_items(facts, topic, opinion)[:_CACHED]
            with self._lock:
                self._made[topic.name] = _Made(state, found)
        except (TopicwireError, sqlite3.Error):
            pass  # the next view tries again; until then what is stored is shown
        finally:
            with self._lock:
                self._making.pop(topic.name).set()
