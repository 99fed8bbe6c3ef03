"""Tagged items -> files in `public/` and `private/`, of each topic and of all; writes only what changed, and draws no page."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final, Protocol, Self

from feeds.publication.document import FeedDocument, file_name
from feeds.publication.edition import Editor, Target, feed_name
from feeds.publication.entry import public_address
from feeds.publication.entry_view import EntryView
from feeds.publication.files import HOME, PublishedFiles
from feeds.publication.formats import atom, jsonfeed, opml, rss
from feeds.publication.visible import Visible
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.tagged import TaggedItems
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.model import Source, SourceKind, SourceSettings
from ingest.store.facts import Facts

_FORMATS: Final = {"atom": atom.render, "json": jsonfeed.render, "rss": rss.render}
_PAGES: Final = ""  # ... and the pages; each holds a fingerprint, which shows what to remove


@dataclass(frozen=True, slots=True)
class Published:
    """The result of one publication."""

    written: tuple[Path, ...]  # files whose bytes changed, without their compressed twins
    removed: tuple[Path, ...]


class Drawing(Protocol):
    """All pages at one moment."""

    def files(self) -> Iterable[tuple[str, bytes | None, datetime | None]]:
        """Return (path below the folder, bytes, newest change) of each page that changed; no bytes: it is to be removed."""
        ...

    @property
    def until(self) -> datetime | None:
        """The time when the pages change without new data."""
        ...


class Pages(Protocol):
    """The pages that are published beside the feeds; the implementation draws them."""

    def as_of(self) -> datetime:
        """Return the time that the pages describe."""
        ...

    def state(self) -> tuple[object, ...]:
        """Return figures that change whenever pages do, apart from what feeds are made of."""
        ...

    def is_clean(self, paths: Iterable[str]) -> bool:
        """Return whether the folder holds no page of topicwire other than these."""
        ...

    def draw(self, grouping: Grouping, damaged: Collection[str]) -> Drawing:
        """Return the pages, with stories from `grouping`; `damaged` pages are made again."""
        ...


def publish_home(  # noqa: PLR0913 - and how far to go
    facts: Facts,
    classifications: Classifications,
    topics: tuple[Topic, ...],
    target: Target,
    pages: Pages,
    *,
    everything: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Published:
    """Write the files of every topic and of the home. Raises StoreError, and CancelledError after `stopping`.

    A topic without changes is skipped, and so are the pages, unless `everything` is to be written again.
    When it is stopped in the middle, the next call continues.
    """
    with PublishedFiles(facts, target.folder.parent, target.now, stopping) as files:
        home = _Home(facts, classifications, topics, target, files)
        feeds = [_Feed(home, topic) for topic in topics]
        made = [feed.edition.made(feed.publish()) for feed in feeds if everything or not feed.edition.is_current()]
        # What another start of the machine drew is not believed: pages are not synced, and a power cut may have spoilt them.
        kept = target.known - {topic.name for topic in topics}  # their topics have no file, or none that can be read: they stay
        inputs = (feed.edition.inputs for feed in feeds)
        drawn = _hash(home.about, target.boot, sorted(kept), *inputs, pages.state())
        due = everything or not home.is_drawn(drawn, pages)
        if due:
            home.list_feeds()
        removed = files.retire(kept)
        until = home.draw(pages) if due else None
        files.settle()
        if due or made or removed:
            with facts.transaction():
                files.remember()
                for edition in made:
                    edition.remember()
                if due:
                    home.ledger.set_edition(drawn, until)
        return Published(files.written, removed)


def feed_path(topic: Topic) -> str:
    """Return the path of a topic's Atom feed in the home."""
    return f"{feed_name(topic).partition('/')[0]}/{file_name(topic.name)}"


