"""Back-off: from a run of failures to the seconds until the next retry; pure, knows no publishing rate and no cost."""

from typing import Final

from ingest.errors import Failure
from ingest.planner.hours_of_week import DAY, HOUR

_FIRST: Final = (60.0, 300.0, 900.0, HOUR)  # for a source that was never read: most failures are over in minutes
_HEALTHY: Final = HOUR / 2  # for one that was
_MOST: Final = 7 * DAY
_SOONEST: Final = 60.0  # whatever a server asks for
_TAKEN_AT_ITS_WORD: Final = 3  # failures in a row: later Retry-After is no longer taken as exact
_SLOW_DOWN: Final = {Failure.BUSY, Failure.REFUSED, Failure.SIZE}  # failures after which retries start with a longer wait


def retry_delay(failures: int, planned: float, failure: Failure | None, *, read: bool) -> float:
    """Return the seconds until the next try after so many failures in a row, where the server names no Retry-After.

    `planned` is the interval without a failure; `read`: the source was read before.
    The wait doubles up to a week, or up to `planned` where that is longer.
    """
    hesitant = failure in _SLOW_DOWN
    if read:
        first, doublings = min(2 * planned, _HEALTHY), failures - 1 + hesitant
    else:
        step = failures + 2 * hesitant
        first, doublings = _FIRST[min(step, len(_FIRST)) - 1], max(step - len(_FIRST), 0)
    return min(first * 2.0 ** min(doublings, 20), max(_MOST, planned))


def delay_with_retry_after(wait: float, failures: int, planned: float, failure: Failure | None, *, read: bool) -> float:
    """Return the seconds until the next try where the server asks for `wait` seconds (Retry-After): exactly those.

    From the fourth failure in a row on this is only a lower bound.
    """
    more = failures - _TAKEN_AT_ITS_WORD
    later = retry_delay(more, planned, failure, read=read) if more > 0 else _SOONEST
    return max(wait, later)
