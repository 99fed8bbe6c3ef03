"""The facts in one SQLite file: opens it, records outcomes in single transactions, answers questions; judges nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database

from ingest.dates import rfc3339
from ingest.item import Before, Outcome, Source, SourceKind, SourceState, SourceStatus, StoredItem
from ingest.store import reading, schema, served, sources
from ingest.store.items import Recorder

__all__ = ["Counts", "Facts"]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a commit added: items never seen before, and items whose text changed."""

    new: int = 0
    changed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        """Sum two counts."""
        return Counts(self.new + other.new, self.changed + other.changed)


class Facts:
    """The tables of facts. Bound to the thread that opened it; other processes may read and write beside it."""

    def __init__(self, path: Path) -> None:
        """Open or create the database. Raises StoreError when it cannot be."""
        self.db: Database = schema.connect(path)
        schema.migrate(self.db, schema.migrations)

    def __enter__(self) -> "Facts":
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Write all or nothing."""
        return schema.transaction(self.db)

    def instance(self, make: Callable[[], UUID]) -> UUID:
        """Give the database's own permanent name; `make` is asked once, at the first need."""
        self.db.conn.execute("insert or ignore into meta values ('instance', ?)", [str(make())])
        self.db.conn.commit()
        return UUID(self.db.conn.execute("select value from meta where key = 'instance'").fetchone()[0])

    def tidy(self) -> None:
        """Let SQLite refresh its statistics and fold its log back into the file."""
        self.db.conn.execute("PRAGMA optimize")
        self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # Sources

    def add_sources(self, found: Iterable[Source], now: datetime) -> int:
        """Store sources; give how many were not polled before."""
        with self.transaction():
            return sum(sources.put(self.db, source, now) for source in found)

    def retire(self, url: str) -> bool:
        """Stop polling a source, keep its items; give whether there was such a source."""
        with self.transaction():
            return sources.set_status(self.db, url, SourceStatus.RETIRED)

    def sources(self) -> list[tuple[Source, SourceState]]:
        """Give every source and its state, in the order they were added."""
        return sources.all_with_state(self.db)

    def source(self, url: str) -> tuple[Source, SourceState] | None:
        """Give one source by its address."""
        found = sources.all_with_state(self.db, "s.url = ?", (url,))
        return found[0] if found else None

    def due(self, now: datetime | None, limit: int = -1) -> list[tuple[Source, SourceState]]:
        """Give the polled sources that are due at `now`, all of them for None; longest overdue first when limited."""
        where = "s.kind = 'feed' and s.status = 'active' and (? is null or coalesce(p.next_poll, '') <= ?)"
        chosen = f"""s.id in (select s.id from source s left join poll p on p.source_id = s.id where {where}
            order by coalesce(p.next_poll, ''), s.id limit ?)"""  # noqa: S608 - constants
        moment = rfc3339(now)
        return sources.all_with_state(self.db, chosen, (moment, moment, limit))

    # Documents

    def read_documents(self, source: Source) -> dict[str, str]:
        """Give name and hash of the documents of a source that were read before."""
        rows = self.db.conn.execute(
            "select name, hash from file where source_id = (select id from source where url = ?)", [source.url]
        )
        return dict(rows.fetchall())

    def record_document(self, outcome: Outcome, name: str) -> Counts:
        """Store what a document held, and that it was read, in one transaction."""
        with self.transaction():
            counts, identifier = self._record(outcome)
            row = {"source_id": identifier, "name": name, "hash": outcome.body_hash or "", "read": rfc3339(outcome.at)}
            self.db.table("file").upsert({**row, "error": outcome.error}, pk=("source_id", "name"))
        return counts

    # Polls

    def before(self, url: str) -> Before:
        """Give what the last document of a source held, for the parsing of its next."""
        return served.before(self.db, url)

    def record(self, outcomes: Iterable[tuple[Outcome, SourceState]]) -> Counts:
        """Store what a batch of polls brought: items, sightings, validators and next poll, all or nothing (D1)."""
        total = Counts()
        with self.transaction():
            for outcome, state in outcomes:
                counts, identifier = self._record(outcome)
                sources.put_state(self.db, identifier, state)
                total += counts
        return total

    def _record(self, outcome: Outcome) -> tuple[Counts, int]:
        source, feed = outcome.source, outcome.feed
        if self.db.conn.execute("select 1 from source where url = ?", [source.url]).fetchone() is None:
            sources.put(self.db, source, outcome.at)
        identifier = sources.source_id(self.db, source.url)
        if feed is None:
            return Counts(), identifier
        recorder = Recorder(self.db, source, identifier, outcome.at)
        recorder.record(feed)
        if source.kind is SourceKind.FEED:
            said = Source(source.url, title=feed.title, site_url=feed.site_url, feed_id=feed.feed_id, language=feed.language)
            sources.describe(self.db, identifier, said)
            served.put(self.db, identifier, feed)
        return Counts(recorder.new, recorder.changed), identifier

    # Items

    def after(self, seq: int, limit: int) -> tuple[StoredItem, ...]:
        """Give the items whose present version came after number `seq`, oldest change first."""
        return reading.after(self.db, seq, limit)

    def by_rows(self, rows: Iterable[int]) -> tuple[StoredItem, ...]:
        """Give items by number, in the order asked for."""
        return reading.by_rows(self.db, rows)

    def items(self) -> Iterator[StoredItem]:
        """Give every item, in the order in which they were first stored."""
        return reading.everything(self.db)

    def find(self, name: str) -> tuple[StoredItem, ...]:
        """Give the items that a person may mean by an id or its beginning, an address or a guid."""
        return reading.find(self.db, name)
