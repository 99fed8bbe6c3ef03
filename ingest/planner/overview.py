"""How all polled sources together are doing at one moment: polled or not, reached or not; pure, knows no source by name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

LATE: Final = timedelta(hours=2)
"""So long after a poll was due, and after the last one, nobody polls any more."""

_SHARES: Final = ((0.75, "More than three quarters"), (0.5, "More than half"), (0.25, "More than a quarter"))
_FEW: Final = 3  # failing sources: fewer are named on the page of sources alone


@dataclass(frozen=True, slots=True)
class Outage:
    """Many sources cannot be read: what is published may lack what they have."""

    words: str  # one sentence, without the full stop
    is_whole: bool  # no source at all can be read


@dataclass(frozen=True, slots=True)
class SourcesOverview:
    """The polled sources in numbers."""

    polled: int = 0
    failing: int = 0  # of them whose last poll failed
    new: int = 0  # of them that were not polled yet
    next_poll: datetime | None = None  # the earliest that is planned
    last_poll: datetime | None = None
    last_good: datetime | None = None  # when a source was read last
    offline_since: datetime | None = None  # since when no server was reached

    def is_stopped(self, now: datetime) -> bool:
        """Return whether nobody polls: a poll is long overdue, and the last one was long ago."""
        return self.polled > 0 and not any(one > now - LATE for one in (self.next_poll, self.last_poll) if one)

    def late_at(self) -> datetime | None:
        """Return when polling will have stopped if nothing is polled from now on; None where nothing is planned."""
        planned = [one + LATE for one in (self.next_poll, self.last_poll) if one]
        return max(planned) if self.polled and planned else None

    def overdue(self, now: datetime) -> float:
        """Return the seconds that the longest overdue source has waited for its poll; 0 where none is due."""
        return max((now - self.next_poll).total_seconds(), 0.0) if self.next_poll else 0.0

    @property
    def outage(self) -> Outage | None:
        """What readers should know of sources that cannot be read; None while there are few.

        It changes only when the outage begins, ends, or becomes much larger or smaller.
        """
        return self.outage_of("")

    def outage_of(self, what: str) -> Outage | None:
        """Return the same in words for some of the sources, such as those " of this topic"."""
        named = f"source{'s' if self.polled != 1 else ''}{what}"
        if self.polled and self.offline_since:
            words = f"{self.polled} of {self.polled} {named} could not be reached since {_moment(self.offline_since)}"
            return Outage(words, is_whole=True)
        if self.polled and self.failing == self.polled:
            since = f" since {_moment(self.last_good)}" if self.last_good else ""
            return Outage(f"{self.polled} of {self.polled} {named} could not be read{since}", is_whole=True)
        share = next((words for least, words in _SHARES if self.failing > least * self.polled), "")
        if share and self.failing >= _FEW:
            return Outage(f"{share} of {self.polled} {named} cannot be read at present", is_whole=False)
        return None


def _moment(when: datetime) -> str:
    return f"{when:%H:%M} UTC on {when.day} {when:%B %Y}"
