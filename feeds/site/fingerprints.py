"""What pages are made of, as fingerprints: a page whose fingerprint stays is not made again; draws and writes nothing."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Final

from feeds.publication.edition import Target
from feeds.site import views
from feeds.store.ledger import archive_sizes
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # stands for "nothing is known yet"
_SOURCES_SECONDS: Final = 600  # the page of sources has thousands of rows: times alone do not draw it at every poll
_PROGRAM: Final = {".py", ".html", ".css", ".js", ".svg"}
_HEAD: Final = 800  # bytes of a page in which its fingerprint stands
_FINGERPRINT: Final = re.compile(rb'<meta name="fingerprint" content="([0-9a-f]*)">')


def as_of(facts: Facts) -> datetime:
    """Return the time that pages describe: the latest one in the database."""
    return facts.polls.last_moment() or EPOCH


def site_state(facts: Facts, target: Target) -> tuple[object, ...]:
    """Return values that change whenever a page may have changed, apart from those that also change a feed."""
    now, settings = as_of(facts), target.settings
    return (
        _program(),
        now.date(),
        sources_state(facts, now),
        tuple(archive_sizes(facts).items()),
        settings.polling.rule,
        settings.service.search,
    )


def sources_state(facts: Facts, now: datetime) -> tuple[object, ...]:
    """Return values that change when a source comes, goes, fails or recovers, and every ten minutes."""
    return facts.sources.figures(), int(now.timestamp()) // _SOURCES_SECONDS


def topic_state(topic: Topic) -> object:
    """Return everything of a topic that shows on pages; its version counts where its words are masked."""
    return views.about(topic), topic.publish, topic.version if topic.publish.mask else ""


def fingerprint(*parts: object) -> str:
    """Return a hash of what one page is made of and of the program that draws it."""
    return hashlib.blake2b(repr((_program(), *parts)).encode(), digest_size=12).hexdigest()


@cache
def _program() -> str:
    """Return a hash of the code and the templates of this room: another program makes other pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*") if path.suffix in _PROGRAM)
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=12).hexdigest()


class PageFolder:
    """The pages in the published folder during one publication."""

    def __init__(self, path: Path, damaged: Iterable[str] = ()) -> None:
        """Take the folder `path`, which need not exist; the fingerprints in `damaged` pages are not believed."""
        self._path, self._damaged = path, frozenset(damaged)
        self._kept: set[str] = set()  # paths that belong to the site

    def keep(self, *paths: str) -> None:
        """Record that pages belong to the site: they are no leftovers."""
        self._kept.update(paths)

    def is_current(self, path: str, fingerprint: str) -> bool:
        """Return whether the page exists with this fingerprint; keep it in any case."""
        self.keep(path)
        return path not in self._damaged and self._fingerprint(path) == fingerprint

    def leftovers(self) -> Iterator[str]:
        """Return the pages of ours that were not kept; a file without a fingerprint is somebody else's."""
        return (path for path in sorted(set(self._pages()) - self._kept) if self._fingerprint(path))

    def _pages(self, below: str = "") -> Iterator[str]:
        with suppress(OSError), os.scandir(self._path / below) as entries:
            for entry in entries:
                if entry.name.endswith(".html"):
                    yield below + entry.name
                elif not below and entry.is_dir():
                    yield from self._pages(f"{entry.name}/")

    def _fingerprint(self, path: str) -> str:
        with suppress(OSError), (self._path / path).open("rb") as file:
            found = _FINGERPRINT.search(file.read(_HEAD))
            return found[1].decode() if found else ""
        return ""


def has_no_leftovers(target: Target, paths: Iterable[str]) -> bool:
    """Return whether the published folder holds no page of ours apart from `paths`."""
    folder = PageFolder(target.folder)
    folder.keep(*(path.partition("/")[2] for path in paths))
    return next(folder.leftovers(), None) is None
