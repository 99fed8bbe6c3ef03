"""Host limiter (rate limit): one request at a time for each host, and a pause after it; knows hosts by name, and no request."""

import asyncio
from typing import Final

_MANY: Final = 10_000  # hosts remembered


class Turn:
    """The right to send a request to one host; an async context manager, held while the request is under way."""

    __slots__ = ("_lock", "_pause", "free")

    def __init__(self, pause: float) -> None:
        """Wait `pause` seconds after each request to the host."""
        self._lock, self._pause = asyncio.Lock(), pause
        self.free = 0.0  # when the next request may start, in seconds of the loop's clock

    async def __aenter__(self) -> None:
        """Wait until earlier requests to the host are done; without a time limit."""
        await self._lock.acquire()
        try:
            if (wait := self.free - asyncio.get_running_loop().time()) > 0:
                await asyncio.sleep(wait)
        except BaseException:
            self._lock.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        """Release the host to the next request, after the pause."""
        self.free = asyncio.get_running_loop().time() + self._pause
        self._lock.release()

    def idle(self, now: float) -> bool:
        """Return whether no request waits for the host and its pause is over."""
        return not self._lock.locked() and self.free <= now  # with a row the lock is locked


class HostLimiter:
    """Serves requests to a host first come, first served, for the life of one event loop.

    A pass, a redirect from elsewhere and a person's command wait in the same queue.
    """

    def __init__(self, pause: float) -> None:
        """Keep `pause` seconds between the end of one request and the start of the next."""
        self._pause = pause
        self._turns: dict[str, Turn] = {}

    def turn(self, host: str) -> Turn:
        """Return a turn at a host; the wait begins when it is entered."""
        if len(self._turns) > _MANY:
            now = asyncio.get_running_loop().time()
            self._turns = {name: turn for name, turn in self._turns.items() if not turn.idle(now)}
        if (known := self._turns.get(host)) is None:
            known = self._turns[host] = Turn(self._pause)
        return known
