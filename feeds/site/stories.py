"""Stories as pages list them: each once, with the copies that other items of it are; knows no HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from feeds.model import StoryEvidence
from feeds.publication.entry import carried
from feeds.site import views
from feeds.site.masking import PageMasking
from feeds.site.models import Card
from feeds.store.classifications import Classifications
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts


class Copies:
    """Which items are copies of each other, and why; read once for each item."""

    def __init__(self, grouping: Grouping) -> None:
        """Read nothing yet."""
        self._grouping = grouping
        self._groups: dict[int, tuple[int, ...]] = {}
        self._evidence: dict[int, StoryEvidence] = {}

    def load(self, rows: Iterable[int]) -> None:
        """Read what is asked of some items later."""
        missing = [row for row in dict.fromkeys(rows) if row not in self._groups]
        groups = list(self._grouping.groups(missing)) if missing else []
        self._groups |= {row: group for group in groups for row in group}
        self._evidence |= self._grouping.evidence(groups)

    def evidence(self, row: int) -> StoryEvidence:
        """Return what is known of the story of an item."""
        return self._evidence.get(self._group(row)[0], StoryEvidence())

    def why(self, row: int) -> str:
        """Return what joins an item to its story; nothing for the lead."""
        return self.evidence(row).whys(self._group(row)[0]).get(row, "")

    def of(self, row: int) -> tuple[int, ...]:
        """Return the other items of an item's story, the lead first."""
        return tuple(other for other in self._group(row) if other != row)

    def _group(self, row: int) -> tuple[int, ...]:
        if row not in self._groups:
            self.load([row])
        return self._groups[row]


class ShownStory(NamedTuple):
    """A story in a list, and when it last changed here."""

    card: Card
    changed: datetime


class TopicStories:
    """The stories that a topic's pages list; each is read once, however many of these pages show it."""

    def __init__(
        self, facts: Facts, classifications: Classifications, topic: Topic, copies: Copies, with_rules: frozenset[str]
    ) -> None:
        """Read nothing yet; what a topic in `with_rules` tags has a page of its own."""
        self._facts, self._classifications, self._topic = facts, classifications, topic
        self._copies, self._with_rules = copies, with_rules
        self._masking = PageMasking.of([topic])
        self._known: dict[int, ShownStory] = {}

    def of(self, rows: Sequence[int]) -> list[ShownStory]:
        """Return the stories of some items, in the same order."""
        self._copies.load(row for row in rows if row not in self._known)
        missing = {row: self._copies.of(row) for row in rows if row not in self._known}
        with_page = self._classifications.having(missing, self._with_rules)
        wanted = {one for row, copies in missing.items() for one in (row, *copies)}
        found = {stored.row: stored for stored in self._facts.items.by_rows(wanted)}
        classified = self._classifications.some(self._topic.name, missing)
        for row, copies in missing.items():
            stored, classification = found[row], classified[row]
            if copies:  # who carried a copy carried the story
                reasons = tuple((found[one], self._copies.why(one)) for one in copies)
                stored = replace(stored, sightings=carried(stored, reasons))
            card = views.card(self._masking.item(stored), (self._masking.classification(classification, stored),))
            card = card if row in with_page else replace(card, href="")
            self._known[row] = ShownStory(card, views.moment(stored))
        return [self._known[row] for row in rows]
