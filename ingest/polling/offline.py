"""Whether a pass failed because this computer is offline, and which sources to poll first until it is back; pure."""

from collections.abc import Iterable, Sequence
from typing import Final

from ingest.errors import Failure
from ingest.poll_state import Outcome, SourceState
from ingest.polling.batch import Due
from ingest.text.urls import machine_of

QUESTION: Final = "no source could be reached: is this computer online?"
_NEARLY_ALL: Final = 0.9
_OURS: Final = {Failure.LOOKUP, Failure.NETWORK}  # seldom a single server's fault
_UNASKED: Final = {Failure.PRIVATE, Failure.OTHER}  # no request was sent: nothing is known of the network
_SEVERAL: Final = 2  # sources that were well until now
_MANY: Final = 5  # sources of any kind
_SCOUTS: Final = 5
_HOPELESS: Final = 60  # sources, none of them reached: the rest need not be tried


def is_reached(outcome: Outcome) -> bool:
    """Return whether a server answered."""
    return outcome.failure is None or not (outcome.failure.is_unreached or outcome.failure in _UNASKED)


def is_unreached(outcome: Outcome) -> bool:
    """Return whether a request was sent and no server answered."""
    return outcome.failure is not None and outcome.failure.is_unreached


def is_hopeless(unreached: int, reached: int) -> bool:
    """Return whether enough polls failed without any server reached that polling the rest is pointless."""
    return not reached and unreached >= _HOPELESS


def is_suspicious(unreached: Sequence[tuple[Outcome, SourceState]], reached: int) -> bool:
    """Return whether so many sources failed, given their states before, that this computer's network may be the reason.

    A few that have failed for long are no sign of anything.
    """
    if len(unreached) < _NEARLY_ALL * (len(unreached) + reached):
        return False
    well = [outcome for outcome, state in unreached if not state.failures]
    return len(well) >= _SEVERAL or any(one.failure in _OURS for one in well) or len(unreached) >= _MANY


def scouts(due: Iterable[Due]) -> tuple[list[Due], list[Due]]:
    """Split due sources into a few to poll first while no server was reached lately, each of another host, and the rest.

    Those whose last poll succeeded come first.
    """
    chosen: dict[str, Due] = {}
    for one in sorted(due, key=_standing):
        if len(chosen) < _SCOUTS:
            chosen.setdefault(machine_of(one[0].url), one)
    first = list(chosen.values())
    urls = {source.url for source, _ in first}
    return first, [one for one in due if one[0].url not in urls]


def _standing(one: Due) -> tuple[bool, bool]:
    state = one[1]
    return state.failures > 0, state.last_success is None
