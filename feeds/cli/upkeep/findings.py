"""What a check of a home found, as a value: the area, how bad it is, what is wrong and what to do; checks nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMED: Final = 3  # of many
_UNITS: Final = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


class FindingState(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"  # something to look at; the work goes on
    FAILED = "failed"  # something does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one check."""

    area: str
    state: FindingState
    what: str
    cure: str = ""  # what to do; empty for what is well


def ok(area: str, what: str) -> Finding:
    """Return a finding of something that is well."""
    return Finding(area, FindingState.OK, what)


def warning(area: str, what: str, cure: str) -> Finding:
    """Return a finding of something to look at."""
    return Finding(area, FindingState.WARNING, what, cure)


def failed(area: str, what: str, cure: str) -> Finding:
    """Return a finding of something that does not work."""
    return Finding(area, FindingState.FAILED, what, cure)


def some(names: Iterable[str]) -> str:
    """Return the first few of many names, and how many more there are."""
    listed = list(names)
    more = len(listed) - _NAMED
    return ", ".join(listed[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def size(count: float) -> str:
    """Return a number of bytes in words: 1.2 MB."""
    for unit, word in _UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {word}"
    return f"{count:.0f} bytes"
