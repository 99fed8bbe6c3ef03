"""The open SQLite file: connection, transactions, migrations, waiting; knows no table."""

import errno
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from threading import Event

import sqlite_utils
from sqlite_utils import Migrations

from ingest.errors import NewerDatabaseError, StoreError, database_cure, is_damage, system_cure
from ingest.store.turns import turns_at

_FAMILIES: dict[str, Migrations] = {}  # the sets of migrations that this program has loaded, by name
_NAMES = frozenset({"ingest", "feeds"})  # ... and that it may have
_PATIENCE = 30.0  # seconds that a statement waits for other processes
_ATTEMPTS = 100  # to switch to the write-ahead log
_PAUSE = 0.1  # seconds between them
_PRIMARY_CODE = 0xFF  # the bits of an extended error code of SQLite that say its kind
_GIVEN_BACK = 5_000  # free pages that one tidying gives back to the disk
_LITTLE = 1 << 16  # free bytes on the disk: there is no space
_SHORT_PATIENCE = 2.0  # ... and that tidying up waits
_MODE = 0o600  # of a new file: it holds what is private, too. SQLite gives the same to the files beside it
_IN_MEMORY = ":memory:"
_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-8000",  # kilobytes; with four times as much a cold pass is no faster
)


def family(name: str) -> Migrations:
    """Begin a set of migrations; its names show whether a database comes from a newer version."""
    return _FAMILIES.setdefault(name, Migrations(name))


class Database:
    """One connection to the file, bound to the thread that opened it. Only the store rooms reach it (`Facts.database`)."""

    def __init__(self, path: Path, before_upgrade: Callable[[Path], None] | None = None) -> None:
        """Open or create the file. Raises StoreError when it cannot be opened, is not ours, or is of a newer version.

        `before_upgrade` is called with the path before the schema of an older program is changed, while nobody writes.
        """
        self._path, self._before_upgrade = path, before_upgrade
        self.connection = _connect(path)
        self.execute, self.executemany = self.connection.execute, self.connection.executemany
        self.schema = sqlite_utils.Database(self.connection)  # the same connection, as migrations take it
        self._turns = turns_at(str(path.resolve()))
        self._up_to_date: set[str] = set()  # families whose migrations have all run; no other connection undoes one
        try:
            _refuse_unknown(self.schema, path)  # before it is touched
            self.patience()
            self._give_pages_back()
            self._write_ahead()
            for pragma in _PRAGMAS:
                self.execute(f"PRAGMA {pragma}")
        except BaseException as fault:
            self.close()
            raise _reported(fault, path) from fault

    def _give_pages_back(self) -> None:
        """Prepare a new file for giving free pages back; that takes effect before the first table alone."""
        if self.schema.table_names():
            return  # a reader of a home must not wait for whoever writes
        # Another thread or process may open the new file at the same time, and be writing already: it has done this.
        with self._turns, suppress(sqlite3.OperationalError):
            if not self.schema.table_names():
                self.execute("PRAGMA auto_vacuum=INCREMENTAL")

    def _write_ahead(self) -> None:
        """Switch to the write-ahead log. SQLite does not wait here while another process opens or closes the file, so we do."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as fault:
                if fault.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or attempt == _ATTEMPTS:
                    raise
                Event().wait(_PAUSE)
            else:
                return

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def patience(self, seconds: float = _PATIENCE) -> None:
        """Set how long a statement waits while another process, or a long query, keeps the database busy."""
        self.execute(f"PRAGMA busy_timeout={seconds * 1_000:.0f}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing. The write lock is taken first: what is read inside stays true until the end.

        The threads of this process get the lock in the order in which they asked for it.
        """
        with self._turns:
            self.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything inside from one state of the database; others may write meanwhile."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.rollback()

    def turn(self) -> AbstractContextManager[None]:
        """Wait until the other threads of this process have written, for a statement that is a transaction of its own."""
        return self._turns

    def migrate(self, steps: Migrations) -> None:
        """Run the migrations that are missing; of two processes that start together one waits for the other."""
        if steps.name in self._up_to_date:
            return  # each of the many stores of a family asks
        if steps.pending(self.schema):
            with self.transaction():
                if self._before_upgrade and steps.applied(self.schema) and steps.pending(self.schema):
                    self._before_upgrade(self._path)
                    self._before_upgrade = None  # the other family belongs to the same upgrade
                steps.apply(self.schema)
        self._up_to_date.add(steps.name)

    def tidy(self) -> None:
        """Refresh SQLite's statistics and write its log back into the file; do nothing while others keep it busy."""
        self.execute("PRAGMA optimize")
        with self._turns:
            # A script runs to its end: `execute` gives one page back. It does nothing where the file was not made for it.
            self.connection.executescript(f"PRAGMA incremental_vacuum({_GIVEN_BACK})")
        with self._turns:  # a checkpoint that waits for the log would keep all writers waiting
            self.patience(_SHORT_PATIENCE)
            self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.patience()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if str(path) != _IN_MEMORY:
            with suppress(OSError):  # it exists; what is wrong otherwise, SQLite says
                path.touch(_MODE, exist_ok=False)
        return sqlite3.connect(path)
    except Exception as fault:
        raise _reported(fault, path) from fault


