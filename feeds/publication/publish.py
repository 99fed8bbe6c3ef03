"""Tagged items -> files in `public/` and `private/`, of each topic and of all; writes only what changed, and draws no page."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple, Protocol, Self

from feeds.publication.document import FeedDocument, file_name
from feeds.publication.edition import Editor, Target, feed_name
from feeds.publication.entry import public_address
from feeds.publication.entry_view import EntryView
from feeds.publication.files import HOME, PublishedFiles
from feeds.publication.formats import atom, jsonfeed, opml, rss
from feeds.publication.visible import read_with, visible_to
from feeds.store.changes import Changes
from feeds.store.classifications import Classifications
from feeds.store.ledger import Ledger
from feeds.store.tagged import TaggedItems
from feeds.stories.story import Grouping
from feeds.tagging.topic.model import Topic
from ingest.model import Source, SourceKind, SourceSettings
from ingest.store.facts import Facts

_FORMATS: Final = {"atom": atom.render, "json": jsonfeed.render, "rss": rss.render}
_PAGES: Final = ""  # the name of the feed to which the pages belong
_UNWRITTEN: Final = " unwritten"  # ends what is stored of a feed that was revised and whose files are not yet written


@dataclass(frozen=True, slots=True)
class Published:
    """The result of one publication."""

    written: tuple[Path, ...]  # files whose bytes changed, without their compressed twins
    removed: tuple[Path, ...]


class Looked(StrEnum):
    """How much is looked at when pages are drawn."""

    CHANGES = "changes"  # what was noted as changed
    FINGERPRINTS = "fingerprints"  # all; what has another fingerprint is drawn
    EVERYTHING = "everything"  # all is drawn


class PageFile(NamedTuple):
    """A page: its path below the folder, its bytes (None removes it), its newest change where that is known."""

    path: str
    data: bytes | None
    changed: datetime | None = None
    pruned: bool = False  # removed, but made again for whoever asks


class _Drawn(NamedTuple):
    """What pages were drawn from."""

    frame: str
    state: str
    boot: str

    def written(self) -> str:
        """Return it as one text."""
        return " ".join(self)


class Drawing(Protocol):
    """All pages at one moment."""

    def assets(self) -> Iterable[tuple[str, bytes]]:
        """Return the files that every page names, each as its path below the folder and its bytes."""
        ...

    def files(self) -> Iterable[PageFile]:
        """Return each page that changed, and each that is to be removed or pruned."""
        ...

    @property
    def until(self) -> datetime | None:
        """The time when the pages change without new data."""
        ...

    def remember(self) -> None:
        """Store what the pages were drawn from, inside the caller's transaction."""
        ...


