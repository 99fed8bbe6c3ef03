"""Runs previews for the editor: one at a time, in a thread, within a time limit, no longer than somebody waits for it."""

import asyncio
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from anyio import CapacityLimiter, move_on_after
from anyio.to_thread import run_sync
from starlette.requests import Request

_T = TypeVar("_T")
SECONDS: Final = 8.0  # after which a preview shows what it has
_MOST_WAITING: Final = 4


class PreviewRunner:
    """Where previews wait for each other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        """Allow each preview so many seconds."""
        self._seconds, self._turn = seconds, CapacityLimiter(1)

    @property
    def is_busy(self) -> bool:
        """True where so many previews wait that another one is refused."""
        return self._turn.statistics().tasks_waiting >= _MOST_WAITING

    async def run(self, request: Request, work: Callable[[Callable[[], bool]], _T]) -> _T:
        """Run `work` in a thread when it is its turn. It is given a function that says when to stop.

        That is when the time is over, when the browser has asked for another preview or is gone, and when the service stops.
        """
        stop = Event()
        async with self._turn:
            watching = asyncio.ensure_future(self._patience(request))
            watching.add_done_callback(lambda _: stop.set())
            try:
                return await run_sync(work, stop.is_set, abandon_on_cancel=True)
            finally:
                watching.cancel()
                stop.set()

    async def _patience(self, request: Request) -> None:
        with move_on_after(self._seconds):
            while (await request.receive())["type"] != "http.disconnect":
                pass
