"""The condition of a database file: damage, schema, sizes, times in the future; reads only, and knows no cure."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlite_utils import Migrations

from ingest.errors import is_damage
from ingest.store.database import cure_at, pending_migrations, unknown_migrations
from ingest.store.upkeep.backup import count, read_only
from ingest.text.dates import from_rfc3339

_TOLERANCE: Final = timedelta(minutes=5)  # between two clocks
_STEP: Final = 10_000  # instructions of SQLite between two looks at the clock


@dataclass(frozen=True, slots=True)
class DatabaseCondition:
    """What was found in a database file."""

    fault: str  # in one line; empty: none was found
    cure: str = ""  # what to do about a fault that is no damage
    is_ours: bool = True  # False: of another program
    is_fully_checked: bool = True  # False: the check took too long and was ended
    unknown: tuple[str, ...] = ()  # migrations of a newer program
    pending: tuple[str, ...] = ()  # migrations that an older program did not make
    items: int = 0
    sources: int = 0
    size: int = 0  # bytes
    log_size: int = 0  # bytes of the write-ahead log
    unused: int = 0  # bytes in free pages
    ahead: datetime | None = None  # the latest poll or first sight that lies in the future

    @property
    def is_usable(self) -> bool:
        """True when this program can open it as it is."""
        return self.is_ours and not (self.fault or self.unknown or self.pending)


def examine(path: Path, clock: Callable[[], datetime], patience: timedelta | None) -> DatabaseCondition:
    """Examine a database file without changing it; the check for damage ends after `patience`, None: never."""
    try:
        with closing(read_only(path)) as db:
            return _examined(db, path, clock, patience)
    except (sqlite3.Error, OSError) as fault:
        return DatabaseCondition(" ".join(str(fault).split()), "" if is_damage(fault) else cure_at(fault, path))


def _examined(db: sqlite3.Connection, path: Path, clock: Callable[[], datetime], patience: timedelta | None) -> DatabaseCondition:
    names = {name for (name,) in db.execute("select name from sqlite_master where type = 'table'")}
    if Migrations.migrations_table not in names:
        return DatabaseCondition("" if names else "it is empty", is_ours=not names)
    fault, is_complete = _damage(db, clock, patience)
    counts = count(db)
    log = path.with_name(f"{path.name}-wal")
    (page,), (free,) = (db.execute(f"pragma {name}").fetchone() for name in ("page_size", "freelist_count"))
    return DatabaseCondition(
        fault,
        is_fully_checked=is_complete,
        unknown=tuple(unknown_migrations(db)),
        pending=tuple(pending_migrations(db)),
        items=counts["item"],
        sources=counts["source"],
        size=path.stat().st_size,
        log_size=log.stat().st_size if log.exists() else 0,
        unused=page * free,
        ahead=_ahead(db, clock()),
    )


def _damage(db: sqlite3.Connection, clock: Callable[[], datetime], patience: timedelta | None) -> tuple[str, bool]:
    """Return (the first damage found, whether everything was looked at)."""
    end = clock() + patience if patience else None
    db.set_progress_handler(lambda: bool(end and clock() > end), _STEP)
    try:
        (found,) = db.execute("pragma quick_check(1)" if patience else "pragma integrity_check(1)").fetchone()
        broken = db.execute("pragma foreign_key_check").fetchone()
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return "", False
    finally:
        db.set_progress_handler(None, 0)
    if found != "ok":
        return " ".join(found.split()), True
    return (f"a row of {broken[0]} refers to nothing" if broken else ""), True


def newest_moment(db: sqlite3.Connection) -> datetime | None:
    """Return the latest moment of a poll or a first sight; None where there is none."""
    # The newest items have the highest numbers: the last of them are enough.
    (latest,) = db.execute(
        """select max(at) from (select max(last_poll) as at from poll
        union all select max(first_seen) from (select first_seen from item order by id desc limit 100))"""
    ).fetchone()
    return from_rfc3339(latest)


def _ahead(db: sqlite3.Connection, now: datetime) -> datetime | None:
    """Return the latest moment of a poll or a first sight, if it lies in the future."""
    latest = newest_moment(db)
    return latest if latest is not None and latest > now + _TOLERANCE else None
