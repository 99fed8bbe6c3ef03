"""Refusals of `/api/` as problem details (RFC 9457): what is wrong with which request, and the cure; pure."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from feeds.answers.audience import UnknownNameError, WithdrawnError
from ingest.errors import TopicwireError, UsageError

PROBLEM: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal: its status and title, and in `detail` what is wrong and the cure."""

    type: str
    title: str
    status: int
    detail: str


def problem(status: int, detail: str) -> Problem:
    """Return a problem whose type is that of its status alone (RFC 9457, 4.2.1)."""
    return Problem("about:blank", HTTPStatus(status).phrase, status, detail)


def problem_of(fault: TopicwireError) -> Problem | None:
    """Return the problem of an error that the asker can cure; None for another."""
    if isinstance(fault, WithdrawnError):
        return problem(410, str(fault))
    if isinstance(fault, UnknownNameError):
        return problem(404, str(fault))
    return problem(400, str(fault)) if isinstance(fault, UsageError) else None
