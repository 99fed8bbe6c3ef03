"""Who reads next, where more documents wait than can be read at once: those of the earliest batch; knows no document."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from itertools import count


class ReadingOrder:
    """So many places. Who waits for one gets it in the order of batches, and within a batch in the order of asking.

    A batch is committed when its last document is read: without an order, all batches under way would be ready at once.
    """

    def __init__(self, places: int) -> None:
        """Begin with all places free; used on one event loop."""
        self._free = places
        self._asked = count()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def place(self, batch: int) -> AsyncIterator[None]:
        """Wait for a place, as one of a batch, and keep it inside."""
        if self._free:
            self._free -= 1
        else:
            await self._turn(batch)
        try:
            yield
        finally:
            self._pass_on()

    async def _turn(self, batch: int) -> None:
        mine = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (batch, next(self._asked), mine))
        try:
            await mine
        except asyncio.CancelledError:
            if not mine.cancelled():  # it was given a place at the same moment
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._waiting:
            *_, waiting = heappop(self._waiting)
            if not waiting.done():
                waiting.set_result(None)
                return
        self._free += 1
