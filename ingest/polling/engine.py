"""Where work runs: requests on one event loop, parsing in child processes under a deadline; knows no store."""

import asyncio
import contextlib
import os
import resource
import sys
from collections import Counter
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from itertools import count
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Final, TypeVar

import uvloop

from ingest.errors import ParseError
from ingest.http.client import Clock, FetchLimits, HttpClient, open_client
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard
from ingest.http.tls import tls_context
from ingest.model import ParsedFeed
from ingest.polling.batch import Batch
from ingest.polling.parsers import Children, Job, bounds_for, read
from ingest.polling.running.processing import process_batch
from ingest.polling.running.reading_order import ReadingOrder
from ingest.polling.running.runner import BatchRunner, Outcomes
from ingest.polling.workers.memory import share_one_arena
from ingest.settings import Fetch, Parsing

_T = TypeVar("_T")
_MOST_BYTES: Final = 40 << 20  # of a document: its process holds it three times before any parser sees it
_TURN: Final = 0.0005  # seconds: with Python's 5 ms the loop waits after each send until the committing thread pauses
_FILES: Final = 8_192
_AT_ONCE: Final = 8  # batches that run on one loop
_AHEAD: Final = 3  # documents for each parser process: it never waits for the next one
_BATCH: Final[ContextVar[int]] = ContextVar("batch", default=0)  # the number of that to which a document belongs; 0: to none
_USUAL: Final = Parsing()


