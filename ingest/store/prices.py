"""The row `price` of the table `meta`, and the rhythms it is made from: the planner's view of all sources at once."""

import msgspec
from sqlite_utils import Database

from ingest.planner.polling_cost import PollingCost
from ingest.poll_state import PollingRule, PublishingRate
from ingest.store import sources


def get(db: Database, rule: PollingRule) -> PollingCost:
    """Give the price as it was last stored; under another rule it is to be set anew."""
    row = db.conn.execute("select value from meta where key = 'price'").fetchone()
    known = msgspec.json.decode(row[0], type=PollingCost) if row else PollingCost()
    return known if known.rule == rule else PollingCost(rule)


def put(db: Database, price: PollingCost) -> None:
    """Store the price."""
    db.conn.execute(
        "insert into meta values ('price', ?) on conflict (key) do update set value = excluded.value",
        [msgspec.json.encode(price).decode()],
    )


def rhythms(db: Database) -> list[PublishingRate | None]:
    """Give the rhythm of every polled source, None for those that have shown none yet."""
    return sources.rhythms(db, "s.kind = 'feed' and s.status = 'active'")
