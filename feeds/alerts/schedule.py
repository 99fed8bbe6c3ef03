"""When a message is due: gathered, a pause after the last, the times of a digest, quiet hours; pure, time zones included."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from ingest.alert_settings import Alert, in_quiet_hours

_FIRST: Final = timedelta(minutes=1)  # after a failure; doubled by each that follows it
_LONGEST: Final = timedelta(hours=6)
_GIVEN_UP: Final = timedelta(days=3)
_DAYS: Final = 9  # a digest of one weekday has a time among so many


def is_quiet(alert: Alert, now: datetime) -> bool:
    """Return whether a moment lies in an alert's quiet hours."""
    return in_quiet_hours(alert.quiet, now.astimezone(alert.clock_zone).time())


def due_at(alert: Alert, first: datetime, composed: datetime | None, *, at_once: bool = False) -> datetime:
    """Return when the news of which the `first` came at a moment are told, quiet hours apart.

    `composed` is when the alert made its last message. With `at_once` others are not waited for: a whole pass is behind us.
    """
    if alert.at:
        return next(_digests(alert, first))
    gathered = first + timedelta(seconds=0 if at_once else alert.gather)
    return max(gathered, composed + timedelta(seconds=alert.pause)) if composed else gathered


def is_due(alert: Alert, first: datetime, composed: datetime | None, now: datetime, *, at_once: bool = False) -> bool:
    """Return whether news are told now. What lies in the future is of a clock that was put back since, and holds up nothing."""
    last = composed if composed and composed <= now else None
    return due_at(alert, min(first, now), last, at_once=at_once) <= now and not is_quiet(alert, now)


def _digests(alert: Alert, since: datetime) -> Iterator[datetime]:
    """Yield the moments of a digest from a moment on.

    A local time that a change of the clock leaves out is taken an hour later, one that comes twice the first time.
    """
    zone = alert.clock_zone
    first = since.astimezone(zone).date()
    for day in (first + timedelta(days=number) for number in range(_DAYS)):
        if day.weekday() in alert.weekdays:
            moments = (datetime.combine(day, time, zone).astimezone(UTC) for time in alert.times)
            yield from sorted(moment for moment in moments if moment >= since)


def retry_at(now: datetime, tries: int, begun: datetime, wait: float | None = None) -> datetime | None:
    """Return when a delivery that failed `tries` times is tried again; None where it is given up, three days after `begun`."""
    later = now + max(timedelta(seconds=wait or 0), min(_FIRST * (1 << min(max(tries - 1, 0), 20)), _LONGEST))
    return later if later - begun <= _GIVEN_UP else None
