"""Reads stories as an alert tells them: what the readers of a topic's feed may see, masked as there; writes nothing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

from feeds.alerts.message import AlertStory
from feeds.model import Grade, StoryEvidence
from feeds.publication.edition import Target, policy_of
from feeds.publication.entry import PublishingPolicy, StoryEntry, make_entry, own_id
from feeds.publication.entry_view import EntryView
from feeds.publication.visible import visible_to
from feeds.search.query import fts5_expression
from feeds.store.classifications import Classifications
from feeds.store.search import holding
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.alert_settings import Alert
from ingest.store.facts import Facts
from ingest.text.sanitize import shorten

_CHUNK: Final = 500  # stories in memory at once
_EXCERPT: Final = 300  # characters


class _Told(NamedTuple):
    """A story, the item that gives its entry the id, and that id."""

    row: int
    id: str
    story: StoryEntry


class AlertStories:
    """The stories of all topics in force, as they are told."""

    def __init__(self, facts: Facts, topics: Sequence[Topic], target: Target) -> None:
        """Use the database of `facts`; what is read is published at `target`."""
        self._facts, self._classifications = facts, Classifications(facts)
        self._topics = {topic.name: topic for topic in topics}
        self._names = target.known.union(self._topics)
        self._target = target

    def topics_of(self, alert: Alert) -> tuple[Topic, ...]:
        """Return the topics of an alert: those that it names, or all public ones."""
        if alert.topics:
            return tuple(self._topics[name] for name in alert.topics if name in self._topics)
        return tuple(topic for topic in self._topics.values() if not topic.publish.private)

    def of(self, alert: Alert, pairs: Iterable[tuple[str, int]]) -> tuple[AlertStory, ...]:
        """Return those of some stories, (topic, item), that an alert tells, each once, the newest first.

        A story that its topic tags no more, or whose topic is not among the alert's, is left out.
        """
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for topic, row in pairs:
            rows[topic].append(row)
        found = [story for topic in self.topics_of(alert) for story in self._told(alert, topic, rows.get(topic.name, []))]
        return tuple(sorted(found, key=lambda one: (-one.moment.timestamp(), one.uid, one.topic)))

    def _told(self, alert: Alert, topic: Topic, rows: Sequence[int]) -> Iterator[AlertStory]:
        readers = [one for one in self._topics.values() if one is topic or not one.publish.private]
        seen = visible_to(self._target.grouping, self._classifications, readers, self._names)
        groups = list(dict.fromkeys(seen.groups(list(rows)))) if rows else []
        for at in range(0, len(groups), _CHUNK):
            entries = self._entries(topic, seen, groups[at : at + _CHUNK], frozenset(rows))
            yield from self._chosen(alert, topic, entries)

    def _entries(self, topic: Topic, seen: Grouping, groups: Sequence[tuple[int, ...]], rows: frozenset[int]) -> list[_Told]:
        """Return the stories of those groups that the topic tags."""
        everything = [row for group in groups for row in group]
        stored = dict(zip(everything, self._facts.items.by_rows(everything), strict=True))
        classified = self._classifications.some(topic.name, everything)
        ids = self._classifications.given_ids(everything)
        evidence = seen.evidence(groups)
        found = []
        for group in groups:
            tagged = next((row for row in group if row in classified), None)
            if tagged is not None:
                first, *others = group
                whys = evidence.get(first, StoryEvidence()).whys(first)
                copies = tuple((stored[row], whys.get(row, "same story")) for row in others)
                whose = None if tagged == first else stored[tagged]
                anchor = next(row for row in group if row in rows)
                story = StoryEntry(stored[first], classified[tagged], copies, whose)
                found.append(_Told(anchor, ids.get(anchor) or own_id(stored[anchor].id), story))
        return found

    def _chosen(self, alert: Alert, topic: Topic, told: list[_Told]) -> Iterator[AlertStory]:
        least = Grade(alert.grade).rank
        graded = [one for one in told if (one.story.classification.grade or Grade.MENTION).rank >= least]
        matching = _matching(alert.query, graded)
        view, policy = EntryView(topic), replace(policy_of(self._target), full=False)
        yield from (self._story(topic, view, one, policy) for one in graded if one.row in matching)

    def _story(self, topic: Topic, view: EntryView, told: _Told, policy: PublishingPolicy) -> AlertStory:
        story = told.story
        entry = view.of(make_entry(story, topic, told.id, policy))
        return AlertStory(
            row=told.row,
            id=told.id,
            uid=(story.tagged or story.lead).id,
            topic=topic.name,
            topic_title=view.name(topic.title),
            title=entry.title,
            url=entry.url or "",
            language=entry.language,
            published=entry.published,
            first_seen=story.lead.first_seen,
            grade=str(entry.classification.grade or ""),
            carriers=tuple(dict.fromkeys(carrier.name for carrier in entry.carriers)),
            why=entry.why,
            excerpt=shorten(entry.excerpt, _EXCERPT),
            evidence=entry.evidence,
            private=topic.publish.private,
        )


def _matching(query: str, told: Sequence[_Told]) -> frozenset[int]:
    """Return those stories of which any copy has the words of a query, as a search finds them."""
    expression = fts5_expression(query) if query else None
    if expression is None:
        return frozenset(one.row for one in told)
    numbered = [(one.row, copy) for one in told for copy in (one.story.lead, *(copy for copy, _ in one.story.copies))]
    texts = ((number, copy.item.title, copy.item.text) for number, (_, copy) in enumerate(numbered))
    return frozenset(numbered[number][0] for number in holding(expression, texts))
