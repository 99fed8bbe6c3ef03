"""Results of polling: items, entries of each source's last document, next polls, the shared polling cost; plans nothing."""

import json
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Final

import msgspec

from ingest.errors import Failure
from ingest.model import NOTHING, Before, ParsedFeed, Source, SourceKind, SourceStatus
from ingest.planner.overview import SourcesOverview
from ingest.planner.polling_cost import PollingCost
from ingest.poll_state import Outcome, PollingRule, SourceState
from ingest.store.database import Database
from ingest.store.notes import Notes
from ingest.store.recorder import Counts, indexed, record_feed
from ingest.store.sources import Sources
from ingest.store.subscriptions import Subscriptions
from ingest.store.watch.overview import OFFLINE, overview_of
from ingest.store.watch.tallies import Tallies
from ingest.text.dates import from_rfc3339, rfc3339

_COST: Final = "price"  # the key under which databases hold it


class Polls:
    """Records polls, and returns what the next ones need."""

    def __init__(self, database: Database, sources: Sources, subscriptions: Subscriptions, notes: Notes) -> None:
        """Use an open database and the parts beside it."""
        self._db, self._sources, self._subscriptions, self._notes = database, sources, subscriptions, notes

    # Before a poll

    def before(self, url: str) -> Before:
        """Return what the last document of a source held, for the parsing of its next."""
        return self.before_all([url]).get(url, NOTHING)

    def before_all(self, urls: Iterable[str]) -> dict[str, Before]:
        """Return the same for many sources, by address; a source without a document is left out."""
        rows = self._db.execute(
            """select s.url, v.parser, v.entries from served v join source s on s.id = v.source_id
            where s.url in (select value from json_each(?))""",
            [json.dumps(list(urls))],
        )
        return {url: Before(parser, json.loads(entries)) for url, parser, entries in rows}

    def last_moment(self) -> datetime | None:
        """Return the latest time that the database holds, of a poll or a sighting; None where it holds none."""
        (at,) = self._db.execute("select at from latest").fetchone()
        return from_rfc3339(at)

    def cost(self, rule: PollingRule) -> PollingCost:
        """Return the stored polling cost that all sources share; a new one where the rule has changed."""
        noted = self._notes.get(_COST)
        known = msgspec.json.decode(noted, type=PollingCost) if noted else PollingCost()
        return known if known.rule == rule else PollingCost(rule)

    def offline_since(self) -> datetime | None:
        """Return since when no source could be reached; None when one was reached at the last try."""
        return from_rfc3339(self._notes.get(OFFLINE) or None)

    def note_offline(self, since: datetime | None) -> None:
        """Store since when no source can be reached; None when one can be reached again."""
        self._notes.put(OFFLINE, rfc3339(since) or "")

    def overview(self, among: Collection[int] | None = None) -> SourcesOverview:
        """Return how all polled sources are doing, or some of them by their row numbers."""
        return overview_of(self._db.connection, among)

    # After it

    def record(self, outcomes: Iterable[tuple[Outcome, SourceState]], cost: PollingCost | None = None) -> Counts:
        """Store what a batch of polls brought: items, sightings, validators, next polls and cost, all or nothing."""
        rows = list(outcomes)
        total = Counts()
        with self._db.transaction(), indexed(self._db):
            if cost is not None:
                self._notes.put_within(_COST, msgspec.json.encode(cost).decode())
            known = self._sources.ids(outcome.source.url for outcome, _ in rows)
            for outcome, _ in rows:
                identifier = known.get(outcome.source.url)
                if identifier is None:
                    identifier = known[outcome.source.url] = self._sources.ensure(outcome.source, outcome.at)
                if outcome.feed:
                    total += self._record(outcome, outcome.feed, identifier)
            self._sources.put_states([(known[outcome.source.url], state) for outcome, state in rows])
            Tallies(self._db).add_within({("polls", result): n for result, n in Counter(_result(o) for o, _ in rows).items()})
            for outcome, _ in rows:
                self._follow(outcome, known[outcome.source.url])
        return total

    def count_offline(self, outcomes: Iterable[Outcome]) -> None:
        """Count polls that are stored as no failure of their sources, since this computer is offline."""
        counts = Counter(f"offline {one.failure or ''}".strip() for one in outcomes)
        Tallies(self._db).add({("polls", result): number for result, number in counts.items()})

    def _record(self, outcome: Outcome, feed: ParsedFeed, identifier: int) -> Counts:
        counts = record_feed(self._db, outcome, feed, identifier)
        if outcome.source.kind is SourceKind.FEED:
            said = Source(
                outcome.source.url, title=feed.title, site_url=feed.site_url, feed_id=feed.feed_id, language=feed.language
            )
            self._sources.describe(identifier, said)
            self._put_served(identifier, feed)
        return counts

    def _put_served(self, identifier: int, feed: ParsedFeed) -> None:
        """Store what a document held.

        An entry is left out when its item is not stored in this state: another process may have stored a later one
        since `before` was called. The next document then brings the entry again.
        """
        stored = self._db.execute(
            "select fingerprint from sighting where source_id = ? and fingerprint in (select value from json_each(?))",
            [identifier, json.dumps(feed.fingerprints)],
        )
        present = {row[0] for row in stored}
        entries = {raw: fingerprint for raw, fingerprint in feed.served if fingerprint in present}
        self._db.execute(
            """insert into served (source_id, parser, entries) values (?, ?, ?) on conflict (source_id)
            do update set parser = excluded.parser, entries = excluded.entries""",
            [identifier, feed.parser, json.dumps(entries, separators=(",", ":"))],
        )

    def _follow(self, outcome: Outcome, identifier: int) -> None:
        """Apply what the server said of the source: its hub, that it is gone (410), or that it has moved permanently."""
        if outcome.feed and outcome.feed.hub:
            self._subscriptions.offer(identifier, outcome.feed.hub, outcome.feed.self_url or outcome.source.url)
        if outcome.http_status == HTTPStatus.GONE:
            self._sources.set_status(outcome.source.url, SourceStatus.GONE)
        elif outcome.moved and outcome.error is None:
            self._sources.move(identifier, outcome.moved, outcome.at)


def _result(outcome: Outcome) -> str:
    """Return what a poll brought, and for a failure its kind, as labels of a sum."""
    if outcome.error:
        return f"failed {outcome.failure or Failure.OTHER}"
    if outcome.http_status == HTTPStatus.NOT_MODIFIED:
        return "not_modified"
    return "unchanged" if outcome.feed is None else "read"
