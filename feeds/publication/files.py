"""The published files of a home: which exist, since when, and which were removed; knows no format."""

import gzip
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import CancelledError
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from feeds.publication.atomic_files import TWINS, FileWriter, is_twinned
from feeds.store.ledger import digest_of
from feeds.store.published_files import FileRecord, FileRecords
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

HOME: Final = "public/index"  # the name of the feed to which the files of no topic belong
_LOOKED_AT: Final = 300  # files of a feed in one publication
_SECONDS: Final = 60  # in which other files are looked at
_GONE: Final = ".gone"  # ends the name of a marker where a file was withdrawn for good (410, RFC 9110, 15.5.11)


class PublishedFiles:
    """The published files of a home, and the table that remembers them: also of removed files."""

    def __init__(self, facts: Facts, home: Path, now: datetime, stopping: Callable[[], bool] = lambda: False) -> None:
        """Take the folder in which `public` and `private` lie; after `stopping` nothing more is put there."""
        self._stopping = stopping
        self._home, self._now = home, now
        self._records = FileRecords(facts)
        self._writers = FileWriter()
        self._written: list[Path] = []
        self._changed: list[FileRecord] = []
        self._forgotten: list[str] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Write nothing more."""
        self._writers.close()

    def check_stopping(self) -> None:
        """Raise CancelledError once all is to stop."""
        if self._stopping():
            raise CancelledError

    def put(self, feed: str, path: str, data: bytes, newest: datetime | None, *, synced: bool = True) -> None:
        """Write a file of a feed, unless it holds these bytes already; it is there once all is settled.

        Its time is that of the newest change in it. Where that is unknown, or is the same although the bytes
        changed, it is the present: a client that compares dates alone must not miss it. A file that can be made
        again is not `synced`: thousands of pages would wait for the disk one by one.
        """
        changed = self._dated(feed, path, data, newest)
        self._writers.put(self._home / path, data, changed, synced=synced)

    def put_packed(self, feed: str, path: str, packed: bytes, newest: datetime | None) -> None:
        """Write a file of a feed, like `put`, whose bytes are known in gzip."""
        data = gzip.decompress(packed)
        self._writers.put(self._home / path, data, self._dated(feed, path, data, newest), packed=packed)

    def _dated(self, feed: str, path: str, data: bytes, newest: datetime | None) -> datetime:
        """Return the time of a file that is put, and remember it."""
        self.check_stopping()
        known = self._records.get(path)
        digest, before = digest_of(data), from_rfc3339(known.changed) if known else None
        if known and known.hash == digest and before:
            changed = before
        else:
            changed = newest if newest and (before is None or newest > before) else self._now
        if not known or (known.hash, known.deleted_at) != (digest, None):
            self._changed.append(FileRecord(path, feed, digest, len(data), rfc3339(changed) or ""))
            with suppress(FileNotFoundError, NotADirectoryError):  # where no file can be, writing it says so
                self._marker(path).unlink()
        return changed

    def settle(self) -> None:
        """Wait until what was put is there, and on the disk where it is synced. Raises StoreError."""
        self._written += self._writers.settle()

    @property
    def written(self) -> tuple[Path, ...]:
        """The files whose bytes changed, of what is settled."""
        return tuple(self._written)

    def remove(self, path: str) -> None:
        """Remove a file and its twins; leave a marker, by which a server answers 410 Gone."""
        for name in (path, *(path + twin for twin in TWINS)):
            with suppress(OSError):
                (self._home / name).unlink()
        with suppress(OSError):
            self._marker(path).touch()
        if known := self._records.get(path):
            self._changed.append(known._replace(deleted_at=rfc3339(self._now)))

    def prune(self, path: str) -> None:
        """Remove a file and its twins that can be made again when it is asked for; leave no marker and no record."""
        for name in (path, *(path + twin for twin in TWINS)):
            with suppress(OSError):
                (self._home / name).unlink()
        self._forgotten.append(path)

    def forget(self, paths: Iterable[str]) -> None:
        """Drop the records of some files, whether these exist or not."""
        self._forgotten += paths

    def remember(self) -> None:
        """Store what was written, removed and forgotten, inside the caller's transaction."""
        self._records.write(self._changed, self._forgotten)

    def _marker(self, path: str) -> Path:
        return self._home / f"{path}{_GONE}"

    def paths(self, feed: str) -> frozenset[str]:
        """Return the files of a feed that there should be."""
        return frozenset(path for path, *_ in self._records.of_feed(feed))

    def damaged(self, feed: str, *, read: bool = False) -> frozenset[str]:
        """Return files of a feed that are not as they were written; with `read` their bytes are compared.

        Of very many files some are looked at, and others with each minute: the cost must not grow with the archive.
        """
        some = self._records.of_feed(feed) if read else self._some(feed)
        return frozenset(
            path
            for path, size, changed, digest in some
            if not self._is_intact(path, size, changed) or (read and not self._holds(path, digest))
        )

    def _some(self, feed: str) -> list[tuple[str, int, str, str]]:
        parts = max(-(-self._records.count(feed) // _LOOKED_AT), 1)
        return self._records.of_feed(feed, int(self._now.timestamp()) // _SECONDS % parts * _LOOKED_AT, _LOOKED_AT)

    def count(self, feed: str, beginning: str) -> int:
        """Return how many files of a feed there should be whose paths begin like this and go on with a number."""
        return self._records.count(feed, beginning)

    def has(self, feed: str) -> bool:
        """Return whether a feed has any file."""
        return bool(self._records.of_feed(feed, limit=1))

    def are_intact(self, feed: str) -> bool:
        """Return whether a feed has files, and no damage to them is seen."""
        return self.has(feed) and not self.damaged(feed)

    def _is_intact(self, path: str, size: int, changed: str) -> bool:
        return is_twinned(f"{self._home}/{path}", datetime.fromisoformat(changed).timestamp(), size)

    def _holds(self, path: str, digest: str) -> bool:
        with suppress(OSError):
            return digest_of((self._home / path).read_bytes()) == digest
        return False

    def retire(self, present: Collection[str], spared: frozenset[str]) -> tuple[Path, ...]:
        """Remove the files of feeds that are not `present`, except those of spared topics; return the removed files."""
        leaving = [
            path
            for feed in sorted(self._records.feeds() - {*present, HOME})
            for path, *_ in self._records.of_feed(feed)
            if _owner(path) not in spared
        ]
        for path in leaving:
            self.remove(path)
        return tuple(self._home / path for path in leaving)


def _owner(path: str) -> str:
    """Return the topic that a file's name begins with: `public/harbour.archive-1.atom`."""
    return path.partition("/")[2].partition(".")[0]


def served_topics(facts: Facts) -> frozenset[str]:
    """Return the topics that have published files."""
    return frozenset(feed.partition("/")[2] for feed in FileRecords(facts).feeds() if feed != HOME)
