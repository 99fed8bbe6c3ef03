"""Tagged items -> files in `public/` and `private/`, of each topic and of all; touches only what changed."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Final

from feeds import atom, jsonfeed, pages, rss
from feeds.document import Document, file_name
from feeds.entry import public_address
from feeds.publication.edition import Editor, Target, feed_name
from feeds.publication.files import Files
from feeds.publication.ledger import Ledger
from feeds.store import Judgements
from feeds.topic import Topic
from ingest.formats import opml
from ingest.item import Source, SourceKind, SourceSettings
from ingest.store import Facts

__all__ = ["Published", "Target", "publish"]

_FORMATS: Final = {"atom": atom.render, "json": jsonfeed.render, "rss": rss.render}
_HOME: Final = "public/index"  # what belongs to no topic
_PAGES: Final = ""  # ... and the pages, which say themselves which of them are no more


@dataclass(frozen=True, slots=True)
class Published:
    """What one publication did."""

    written: tuple[Path, ...]  # files whose bytes changed, without their compressed twins
    removed: tuple[Path, ...]


def publish(
    facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], target: Target, *, everything: bool = False
) -> Published:
    """Write the files of every topic and of the home. Raises StoreError.

    A topic of which nothing has changed is passed over, unless `everything` is to be made anew.
    """
    files = Files(facts, target.folder.parent, target.now)
    about = _about(facts, target)
    written = []
    for topic in topics:
        written += _Feed(facts, judgements, topic, target, files).publish(about, everything=everything)
    written += _home(topics, target, files)
    removed = files.retire(target.known - {topic.name for topic in topics})
    written += _site(facts, judgements, topics, target, files)
    files.remember()
    return Published(tuple(written), removed)


class _Feed:
    """The files of one topic."""

    def __init__(self, facts: Facts, judgements: Judgements, topic: Topic, target: Target, files: Files) -> None:
        self._facts, self._judgements, self._topic, self._target, self._files = facts, judgements, topic, target, files
        self._name = feed_name(topic)
        self._home = target.folder.parent
        self._ledger = Ledger(facts.db, self._name)

    def publish(self, about: str, *, everything: bool) -> list[Path]:
        """Write what changed; give which files."""
        inputs = _hash(about, replace(self._topic, groups=(), frames=(), examples=()), self._judgements.sum(self._topic.name))
        known, until = self._ledger.edition()
        current = known == inputs and (until is None or self._target.now < until)
        if current and not everything and self._files.intact(self._name):
            return []
        with self._facts.transaction():
            document, until = Editor(self._facts, self._judgements, self._topic, self._target).revise()
            self._ledger.set_edition("", None)  # until all of it is written
        if self._topic.publish.private:
            (self._home / "private").mkdir(mode=0o700, parents=True, exist_ok=True)
        # The archive first: the head leads to it.
        written = [*self._archive(), *self._head(document)]
        with self._facts.transaction():
            self._ledger.set_edition(inputs, until)
        return written

    def _archive(self) -> Iterator[Path]:
        for page in self._ledger.pages():
            path = self._path(number=page.number)
            if not self._files.lies(path) and self._files.put(self._name, path, self._ledger.page(page.number), page.changed):
                yield self._home / path

    def _head(self, document: Document) -> Iterator[Path]:
        made = {suffix: render(document) for suffix, render in _FORMATS.items()}
        made["opml"] = opml.render(_sources(self._facts, self._topic), f"Sources of “{self._topic.title}”")
        for suffix, data in made.items():
            path = self._path(suffix)
            if self._files.put(self._name, path, data, document.changed):
                yield self._home / path

    def _path(self, suffix: str = "atom", number: int | None = None) -> str:
        return f"{self._name.partition('/')[0]}/{file_name(self._topic.name, number, suffix)}"


def _about(facts: Facts, target: Target) -> str:
    """Hash what all feeds are made of beside their tags."""
    sources = facts.db.conn.execute("select url, title, site_url, feed_id from source order by id").fetchall()
    settings = target.settings
    return _hash(version("topicwire"), target.instance, settings.base_url, settings.publish, target.grouping.state(), sources)


def _hash(*parts: object) -> str:
    return hashlib.blake2b(json.dumps(parts, default=repr, ensure_ascii=False).encode(), digest_size=16).hexdigest()


def _sources(facts: Facts, topic: Topic) -> Iterator[Source]:
    """Give the feeds that carried what a topic tags, in the order in which they were added, as they may be published."""
    rows = facts.db.conn.execute(
        """select distinct s.url from tag t join sighting g on g.item_id = t.item_id join source s on s.id = g.source_id
        where t.topic = ?""",
        [topic.name],
    )
    carried = {url for (url,) in rows}
    for source, _ in facts.sources():
        if source.url in carried and source.kind is SourceKind.FEED:
            known = (public_address(source.url), public_address(source.title), public_address(source.site_url))
            # How its owner asks it, and by which secrets, is nobody else's business.
            yield replace(source, url=known[0], title=known[1], site_url=known[2], settings=SourceSettings())


def _home(topics: Iterable[Topic], target: Target, files: Files) -> Iterator[Path]:
    """Write the list of all public feeds."""
    base = f"{target.settings.base_url}/"
    feeds = [
        Source(base + file_name(topic.name), title=topic.title, site_url=base + file_name(topic.name, suffix="html"))
        for topic in topics
        if not topic.publish.private
    ]
    if files.put(_HOME, f"{_HOME}.opml", opml.render(feeds, "Feeds by topicwire"), None):
        yield target.folder / "index.opml"


def _site(facts: Facts, judgements: Judgements, topics: tuple[Topic, ...], target: Target, files: Files) -> Iterator[Path]:
    """Write the pages that changed."""
    for page in pages.site_files(facts, judgements, topics, target):
        path = f"{target.folder.name}/{page.path}"
        if page.data is None:
            files.remove(path)
        elif files.put(_PAGES, path, page.data, page.changed, synced=False):
            yield target.folder / page.path
