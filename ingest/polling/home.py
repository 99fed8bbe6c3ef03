"""A home folder: its settings, database, clock and engine; knows where things lie, not what is done with them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ingest.errors import SettingsError, StoreError, UsageError
from ingest.log import log_event, open_log

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from ingest.polling.engine import Engine
    from ingest.polling.running.runner import BatchRunner
    from ingest.settings import Settings
    from ingest.store.facts import Facts

_LOG: Final = logging.getLogger(__name__)
_OURS: Final = ("topicwire.toml", "topicwire.db", "sources.opml", "topics", "seeds")


def utc_now() -> datetime:
    """Return the current time in UTC. Nothing else in the program reads the clock; everything else is given the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Home:
    """One home folder, with the environment and the clock: all that a command needs of the world."""

    folder: Path
    environment: Mapping[str, str]
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once, when they are first needed. Raises SettingsError."""
        from ingest.settings import load

        return load(self.folder, self.environment)

    @property
    def database_path(self) -> Path:
        """The path of the database."""
        return self.folder / "topicwire.db"

    @property
    def is_home(self) -> bool:
        """True when the folder holds a file of topicwire: it has been used as a home."""
        return any((self.folder / name).exists() for name in _OURS)

    def make(self) -> None:
        """Make the folder where there is none, and log that, since its name may be misspelt. Raises StoreError."""
        if self.folder.is_dir():
            return
        try:
            self.folder.mkdir(parents=True)
        except OSError as fault:
            raise StoreError(f"{self.folder}: {fault.strerror}", "name a folder that can be written with --home") from fault
        message = f"{self.folder}: no such folder; it is made now, as a new home"
        log_event(_LOG, logging.WARNING, "home_created", message, home=str(self.folder))

    def facts(self) -> Facts:
        """Open the database for writing; make it where there is none. Raises StoreError."""
        from ingest.store.facts import Facts

        self.make()
        return Facts(self.database_path, backup=self.settings.backup.before_upgrade)

    def stored(self, *, quiet: bool = False) -> Facts:
        """Open the database for reading. Where there is none, open an empty one in memory and create no file.

        Raises StoreError, and UsageError where there is not even a folder.
        """
        from ingest.store.facts import IN_MEMORY, Facts

        if self.database_path.exists():
            return Facts(self.database_path, backup=self.settings.backup.before_upgrade)
        self.require_folder()
        if not quiet and not self.is_home:
            where = self.folder.resolve()
            message = f"nothing is stored in {where}: there is no topicwire.db (--home names another folder)"
            log_event(_LOG, logging.WARNING, "home_empty", message, home=str(where))
        return Facts(IN_MEMORY)

    def require_folder(self) -> None:
        """Refuse a home that does not exist: a command that only reads makes none. Raises UsageError."""
        if not self.folder.is_dir():
            raise UsageError(
                f"{self.folder}: no such folder", "name your home folder with --home, or make one with `topicwire run`"
            )

    def engine(self) -> Engine:
        """Make the engine for requests and parsing; tracebacks of its faults go to topicwire.log in this folder."""
        from ingest.polling.engine import Engine
        from ingest.settings import parse_engine

        open_log(self.folder)
        own = self.settings
        chosen = parse_engine(own.engine)
        runner = self._cluster(chosen.scheduler) if chosen.scheduler else None
        return Engine(
            own.fetch, self.clock, chosen.processes, self.environment, home=self.folder, parsing=own.parsing, runner=runner
        )

    def _cluster(self, scheduler: str) -> BatchRunner:
        """Return the workers of a scheduler; they are looked for when the first batch is run. Raises SettingsError."""
        try:
            from ingest.polling.running.cluster import DaskCluster
        except ImportError as fault:
            what = 'engine: workers on other machines need the extra "dask"'
            raise SettingsError(what, "pip install 'topicwire[dask]', here and on all of them") from fault
        return DaskCluster(scheduler, self.settings.fetch, self.settings.parsing, self.clock)
