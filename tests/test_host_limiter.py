"""Turns at a host."""

import asyncio
from contextlib import suppress

from ingest.http.host_limiter import HostLimiter


def test_who_gives_up_waiting_keeps_nobody_else_waiting() -> None:
    """A request cancelled in the pause before its turn leaves the host to the next one."""

    async def scene() -> None:
        limiter = HostLimiter(0.05)
        async with limiter.turn("a.example"):
            pass
        waiting = asyncio.create_task(_ask(limiter))
        await asyncio.sleep(0.01)  # it has the host, and rests
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await waiting
        assert await asyncio.wait_for(_ask(limiter), 5) == "asked"

    asyncio.run(scene())


def test_a_host_that_is_being_asked_is_never_forgotten() -> None:
    """However many hosts come by meanwhile, a second request waits for the first."""

    async def scene() -> None:
        limiter = HostLimiter(0.0)
        async with limiter.turn("a.example"):
            for number in range(10_010):
                async with limiter.turn(f"{number}.example"):
                    pass
            second = asyncio.create_task(_ask(limiter))
            await asyncio.sleep(0.01)
            assert not second.done()
        assert await asyncio.wait_for(second, 5) == "asked"

    asyncio.run(scene())


async def _ask(limiter: HostLimiter) -> str:
    async with limiter.turn("a.example"):
        return "asked"