class Engine:
    """Runs coroutines on a loop of its own, in the background, beside a pool of parser processes.

    Use it as a context manager. On exit what still runs is cancelled: nothing of it was committed, so it is still due.
    """

    def __init__(  # noqa: PLR0913 - the settings of an engine
        self,
        settings: Fetch,
        clock: Clock,
        processes: int | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        home: Path = Path(),
        parsing: Parsing = _USUAL,
        runner: BatchRunner | None = None,
    ) -> None:
        """Prepare; without a `runner` the engine runs batches itself. Nothing starts before `with`.

        Raises SettingsError for a bad `fetch.allow` or `fetch.ca_file`.
        """
        self._ssrf_guard = SsrfGuard(settings.allow)
        self._agent = f"topicwire/{version('topicwire')}" + (f" (+{settings.contact})" if settings.contact else "")
        self._limits = FetchLimits(settings.max_megabytes * 1024 * 1024, settings.timeout, settings.host_pause)
        self._proxy = settings.proxy or None
        self._home = home  # where files of authorities are looked for
        self._ca_file = str(home / settings.ca_file) if settings.ca_file else None
        if self._ca_file:
            tls_context(self._ca_file)
        self.clock = clock
        self.environment = environment or {}  # where sources keep their secrets
        self.parsing = parsing
        self._processes = processes or min(os.cpu_count() or 1, 4)
        self._order = ReadingOrder(self._processes * _AHEAD)
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="topicwire-network", daemon=True)
        self._stack = contextlib.AsyncExitStack()
        self._children: Children | None = None
        self._reading = 0  # documents that are being parsed
        self._read_at = clock()  # when the last one was
        self._replaced: Counter[str] = Counter()  # of parser processes that have ended since
        self._runner: BatchRunner = runner or _OwnLoop(self)

    def __enter__(self) -> "Engine":
        """Start the loop and open the network; parser processes start with the first document, or when they are prepared."""
        _allow_many_connections()
        share_one_arena()
        self._before = sys.getswitchinterval()
        sys.setswitchinterval(_TURN)
        self._thread.start()
        self._fetch: HttpClient = self.submit(self._open()).result()
        return self

    async def _open(self) -> HttpClient:
        network = open_client(self._ssrf_guard, self._agent, self._limits, self.clock, self._proxy, ca_file=self._ca_file)
        return await self._stack.enter_async_context(network)

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None) -> None:
        """Cancel what runs, close the network, end the child processes."""
        sys.setswitchinterval(self._before)
        self._runner.close()
        self.submit(self._close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if self._children is not None:
            self._children.stop()

    async def _close(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._stack.aclose()

    def cancel(self) -> None:
        """Cancel what runs, from any other thread; those who wait for it get CancelledError."""
        self._runner.cancel()
        self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(self._loop)])

    def submit(self, work: Coroutine[Any, Any, _T]) -> "Future[_T]":
        """Start a coroutine on the engine's loop, from any other thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, batch: Batch) -> "Future[Outcomes]":
        """Start a batch, here or where else batches run, from any other thread."""
        return self._runner.run(batch)

    def batches_at_once(self) -> int:
        """Return how many batches should be under way."""
        return self._runner.batches_at_once()

    def fetch(self, request: Request) -> Coroutine[Any, Any, Response]:
        """Send a request and return the response. Raises FetchError, and SettingsError where `fetch.ca_file` cannot be read."""
        return self._fetch(replace(request, ca_file=str(self._home / request.ca_file)) if request.ca_file else request)

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form to a server and wait until it is accepted. Raises FetchError."""
        await self._fetch.post(url, form)

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body to a server and wait until it is accepted. Raises FetchError."""
        await self._fetch.send(url, body, headers)

    def prepare(self) -> None:
        """Have the parser processes started, from any other thread, so that the first documents need not wait for them."""
        self._loop.call_soon_threadsafe(self._begun)

    def _begun(self) -> Children:
        if self._children is None:
            self._children = Children(self._processes)
        return self._children

    async def parse(self, job: Job) -> ParsedFeed:
        """Parse in a child process, which packs summaries and markup.

        Raises ParseError, also for a document that stalls or kills its parser.
        """
        if len(job.body) > _MOST_BYTES:
            raise ParseError(f"larger than {_MOST_BYTES >> 20} MB", "its parser has no memory for more; tell its publisher")
        self._reading += 1
        children = self._begun()
        try:
            if not children.started.done():  # the network goes on meanwhile
                await asyncio.wait([asyncio.wrap_future(children.started)])
            async with self._order.place(_BATCH.get()):
                return await asyncio.wrap_future(children.run(read, job, bounds_for(self.parsing, len(job.body))))
        finally:
            self._reading -= 1
            self._read_at = self.clock()

    def has_rested(self, idle: timedelta) -> bool:
        """Return whether no document was read for so long."""
        return not self._reading and self.clock() - self._read_at >= idle

    def rest(self, idle: timedelta = timedelta()) -> None:
        """End the parser processes, from any other thread, if none has read for so long; the next document starts others."""
        self.submit(self._rest(idle)).result()

    async def _rest(self, idle: timedelta) -> None:
        children = self._children
        if children is None or not self.has_rested(idle):
            return
        self._children = None
        await asyncio.to_thread(children.stop)
        self._replaced.update(children.take_replaced())

    def take_replaced(self) -> Mapping[str, int]:
        """Return how many parser processes were replaced since the last call, here and where else batches run, by cause."""
        taken, self._replaced = self._replaced, Counter()
        taken.update(self._children.take_replaced() if self._children else {})
        taken.update(self._runner.take_replaced())
        return taken


class _OwnLoop:
    """Runs batches on the engine's own loop, with its own parser processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._numbers = engine, count(1)

    def batches_at_once(self) -> int:
        return _AT_ONCE

    def run(self, batch: Batch) -> "Future[Outcomes]":
        return self._engine.submit(self._process(batch, next(self._numbers)))

    async def _process(self, batch: Batch, number: int) -> Outcomes:
        _BATCH.set(number)
        return await process_batch(batch, self._engine)

    def take_replaced(self) -> Mapping[str, int]:
        """Return nothing: the parser processes are the engine's."""
        return {}

    def cancel(self) -> None:
        """Leave it to the engine, which cancels all that is on its loop."""

    def close(self) -> None:
        """Leave it to the engine."""


def _allow_many_connections() -> None:
    """Use as many open files as the system grants: a pass holds connections to hundreds of hosts."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
