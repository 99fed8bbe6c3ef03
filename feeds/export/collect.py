"""The stores -> the stories of a topic as rows, entries and counts, as its readers may see them; writes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from feeds.export.counts import Counted, SourceShare, counts_of
from feeds.export.model import Export
from feeds.export.rows import ExportRow, owners_of, row_of
from feeds.publication.edition import Target, feed_name
from feeds.publication.entry import FeedEntry, PublishingPolicy, StoryEntry, feed_id, make_entry, own_id
from feeds.publication.entry_view import EntryView
from feeds.publication.visible import Visible
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.tagged import TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.model import Sighting, StoredItem
from ingest.planner.health import HealthState, all_health
from ingest.store.facts import Facts

_CHUNK = 500  # stories in memory at once, before they are rows
_DEAD = frozenset({HealthState.FAILING, HealthState.GONE, HealthState.SILENT})


def collect(facts: Facts, topics: Sequence[Topic], topic: Topic, target: Target, as_of: datetime | None = None) -> Export:
    """Return the stories of one of `topics`; with `as_of` without the items and carriers that were first seen later.

    What is known today decides about the rest: tags, reviews, stories and corrections.
    """
    return _Collector(facts, topics, topic, target, as_of).export()


class _Collector:
    def __init__(self, facts: Facts, topics: Sequence[Topic], topic: Topic, target: Target, as_of: datetime | None) -> None:
        self._facts, self._topic, self._target, self._as_of = facts, topic, target, as_of
        self._classifications = Classifications(facts)
        read = frozenset(one.name for one in topics if one is topic or not one.publish.private)
        hidden = (target.known | {one.name for one in topics}) - read
        self._grouping = Visible(target.grouping, self._classifications, read, hidden)
        self._view = EntryView(topic)
        self._lines = Ledger(facts, feed_name(topic)).lines()

    def export(self) -> Export:
        """Return the stories of the topic."""
        tagged = TaggedItems(self._facts).newest(self._topic.name, -1)
        present = set(tagged)
        groups = [rows for rows in self._grouping.groups(tagged) if not present.isdisjoint(rows)]
        items = 0
        found: list[tuple[ExportRow, FeedEntry]] = []
        for at in range(0, len(groups), _CHUNK):
            for story, of_topic in self._stories(groups[at : at + _CHUNK], present):
                items += of_topic
                entry = self._view.of(make_entry(story, self._topic, self._atom_id(story), self._policy(), self._updated(story)))
                lead = story.lead
                moment = lead.item.published if lead.item.published and lead.item.published <= lead.first_seen else lead.first_seen
                found.append((row_of(entry, lead.id, lead.first_seen, moment), entry))
        found.sort(key=lambda pair: (pair[0].day, pair[0].first_seen, pair[0].item))
        return self._exported([row for row, _ in found], [entry for _, entry in found], items)

    def _exported(self, rows: list[ExportRow], entries: list[FeedEntry], items: int) -> Export:
        as_of = self._as_of or self._facts.polls.last_moment()
        carriers = {carrier.name for entry in entries for carrier in entry.carriers}
        owners = {owner for entry in entries for owner in owners_of(entry)}
        counted = Counted(self._topic.name, self._topic.version, as_of, items, len(carriers), len(owners), self._sources(as_of))
        base = f"{self._target.settings.base_url}/"
        return Export(
            topic=self._view.topic(self._topic),
            feed_id=feed_id(self._target.instance, self._topic.name),
            base="" if self._topic.publish.private else base,
            site=base,
            as_of=as_of,
            rows=tuple(rows),
            entries=tuple(entries),
            counts=counts_of(rows, counted),
        )

    def _stories(self, groups: Sequence[tuple[int, ...]], present: set[int]) -> Iterator[tuple[StoryEntry, int]]:
        """Yield each story that had been seen, and how many of its items the topic tags."""
        stored = {one.row: one for one in self._facts.items.by_rows({row for rows in groups for row in rows})}
        classified = self._classifications.some(self._topic.name, stored)
        evidence = self._grouping.evidence(groups)
        for rows in groups:
            seen = [one for row in rows if (one := self._seen(stored[row])) is not None]
            of_topic = [one for one in seen if one.row in present]
            if not of_topic:
                continue
            lead = of_topic[0]  # as on the pages
            whys = evidence[rows[0]].whys(rows[0]) if rows[0] in evidence else {}
            copies = tuple((one, whys.get(one.row, "same story")) for one in seen if one is not lead)
            yield StoryEntry(lead, classified[lead.row], copies), len(of_topic)

    def _seen(self, stored: StoredItem) -> StoredItem | None:
        """Return an item with the carriers that had shown it by then; None where none had."""
        if self._as_of is None:
            return stored
        carriers = tuple(one for one in stored.sightings if self._is_seen(one))
        return replace(stored, sightings=carriers) if carriers else None

    def _is_seen(self, sighting: Sighting) -> bool:
        return self._as_of is None or sighting.first_seen <= self._as_of

    def _atom_id(self, story: StoryEntry) -> str:
        """Return the id of the entry in the feed; a story that no feed has shown has the one that it would get of us."""
        rows = [story.lead.row, *(copy.row for copy, _ in story.copies)]
        shown = [self._lines[row] for row in rows if row in self._lines and self._lines[row].live]
        given = self._classifications.given_ids(rows)
        return shown[0].atom_id if shown else given.get(story.lead.row, own_id(story.lead.id))

    def _updated(self, story: StoryEntry) -> datetime | None:
        line = self._lines.get(story.lead.row)
        return line.updated if line and line.live and self._as_of is None else None

    def _policy(self) -> PublishingPolicy:
        return PublishingPolicy(self._target.instance, self._target.settings.publish.full_content)

    def _sources(self, as_of: datetime | None) -> SourceShare:
        """Return how many polled sources are alive, as the database knows them now."""
        found = all_health(self._facts.sources.all(), self._facts.polls.last_moment() or as_of or self._target.now)
        polled = [one for one in found if one.is_polled or one.standing is HealthState.GONE]
        return SourceShare(len(polled), sum(one.standing not in _DEAD and one.last_good is not None for one in polled))
