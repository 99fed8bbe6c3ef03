"""The table `subscription`: the hub of a source, the lease and the secret (WebSub); sends nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from ingest.store.database import Database
from ingest.text.dates import from_rfc3339, rfc3339

_DAY: Final = timedelta(days=1)
_FRESH: Final = timedelta(days=7)  # a hub that was silent for longer is not relied on
_SOONEST: Final = timedelta(minutes=1)  # between two polls, however often a hub calls
_COLUMNS: Final = "s.url, b.token, b.hub, b.topic, b.secret, b.asked, b.expires, b.failures"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription with a hub, confirmed or still to be asked for."""

    url: str  # the source's
    token: str  # the last part of the address at which the hub finds us
    hub: str
    topic: str
    secret: str
    asked: datetime | None = None  # when the hub was last asked and has not answered yet
    expires: datetime | None = None  # end of the lease
    failures: int = 0


def _from(row: tuple[Any, ...]) -> Subscription:
    url, token, hub, topic, secret, asked, expires, failures = row
    return Subscription(url, token, hub, topic, secret, from_rfc3339(asked or None), from_rfc3339(expires), failures)


class Subscriptions:
    """The subscriptions with hubs."""

    def __init__(self, database: Database) -> None:
        """Use an open database."""
        self._db = database

    def offer(self, identifier: int, hub: str, topic: str) -> None:
        """Store the hub that a source names; a hub or topic that has changed starts a new subscription."""
        self._db.execute(
            """insert into subscription (source_id, token, hub, topic, secret, asked, failures)
            values (?, lower(hex(randomblob(16))), ?, ?, lower(hex(randomblob(32))), '', 0)
            on conflict (source_id) do update set hub = excluded.hub, topic = excluded.topic, token = excluded.token,
                secret = excluded.secret, asked = '', expires = null, pinged = null, failures = 0
            where hub != excluded.hub or topic != excluded.topic""",
            [identifier, hub, topic],
        )

    def wanting(self, now: datetime, most: int) -> list[Subscription]:
        """Return at most `most` subscriptions to ask for: new ones and those that end within a day; failures delay them."""
        rows = self._db.execute(
            f"""select {_COLUMNS} from subscription b join source s on s.id = b.source_id
            where s.status = 'active' and coalesce(b.expires, '') < ? order by b.asked, b.source_id""",  # noqa: S608 - constants
            [rfc3339(now + _DAY)],
        )
        found = (_from(row) for row in rows)
        ready = [one for one in found if one.asked is None or now - one.asked >= _DAY * 2 ** min(one.failures, 3)]
        return ready[:most]

    def by_token(self, token: str) -> Subscription | None:
        """Return the subscription with this token, or None; None too where its source is not polled."""
        row = self._db.execute(
            f"select {_COLUMNS} from subscription b join source s on s.id = b.source_id where b.token = ? and s.status = 'active'",  # noqa: S608 - constants
            [token],
        ).fetchone()
        return _from(row) if row else None

    def asked(self, token: str, now: datetime, *, well: bool) -> None:
        """Record that a hub was asked, and whether it accepted the request (`well`)."""
        with self._db.transaction():
            self._db.execute(
                "update subscription set asked = ?, failures = iif(?, 0, failures + 1) where token = ?", [rfc3339(now), well, token]
            )

    def granted(self, token: str, until: datetime) -> None:
        """Record that a hub has confirmed a subscription whose lease lasts until `until`."""
        with self._db.transaction():
            self._db.execute(
                "update subscription set asked = '', expires = ?, failures = 0 where token = ?", [rfc3339(until), token]
            )

    def pinged(self, token: str, now: datetime) -> None:
        """Record a hub's ping: the source is due now, unless its last poll failed or was less than a minute ago."""
        with self._db.transaction():
            self._db.execute("update subscription set pinged = ? where token = ?", [rfc3339(now), token])
            self._db.execute(
                """update poll set next_poll = min(next_poll, max(?, strftime('%Y-%m-%dT%H:%M:%SZ', last_poll, ?)))
                where failures = 0 and source_id = (select source_id from subscription where token = ?)""",
                [rfc3339(now), f"+{_SOONEST.total_seconds():.0f} seconds", token],
            )

    def active(self, now: datetime) -> frozenset[str]:
        """Return the addresses of sources whose subscription is active: its lease lasts, and a ping came in the last seven days."""
        rows = self._db.execute(
            "select s.url from subscription b join source s on s.id = b.source_id where b.expires > ? and b.pinged > ?",
            [rfc3339(now), rfc3339(now - _FRESH)],
        )
        return frozenset(url for (url,) in rows)
