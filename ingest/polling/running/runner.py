"""What runs batches, as the pass sees it, and what a poll needs of its process; knows neither implementation."""

from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol

from ingest.http.message import Request, Response
from ingest.model import ParsedFeed
from ingest.poll_state import Outcome
from ingest.polling.batch import Batch
from ingest.polling.parsers import Job

Outcomes = tuple[Outcome, ...]


class Means(Protocol):
    """What a poll needs of the process that it runs in."""

    environment: Mapping[str, str]  # where sources keep their secrets

    def clock(self) -> datetime:
        """Return the time now."""

    def fetch(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Send a request and return the response. Raises FetchError."""

    async def parse(self, job: Job) -> ParsedFeed:
        """Parse a document in a process of its own, and pack summaries and markup. Raises ParseError."""


class BatchRunner(Protocol):
    """Runs batches at some place. Batches that were not run when it is closed are still due."""

    def batches_at_once(self) -> int:
        """Return how many batches should be under way."""

    def run(self, batch: Batch) -> "Future[Outcomes]":
        """Start a batch, from any thread; the result has one outcome for each of its polls, in their order."""

    def take_replaced(self) -> Mapping[str, int]:
        """Return how many parser processes elsewhere were replaced since the last call, by cause."""

    def cancel(self) -> None:
        """Cancel what runs; those who wait for it get CancelledError."""

    def close(self) -> None:
        """Cancel what runs, and let go of what it was run with."""
