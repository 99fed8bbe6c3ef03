"""The heartbeat of a service: tells its manager, and the log, whether its workers make progress; knows no work."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from feeds.server.supervision.notify import ServiceManager
from feeds.server.supervision.progress import ProgressWatch, WorkerSign
from ingest.log import log_event

_LOG: Final = logging.getLogger(__name__)
_LIMIT: Final = 600.0  # seconds without a sign of a worker, where no manager sets a limit
_BEATS: Final = 4  # within the limit
_PAUSE: Final = 10.0  # seconds between two beats, at most


class Heartbeat:
    """Beats on the event loop of the service: a loop that is blocked, or a worker that stands still, is silence."""

    def __init__(
        self, manager: ServiceManager, signs: Callable[[], Mapping[str, WorkerSign]], intervals: Mapping[str, float]
    ) -> None:
        """Beat for `manager`. `signs` gives those of all workers, `intervals` the seconds between two ticks of each."""
        self._manager, self._signs, self._intervals = manager, signs, intervals
        self._limit = manager.watchdog_seconds or _LIMIT
        self._pause = min(self._limit / _BEATS, _PAUSE)

    async def starting(self) -> None:
        """Ask for patience until cancelled: the first publication after an upgrade takes minutes in a large home."""
        while True:
            self._manager.starts_slowly(3 * self._pause)
            await asyncio.sleep(self._pause)

    async def beating(self) -> None:
        """Beat until cancelled; log once which workers stand still, and once that they go on."""
        loop, watch = asyncio.get_running_loop(), ProgressWatch(self._intervals, self._limit)
        before: tuple[str, ...] = ()
        while True:
            stalled = watch.stalled(self._signs(), loop.time())
            if stalled and stalled != before:
                words = f"{' and '.join(stalled)}: no progress for {self._limit:.0f} seconds"
                log_event(_LOG, logging.ERROR, "service_stalled", f"topicwire: {words}; restart the service", workers=stalled)
                self._manager.status(words)
            elif before and not stalled:
                log_event(_LOG, logging.WARNING, "service_recovered", f"{' and '.join(before)}: there is progress again")
            if not stalled:
                self._manager.alive()
            before = stalled
            await asyncio.sleep(self._pause)
