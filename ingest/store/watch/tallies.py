"""The table `tally`: sums that only rise, by name and labels, for metrics; knows the meaning of none of them."""

from collections.abc import Mapping

from ingest.store.database import Database

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

    def all(self) -> dict[tuple[str, str], float]:
        """Return every sum."""
        return {(name, labels): number for name, labels, number in self._db.execute("select name, labels, number from tally")}
