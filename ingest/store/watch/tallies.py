"""The table `tally`: sums that only rise, by name and labels, for metrics; knows how stages are summed up, and no other meaning."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from ingest.store.database import Database

DONE: Final = "done"
"""The name under which the time (in seconds since 1970) stands when a piece of work last ended well; it may be put back."""

STAGES: Final = "stage_seconds"
"""The name of the seconds that stages of the work took: for each its sum, and the number of runs within each bound."""

BOUNDS: Final = (0.05, 0.2, 1.0, 5.0, 20.0, 60.0)
"""Seconds, the upper bounds of the histogram of stages."""

_PATIENCE: Final = 0.5  # seconds to wait for a writer with what may as well be left out
_SELDOM: Final = 60.0  # seconds: work that found nothing to do is noted no more often

Sums = Mapping[tuple[str, str], float]
"""What to add, by name and labels; the labels are separated by spaces."""


class Tallies:
    """The sums. They outlive the process: who polls and who is asked for metrics may be two."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database

    def add(self, sums: Sums) -> None:
        """Add to sums, in a transaction of its own; nothing is written where there is nothing to add."""
        if sums:
            with self._db.transaction():
                self.add_within(sums)

    def add_within(self, sums: Sums) -> None:
        """Add to sums, inside the caller's transaction."""
        self._db.executemany(
            """insert into tally values (?, ?, ?)
            on conflict (name, labels) do update set number = number + excluded.number""",
            [(name, labels, float(number)) for (name, labels), number in sums.items()],
        )

    def done(self, work: str, now: datetime, sums: Sums) -> None:
        """Note that a piece of work has ended well, with its sums: at once where there are any, otherwise once a minute."""
        at, last = (
            now.timestamp(),
            self._db.execute("select number from tally where name = ? and labels = ?", [DONE, work]).fetchone(),
        )
        if not sums and last and 0 <= at - last[0] < _SELDOM:
            return
        with self._db.transaction():
            self.add_within(sums)
            self._db.execute("insert or replace into tally values (?, ?, ?)", [DONE, work, at])

    def all(self) -> dict[tuple[str, str], float]:
        """Return every sum."""
        return tallies_of(self._db.connection)


def tallies_of(db: sqlite3.Connection) -> dict[tuple[str, str], float]:
    """Return every sum; raises sqlite3.Error."""
    return {(name, labels): number for name, labels, number in db.execute("select name, labels, number from tally")}


def note_done(path: Path, work: str, now: datetime) -> None:
    """Note that a piece of work has ended well, where nobody keeps the database busy; bring no schema up to date."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=_PATIENCE)) as db, db:
        db.execute("insert or replace into tally values (?, ?, ?)", [DONE, work, now.timestamp()])


class StageTimes:
    """What the stages of one piece of work took, by a clock that may be put back meanwhile."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Begin with nothing."""
        self._clock = clock
        self.sums: dict[tuple[str, str], float] = {}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Measure a run of a stage that ends well."""
        begun = self._clock()
        yield
        for key, number in stage_sums(stage, max((self._clock() - begun).total_seconds(), 0.0)).items():
            self.sums[key] = self.sums.get(key, 0) + number


def stage_sums(stage: str, seconds: float) -> dict[tuple[str, str], float]:
    """Return what one run of a stage of the work adds: its seconds, and one to the runs of that length."""
    bound = next((f"{bound:g}" for bound in BOUNDS if seconds <= bound), "+Inf")
    return {(STAGES, f"{stage} sum"): seconds, (STAGES, f"{stage} {bound}"): 1}
