"""A verified copy of a database that others may be writing: made beside its place, then put there in one step."""

import fcntl
import logging
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlite_utils import Migrations

from ingest.errors import NewerDatabaseError, StoreError
from ingest.log import log_event
from ingest.store.database import cure_at, unknown_migrations

_LOG: Final = logging.getLogger(__name__)
_COUNTED: Final = ("source", "item", "version", "sighting")
_UNFINISHED: Final = ".topicwire-"  # how a file begins that is not yet whole
_ENDINGS: Final = ("", "-wal", "-shm", "-journal")
_BEFORE_UPGRADE: Final = "before-upgrade-"
_KEPT: Final = 2  # copies made before an upgrade
_PATIENCE: Final = 30.0  # seconds to wait for a process that recovers the write-ahead log


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A copy that was compared with its original."""

    path: Path
    size: int  # bytes
    items: int
    sources: int


@contextmanager
def explained(path: Path, cure: str = "") -> Iterator[None]:
    """Turn a fault of SQLite or the file system into a StoreError that names the file and what to do: `cure`, or by its kind."""
    try:
        yield
    except sqlite3.Error as fault:
        raise StoreError(f"{path}: {fault}", cure or cure_at(fault, path)) from fault
    except OSError as fault:
        raise StoreError(f"{path}: {fault.strerror or fault}", cure or cure_at(fault, path)) from fault


def back_up(database: Path, target: Path, *, force: bool = False) -> BackupReport:
    """Copy a database to `target`, verify the copy, and return what it holds; an existing file is replaced only with `force`.

    The copy is a snapshot: it holds every commit up to one moment and none after it. Other processes go on reading
    and writing. Raises StoreError; then `target` is as it was.
    """
    if not force and target.exists():
        raise StoreError(f"{target}: there is a file already", "name another file, or add --force to replace it")
    if target.exists() and target.samefile(database):
        raise StoreError(f"{target} is the database itself", "name another file")
    with unfinished(target) as copy:
        counts = copy_database(database, copy)
        verify(copy, counts, target)
        put_in_place(copy, target, force=force)
    return BackupReport(target, target.stat().st_size, counts["item"], counts["source"])


def keep_before_upgrade(database: Path) -> None:
    """Copy a database that holds anything, before its schema is changed, and keep the last two such copies.

    The caller holds the write lock. A copy is named after the number of migrations that it has. Raises StoreError.
    """
    cure = "free space, or set backup.before_upgrade = false; nothing was changed"
    with explained(database, cure), closing(read_only(database)) as db:
        if not count(db)["source"]:
            return
        (number,) = db.execute(f"select count(*) from {Migrations.migrations_table}").fetchone()  # noqa: S608 - a constant
    target = database.with_name(f"{database.name}.{_BEFORE_UPGRADE}{number:03}")
    try:
        with unfinished(target) as copy:
            verify(copy, copy_database(database, copy), target, check="quick_check")
            put_in_place(copy, target, force=True)
    except StoreError as fault:
        raise StoreError(f"no copy could be made before the upgrade: {fault.what}", cure) from fault
    for old in sorted(database.parent.glob(f"{database.name}.{_BEFORE_UPGRADE}*"))[:-_KEPT]:
        old.unlink(missing_ok=True)
    message = f"the database is brought up to date; {target} is a copy of it as it was"
    log_event(_LOG, logging.INFO, "database_upgraded", message, copy=str(target))


@contextmanager
def unfinished(target: Path) -> Iterator[Path]:
    """Yield the path of an empty file beside `target`, which its owner alone can read, and remove it at the end.

    The file is locked as long as this process lives, so that what a killed process left can be told from it.
    """
    remove_abandoned(target.parent)
    with explained(target):
        handle, name = tempfile.mkstemp(prefix=_UNFINISHED, dir=target.parent)
        fcntl.flock(handle, fcntl.LOCK_SH)
    path = Path(name)
    try:
        yield path
    finally:
        _remove(path)
        os.close(handle)  # only now: SQLite's own locks on the file end with it


def remove_abandoned(folder: Path) -> None:
    """Remove the unfinished copies of a database that killed processes left in a folder, and none that is being made."""
    for path in sorted(folder.glob(f"{_UNFINISHED}*")):
        main = path.with_name(path.name.rpartition("-")[0]) if path.name.endswith(_ENDINGS[1:]) else path
        with suppress(OSError):  # it is gone, or another process makes it
            if main.exists():
                with main.open("rb") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(main)


def _remove(copy: Path) -> None:
    for end in _ENDINGS:
        with suppress(OSError):
            copy.with_name(copy.name + end).unlink()


def copy_database(database: Path, target: Path) -> dict[str, int]:
    """Copy a database into an empty file, with its write-ahead log; return the number of rows of its main tables."""
    if not database.exists():
        raise StoreError(f"{database}: no such file", "name a database of topicwire")
    if is_unwritable(database):
        return _copy_files(database, target)
    with explained(database), closing(read_only(database)) as source:
        source.execute("begin")  # one snapshot for the copy and for the counts
        counts = count(source)
        with explained(target), closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
            copy.execute("pragma journal_mode=delete")  # the copy is one file
    return counts


def _copy_files(database: Path, target: Path) -> dict[str, int]:
    """Copy a database on a read-only file system, where SQLite cannot open it, with what its log of changes holds."""
    with explained(target):
        for ending in ("", "-wal"):
            source = database.with_name(database.name + ending)
            if source.exists():
                shutil.copyfile(source, target.with_name(target.name + ending))
        with closing(sqlite3.connect(target)) as copy:
            copy.execute("pragma journal_mode=delete")
            return count(copy)


def is_unwritable(path: Path) -> bool:
    """Return whether a file lies on a file system that is mounted read-only."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def read_only(database: Path) -> sqlite3.Connection:
    """Open a database without ever writing to it. Raises sqlite3.Error."""
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE, isolation_level=None)


