"""Puts a backup in the place of the database and keeps the replaced one beside it; knows files, not rows."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.errors import StoreError
from ingest.store.upkeep.backup import copy_database, explained, put_in_place, sync, unfinished, verify

_LOG_FILES: Final = ("-wal", "-shm")
_PATIENCE: Final = 2.0  # seconds to wait for another connection to end


@dataclass(frozen=True, slots=True)
class RestoreReport:
    """The result of restoring a backup."""

    items: int
    sources: int
    replaced: Path | None  # where the database that was there lies now; None: there was none


def restore(backup: Path, database: Path, now: datetime) -> RestoreReport:
    """Put a copy of a backup in the place of `database`, after verifying it; keep the replaced database beside it.

    The caller holds the home. At every moment there is a whole database in that place. Raises StoreError, also when
    another process has the database open; then nothing is changed.
    """
    database = database.resolve()  # a link to it stays a link
    if database.exists() and backup.exists() and backup.samefile(database):
        raise StoreError(f"{backup} is the database itself", "name a backup")
    with unfinished(database) as copy:
        copy_database(backup, copy)
        counts = verify(copy, None, backup)
        kept = None
        if database.exists():
            copy.chmod(database.stat().st_mode)
            kept = _keep(database, now)
        with explained(database):
            for end in _LOG_FILES:  # of a database that could not be closed; its copies are kept
                database.with_name(database.name + end).unlink(missing_ok=True)
        put_in_place(copy, database, force=True)
    return RestoreReport(counts["item"], counts["source"], kept)


def _keep(database: Path, now: datetime) -> Path:
    """Give the present database a second name, and return it. What is in its write-ahead log stays with it."""
    kept = database.with_name(f"{database.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    if kept.exists():
        raise StoreError(f"{kept}: there is a file already", "move it away")
    with explained(database):
        _write_log_back(database)
        for end in ("", *_LOG_FILES):
            source = database.with_name(database.name + end)
            if source.exists():
                _name_again(source, kept.with_name(kept.name + end))
        sync(database.parent)
    return kept


def _name_again(source: Path, name: Path) -> None:
    """Give a file a second name, or only the second name on a file system without hard links."""
    try:
        name.hardlink_to(source)
    except OSError:
        source.rename(name)


def _write_log_back(database: Path) -> None:
    """Write the log of changes into the database and remove it. Raises StoreError while another process has it open."""
    try:
        with closing(sqlite3.connect(database, timeout=_PATIENCE)) as db:
            db.execute("pragma journal_mode=delete")
    except sqlite3.OperationalError as fault:
        if "locked" in str(fault):
            what = f"{database} is open in another process"
            raise StoreError(what, "stop `topicwire run`, `topicwire serve` and other programs that use it first") from fault
    except sqlite3.DatabaseError:
        return  # it is damaged: it is kept as it is, with its log
