"""Fills new databases of the tests with a schema that the migrations made once; knows nothing of what is stored.

All migrations take 30 ms, copying their result takes one: the suite makes thousands of databases. The migrations themselves
run in `tests/test_landed_schemas.py`, and in every process that a test starts.
"""

import sqlite3
from functools import cache
from threading import Lock
from typing import Final

from sqlite_utils import Migrations

from feeds.store.classifications import Classifications
from ingest.store.database import Database
from ingest.store.facts import IN_MEMORY, Facts

migrate_in_full: Final = Database.migrate
_one_at_a_time = Lock()


@cache
def _made() -> sqlite3.Connection:
    """Return a database that all migrations have made, and nothing else."""
    made = sqlite3.connect(":memory:", check_same_thread=False)
    try:
        Database.migrate = migrate_in_full  # type: ignore[method-assign]
        with Facts(IN_MEMORY) as facts:
            Classifications(facts)
            facts.database.connection.backup(made)
    finally:
        install()
    return made


def _migrate(database: Database, steps: Migrations) -> None:
    """Fill an empty database first; then nothing is missing."""
    if not (database._up_to_date or database.schema.table_names()):
        with _one_at_a_time:
            made = _made()  # a database in memory too: before this one has the turn that all of them share
        with database._turns, _one_at_a_time:
            if not database.schema.table_names():
                made.backup(database.connection)
    migrate_in_full(database, steps)


def install() -> None:
    """Let every database that is opened from now on in this process be made so."""
    Database.migrate = _migrate  # type: ignore[method-assign, assignment]
