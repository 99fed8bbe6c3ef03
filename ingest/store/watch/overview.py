"""How all polled sources are doing, read from the tables in one statement; knows no source by name."""

import json
import sqlite3
from collections.abc import Collection
from typing import Final

from ingest.planner.overview import SourcesOverview
from ingest.text.dates import from_rfc3339

OFFLINE: Final = "offline"
"""The note that says since when no server was reached."""


def overview_of(db: sqlite3.Connection, among: Collection[int] | None = None) -> SourcesOverview:
    """Return it for all sources, or for some by their row numbers; raises sqlite3.Error."""
    rows = None if among is None else json.dumps(sorted(among))
    polled, failing, new, *moments = db.execute(
        """select count(*), count(p.error), count(*) - count(p.last_poll), min(p.next_poll), max(p.last_poll), max(p.last_success)
        from source s left join poll p on p.source_id = s.id where s.kind = 'feed' and s.status = 'active'
        and (? is null or s.id in (select value from json_each(?)))""",
        [rows, rows],
    ).fetchone()
    noted = db.execute("select value from meta where key = ?", [OFFLINE]).fetchone()
    earliest, last, good = map(from_rfc3339, moments)
    return SourcesOverview(polled, failing, new, earliest, last, good, from_rfc3339(noted[0] or None) if noted else None)
