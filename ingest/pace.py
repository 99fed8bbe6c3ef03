"""Turns at a host: one request at a time, and a pause between; knows hosts by name, and no request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

_MANY: Final = 10_000  # hosts remembered


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    free: float = 0.0  # from when on it may be asked, on the loop's clock


class Pace:
    """Gives out turns, first come first served, for the life of one event loop.

    Whoever asks, a pass, a redirect from elsewhere or a person's command, waits in the same row (F12).
    """

    def __init__(self, pause: float) -> None:
        """Leave `pause` seconds from the end of one request to the beginning of the next."""
        self._pause = pause
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for the host, however long that takes, and keep it until the request is over."""
        loop = asyncio.get_running_loop()
        if len(self._hosts) > _MANY:
            self._forget(loop.time())
        known = self._hosts.setdefault(host, _Host())
        async with known.turn:
            if (wait := known.free - loop.time()) > 0:
                await asyncio.sleep(wait)
            try:
                yield
            finally:
                known.free = loop.time() + self._pause

    def _forget(self, now: float) -> None:
        # Only whom nobody waits for: the lock of a host with a row is locked.
        self._hosts = {name: host for name, host in self._hosts.items() if host.turn.locked() or host.free > now}
