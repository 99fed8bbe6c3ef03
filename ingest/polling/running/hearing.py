"""Which workers were heard from lately: one that stands still keeps its connection and its place; pure."""

from collections.abc import Mapping


class Hearing:
    """Who gave a sign of life, and when this was noticed. Times are seconds of one clock, signs are values that change."""

    def __init__(self, silence: float) -> None:
        """Take nobody for frozen before `silence` seconds without a new sign."""
        self._silence = silence
        self._last: dict[str, tuple[object, float]] = {}  # sign and time, by worker

    def heard(self, signs: Mapping[str, object], now: float) -> frozenset[str]:
        """Return the workers that were heard from lately; `signs` has the last sign of each worker that is there."""
        known = self._last
        self._last = {
            worker: known[worker] if worker in known and known[worker][0] == sign else (sign, now) for worker, sign in signs.items()
        }
        return frozenset(worker for worker, (_, since) in self._last.items() if now - since < self._silence)
