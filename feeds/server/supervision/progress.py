"""Whether the workers of a service make progress, by the signs of life that they give; reads no clock and knows no work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class WorkerSign:
    """What a worker has shown of itself."""

    count: int = 0  # of the signs so far
    is_working: bool = False  # otherwise it waits for its next tick

    def begun(self) -> "WorkerSign":
        """Return the sign of a worker that begins its tick."""
        return WorkerSign(self.count + 1, is_working=True)

    def given(self) -> "WorkerSign":
        """Return the sign of a worker that has done a step."""
        return replace(self, count=self.count + 1)

    def ended(self) -> "WorkerSign":
        """Return the sign of a worker that has ended its tick."""
        return WorkerSign(self.count + 1)


class ProgressWatch:
    """Remembers when the sign of each worker was last seen to change. For one thread."""

    def __init__(self, intervals: Mapping[str, float], limit: float) -> None:
        """Watch workers of which each begins a tick after so many seconds, at most, and shows a sign within `limit` in it."""
        self._intervals, self._limit = intervals, limit
        self._changed: dict[str, tuple[WorkerSign, float]] = {}

    def stalled(self, signs: Mapping[str, WorkerSign], now: float) -> tuple[str, ...]:
        """Return the workers that have stood still for too long, in order. `now` is of a clock that nobody sets."""
        for name, sign in signs.items():
            seen, _ = self._changed.get(name, (None, now))
            if sign != seen:
                self._changed[name] = (sign, now)
        return tuple(sorted(name for name, (sign, since) in self._changed.items() if now - since > self._patience(name, sign)))

    def _patience(self, name: str, sign: WorkerSign) -> float:
        return self._limit if sign.is_working else self._limit + self._intervals[name]
