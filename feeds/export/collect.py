"""The stores -> the stories of a topic as rows, entries and counts, as its readers may see them; writes nothing."""

from collections.abc import Sequence
from datetime import date, datetime

from feeds.export.counts import Counted, SourceShare, counts_of
from feeds.export.model import Export
from feeds.export.rows import ExportRow, owners_of
from feeds.export.stories import RowWithEntry, StoryRows
from feeds.publication.edition import Target
from feeds.publication.entry import FeedEntry, feed_id
from feeds.publication.entry_view import EntryView
from feeds.publication.visible import read_with, visible_to
from feeds.store.classifications import Classifications
from feeds.store.tagged import TaggedItems
from feeds.tagging.topic.model import Topic
from ingest.planner.health import HealthState, all_health
from ingest.store.facts import Facts

_DEAD = frozenset({HealthState.FAILING, HealthState.GONE, HealthState.SILENT})


def collect(facts: Facts, topics: Sequence[Topic], topic: Topic, target: Target, as_of: datetime | None = None) -> Export:
    """Return the stories of one of `topics`; with `as_of` without the items and carriers that were first seen later.

    What is known today decides about the rest: tags, reviews, stories and corrections.
    """
    return _Collector(facts, topics, topic, target, as_of).export()


class _Collector:
    def __init__(self, facts: Facts, topics: Sequence[Topic], topic: Topic, target: Target, as_of: datetime | None) -> None:
        self._facts, self._topic, self._target, self._as_of = facts, topic, target, as_of
        names = target.known.union(one.name for one in topics)
        self._grouping = visible_to(target.grouping, Classifications(facts), read_with(topic, topics), names)

    def export(self) -> Export:
        """Return the stories of the topic."""
        tagged = TaggedItems(self._facts).newest(self._topic.name, -1)
        stories = StoryRows(self._facts, self._topic, self._target, self._grouping, self._as_of)
        found = sorted(stories.of(list(self._grouping.groups(tagged))), key=_age)
        return self._exported([one.row for one in found], [one.entry for one in found], sum(one.items for one in found))

    def _exported(self, rows: list[ExportRow], entries: list[FeedEntry], items: int) -> Export:
        as_of = self._as_of or self._facts.polls.last_moment()
        carriers = {carrier.name for entry in entries for carrier in entry.carriers}
        owners = {owner for entry in entries for owner in owners_of(entry)}
        counted = Counted(self._topic.name, self._topic.version, as_of, items, len(carriers), len(owners), self._sources(as_of))
        base = f"{self._target.settings.base_url}/"
        return Export(
            topic=EntryView(self._topic).topic(self._topic),
            feed_id=feed_id(self._target.instance, self._topic.name),
            base="" if self._topic.publish.private else base,
            site=base,
            as_of=as_of,
            rows=tuple(rows),
            entries=tuple(entries),
            counts=counts_of(rows, counted),
        )

    def _sources(self, as_of: datetime | None) -> SourceShare:
        """Return how many polled sources are alive, as the database knows them now."""
        found = all_health(self._facts.sources.all(), self._facts.polls.last_moment() or as_of or self._target.now)
        polled = [one for one in found if one.is_polled or one.standing is HealthState.GONE]
        return SourceShare(len(polled), sum(one.standing not in _DEAD and one.last_good is not None for one in polled))


def _age(one: RowWithEntry) -> tuple[date, datetime, str]:
    return one.row.day, one.row.first_seen, one.row.item
