"""Bytes -> files that are whole at any moment, each with its compressed twins; remembers what was there, knows no format."""

import gzip
import os
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from feeds.publication.ledger import digest_of
from feeds.publication.whole import replace
from ingest.dates import from_rfc3339, rfc3339
from ingest.store import Facts

try:
    import brotli
except ImportError:  # the extra `brotli` is not installed
    brotli = None

_TWINS: Final = (".gz", ".br")
_GONE: Final = ".gone"  # a mark where a file was
_BROTLI_QUALITY: Final = 6  # 9 takes ten times as long for one per cent, the best a hundred times


class Files:
    """The published files of a home, and the table that remembers them: also those that are gone."""

    def __init__(self, facts: Facts, home: Path, now: datetime) -> None:
        """Take the folder in which `public` and `private` lie."""
        self._facts, self._home, self._now = facts, home, now
        self._execute = facts.db.conn.execute
        self._kept: set[str] = set()  # paths that were written or found unchanged
        self._rows: list[tuple[Any, ...]] = []

    def put(self, feed: str, path: str, data: bytes, newest: datetime | None, *, synced: bool = True) -> bool:
        """Write a file of a feed unless it holds these bytes already; give whether it was written. Raises StoreError.

        Its time is that of the newest change in it. Where that is unknown, or has not moved although the
        bytes have, it is the present: a client that asks by date alone must not miss it. What can be made
        again is not `synced`: thousands of pages would wait for the disk one by one.
        """
        self._kept.add(path)
        known = self._execute("select hash, changed, gone from document where path = ?", [path]).fetchone()
        digest, before = digest_of(data), from_rfc3339(known[1]) if known else None
        if known and known[0] == digest and before:
            changed = before
        else:
            changed = newest if newest and (before is None or newest > before) else self._now
        written = _put(self._home / path, data, changed, synced=synced)
        if not known or (known[0], known[2]) != (digest, None):
            self._rows.append((path, feed, digest, len(data), rfc3339(changed), None))
            with suppress(FileNotFoundError):
                self._marker(path).unlink()
        return written

    def remove(self, path: str) -> None:
        """Remove a file and its twins; leave a mark, so that a server can say that it is gone for good (410)."""
        for name in (path, *(path + twin for twin in _TWINS)):
            with suppress(OSError):
                (self._home / name).unlink()
        with suppress(OSError):
            self._marker(path).touch()
        known = self._execute("select feed, hash, size, changed from document where path = ?", [path]).fetchone()
        if known:
            self._rows.append((path, *known, rfc3339(self._now)))

    def remember(self) -> None:
        """Store what was written and removed."""
        with self._facts.transaction():
            self._facts.db.conn.executemany("insert or replace into document values (?, ?, ?, ?, ?, ?)", self._rows)
        self._rows.clear()

    def _marker(self, path: str) -> Path:
        return self._home / f"{path}{_GONE}"

    def intact(self, feed: str) -> bool:
        """Say whether all files of a feed lie as they were put; they are then kept as they are."""
        rows = self._execute("select path from document where feed = ? and gone is null", [feed]).fetchall()
        return bool(rows) and all(self.lies(path) for (path,) in rows)

    def lies(self, path: str) -> bool:
        """Say whether a file and its twins lie as they were put, by size and time; it is then kept as it is."""
        known = self._execute("select size, changed from document where path = ? and gone is null", [path]).fetchone()
        changed = from_rfc3339(known[1]) if known else None
        good = changed is not None and _twinned(self._home / path, changed.timestamp(), known[0])
        if good:
            self._kept.add(path)
        return good

    def retire(self, spared: frozenset[str]) -> tuple[Path, ...]:
        """Remove the files of feeds that are no more, unless a spared topic's; give which."""
        rows = self._execute("select path from document where gone is null and feed != '' order by path").fetchall()
        leaving = [path for (path,) in rows if path not in self._kept and _owner(path) not in spared]
        for path in leaving:
            self.remove(path)
        return tuple(self._home / path for path in leaving)


def _owner(path: str) -> str:
    """Give the topic that a file's name begins with: `public/harbour.archive-1.atom`."""
    return path.partition("/")[2].partition(".")[0]


def _twins(path: Path) -> list[Path]:
    """Give the compressed twins that can be made here."""
    return [path.with_name(path.name + twin) for twin in _TWINS[: 1 if brotli is None else 2]]


def _twinned(path: Path, moment: float, size: int) -> bool:
    """Say whether a file and its twins have a time, and the file a size."""
    try:
        found = [name.stat() for name in (path, *_twins(path))]
    except OSError:
        return False
    return found[0].st_size == size and all(one.st_mtime == moment for one in found)


def _put(path: Path, data: bytes, changed: datetime, *, synced: bool) -> bool:
    """Write a file and its twins where they are not there already; give whether the file was written."""
    written = replace(path, data, changed, synced=synced)
    moment = changed.timestamp()
    if not _twinned(path, moment, len(data)):
        # The file came first: a twin that is older than it is known to be of another version.
        os.utime(path, (moment, moment))
        for twin in _twins(path):
            replace(twin, _compressed(data, twin.suffix), changed, synced=synced)
            os.utime(twin, (moment, moment))
    return written


def _compressed(data: bytes, suffix: str) -> bytes:
    """Compress: the same bytes give the same on every day."""
    if suffix == ".gz":
        return gzip.compress(data, mtime=0)
    # A window no larger than the data: the usual 4 MB costs a small page thirty times its work.
    window = min(max((len(data) + 16).bit_length(), 10), 22)
    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY, lgwin=window))
