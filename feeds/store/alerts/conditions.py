"""The table of conditions that alerts have noticed: each is told once, in the first message after it began; decides nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

_AGAIN: Final = timedelta(hours=24)  # what comes back sooner is the same condition still
_SECOND: Final = timedelta(seconds=1)


class NoticedCondition(NamedTuple):
    """A condition, by its key, and since when it was noticed."""

    key: str
    since: datetime
    lasts: bool


class AlertConditions:
    """The conditions of one alert. What was noticed after the alert's last message is not told yet."""

    def __init__(self, facts: Facts, alert: str) -> None:
        """Use the database of `facts`."""
        self._db, self._alert = facts.database, alert
        self._db.migrate(migrations)

    def known(self) -> list[NoticedCondition]:
        """Return the conditions that were noticed and not forgotten yet."""
        rows = self._db.execute(
            "select key, since, gone is null from alert_condition where alert = ? order by since, key", [self._alert]
        )
        return [NoticedCondition(key, datetime.fromisoformat(since), bool(lasts)) for key, since, lasts in rows]

    def record(self, lasting: Iterable[str], told: datetime | None, now: datetime) -> None:
        """Store which conditions last now, inside the caller's transaction; `told` is the time of the alert's last message.

        One that is over before it is told is forgotten at once, and one that was told a day after it was over.
        """
        known, lasting = {one.key: one for one in self.known()}, frozenset(lasting)
        execute = self._db.execute
        since = max(now, told + _SECOND) if told else now  # later than the message in any case
        for key in sorted(lasting - known.keys()):
            execute("insert into alert_condition (alert, key, since) values (?, ?, ?)", [self._alert, key, rfc3339(since)])
        for one in known.values():
            if one.key in lasting and not one.lasts:
                execute("update alert_condition set gone = null where alert = ? and key = ?", [self._alert, one.key])
            elif one.key not in lasting and (told is None or one.since > told):
                execute("delete from alert_condition where alert = ? and key = ?", [self._alert, one.key])
            elif one.key not in lasting and one.lasts:
                execute("update alert_condition set gone = ? where alert = ? and key = ?", [rfc3339(now), self._alert, one.key])
        execute("delete from alert_condition where alert = ? and gone < ?", [self._alert, rfc3339(now - _AGAIN)])
