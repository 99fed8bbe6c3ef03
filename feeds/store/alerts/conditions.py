"""The table of conditions that an alert has told and that may still last: each is told once, when it begins; decides nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from feeds.store.migrations import migrations
from ingest.store.facts import Facts
from ingest.text.dates import rfc3339

_AGAIN: Final = timedelta(hours=24)  # what comes back sooner is the same condition still


class AlertConditions:
    """The conditions that alerts have told."""

    def __init__(self, facts: Facts) -> None:
        """Use the database of `facts`."""
        self._db = facts.database
        self._db.migrate(migrations)

    def known(self, alert: str) -> dict[str, bool]:
        """Return the keys of the conditions that an alert has told, and whether each still lasted when it was last looked at."""
        rows = self._db.execute("select key, gone is null from alert_condition where alert = ? order by key", [alert])
        return {key: bool(lasts) for key, lasts in rows}

    def record(self, alert: str, lasting: Iterable[str], now: datetime) -> None:
        """Store which conditions last now, inside the caller's transaction; one that was over for a day is forgotten."""
        known, lasting = self.known(alert), frozenset(lasting)
        execute = self._db.execute
        for key in sorted(lasting - known.keys()):
            execute("insert into alert_condition (alert, key, since) values (?, ?, ?)", [alert, key, rfc3339(now)])
        for key, lasted in known.items():
            if key in lasting and not lasted:
                execute("update alert_condition set gone = null where alert = ? and key = ?", [alert, key])
            elif key not in lasting and lasted:
                execute("update alert_condition set gone = ? where alert = ? and key = ?", [rfc3339(now), alert, key])
        execute("delete from alert_condition where alert = ? and gone < ?", [alert, rfc3339(now - _AGAIN)])
