"""The table of files that were ingested as documents, each with the hash it had; reads no file."""

from ingest.model import Source
from ingest.poll_state import Outcome
from ingest.store.database import Database
from ingest.store.recorder import Counts, indexed, record_feed
from ingest.store.sources import Sources
from ingest.text.dates import rfc3339


class Documents:
    """The documents that were read."""

    def __init__(self, database: Database, sources: Sources) -> None:
        """Use an open database."""
        self._db, self._sources = database, sources

    def hashes(self, source: Source) -> dict[str, str]:
        """Return the hashes of the documents of a source that were read before, by name."""
        rows = self._db.execute(
            """select name, hash from ingested_file
            where source_id = (select id from source where url = ?)""",
            [source.url],
        )
        return dict(rows.fetchall())

    def record(self, outcome: Outcome, name: str) -> Counts:
        """Store what a document held, and that it was read, in one transaction."""
        with self._db.transaction(), indexed(self._db):
            identifier = self._sources.ensure(outcome.source, outcome.at)
            counts = record_feed(self._db, outcome, outcome.feed, identifier) if outcome.feed else Counts()
            self._db.execute(
                """insert into ingested_file (source_id, name, hash, read, error) values (?, ?, ?, ?, ?)
                on conflict (source_id, name) do update set hash = excluded.hash, read = excluded.read, error = excluded.error""",
                [identifier, name, outcome.body_hash or "", rfc3339(outcome.at), outcome.error],
            )
        return counts
