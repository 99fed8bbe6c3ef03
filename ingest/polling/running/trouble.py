"""What is said of a connection to a scheduler that failed; pure."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ingest.text.sanitize import one_line

_LONGEST: Final = 200  # characters
_DEEPEST: Final = 8  # causes of causes


def what_failed(fault: Exception) -> str:
    """Return the first cause of a fault in a few words: the last says as a rule that time was up, and not over what."""
    first = list(islice(_causes(fault), _DEEPEST))[-1]
    if isinstance(first, TimeoutError):
        return "something listens there, and does not speak as a scheduler does"
    said = (first.strerror if isinstance(first, OSError) else "") or str(first)
    if "Stream is closed" in said:
        return "the connection is closed from there; does one side alone speak TLS?"
    if not isinstance(first, OSError):
        said = f"something answers that is no scheduler, or one of another version: {type(first).__name__}: {said}"
    return one_line(said)[:_LONGEST]


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while isinstance(fault, Exception):  # a time that was up has the end of what was waited for as its cause
        yield fault
        fault = fault.__cause__
