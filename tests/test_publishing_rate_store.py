import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from making import about
from support import NOON
from test_planner import SOURCE, good, publishing_rate

from ingest.identity import document_keys
from ingest.model import Hints, ParsedFeed, Source, SourceStatus
from ingest.planner.hours_of_week import HOURS, pack
from ingest.planner.next_poll import next_state
from ingest.planner.polling_cost import PollingCost, adjust_cost, with_requests
from ingest.poll_state import Outcome, PollingRule, SourceState
from ingest.store import migrations
from ingest.store.database import Database
from ingest.store.facts import Facts

RULE: Final = PollingRule(12.0)


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Yield an empty database with one source."""
    with Facts(home / "topicwire.db") as opened:
        opened.sources.add([SOURCE], NOON)
        yield opened


def test_a_publishing_rate_is_kept_as_it_was(facts: Facts) -> None:
    """Every field of state and publishing rate comes back."""
    full = publishing_rate(
        3.0, shape=pack([0.5] * HOURS), shaped_at=NOON, shaped_items=7.5, names=b"12345678", tight=90.0, news=NOON, burst=1.5
    )
    full = replace(full, hints=Hints(3_600.0, (1, 2), (6,)))
    state = SourceState(last_poll=NOON, why="gap", polls=3, not_modified=1, wasted=2, gaps=1, last_gap=NOON, publishing_rate=full)
    facts.polls.record([(good(), state)])
    assert facts.sources.get(SOURCE.url) == (SOURCE, state)
    assert facts.sources.publishing_rates() == [full]


def test_a_publishing_rate_is_written_only_when_it_changed(facts: Facts) -> None:
    """A 304 leaves the row alone: most polls write one small row."""
    facts.polls.record([(good(), SourceState(last_poll=NOON, publishing_rate=publishing_rate()))])
    later = NOON + timedelta(hours=1)
    facts.polls.record([(good(later), SourceState(last_poll=later, polls=2, publishing_rate=publishing_rate(99.0)))])
    known = facts.sources.get(SOURCE.url)
    assert known
    assert (known[1].polls, known[1].publishing_rate) == (2, publishing_rate())


def test_publishing_rates_are_those_of_polled_sources(facts: Facts) -> None:
    """A source that is not polled takes no part in the cost; one without a publishing rate does."""
    facts.sources.add([Source("http://b.example/"), Source("http://c.example/", status=SourceStatus.ONCE)], NOON)
    facts.polls.record([(good(), SourceState(last_poll=NOON, publishing_rate=publishing_rate()))])
    assert facts.sources.publishing_rates() == [publishing_rate(), None]


def test_the_polling_cost_is_stored_with_the_polls_it_counts(facts: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both or neither; under another rule it is to be set anew."""
    cost = with_requests(adjust_cost(facts.polls.cost(RULE), facts.sources.publishing_rates(), NOON), 1)
    facts.polls.record([(good(), SourceState(last_poll=NOON))], cost)
    assert facts.polls.cost(RULE) == cost
    assert facts.polls.cost(PollingRule(24.0)) == PollingCost(PollingRule(24.0))

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr("ingest.store.sources.Sources.put_states", fail)
    with pytest.raises(sqlite3.OperationalError):
        facts.polls.record([(good(), SourceState(last_poll=NOON))], with_requests(cost, 5))
    assert facts.polls.cost(RULE) == cost


def test_an_older_database_opens_and_keeps_its_rows(home: Path) -> None:
    """Sources and polls from before there were publishing rates are still there, and are planned as any other."""
    path = home / "topicwire.db"
    db = Database(path)
    migrations.migrations.apply(db.schema, stop_before="rhythms")
    assert "rhythm" not in db.schema.table_names()
    db.execute(
        """insert into source (url, kind, title, categories, origin, status, added)
        values (?, 'feed', 'A', '[]', 'command', 'active', '2026-01-01T00:00:00Z')""",
        [SOURCE.url],
    )
    db.execute("insert into poll (source_id, etag, failures, next_poll) values (1, '\"1\"', 2, '2026-03-02T12:00:00Z')")
    db.connection.commit()
    db.close()
    with Facts(path) as facts:
        ((source, state),) = facts.sources.due(NOON)
        assert (source.title, state) == ("A", SourceState(etag='"1"', failures=2, next_poll=NOON))
        feed = ParsedFeed(document_keys((about(1),)))
        outcome = Outcome(source, NOON, feed=feed, http_status=200, etag='"2"', body_hash="x")
        facts.polls.record([(outcome, next_state(state, outcome, PollingCost(RULE, 1_000.0), 0.5))])
        ((_, after),) = facts.sources.all()
        assert after.publishing_rate
        assert (after.publishing_rate.window, after.polls, after.why) == (1, 1, "rhythm")
