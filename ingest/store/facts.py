"""The facts in one SQLite file: opens it, records outcomes in single transactions, answers questions; judges nothing."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlite_utils import Database

from ingest.http.semantics import GONE
from ingest.model import NOTHING, Before, ParsedFeed, Source, SourceKind, SourceStatus, StoredItem
from ingest.planner.polling_cost import PollingCost
from ingest.poll_state import Outcome, PollingRule, PublishingRate, SourceState
from ingest.store import migrations, prices, reading, served, sources, subscriptions
from ingest.store.items import Recorder, indexed
from ingest.store.subscriptions import Subscription
from ingest.store.turns import turns
from ingest.text.dates import from_rfc3339, rfc3339

__all__ = ["IN_MEMORY", "Counts", "Facts"]
IN_MEMORY = Path(":memory:")  # a database that leaves no trace
_MOMENT = 2.0  # seconds
_POLITE = timedelta(minutes=15)  # between two polls of one source
_ASTRAY = timedelta(minutes=5)  # what two clocks may differ by


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
        self.db: Database = migrations.connect(path)
        try:
            migrations.migrate(self.db, migrations.migrations)
        except BaseException:
            self.db.close()
            raise

    def __enter__(self) -> "Facts":
        """Give itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.db.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Write all or nothing."""
        return migrations.transaction(self.db)

    def instance(self, make: Callable[[], UUID]) -> UUID:
        """Give the database's own permanent name; `make` is asked once, at the first need."""
        if (known := self.noted("instance")) is not None:  # whoever only reads waits for nobody who writes
            return UUID(known)
        self.db.conn.execute("insert or ignore into meta values ('instance', ?)", [str(make())])
        self.db.conn.commit()
        return UUID(self.db.conn.execute("select value from meta where key = 'instance'").fetchone()[0])

    def noted(self, key: str) -> str | None:
        """Give what was noted under a key, or None."""
        row = self.db.conn.execute("select value from meta where key = ?", [key]).fetchone()
        return str(row[0]) if row else None

    def note(self, key: str, value: str) -> None:
        """Note a value under a key, in place of the one before."""
        with self.transaction():
            self.db.conn.execute("insert or replace into meta values (?, ?)", [key, value])

    def tidy(self) -> None:
        """Let SQLite refresh its statistics and fold its log back into the file, unless others keep it busy."""
        self.db.conn.execute("PRAGMA optimize")
        with turns(self.db):  # whoever waits for the log to be free keeps all who write waiting
            migrations.patience(self.db, _MOMENT)
            self.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            migrations.patience(self.db)

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
        found = sources.all_with_state(self.db, "s.url = ?", (sources.present_url(self.db, url),))
        return found[0] if found else None

    def present_url(self, url: str) -> str:
        """Give the address at which a source lives now, by any that it had; one that is not known stays as it is."""
        return sources.present_url(self.db, url)

    def has_sources(self) -> bool:
        """Say whether anyone ever chose a feed to poll."""
        return self.db.conn.execute("select 1 from source where kind = 'feed' and status != 'once' limit 1").fetchone() is not None

    def due(
        self, now: datetime | None, limit: int = -1, kind: SourceKind = SourceKind.FEED, *, everything: bool = False
    ) -> list[tuple[Source, SourceState]]:
        """Give the polled sources that are due at `now`, all of them for None; longest overdue first when limited.

        One last polled in the future is due too: the clock was put back. With `everything` all are given but those
        whose server failed and named the time until which it wants to be left alone (Retry-After).
        """
        due = "coalesce(p.next_poll, '') <= ? or p.last_poll > ?"
        free = "p.error is null or p.why is not 'asked'"
        where = f"s.kind = ? and s.status = 'active' and (? is null or {due} or ? and ({free}))"
        chosen = f"""s.id in (select s.id from source s left join poll p on p.source_id = s.id where {where}
            order by coalesce(p.next_poll, ''), s.id limit ?)"""  # noqa: S608 - constants
        moment = rfc3339(now)
        astray = rfc3339(now + _ASTRAY) if now else None
        return sources.all_with_state(self.db, chosen, (kind, moment, moment, astray, everything, limit))

    def polled_urls(self) -> list[str]:
        """Give the addresses of all polled feeds."""
        return [url for (url,) in self.db.conn.execute("select url from source where kind = 'feed' and status = 'active'")]

    def well(self, now: datetime, limit: int) -> list[tuple[Source, SourceState]]:
        """Give some polled feeds that answered when they were last asked and may be asked a little early, soonest due first."""
        where = """s.id in (select s.id from source s join poll p on p.source_id = s.id
            where s.kind = 'feed' and s.status = 'active' and p.error is null and p.last_poll < ?
                and p.why not in ('asked', 'skipped')
            order by p.next_poll, s.id limit ?)"""
        return sources.all_with_state(self.db, where, (rfc3339(now - _POLITE), limit))

    def offline_since(self) -> datetime | None:
        """Give since when no source could be reached, None when one could at the last try."""
        return from_rfc3339(self.noted("offline") or None)

    def note_offline(self, since: datetime | None) -> None:
        """Note that no source could be reached, or that one can be again."""
        self.note("offline", rfc3339(since) or "")

    # Hubs

    def subscriptions_wanting(self, now: datetime, most: int) -> list[Subscription]:
        """Give some subscriptions that a hub is to be asked for."""
        return subscriptions.wanting(self.db, now, most)

    def subscription(self, token: str) -> Subscription | None:
        """Give the subscription of a polled source that a hub calls by its token."""
        return subscriptions.by_token(self.db, token)

    def subscription_asked(self, token: str, now: datetime, *, well: bool) -> None:
        """Note that a hub was asked, and whether it took the question."""
        with self.transaction():
            subscriptions.asked(self.db, token, now, well=well)

    def subscription_granted(self, token: str, until: datetime) -> None:
        """Note that a hub has confirmed what it was asked."""
        with self.transaction():
            subscriptions.granted(self.db, token, until)

    def subscription_pinged(self, token: str, now: datetime) -> None:
        """Note that a hub told of news: its source is due."""
        with self.transaction():
            subscriptions.pinged(self.db, token, now)

    def pushed(self, now: datetime) -> frozenset[str]:
        """Give the addresses of the sources whose hub can be relied on to tell of news."""
        return subscriptions.pushed(self.db, now)

    # Documents

    def read_documents(self, source: Source) -> dict[str, str]:
        """Give name and hash of the documents of a source that were read before."""
        rows = self.db.conn.execute(
            "select name, hash from file where source_id = (select id from source where url = ?)", [source.url]
        )
        return dict(rows.fetchall())

    def record_document(self, outcome: Outcome, name: str) -> Counts:
        """Store what a document held, and that it was read, in one transaction."""
        with self.transaction(), indexed(self.db):
            identifier = self._identifier(outcome)
            counts = self._record(outcome, outcome.feed, identifier) if outcome.feed else Counts()
            row = {"source_id": identifier, "name": name, "hash": outcome.body_hash or "", "read": rfc3339(outcome.at)}
            self.db.table("file").upsert({**row, "error": outcome.error}, pk=("source_id", "name"))
        return counts

    # Polls

    def before(self, url: str) -> Before:
        """Give what the last document of a source held, for the parsing of its next."""
        return served.before(self.db, [url]).get(url, NOTHING)

    def before_all(self, urls: Iterable[str]) -> dict[str, Before]:
        """Give the same of many sources, by address; one that has had none is left out."""
        return served.before(self.db, urls)

    def price(self, rule: PollingRule) -> PollingCost:
        """Give the price that all sources share, as it was last stored; under another rule it is to be set anew."""
        return prices.get(self.db, rule)

    def rhythms(self) -> list[PublishingRate | None]:
        """Give the rhythm of every polled source, None for those that have shown none yet."""
        return prices.rhythms(self.db)

    def record(self, outcomes: Iterable[tuple[Outcome, SourceState]], price: PollingCost | None = None) -> Counts:
        """Store what a batch of polls brought: items, sightings, validators, next poll and price, all or nothing (D1)."""
        rows = list(outcomes)
        total = Counts()
        with self.transaction(), indexed(self.db):
            if price is not None:
                prices.put(self.db, price)
            known = sources.source_ids(self.db, (outcome.source.url for outcome, _ in rows))
            for outcome, _ in rows:
                identifier = known.get(outcome.source.url)
                if identifier is None:
                    identifier = known[outcome.source.url] = self._identifier(outcome)
                if outcome.feed:
                    total += self._record(outcome, outcome.feed, identifier)
            sources.put_states(self.db, [(known[outcome.source.url], state) for outcome, state in rows])
            for outcome, _ in rows:
                self._follow(outcome, known[outcome.source.url])
        return total

    def _identifier(self, outcome: Outcome) -> int:
        """Give the number of an outcome's source, which may be new, or have another address by now."""
        found = sources.source_id(self.db, outcome.source.url)
        if found is None:
            sources.put(self.db, outcome.source, outcome.at)
        return found or sources.source_id(self.db, outcome.source.url) or 0

    def _record(self, outcome: Outcome, feed: ParsedFeed, identifier: int) -> Counts:
        source = outcome.source
        recorder = Recorder(self.db, source, identifier, outcome.at)
        recorder.record(feed)
        if source.kind is SourceKind.FEED:
            said = Source(source.url, title=feed.title, site_url=feed.site_url, feed_id=feed.feed_id, language=feed.language)
            sources.describe(self.db, identifier, said)
            served.put(self.db, identifier, feed)
        return Counts(recorder.new, recorder.changed)

    def _follow(self, outcome: Outcome, identifier: int) -> None:
        """Take a source at its server's word: its hub, gone for good, or moved for good."""
        if outcome.feed and outcome.feed.hub:
            hub, topic = outcome.feed.hub, outcome.feed.self_url or outcome.source.url
            subscriptions.offer(self.db, identifier, hub, topic)
        if outcome.http_status == GONE:
            sources.set_status(self.db, outcome.source.url, SourceStatus.GONE)
        elif outcome.moved and outcome.error is None:
            sources.move(self.db, identifier, outcome.moved, outcome.at)

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
