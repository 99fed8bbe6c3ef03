"""Answers that wait for the database, made in threads: the loop goes on meanwhile, and a stop does not wait for them."""

from collections.abc import Awaitable, Callable
from typing import Final

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_MOST_WAITING: Final = 32  # requests that wait until others are answered
_BUSY: Final = {"cache-control": "no-store", "retry-after": "5"}


async def in_thread(work: Callable[[], Response]) -> Response:
    """Run in a thread; when the asker is given up, so is the thread: it reads, or writes all or nothing."""
    return await run_sync(work, abandon_on_cancel=True)


def threaded(
    answer: Callable[[Request], Response], limiter: CapacityLimiter | None = None
) -> Callable[[Request], Awaitable[Response]]:
    """Make a route of a function that takes its time. A `limiter` says how many run at once; of very many the rest is refused."""

    async def asked(request: Request) -> Response:
        if limiter is not None and limiter.statistics().tasks_waiting >= _MOST_WAITING:
            return PlainTextResponse("Too many ask at once; try again in a moment.\n", 503, _BUSY)
        return await run_sync(answer, request, abandon_on_cancel=True, limiter=limiter)

    return asked
