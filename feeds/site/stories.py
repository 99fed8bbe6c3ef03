"""Stories as pages list them: each once, with the copies that other items of it are; knows no HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from feeds.model import StoryEvidence
from feeds.publication.entry import carried
from feeds.site import views
from feeds.site.masking import PageMasking
from feeds.site.models import Card, TaggedItem
from feeds.store.classifications import Classifications
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts


class Copies:
    """Which of some items are copies of each other, and why."""

    def __init__(self, grouping: Grouping, rows: Sequence[int], alone: Iterable[int] = ()) -> None:
        """Read `grouping` once, for the items that lists show (`rows`) and for those that have only a page (`alone`)."""
        grouped = set(grouping.grouped())
        groups = list(grouping.groups([row for row in rows if row in grouped]))
        self._groups = {row: group for group in groups for row in group}
        self._evidence = grouping.evidence([*groups, *((row,) for row in alone if row not in self._groups)])

    def evidence(self, row: int) -> StoryEvidence:
        """Return what is known of the story of an item."""
        return self._evidence.get(self._lead(row), StoryEvidence())

    def why(self, row: int) -> str:
        """Return what joins an item to its story; nothing for the lead."""
        return self.evidence(row).whys(self._lead(row)).get(row, "")

    def of(self, row: int) -> tuple[int, ...]:
        """Return the other items of an item's story, the lead first."""
        return tuple(other for other in self._groups.get(row, ()) if other != row)

    def once(self, items: tuple[TaggedItem, ...]) -> tuple[TaggedItem, ...]:
        """Return `items` with each story once: by its lead, or by the first copy that is among them."""
        present = {item.row for item in items}

        def stands_for(row: int) -> int:
            return next((one for one in self._groups.get(row, ()) if one in present), row)

        return tuple(item for item in items if stands_for(item.row) == item.row)

    def _lead(self, row: int) -> int:
        return self._groups.get(row, (row,))[0]


class ListedStory(NamedTuple):
    """A story in a list, and when it last changed here."""

    card: Card
    changed: datetime


class TopicStories:
    """The stories that a topic's pages list; each is read once, however many of these pages show it."""

    def __init__(
        self, facts: Facts, classifications: Classifications, topic: Topic, copies: Copies, with_page: frozenset[int]
    ) -> None:
        """Read nothing yet; `with_page` are the items that have a page of their own."""
        self._facts, self._classifications, self._topic = facts, classifications, topic
        self._copies, self._with_page = copies, with_page
        self._masking = PageMasking.of([topic])
        self._known: dict[int, ListedStory] = {}

    def of(self, rows: Sequence[int]) -> list[ListedStory]:
        """Return the stories of some items, in the same order."""
        missing = {row: self._copies.of(row) for row in rows if row not in self._known}
        wanted = {one for row, copies in missing.items() for one in (row, *copies)}
        found = {stored.row: stored for stored in self._facts.items.by_rows(wanted)}
        classified = self._classifications.some(self._topic.name, missing)
        for row, copies in missing.items():
            stored, classification = found[row], classified[row]
            if copies:  # who carried a copy carried the story
                reasons = tuple((found[one], self._copies.why(one)) for one in copies)
                stored = replace(stored, sightings=carried(stored, reasons))
            card = views.card(self._masking.item(stored), (self._masking.classification(classification, stored),))
            card = card if row in self._with_page else replace(card, href="")
            self._known[row] = ListedStory(card, views.moment(stored))
        return [self._known[row] for row in rows]
