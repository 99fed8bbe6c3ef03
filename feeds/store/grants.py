"""Who may read a private feed: each person has an address, which can be revoked; stores no token, only its hash."""

import hashlib
import hmac
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feeds.store.migrations import migrations
from ingest.errors import UsageError
from ingest.store.facts import Facts
from ingest.text.dates import from_rfc3339, rfc3339

_SELDOM: Final = timedelta(minutes=10)  # between two notes of a use
_PATIENCE: Final = 100  # milliseconds to wait for a writer before a use goes unnoted


@dataclass(frozen=True, slots=True)
class Grant:
    """The right of one person to read a topic's private feed, until it is revoked."""

    topic: str
    name: str
    given: datetime
    used: datetime | None
    revoked: datetime | None


class Grants:
    """The table of grants."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._facts, self._db = facts, facts.database
        self._db.migrate(migrations)

    def give(self, topic: str, name: str, token: str, now: datetime) -> None:
        """Grant the holder of `token` the right to read a topic. Raises UsageError where somebody of that name has it."""
        with self._facts.transaction():
            if any(one.topic == topic and one.name == name and one.revoked is None for one in self.all()):
                raise UsageError(f"{name} already has an address for {topic}", f"`topicwire feeds revoke {topic} {name}` first")
            row = [_hash(token), topic, name, rfc3339(now)]
            self._db.execute('insert into "grant" (hash, topic, name, given) values (?, ?, ?, ?)', row)

    def revoke(self, topic: str, name: str, now: datetime) -> None:
        """Revoke an address for good. Raises UsageError where nobody of that name has one."""
        with self._facts.transaction():
            where = 'update "grant" set revoked = ? where topic = ? and name = ? and revoked is null'
            if self._db.execute(where, [rfc3339(now), topic, name]).rowcount == 0:
                raise UsageError(f"{name} has no address for {topic}", "`topicwire feeds list` shows who has one")

    def all(self) -> Iterator[Grant]:
        """Return every grant, by topic and name, also the revoked ones."""
        rows = self._db.execute('select topic, name, given, used, revoked from "grant" order by topic, name, given')
        return map(_grant, rows.fetchall())

    def find(self, token: str) -> Grant | None:
        """Return the grant of a token, or None; the time this takes reveals nothing about other tokens."""
        wanted = _hash(token)
        row = self._db.execute('select topic, name, given, used, revoked, hash from "grant" where hash = ?', [wanted]).fetchone()
        return _grant(row[:5]) if row and hmac.compare_digest(row[5], wanted) else None

    def note_use(self, grant: Grant, token: str, now: datetime) -> None:
        """Record that an address was used: at most every few minutes, and never while another process writes."""
        if grant.used is not None and now - grant.used < _SELDOM:
            return
        try:
            self._db.execute(f"pragma busy_timeout = {_PATIENCE}")
            self._db.execute('update "grant" set used = ? where hash = ?', [rfc3339(now), _hash(token)])
            self._db.connection.commit()
        except sqlite3.OperationalError:
            self._db.connection.rollback()  # the next use is noted


def _hash(token: str) -> str:
    """Return the stored hash of a token, which has 256 random bits: no salt and no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def _grant(row: tuple[str, ...]) -> Grant:
    topic, name, *moments = row
    given, used, revoked = map(from_rfc3339, moments)
    assert given  # noqa: S101 - not null
    return Grant(topic, name, given, used, revoked)