class Pages(Protocol):
    """The pages that are published beside the feeds; the implementation draws them."""

    def as_of(self) -> datetime:
        """Return the time that the pages describe."""
        ...

    def frame(self) -> tuple[object, ...]:
        """Return what all pages depend on, apart from what feeds do: when it changes, all are looked at."""
        ...

    def state(self) -> tuple[object, ...]:
        """Return figures that change with some pages, apart from those that `are_due`."""
        ...

    def are_due(self) -> bool:
        """Return whether anything that a page shows has changed."""
        ...

    def is_clean(self, paths: Callable[[], Iterable[str]]) -> bool:
        """Return whether the folder holds no page of topicwire other than these."""
        ...

    def draw(self, grouping: Grouping, damaged: Collection[str], looked: Looked) -> Drawing:
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
        made = [
            feed.edition.made(feed.publish(everything=everything)) for feed in feeds if everything or not feed.edition.is_current()
        ]
        kept = target.known - {topic.name for topic in topics}  # their topics have no file, or none that can be read: they stay
        now = home.drawn_from((feed.edition.inputs for feed in feeds), kept, pages)
        due = everything or not home.is_drawn(now, pages)
        if due:
            home.list_feeds()
        removed = files.retire([feed.name for feed in feeds], kept)
        drawing = home.draw(pages, now, everything=everything) if due else None
        files.settle()
        if drawing or made or removed:
            with facts.transaction():
                files.remember()
                for edition in made:
                    edition.remember()
                if drawing:
                    drawing.remember()
                    home.ledger.set_edition(now.written(), drawing.until)
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
        seen = sorted((topic.name, topic.publish.private) for topic in topics), sorted(self._names)
        self.about = _hash(_about(target), seen)
        self.open = self._seen_by(topic for topic in topics if not topic.publish.private)

    def readers_of(self, topic: Topic) -> Target:
        """Return the target of a topic's feed: its readers see what is open and what the topic itself has."""
        return self._seen_by(read_with(topic, self._topics))

    def _seen_by(self, topics: Iterable[Topic]) -> Target:
        return replace(self.target, grouping=visible_to(self.target.grouping, self.classifications, topics, self._names))

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every source, in the order in which they were added."""
        return tuple(source for source, _ in self.facts.sources.all())

    def drawn_from(self, feeds: Iterable[str], kept: Collection[str], pages: Pages) -> _Drawn:
        """Return what the pages are drawn from now; `feeds` are the inputs of the feeds."""
        return _Drawn(
            _hash(self.about, sorted(kept), *feeds, pages.frame()),
            _hash(pages.state()),
            # What another start of the machine drew is not believed: pages are not synced, and a power cut may have spoilt them.
            _hash(self.target.boot),
        )

    def is_drawn(self, now: _Drawn, pages: Pages) -> bool:
        """Return whether the pages were drawn in this state and are as they were written, and no others are there."""
        known, until = self.ledger.edition()
        current = known == now.written() and not pages.are_due() and (until is None or pages.as_of() < until)
        intact = current and self.files.are_intact(_PAGES) and self.files.are_intact(HOME)
        return intact and pages.is_clean(lambda: self.files.paths(_PAGES))

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

    def draw(self, pages: Pages, now: _Drawn, *, everything: bool) -> Drawing:
        """Write the pages that changed."""
        before = self.ledger.edition()[0].split()
        same = _Drawn(*before) if len(before) == len(now) else None
        clean = pages.is_clean(lambda: self.files.paths(_PAGES))
        looked = Looked.CHANGES if same and same.frame == now.frame and clean else Looked.FINGERPRINTS
        folder = f"{self.target.folder.name}/"
        damaged = self.files.damaged(_PAGES, read=same is None or same.boot != now.boot)
        drawing = pages.draw(
            self.open.grouping,
            {path.removeprefix(folder) for path in damaged},
            Looked.EVERYTHING if everything else looked,
        )
        for name, data in drawing.assets():  # a cache may keep them for ever: they are on the disk before a page names them
            damaged -= {f"{folder}{name}"}
            self.files.put(_PAGES, f"{folder}{name}", data, None)
        self.files.settle()
        for page in drawing.files():
            path = f"{folder}{page.path}"
            damaged -= {path}
            if page.pruned:
                self.files.prune(path)
            elif page.data is None:
                self.files.remove(path)
            else:
                self.files.put(_PAGES, path, page.data, page.changed, synced=False)
        self.files.forget(damaged)  # nothing is shown there any more
        return drawing


class _Edition:
    """What the files of a feed are made of, now and when they were made last."""

    def __init__(self, home: _Home, topic: Topic, feed: str) -> None:
        shaping = replace(topic, groups=(), negative_contexts=(), roles=(), examples=())
        self.inputs = _hash(home.about, shaping)
        self._files, self._now, self._feed, self._topic = home.files, home.target.now, feed, topic.name
        self._ledger, self._changes = Ledger(home.facts, feed), Changes(home.facts)
        self._until: datetime | None = None

    def is_current(self) -> bool:
        """Return whether the files are as they would be made now."""
        known, until = self._ledger.edition()
        current = known == self.inputs and (until is None or self._now < until) and not self._changes.has_entries(self._topic)
        return current and self._files.are_intact(self._feed)

    def is_comparable(self) -> bool:
        """Return whether nothing but what was noted can have changed since the feed was revised last."""
        return self._ledger.edition()[0] in {self.inputs, self.inputs + _UNWRITTEN}

    def begin(self) -> None:
        """Store that the feed is revised and its files are not yet written, inside the transaction of the revision."""
        self._ledger.set_edition(self.inputs + _UNWRITTEN, None)

    def begin_with_all(self, grouped: Iterable[int]) -> None:
        """Begin, and note everything as changed; `grouped` are the items with copies."""
        self._ledger.note_all(self._topic, grouped)
        self.begin()

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
        self._home, self._topic, self.name = home, topic, feed_name(topic)
        self._ledger = Ledger(home.facts, self.name)
        self._target = home.readers_of(topic)
        self.edition = _Edition(home, topic, self.name)

    def publish(self, *, everything: bool) -> datetime | None:
        """Write what changed; return when the feed changes without new data."""
        home = self._home
        if everything or not self.edition.is_comparable():
            with home.facts.transaction():
                self.edition.begin_with_all(self._target.grouping.grouped())
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
        """Bring the feed forward in one short transaction; return its document, or None while more is to be looked at."""
        home = self._home
        with home.facts.transaction():
            revised = Editor(home.facts, home.classifications, self._topic, self._target).revise()
            self.edition.begin()
        return revised

    def _write_archive(self) -> bool:
        files, beginning = self._home.files, self._path(number=1).removesuffix("1.atom")
        damaged = files.damaged(self.name)
        whole = files.count(self.name, beginning) == self._ledger.last_page()
        if whole and not any(path.startswith(beginning) for path in damaged):
            return False
        there = files.paths(self.name) - damaged
        missing = [page for page in self._ledger.pages() if self._path(number=page.number) not in there]
        for page in missing:
            files.put_packed(self.name, self._path(number=page.number), self._ledger.packed(page.number), page.changed)
        return bool(missing)

    def _write_subscription(self, document: FeedDocument) -> None:
        made = {suffix: render(document) for suffix, render in _FORMATS.items()}
        made["opml"] = opml.render(map(EntryView(self._topic).source, self._sources()), f"Sources of “{document.topic.title}”")
        for suffix, data in made.items():
            self._home.files.put(self.name, self._path(suffix), data, document.changed)

    def _path(self, suffix: str = "atom", number: int | None = None) -> str:
        return f"{self.name.partition('/')[0]}/{file_name(self._topic.name, number, suffix)}"

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


def _about(target: Target) -> str:
    """Return a hash of everything that all feeds depend on."""
    settings = target.settings
    return _hash(version("topicwire"), target.instance, settings.base_url, settings.publish)


def _hash(*parts: object) -> str:
    return hashlib.blake2b(json.dumps(parts, default=repr, ensure_ascii=False).encode(), digest_size=16).hexdigest()