def cure_at(fault: BaseException, path: Path) -> str:
    """Return what to do about a fault of SQLite or of the file system with a file: by its place where that is the cause.

    SQLite says that it is "unable to open" a file on a full disk, on a read-only one, and when there are too many files.
    """
    if isinstance(fault, OSError):
        return system_cure(fault)
    return ("" if is_damage(fault) else _cure_of_place(path)) or database_cure(fault)


def _cure_of_place(path: Path) -> str:
    """Return what to do about the place of a file that could not be used; empty where nothing is wrong with it."""
    cause = 0
    try:
        place = path if path.exists() else path.parent
        found = os.statvfs(place)
        os.close(os.open(place, os.O_RDONLY))
    except OSError as fault:
        return system_cure(fault) if fault.errno in {errno.EMFILE, errno.ENFILE} else ""
    if found.f_flag & os.ST_RDONLY:
        cause = errno.EROFS
    elif resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
        cause = errno.EFBIG
    elif found.f_bavail * found.f_frsize < _LITTLE:
        cause = errno.ENOSPC
    return system_cure(OSError(cause, "")) if cause else ""


def _reported(fault: BaseException, path: Path) -> BaseException:
    """Return a fault as a StoreError; sqlite3 and the file system each have their own tree."""
    if isinstance(fault, StoreError | MemoryError) or not isinstance(fault, Exception):
        return fault
    return StoreError(f"{path}: {fault}", f"{cure_at(fault, path)}, or name another --home")


def _refuse_unknown(db: sqlite_utils.Database, path: Path) -> None:
    """Refuse a database that is another program's, or whose shape a newer version has changed."""
    names = db.table_names()
    if not names:
        return
    if Migrations.migrations_table not in names:
        raise StoreError(f"{path} is another program's database", "name another --home")
    if unknown := unknown_migrations(db.conn):
        what = f"{path} was written by a newer version of topicwire, which made the change {unknown[-1]!r}"
        raise NewerDatabaseError(what, "update topicwire, or name another --home; nothing was touched")


def unknown_migrations(db: sqlite3.Connection) -> list[str]:
    """Return the migrations of a database that this program does not know, oldest first: those of a newer version."""
    rows = db.execute(f"select migration_set, name from {Migrations.migrations_table} order by rowid")  # noqa: S608 - a constant
    return [name for of, name in rows if not _is_known(of, name)]


def pending_migrations(db: sqlite3.Connection) -> list[str]:
    """Return the migrations of the loaded families that a database lacks; a family that was never begun lacks nothing."""
    applied = set(db.execute(f"select migration_set, name from {Migrations.migrations_table}"))  # noqa: S608 - a constant
    begun = {name for name, _ in applied}
    steps = ((of, one.name) for of, family in _FAMILIES.items() if of in begun for one in family._migrations)  # noqa: SLF001
    return [name for of, name in steps if (of, name) not in applied]


def _is_known(family_name: str, migration: str) -> bool:
    loaded = _FAMILIES.get(family_name)
    if loaded is None:
        return family_name in _NAMES  # that of a room that is not in use
    return any(one.name == migration for one in loaded._migrations)  # noqa: SLF001 - it has no other word for all of them
