"""The table of messages and their deliveries: waiting, begun, sent, given up; sends nothing."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from feeds.model import AlertNotice
from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

_FURTHEST: Final = timedelta(days=2)  # a server may ask for a day
_COLUMNS: Final = "d.message_id, d.target, d.state, d.tries, d.next, d.changed, d.error, m.key, m.alert, m.kind, m.composed"


class DeliveryState(StrEnum):
    """What has become of a message for one target."""

    WAITING = "waiting"
    BEGUN = "begun"  # it was being sent: where the process ended in that moment, the other side may have it already
    SENT = "sent"
    GIVEN_UP = "given up"
    DROPPED = "dropped"  # nothing was left to tell, or its target is set no more


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to be stored: what it is about, and for whom."""

    key: str  # its idempotency key: the same for ever
    alert: str
    kind: str
    targets: tuple[str, ...]
    stories: tuple[tuple[str, int], ...] = ()  # (topic, item)
    notices: tuple[AlertNotice, ...] = ()


class Delivery(NamedTuple):
    """A message and one target."""

    message: int
    target: str
    state: DeliveryState
    tries: int
    next: datetime | None
    changed: datetime
    error: str
    key: str
    alert: str
    kind: str
    composed: datetime

    @property
    def stored(self) -> "StoredMessage":
        """The message alone."""
        return StoredMessage(self.message, self.key, self.alert, self.kind, self.composed)


class StoredMessage(NamedTuple):
    """A message, without what it tells."""

    number: int
    key: str
    alert: str
    kind: str
    composed: datetime


class AlertOutbox:
    """The messages of all alerts."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def put(self, message: NewMessage, now: datetime) -> None:
        """Store a message with its deliveries, inside the caller's transaction; one with a known key is there already."""
        notices = json.dumps([asdict(one) for one in message.notices], ensure_ascii=False)
        row = [message.key, message.alert, message.kind, rfc3339(now), notices]
        known = self._db.execute("select 1 from alert_message where key = ?", [message.key]).fetchone()
        if known is not None:
            return
        number = self._db.execute(
            "insert into alert_message (key, alert, kind, composed, notices) values (?, ?, ?, ?, ?)", row
        ).lastrowid
        self._db.executemany(
            "insert into alert_story values (?, ?, ?)", [(number, *story) for story in dict.fromkeys(message.stories)]
        )
        self._db.executemany(
            "insert into alert_delivery (message_id, target, state, tries, changed) values (?, ?, ?, 0, ?)",
            [(number, target, DeliveryState.WAITING, rfc3339(now)) for target in dict.fromkeys(message.targets)],
        )

    def due(self, now: datetime) -> list[Delivery]:
        """Return the deliveries that are due at a moment, the oldest message first.

        A next try that is further away than any is of a clock that was put back since.
        """
        where = "d.state in ('waiting', 'begun') and (coalesce(d.next, '') <= ? or d.next > ?) order by 1, 2"
        return self._found(where, rfc3339(now), rfc3339(now + _FURTHEST))

    def pending(self) -> list[Delivery]:
        """Return the deliveries that are not done."""
        return self._found("d.state in ('waiting', 'begun') order by 1, 2")

    def newest(self, alert: str, limit: int) -> list[Delivery]:
        """Return the newest deliveries of an alert, newest first."""
        return self._found("m.alert = ? order by d.changed desc, 1 desc, 2 limit ?", alert, limit)

    def given_up(self, since: datetime) -> list[Delivery]:
        """Return the deliveries that were given up since a moment, newest first."""
        return self._found("d.state = 'given up' and d.changed >= ? order by d.changed desc, 1, 2", rfc3339(since))

    def _found(self, where: str, *values: Any) -> list[Delivery]:
        rows = self._db.execute(
            f"select {_COLUMNS} from alert_delivery d join alert_message m on m.id = d.message_id where {where}",  # noqa: S608
            list(values),
        )
        return [_delivery(row) for row in rows]

    def messages(self, alerts: Iterable[str], limit: int) -> list[StoredMessage]:
        """Return the newest messages of some alerts, newest first."""
        rows = self._db.execute(
            """select id, key, alert, kind, composed from alert_message
            where alert in (select value from json_each(?)) order by id desc limit ?""",
            [json.dumps(list(alerts)), limit],
        )
        return [StoredMessage(number, key, alert, kind, datetime.fromisoformat(at)) for number, key, alert, kind, at in rows]

    def content(self, message: int) -> tuple[tuple[tuple[str, int], ...], tuple[AlertNotice, ...]]:
        """Return (stories as (topic, item), notices) of a message; of what was erased nothing is left."""
        stories = self._db.execute("select topic, item_id from alert_story where message_id = ? order by topic, item_id", [message])
        (notices,) = self._db.execute("select notices from alert_message where id = ?", [message]).fetchone()
        return tuple(stories.fetchall()), tuple(AlertNotice(**one) for one in json.loads(notices))

    def begin(self, delivery: Delivery, now: datetime) -> None:
        """Record that a delivery is being sent."""
        self._change(delivery, DeliveryState.BEGUN, delivery.tries + 1, now)

    def finish(
        self, delivery: Delivery, state: DeliveryState, now: datetime, error: str = "", retry: datetime | None = None
    ) -> None:
        """Record what became of a delivery that was begun; `retry` is when it is tried again."""
        self._change(delivery, state, delivery.tries + (state is not DeliveryState.DROPPED), now, error, retry)

    def _change(  # noqa: PLR0913, PLR0917 - the columns that change
        self,
        delivery: Delivery,
        state: DeliveryState,
        tries: int,
        now: datetime,
        error: str = "",
        retry: datetime | None = None,
    ) -> None:
        with self._facts.transaction():
            self._db.execute(
                """update alert_delivery set state = ?, tries = ?, next = ?, changed = ?, error = ?
                where message_id = ? and target = ? and state in ('waiting', 'begun')""",
                [state, tries, rfc3339(retry), rfc3339(now), error or None, delivery.message, delivery.target],
            )

    def drop(self, before: datetime) -> None:
        """Delete messages from before a moment of which every delivery is done."""
        old = """select m.id from alert_message m where m.composed < ? and not exists
            (select 1 from alert_delivery where message_id = m.id and state in ('waiting', 'begun'))"""
        rows = self._db.execute(old, [rfc3339(before)]).fetchall()
        if rows:
            with self._facts.transaction():
                for table, column in (("alert_delivery", "message_id"), ("alert_story", "message_id"), ("alert_message", "id")):
                    self._db.executemany(f"delete from {table} where {column} = ?", rows)  # noqa: S608 - constants


def _delivery(row: tuple[Any, ...]) -> Delivery:
    message, target, state, tries, retry, changed, error, key, alert, kind, composed = row
    return Delivery(
        message,
        target,
        DeliveryState(state),
        tries,
        from_rfc3339(retry),
        datetime.fromisoformat(changed),
        error or "",
        key,
        alert,
        kind,
        datetime.fromisoformat(composed),
    )
