"""One file that is whole at any moment: the old one or the new one, never half of either, also after a power cut."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.errors import StoreError

_UNFINISHED: Final = ".topicwire-"  # how a file begins that is not yet whole


def replace(path: Path, data: bytes) -> bool:
    """Replace a file by `data` in one step, and see it on the disk; return whether it was replaced. Raises StoreError."""
    replaced = put(path, data)
    if replaced:
        sync_folder(path.parent)
    return replaced


def put(path: Path, data: bytes, changed: datetime | None = None, *, synced: bool = True) -> bool:
    """Replace a file by `data` in one step, unless it holds just that already; return whether it was replaced.

    `changed` is the time that the file is given; None: the present. A reader sees the old file or the
    new one (P8, D3), also after a power cut; that it is the new one is sure once its folder is synced. Where not
    `synced`, a power cut may leave a file that must be made again. Raises StoreError.
    """
    with suppress(OSError):
        if path.read_bytes() == data:
            return False
    overwrite(path, data, changed, synced=synced)
    return True


def overwrite(path: Path, data: bytes, changed: datetime | None = None, *, synced: bool = True) -> None:
    """Replace a file that is known to hold something else. Raises StoreError."""
    with _said(path):
        try:
            _write_beside(path, data, changed, synced=synced)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write_beside(path, data, changed, synced=synced)


def sync_folder(path: Path) -> None:
    """See the names in a folder on the disk. Raises StoreError."""
    with _said(path):
        folder = os.open(path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _said(path: Path) -> Iterator[None]:
    """Say what could not be done, and what to do."""
    try:
        yield
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror}", "check the folder's rights and free space") from fault


def _write_beside(path: Path, data: bytes, changed: datetime | None, *, synced: bool) -> None:
    handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if synced:
                os.fsync(file.fileno())
            os.fchmod(file.fileno(), 0o644)  # mkstemp's is for the owner alone; another user's web server reads it
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