class _Home:
    """One publication of a home."""

    def __init__(
        self, facts: Facts, classifications: Classifications, topics: tuple[Topic, ...], target: Target, files: PublishedFiles
    ) -> None:
        self.facts, self.classifications, self.target, self.files = facts, classifications, target, files
        self._topics = topics
        self.ledger = Ledger(facts, _PAGES)
        self._names = target.known.union(topic.name for topic in topics)
        seen = sorted((topic.name, topic.publish.private) for topic in topics), classifications.bonded(self._names)
        self.about = _hash(_about(facts, target), seen)
        self.open = self._seen_by(topic for topic in topics if not topic.publish.private)

    def readers_of(self, topic: Topic) -> Target:
        """Return the target of a topic's feed: its readers see what is open and what the topic itself has."""
        return self._seen_by(one for one in self._topics if one is topic or not one.publish.private)

    def _seen_by(self, topics: Iterable[Topic]) -> Target:
        read = frozenset(topic.name for topic in topics)
        # A topic whose file cannot be read just now may be a private one.
        seen = Visible(self.target.grouping, self.classifications, read, self._names - read)
        return replace(self.target, grouping=seen)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every source, in the order in which they were added."""
        return tuple(source for source, _ in self.facts.sources.all())

    def is_drawn(self, made_from: str, pages: Pages) -> bool:
        """Return whether the pages were drawn in this state and are as they were written, and no others are there."""
        known, until = self.ledger.edition()
        current = known == made_from and (until is None or pages.as_of() < until)
        intact = current and self.files.are_intact(_PAGES) and self.files.are_intact(HOME)
        return intact and pages.is_clean(self.files.paths(_PAGES))

    def list_feeds(self) -> None:
        """Write the list of all public feeds."""
        base = f"{self.target.settings.base_url}/"
        shown = (EntryView(topic).topic(topic) for topic in self._topics if not topic.publish.private)
        titles = self._kept() | {topic.name: topic.title for topic in shown}
        feeds = [
            Source(base + file_name(name), title=title, site_url=base + file_name(name, suffix="html"))
            for name, title in sorted(titles.items())
        ]
        self.files.put(HOME, f"{HOME}.opml", opml.render(feeds, "Feeds by topicwire"), None)

    def _kept(self) -> dict[str, str]:
        """Return the titles of public feeds that are served unchanged: their topic files are missing or cannot be read."""
        folder, names = self.target.folder, self.target.known - {topic.name for topic in self._topics}
        return {
            name: _title(folder / file_name(name, suffix="json")) or name for name in names if self.files.paths(f"public/{name}")
        }

    def draw(self, pages: Pages) -> datetime | None:
        """Write the pages that changed; return when they change without new data."""
        folder = f"{self.target.folder.name}/"
        damaged = self.files.paths(_PAGES) - self.files.intact(_PAGES)
        drawing = pages.draw(self.open.grouping, {path.removeprefix(folder) for path in damaged})
        for below, data, changed in drawing.files():
            path = f"{folder}{below}"
            damaged -= {path}
            if data is None:
                self.files.remove(path)
            else:
                self.files.put(_PAGES, path, data, changed, synced=False)
        self.files.forget(damaged)  # nothing is shown there any more
        return drawing.until


class _Edition:
    """What the files of a feed are made of, now and when they were made last."""

    def __init__(self, home: _Home, feed: str, *inputs: object) -> None:
        self.inputs = _hash(home.about, *inputs)
        self._files, self._now, self._feed = home.files, home.target.now, feed
        self._ledger = Ledger(home.facts, feed)
        self._until: datetime | None = None

    def is_current(self) -> bool:
        """Return whether the files are as they would be made now."""
        known, until = self._ledger.edition()
        return known == self.inputs and (until is None or self._now < until) and self._files.are_intact(self._feed)

    def made(self, until: datetime | None) -> Self:
        """Store the time when the files change without new data."""
        self._until = until
        return self

    def remember(self) -> None:
        """Store what the files were made of, once all of them are written, inside the caller's transaction."""
        self._ledger.set_edition(self.inputs, self._until)


class _Feed:
    """The files of one topic."""

    def __init__(self, home: _Home, topic: Topic) -> None:
        self._home, self._topic, self._name = home, topic, feed_name(topic)
        self._ledger = Ledger(home.facts, self._name)
        shaping = replace(topic, groups=(), negative_contexts=(), roles=(), examples=())
        self._target = home.readers_of(topic)
        self.edition = _Edition(home, self._name, shaping, home.classifications.revision(topic.name))

    def publish(self) -> datetime | None:
        """Write what changed; return when the feed changes without new data."""
        home = self._home
        document, until = self._revised()
        while document is None:
            home.files.check_stopping()
            document, until = self._revised()
        if self._topic.publish.private:
            (home.target.folder.parent / "private").mkdir(mode=0o700, parents=True, exist_ok=True)
        # The archive documents first: the subscription document links to them.
        if self._write_archive():
            home.files.settle()
        self._write_subscription(document)
        return until

    def _revised(self) -> tuple[FeedDocument | None, datetime | None]:
        """Bring the feed forward in one short transaction; return its document, or None while archive documents are due."""
        home = self._home
        with home.facts.transaction():
            revised = Editor(home.facts, home.classifications, self._topic, self._target).step()
            self._ledger.set_edition("", None)  # until all of it is written
        return revised

    def _write_archive(self) -> bool:
        files = self._home.files
        intact = files.intact(self._name)
        missing = [page for page in self._ledger.pages() if self._path(number=page.number) not in intact]
        for page in missing:
            files.put_packed(self._name, self._path(number=page.number), self._ledger.packed(page.number), page.changed)
        return bool(missing)

    def _write_subscription(self, document: FeedDocument) -> None:
        made = {suffix: render(document) for suffix, render in _FORMATS.items()}
        made["opml"] = opml.render(map(EntryView(self._topic).source, self._sources()), f"Sources of “{document.topic.title}”")
        for suffix, data in made.items():
            self._home.files.put(self._name, self._path(suffix), data, document.changed)

    def _path(self, suffix: str = "atom", number: int | None = None) -> str:
        return f"{self._name.partition('/')[0]}/{file_name(self._topic.name, number, suffix)}"

    def _sources(self) -> Iterator[Source]:
        """Return the feeds that carried what the topic tags, in the order in which they were added, as they may be published."""
        carried = TaggedItems(self._home.facts).source_urls([self._topic.name])
        for source in self._home.sources:
            if source.url in carried and source.kind is SourceKind.FEED:
                known = (public_address(source.url), public_address(source.title), public_address(source.site_url))
                # How the owner polls it, and with which secrets, stays private.
                yield replace(source, url=known[0], title=known[1], site_url=known[2], settings=SourceSettings())


def _title(feed: Path) -> str:
    """Return the title that a feed has in its JSON form; nothing where that cannot be read."""
    try:
        return str(json.loads(feed.read_bytes())["title"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _about(facts: Facts, target: Target) -> str:
    """Return a hash of everything that feeds depend on, apart from tags."""
    sources, settings = facts.sources.names(), target.settings
    return _hash(version("topicwire"), target.instance, settings.base_url, settings.publish, target.grouping.state(), sources)


def _hash(*parts: object) -> str:
    return hashlib.blake2b(json.dumps(parts, default=repr, ensure_ascii=False).encode(), digest_size=16).hexdigest()
