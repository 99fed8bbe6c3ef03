"""Writes files atomically, also across a power cut, each with its compressed twins; knows no table and no format."""

import gzip
import os
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.errors import StoreError

try:
    import brotli
except ImportError:  # the extra `brotli` is not installed
    brotli = None

TWINS: Final = (".gz", ".br")
_BROTLI_QUALITY: Final = 6  # 9 takes ten times as long for one per cent, the best a hundred times
_THREADS: Final = 3  # compressing and waiting for the disk let others work
_MOST: Final = 8  # files held at once
_MODE: Final = 0o644  # mkstemp's is for the owner alone; another user's web server reads what is published
_UNFINISHED: Final = ".topicwire-"  # how a file begins that is not yet whole


def replace(path: Path, data: bytes) -> bool:
    """Replace a file by `data` in one step, and wait until it is on the disk; return whether it was replaced. Raises StoreError."""
    replaced = put(path, data)
    if replaced:
        sync_folder(path.parent)
    return replaced


def put(path: Path, data: bytes, changed: datetime | None = None, *, synced: bool = True) -> bool:
    """Replace a file by `data` in one step, unless it holds just that already; return whether it was replaced.

    `changed` is the time that the file is given; None: the present. A reader sees the old file or the
    new one, also after a power cut; that it is the new one is sure once its folder is synced. Where not
    `synced`, a power cut may leave a file that must be made again. Raises StoreError.
    """
    with suppress(OSError):
        if path.read_bytes() == data:
            return False
    overwrite(path, data, changed, synced=synced)
    return True


def overwrite(path: Path, data: bytes, changed: datetime | None = None, *, synced: bool = True, mode: int = _MODE) -> None:
    """Replace a file that is known to hold something else; `mode` are its rights. Raises StoreError."""
    with _explained(path):
        try:
            _write_beside(path, data, changed, synced=synced, mode=mode)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_beside(path, data, changed, synced=synced, mode=mode)


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk. Raises StoreError."""
    with _explained(path):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn a fault into a StoreError that says what could not be done, and what to do."""
    try:
        yield
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror}", "check the folder's rights and free space") from fault


def _write_beside(path: Path, data: bytes, changed: datetime | None, *, synced: bool, mode: int) -> None:
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if synced:
                os.fsync(file.fileno())
            os.fchmod(file.fileno(), mode)
        if changed is not None:
            os.utime(name, (changed.timestamp(), changed.timestamp()))
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def sweep(*folders: Path) -> None:
    """Remove the unfinished files that a killed process left."""
    for path in (path for folder in folders for path in folder.rglob(f"{_UNFINISHED}*")):
        with suppress(OSError):
            path.unlink()


class FileWriter:
    """Write files and their twins in a few threads, while the next are made."""

    def __init__(self) -> None:
        """Start no thread yet."""
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
        """Wait until everything is written, and on the disk where it is synced; return the files written. Raises StoreError."""
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
        """End the threads; files whose writing has not begun are not written."""
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
    """Return bytes compressed; the result does not depend on the time."""
    if ending == TWINS[0]:
        return gzip.compress(data, mtime=0)
    # A window no larger than the data: the usual 4 MB costs a small page thirty times its work.
    window = min(max((len(data) + 16).bit_length(), 10), 22)
    return bytes(brotli.compress(data, quality=_BROTLI_QUALITY, lgwin=window))
