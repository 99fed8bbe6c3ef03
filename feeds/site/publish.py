"""A home is published with its pages: feeds by `feeds.publication.publish`, pages by the site builder; decides nothing."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime

from feeds.publication.edition import Target
from feeds.publication.publish import Looked, Published, publish_home
from feeds.publication.visible import read_with, visible_to
from feeds.site import builder, fingerprints
from feeds.store.changes import Changes
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

    def frame(self) -> tuple[object, ...]:
        """Return what all pages depend on, apart from what feeds do: when it changes, all are looked at."""
        return fingerprints.frame(self._target)

    def state(self) -> tuple[object, ...]:
        """Return figures that change with some pages, apart from those that `are_due`."""
        return fingerprints.site_state(self._facts, (one for one in self._topics if not one.publish.private))

    def are_due(self) -> bool:
        """Return whether anything that a page shows has changed."""
        return Changes(self._facts).has_pages()

    def is_clean(self, paths: Callable[[], Iterable[str]]) -> bool:
        """Return whether the folder holds no page of topicwire other than these."""
        return builder.is_untouched(self._facts, self._target.folder) or fingerprints.has_no_leftovers(self._target, paths())

    def draw(self, grouping: Grouping, damaged: Collection[str], looked: Looked) -> builder.Site:
        """Return the pages, with stories from `grouping`; `damaged` pages are made again."""
        target = replace(self._target, grouping=grouping)
        return builder.Site(self._facts, self._classifications, self._topics, target, damaged, looked, self._private())

    def _private(self) -> dict[str, Grouping]:
        """Return the stories of each private topic as its readers may see them."""
        names = self._target.known.union(topic.name for topic in self._topics)
        return {
            topic.name: visible_to(self._target.grouping, self._classifications, read_with(topic, self._topics), names)
            for topic in self._topics
            if topic.publish.private
        }


def item_page(facts: Facts, topics: tuple[Topic, ...], target: Target, uid: str) -> bytes | None:
    """Return the page of an item, whether or not there is a file of it; None where it has none."""
    classifications = Classifications(facts)
    names = target.known.union(topic.name for topic in topics)
    grouping = visible_to(target.grouping, classifications, (one for one in topics if not one.publish.private), names)
    return builder.Site(facts, classifications, topics, replace(target, grouping=grouping)).item(uid)
