"""Publishes a home in a folder as a web server would find it, and reads its pages as HTML."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from feed_history import Groups
from lxml import html
from making import home_at, topic
from support import NOON

from feeds.cli.home import target_of
from feeds.publication.edition import Target
from feeds.site.publish import publish
from feeds.store.classifications import Classifications
from feeds.store.stories import StoryTables
from feeds.stories.story import Grouping, Ungrouped
from feeds.tagging.classification_pass import classify_new
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts


class Site:
    """The pages of a home, written by the publisher as a web server would find them."""

    def __init__(self, home: Path, facts: Facts) -> None:
        self.home, self.facts, self.classifications = home, facts, Classifications(facts)
        self.folder = home / "public"
        self._grouping: Grouping = Ungrouped()

    @property
    def grouping(self) -> Grouping:
        """Which items are copies of each other."""
        return self._grouping

    @grouping.setter
    def grouping(self, copies: Groups) -> None:
        """Say which are, also where changes of stories are noted."""
        self._grouping = copies
        with self.facts.transaction():
            rows = [one.row for one in self.facts.items.all()]
            StoryTables(self.facts).replace_stories(rows, map(frozenset, copies.together))

    def publish(self, *topics: Topic, at: datetime = NOON) -> list[str]:
        """Classify and publish; give the pages that were written or removed."""
        chosen = topics or (topic(),)
        classify_new(self.facts, self.classifications, chosen, at)
        done = publish(self.facts, self.classifications, chosen, self.target())
        paths = (path.relative_to(self.folder) for path in done.written if self.folder in path.parents)
        return sorted(path.as_posix() for path in paths if path.suffix == ".html")

    def target(self, *known: str) -> Target:
        """Return where the pages go; `known` are topics whose files may be broken."""
        return replace(target_of(home_at(self.home), self.facts), known=frozenset(known), grouping=self.grouping)

    def pages(self) -> dict[str, bytes]:
        """Return every page."""
        found = sorted(self.folder.rglob("*.html"))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in found}

    def page(self, name: str) -> html.HtmlElement:
        """Return a page, parsed."""
        return html.fromstring((self.folder / name).read_bytes())

    def items(self) -> list[str]:
        """Return the addresses of the pages of items."""
        return [name for name in self.pages() if name.startswith("item/")]


def words(element: html.HtmlElement, path: str) -> list[str]:
    """Return the text of each element that an XPath finds, its spaces made one."""
    return [" ".join(found.text_content().split()) for found in element.xpath(path)]
