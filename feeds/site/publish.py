"""A home is published with its pages: feeds by `feeds.publication.publish`, pages by the site builder; decides nothing."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from feeds.publication.edition import Target
from feeds.publication.publish import Published, publish_home
from feeds.site import builder, fingerprints
from feeds.store.classifications import Classifications
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts


def publish(  # noqa: PLR0913 - and how far to go
    facts: Facts,
    classifications: Classifications,
    topics: tuple[Topic, ...],
    target: Target,
    *,
    everything: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Published:
    """Write the feeds of every topic and the pages; raises the errors of `publish_home`."""
    pages = _Pages(facts, classifications, topics, target)
    return publish_home(facts, classifications, topics, target, pages, everything=everything, stopping=stopping)


class _Pages:
    """Implement `feeds.publication.publish.Pages` with the site."""

    def __init__(self, facts: Facts, classifications: Classifications, topics: tuple[Topic, ...], target: Target) -> None:
        self._facts, self._classifications, self._topics, self._target = facts, classifications, topics, target

    def as_of(self) -> datetime:
        """Return the time that the pages describe."""
        return fingerprints.as_of(self._facts)

    def state(self) -> tuple[object, ...]:
        """Return figures that change whenever pages do, apart from what feeds are made of."""
        return fingerprints.site_state(self._facts, self._target)

    def is_clean(self, paths: Iterable[str]) -> bool:
        """Return whether the folder holds no page of topicwire other than these."""
        return fingerprints.has_no_leftovers(self._target, paths)

    def draw(self, grouping: Grouping, damaged: Collection[str]) -> builder.Site:
        """Return the pages, with stories from `grouping`; `damaged` pages are made again."""
        target = replace(self._target, grouping=grouping)
        return builder.Site(self._facts, self._classifications, self._topics, target, damaged)
