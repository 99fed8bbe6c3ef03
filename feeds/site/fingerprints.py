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
from feeds.publication.publish import Looked
from feeds.site import sources, views
from feeds.store.ledger import archive_sizes
from feeds.store.published_files import PageRecord, PageRecords
from feeds.tagging.topic.model import Topic
from ingest.store.facts import Facts

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)  # stands for "nothing is known yet"
_SOURCES_SECONDS: Final = 600  # the page of sources has thousands of rows: times alone do not draw it at every poll
_FEW_SOURCES: Final = 200  # of more, one always changes
_PROGRAM: Final = {".py", ".html", ".css", ".js", ".svg"}
_HEAD: Final = 800  # bytes of a page in which its fingerprint stands
_FINGERPRINT: Final = re.compile(rb'<meta name="fingerprint" content="([0-9a-f]*)">')


def as_of(facts: Facts) -> datetime:
    """Return the time that pages describe: the latest one in the database."""
    return facts.polls.last_moment() or EPOCH


def frame(target: Target) -> tuple[object, ...]:
    """Return what all pages depend on, apart from topics and what feeds depend on: another frame, and all are looked at."""
    settings = target.settings
    return _program(), settings.polling.rule, settings.service.search


def site_state(facts: Facts, topics: Iterable[Topic]) -> tuple[object, ...]:
    """Return values that change with some pages, whatever else does."""
    now = as_of(facts)
    return now.date(), sources_state(facts, now), tuple(archive_sizes(facts).items()), sources.statuses(facts, topics, now)


def sources_state(facts: Facts, now: datetime) -> tuple[object, ...]:
    """Return values that change every ten minutes and, of few sources, when one comes, goes, fails or recovers."""
    few = facts.sources.count_polled() <= _FEW_SOURCES
    return facts.sources.revision() if few else None, int(now.timestamp()) // _SOURCES_SECONDS


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
    """The pages of one publication, with what they were drawn from."""

    def __init__(self, records: PageRecords, damaged: Iterable[str], looked: Looked) -> None:
        """Take the records of the pages; what they say of `damaged` ones is not believed."""
        self._records, self._damaged, self._looked = records, frozenset(damaged), looked
        self._kept: set[str] = set()  # paths that belong to the site
        self._drawn: dict[str, PageRecord] = {}
        self._removed: set[str] = set()

    def keep(self, *paths: str) -> None:
        """Record that pages belong to the site: they are no leftovers."""
        self._kept.update(paths)

    def is_current(self, path: str, fingerprint: str, item: int | None = None) -> bool:
        """Return whether the page was drawn with this fingerprint; keep it in any case, with this fingerprint."""
        self.keep(path)
        known = self._looked is not Looked.EVERYTHING and path not in self._damaged and self._records.get(path) == fingerprint
        if not known:
            self._drawn[path] = PageRecord(path, fingerprint, item)
        return known

    def is_damaged(self, path: str) -> bool:
        """Return whether the page is not as it was written."""
        return path in self._damaged

    def drop(self, path: str) -> None:
        """Record that a page is no longer there."""
        self._removed.add(path)

    @property
    def kept(self) -> frozenset[str]:
        """The pages that belong to the site, as far as they were looked at."""
        return frozenset(self._kept)

    def remember(self) -> None:
        """Store what was drawn and dropped, inside the caller's transaction."""
        self._records.write(self._drawn.values(), self._removed)


def pages_in(folder: Path) -> Iterator[str]:
    """Return the pages of ours in a published folder, by path; a file without a fingerprint is somebody else's."""
    return (path for path in _html_in(folder) if _FINGERPRINT.search(_head(folder / path)))


def _html_in(folder: Path, below: str = "") -> Iterator[str]:
    with suppress(OSError), os.scandir(folder / below) as entries:
        for entry in entries:
            if entry.name.endswith(".html"):
                yield below + entry.name
            elif not below and entry.is_dir():
                yield from _html_in(folder, f"{entry.name}/")


def _head(path: Path) -> bytes:
    with suppress(OSError), path.open("rb") as file:
        return file.read(_HEAD)
    return b""


def folder_times(folder: Path, below: Iterable[str]) -> str:
    """Return the times of a published folder and of folders in it: they change when a name in them comes or goes."""
    return " ".join(f"{name}:{_time(folder / name)}" for name in ("", *sorted(below)))


def _time(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def has_no_leftovers(target: Target, paths: Iterable[str]) -> bool:
    """Return whether the published folder holds no page of ours apart from `paths`."""
    known = {path.partition("/")[2] for path in paths}
    return all(path in known or not _FINGERPRINT.search(_head(target.folder / path)) for path in _html_in(target.folder))
