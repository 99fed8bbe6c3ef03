"""The stories of one topic as its pages list them: read once, however many of the pages show them; knows no HTML."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from feeds.model import Classification
from feeds.site import views
from feeds.site.copies import Copies, with_carriers
from feeds.site.masking import PageMasking
from feeds.site.models import Card
from feeds.store.classifications import Classifications
from feeds.tagging.topic.model import Topic
from ingest.model import StoredItem
from ingest.store.facts import Facts


class Shown(NamedTuple):
    """A story in a list, and when it last changed here."""

    card: Card
    changed: datetime


class TopicStories:
    """What the pages of a topic show of its stories: the newest of it, of each language and of each source."""

    def __init__(self, facts: Facts, judgements: Classifications, topic: Topic, copies: Copies, paged: frozenset[int]) -> None:
        """Read nothing yet; `paged` are the items that have a page."""
        self._facts, self._judgements, self._topic, self._copies, self._paged = facts, judgements, topic, copies, paged
        self._veil = PageMasking.of([topic])
        self._known: dict[int, Shown] = {}

    def of(self, rows: Sequence[int]) -> list[Shown]:
        """Give some stories in the order asked for."""
        missing = {row: self._copies.of(row) for row in rows if row not in self._known}
        wanted = {one for row, copies in missing.items() for one in (row, *copies)}
        found = {stored.row: stored for stored in self._facts.by_rows(wanted)}
        judged = self._judgements.some(self._topic.name, missing)
        for row, copies in missing.items():
            named = tuple((found[one], self._copies.why(one)) for one in copies)
            self._known[row] = self._shown(with_carriers(found[row], named), judged[row])
        return [self._known[row] for row in rows]

    def _shown(self, stored: StoredItem, judgement: Classification) -> Shown:
        card = views.card(self._veil.item(stored), (self._veil.judgement(judgement, stored),))
        return Shown(card if stored.row in self._paged else replace(card, href=""), views.moment(stored))
