"""Bytes -> files that are whole at any moment, each with its compressed twins, in a few threads; knows no table and no format."""

import gzip
import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Final

from feeds.publication.atomic_file import overwrite, put, sync_folder

try:
    import brotli
except ImportError:  # the extra `brotli` is not installed
    brotli = None

TWINS: Final = (".gz", ".br")
_BROTLI_QUALITY: Final = 6  # 9 takes ten times as long for one per cent, the best a hundred times
_THREADS: Final = 3  # compressing and waiting for the disk let others work
_MOST: Final = 8  # files held at once


class Writers:
    """Threads that write files while the next are made."""

    def __init__(self) -> None:
        """Start none yet."""
        self._pool = ThreadPoolExecutor(_THREADS, "writer")
        self._waiting: deque[tuple[Path, Future[bool]]] = deque()
        self._folders: set[Path] = set()  # that hold new names which are to be on the disk
        self._written: list[Path] = []

    def put(self, path: Path, data: bytes, changed: datetime, *, packed: bytes | None = None, synced: bool = True) -> None:
        """Write a file and its twins where they are not there already; `packed` is its first twin, where that is known."""
        while len(self._waiting) >= _MOST:
            self._finish()
        self._waiting.append((path, self._pool.submit(_put, path, data, changed, packed, synced)))
        if synced:
            self._folders.add(path.parent)

    def settle(self) -> tuple[Path, ...]:
        """Wait until everything is written, and on the disk where it is synced; give the files written. Raises StoreError."""
        while self._waiting:
            self._finish()
        while self._folders:
            sync_folder(self._folders.pop())
        done, self._written = tuple(self._written), []
        return done

    def _finish(self) -> None:
        path, done = self._waiting.popleft()
        if done.result():
            self._written.append(path)

    def close(self) -> None:
        """Let the threads end; what has not begun is not written."""
        self._pool.shutdown(cancel_futures=True)


def is_twinned(path: str, moment: float, size: int) -> bool:
    """Return whether a file and its twins have a time, and the file a size."""
    try:
        found = [os.stat(name) for name in (path, *(path + twin for twin in _possible()))]  # noqa: PTH116 - of thousands
    except OSError:
        return False
    return found[0].st_size == size and all(one.st_mtime == moment for one in found)


def _possible() -> tuple[str, ...]:
    """Return the endings of the twins that can be made here."""
    return TWINS[: 1 if brotli is None else 2]


def _put(path: Path, data: bytes, changed: datetime, packed: bytes | None, synced: bool) -> bool:  # noqa: FBT001 - by a pool
    written = put(path, data, changed, synced=synced)
    moment = changed.timestamp()
    if written or not is_twinned(str(path), moment, len(data)):
        # The file came first: a twin that is older than it is known to be of another version.
        if not written:
            os.utime(path, (moment, moment))
        for ending in _possible():
            twin = packed if packed and ending == TWINS[0] else _compressed(data, ending)
            overwrite(path.with_name(path.name + ending), twin, changed, synced=synced)
    return written


def _compressed(data: bytes, ending: str) -> bytes:
    """Compress: the same bytes give the same on every day."""
    if ending == TWINS[0]:
        return gzip.compress(data, mtime=0)
    # A window no larger than the data: the usual 4 MB costs a small page thirty times its work.
    window = min(max((len(data) + 16).bit_length(), 10), 22)
    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY, lgwin=window))
