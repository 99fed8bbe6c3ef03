"""What a fault of our own costs: the part in which it happened; a line for people, a traceback for the log; knows no document."""

import traceback
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from msgspec import Struct

from ingest.errors import TopicwireError

_A = TypeVar("_A")
_B = TypeVar("_B")
_C = TypeVar("_C")
_MOST_TRACES: Final = 20  # of one document: the others would be the same
_LONGEST: Final = 100  # characters of what an exception says, which may quote the document


class Fault(Struct, frozen=True):
    """A fault of topicwire itself: where and what, in one line, and the traceback."""

    line: str
    trace: str = ""


class Faults:
    """Collects the faults of reading one document; whatever fails inside costs itself and nothing else ."""

    def __init__(self, found: Iterable[Fault] = ()) -> None:
        """Begin with those that are known."""
        self.found = list(found)
        self.part = ""  # of the document that is being read

    def attempt(self, where: str, work: Callable[[_A], _B], of: _A, default: _C) -> _B | _C:
        """Return `work(of)`, or the default and a fault that names `where`.

        Errors about the document, and a lack of memory, are no faults of topicwire: they are raised.
        """
        try:
            return work(of)
        except (TopicwireError, MemoryError):
            raise
        except Exception as fault:  # noqa: BLE001 - whatever it is, its neighbours are read
            said = "".join(letter if letter.isprintable() else " " for letter in str(fault)[: 2 * _LONGEST])
            line = f"{self.part}{where}: {type(fault).__name__}: {' '.join(said.split())[:_LONGEST]}"
            if all(known.line != line for known in self.found[-_MOST_TRACES:]):
                self.found.append(Fault(line, traceback.format_exc() if len(self.found) < _MOST_TRACES else ""))
            return default