def count(db: sqlite3.Connection) -> dict[str, int]:
    """Return the number of rows of the main tables, 0 for a table that is missing."""
    tables = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
    known = (name for name in _COUNTED if name in tables)
    counted = {name: int(db.execute(f"select count(*) from {name}").fetchone()[0]) for name in known}  # noqa: S608 - constants
    return dict.fromkeys(_COUNTED, 0) | counted


def verify(copy: Path, counts: dict[str, int] | None, named: Path, check: str = "integrity_check") -> dict[str, int]:
    """Check every page, key and row count of a copy, and that this program knows its schema; return the counts.

    `named` is the name for messages; the check `quick_check` does not compare indexes with their tables.
    Raises StoreError, and NewerDatabaseError for a schema of a newer version.
    """
    with explained(named, "it is no sound database of topicwire"), closing(read_only(copy)) as db:
        (found,) = db.execute(f"pragma {check}(1)").fetchone()
        if found != "ok":
            raise StoreError(f"{named} is damaged: {' '.join(found.split())}", "take another backup")
        if not db.execute("select 1 from sqlite_master where name = ?", [Migrations.migrations_table]).fetchone():
            raise StoreError(f"{named} is no database of topicwire", "name a file that `topicwire backup` made")
        if unknown := unknown_migrations(db):
            what = f"{named} was written by a newer version of topicwire, which made the change {unknown[-1]!r}"
            raise NewerDatabaseError(what, "update topicwire first")
        if (broken := db.execute("pragma foreign_key_check").fetchone()) is not None:
            raise StoreError(f"{named} is damaged: a row of {broken[0]} refers to nothing", "take another backup")
        present = count(db)
    if counts is not None and present != counts:
        raise StoreError(f"{named}: the copy differs from the database", "make the backup again")
    return present


def put_in_place(copy: Path, target: Path, *, force: bool) -> None:
    """Give a finished file its name in one step, on the disk. Raises StoreError."""
    with explained(target):
        sync(copy)
        if force:
            copy.replace(target)
        else:
            try:
                os.link(copy, target)  # unlike a rename, this replaces nothing
            except FileExistsError:
                raise StoreError(f"{target}: there is a file already", "name another file, or add --force") from None
            except OSError:  # a file system without hard links
                copy.replace(target)
        sync(target.parent)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
