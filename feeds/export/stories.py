"""Stories of a topic, by the numbers of their items -> rows and entries as the readers of its feed may see them; writes nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from feeds.export.rows import ExportRow, row_of
from feeds.publication.edition import Target, feed_name, policy_of
from feeds.publication.entry import FeedEntry, StoryEntry, make_entry, own_id
from feeds.publication.entry_view import EntryView
from feeds.publication.visible import Visible
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.tagging.topic.model import Topic
from ingest.model import Sighting, StoredItem
from ingest.store.facts import Facts

_CHUNK = 500  # stories in memory at once, before they are rows


class RowWithEntry(NamedTuple):
    """A story as a row and as an entry, and how many of its items the topic tags."""

    row: ExportRow
    entry: FeedEntry
    items: int


class StoryRows:
    """The stories of one topic as its readers may see them; with `as_of` without what was first seen later."""

    def __init__(self, facts: Facts, topic: Topic, target: Target, grouping: Visible, as_of: datetime | None = None) -> None:
        """Read nothing yet; `grouping` has the stories as these readers may see them."""
        self._facts, self._topic, self._grouping, self._as_of = facts, topic, grouping, as_of
        self._policy = policy_of(target)
        self._classifications, self._ledger = Classifications(facts), Ledger(facts, feed_name(topic))
        self._view = EntryView(topic)

    def of(self, groups: Sequence[tuple[int, ...]]) -> Iterator[RowWithEntry]:
        """Yield the stories of groups of items in their order; one that the topic does not tag is left out."""
        for at in range(0, len(groups), _CHUNK):
            yield from self._some(groups[at : at + _CHUNK])

    def _some(self, groups: Sequence[tuple[int, ...]]) -> Iterator[RowWithEntry]:
        stored = {one.row: one for one in self._facts.items.by_rows({row for rows in groups for row in rows})}
        classified = self._classifications.some(self._topic.name, stored)
        evidence = self._grouping.evidence(groups)
        found: list[tuple[StoryEntry, int]] = []
        for rows in groups:
            seen = [one for row in rows if (one := self._seen(stored[row])) is not None]
            of_topic = [one for one in seen if one.row in classified]
            if not of_topic:
                continue
            lead = of_topic[0]  # as on the pages
            whys = evidence[rows[0]].whys(rows[0]) if rows[0] in evidence else {}
            copies = tuple((one, whys.get(one.row, "same story")) for one in seen if one is not lead)
            found.append((StoryEntry(lead, classified[lead.row], copies), len(of_topic)))
        yield from self._published(found)

    def _seen(self, stored: StoredItem) -> StoredItem | None:
        """Return an item with the carriers that had shown it by then; None where none had."""
        if self._as_of is None:
            return stored
        carriers = tuple(one for one in stored.sightings if self._is_seen(one))
        return replace(stored, sightings=carriers) if carriers else None

    def _is_seen(self, sighting: Sighting) -> bool:
        return self._as_of is None or sighting.first_seen <= self._as_of

    def _published(self, found: Iterable[tuple[StoryEntry, int]]) -> Iterator[RowWithEntry]:
        """Yield stories as the feed publishes them: with its ids, and with the last significant change that it tells."""
        stories = list(found)
        rows = {row for story, _ in stories for row in _rows(story)}
        lines, given = self._ledger.lines_of(rows), self._classifications.given_ids(rows)
        for story, of_topic in stories:
            lead, item = story.lead, story.lead.item
            live = [lines[row] for row in _rows(story) if row in lines and lines[row].live]
            # A story that no feed has shown has the id that it would get of us.
            atom_id = live[0].atom_id if live else given.get(lead.row, own_id(lead.id))
            line = lines.get(lead.row)
            updated = line.updated if line and line.live and self._as_of is None else None
            entry = self._view.of(make_entry(story, self._topic, atom_id, self._policy, updated))
            moment = item.published if item.published and item.published <= lead.first_seen else lead.first_seen
            yield RowWithEntry(row_of(entry, lead.id, lead.first_seen, moment), entry, of_topic)


def _rows(story: StoryEntry) -> list[int]:
    return [story.lead.row, *(copy.row for copy, _ in story.copies)]
