"""Has batches polled by the workers of a Dask scheduler, whatever becomes of them meanwhile; knows no database.

Nothing here is kept on disk: what was not answered is still due.
"""

import asyncio
import logging
import warnings
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from secrets import token_hex
from threading import Lock, Thread
from typing import Any, Final

from distributed import Client
from distributed.scheduler import KilledWorker
from distributed.versions import VersionMismatchWarning
from tornado.ioloop import IOLoop

from ingest.errors import EngineError, Failure
from ingest.log import log_event
from ingest.poll_state import Outcome
from ingest.polling.batch import Batch
from ingest.polling.running.dealing import Dealing, Load, Ticket
from ingest.polling.running.encryption import scheme
from ingest.polling.running.hearing import Hearing
from ingest.polling.running.messages import Answer, Assignment, for_others, pack_assignment, refusal, unpack_answer
from ingest.polling.running.runner import Outcomes
from ingest.polling.running.trouble import what_failed
from ingest.polling.running.worker import greet, run_assignment
from ingest.settings import Fetch, Parsing
from ingest.text.sanitize import one_line
from ingest.text.urls import without_secrets

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 8  # batches under way for each worker
_WATCH: Final = 0.5  # seconds between two looks at which workers are there
_MOMENT: Final = 0.05  # seconds in which more batches and workers may come, so that loads are full and hosts well divided
_ANSWER: Final = 10.0  # seconds in which a scheduler answers, or a worker that is greeted
_SILENCE: Final = 20.0  # seconds after which a worker without a heartbeat stands still; it beats twice a second
_CONNECTED: Final = 12.0  # seconds in which a connection is made with all that is said first; Dask itself sets no bound
_FAREWELL: Final = 5.0  # seconds in which a connection is closed in good order
_LAST_WORDS: Final = 1.0  # seconds in which what is left ends after that
_FIRST_PAUSE: Final = 0.2  # seconds before the next try to connect; twice as long after each
_LONGEST_PAUSE: Final = 5.0
_PATIENCE: Final = 30.0  # seconds that batches wait for a worker; then the pass fails, and everything is still due
_CURE: Final = "nothing is lost: what is due is asked later; `topicwire docs scale` says how workers are started"
_GONE: Final = (OSError, TimeoutError, CancelledError)  # what Dask raises when a connection is lost


class DaskCluster:
    """A `BatchRunner` over the workers of a scheduler. It connects at the first batch, and again whenever it has to."""

    def __init__(self, scheduler: str, fetch: Fetch, parsing: Parsing, clock: Callable[[], datetime]) -> None:
        """Prepare; `scheduler` is its host and port. Raises SettingsError where TLS is half set."""
        scheme()
        self._scheduler, self._clock = scheduler, clock
        self._fetch, self._parsing, self._needs_proxy = for_others(fetch), parsing, bool(fetch.proxy)
        self._dealing, self._hearing = Dealing(fetch.host_pause), Hearing(_SILENCE)
        _tell_dask_to_be_quiet()
        self._sockets = IOLoop(make_current=False)  # Dask opens its sockets on it
        self._loop = self._sockets.asyncio_loop
        self._thread = Thread(target=self._loop.run_forever, name="topicwire-cluster", daemon=True)
        self._starting = Lock()
        self._keeping: tuple[asyncio.Task[None], ...] = ()
        self._client: Any = None
        self._waiting: set[asyncio.Task[Any] | None] = set()  # batches
        self._answers: dict[int, asyncio.Future[Outcome]] = {}  # by ticket
        self._under_way: dict[int, asyncio.Task[None]] = {}  # by load
        self._greeted: dict[str, asyncio.Task[None]] = {}  # workers that have yet to say who they are
        self._replaced: Counter[str] = Counter()  # parser processes of the workers, by cause
        self._workers = 0  # that have work
        self._resting: dict[str, str] = {}  # workers that begin nothing, and what Dask calls that: paused, closing_gracefully
        self._refused: dict[str, str] = {}  # workers that get nothing, and why
        self._trouble = ""  # why no worker can be had
        self._deadline = 0.0  # until when batches may wait without any worker
        self._version = version("topicwire")
        self._name = token_hex(16)  # of this run: no two coordinators give a task the same name

    def batches_at_once(self) -> int:
        """Return how many batches should be under way."""
        return _AT_ONCE * max(1, self._workers)

    def run(self, batch: Batch) -> "Future[Outcomes]":
        """Start a batch, from any thread. The future fails with EngineError where no worker can be had."""
        with self._starting:
            if not self._thread.is_alive():
                self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._polled(batch), self._loop)

    def take_replaced(self) -> Mapping[str, int]:
        """Return how many parser processes the workers replaced since the last call, by cause."""
        taken, self._replaced = self._replaced, Counter()
        return taken

    def cancel(self) -> None:
        """Cancel what runs, from any thread."""
        self._loop.call_soon_threadsafe(lambda: [one.cancel() for one in self._waiting if one])

    def close(self) -> None:
        """Cancel what runs, and disconnect. No task and no socket is left, whether or not the scheduler answers."""
        if self._thread.is_alive():
            with suppress(TimeoutError):  # a scheduler that stands still does not answer
                asyncio.run_coroutine_threadsafe(self._ended(), self._loop).result(_FAREWELL)
            asyncio.run_coroutine_threadsafe(_end_tasks(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._sockets.close(all_fds=True)  # a connection that Dask was still making has a socket that nobody else closes

    async def _ended(self) -> None:
        tasks = [one for one in (*self._waiting, *self._keeping) if one]
        for one in tasks:
            one.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _polled(self, batch: Batch) -> Outcomes:
        """Return what the polls of a batch brought, in their order, whoever polled them and however often it was tried."""
        self._waiting.add(task := asyncio.current_task())
        if not self._keeping:
            self._deadline = self._loop.time() + _PATIENCE
            self._keeping = asyncio.create_task(self._keep()), asyncio.create_task(self._lose_patience())
        now = self._loop.time()
        tickets = [self._dealing.add(poll, now) for poll in batch.polls]
        answers = [self._answers.setdefault(one.number, self._loop.create_future()) for one in tickets]
        self._loop.call_later(_MOMENT, self._hand_out)
        try:
            return tuple(await asyncio.gather(*answers))
        finally:
            self._waiting.discard(task)
            self._dealing.drop(one.number for one in tickets)
            for one in tickets:
                self._answers.pop(one.number)

    # The connection

    async def _keep(self) -> None:
        """Keep a connection, and work to do at every worker."""
        pause = _FIRST_PAUSE
        while True:
            try:
                async with self._connected() as self._client:
                    log_event(_LOG, logging.INFO, "scheduler_found", f"connected to dask://{self._scheduler}")
                    pause, self._trouble = _FIRST_PAUSE, ""
                    await self._watch()
            except Exception as fault:  # noqa: BLE001 - what listens there may be anything
                self._disconnected(fault)
            finally:
                self._client = None
                self._lose_everybody()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """Give a client that is connected, and close it afterwards, though it was still connecting."""
        address = f"{scheme()}://{self._scheduler}"
        async with AsyncExitStack() as stack:
            client = Client(address, asynchronous=True, set_as_default=False, timeout=_ANSWER, direct_to_workers=False)
            stack.callback(setattr, client, "status", "closed")  # else it closes itself once more, when no loop is there to do it
            stack.push_async_exit(client)
            async with asyncio.timeout(_CONNECTED):  # what listens there may take the connection and say nothing
                await client
            yield client

    def _disconnected(self, fault: Exception) -> None:
        trouble = f"no scheduler of Dask answers at {self._scheduler} ({what_failed(fault)})"
        if not self._trouble:
            log_event(_LOG, logging.WARNING, "scheduler_lost", f"{trouble}; it is tried again")
        self._trouble = trouble

    async def _watch(self) -> None:
        """Follow who comes and goes, until the connection breaks. Raises ConnectionError."""
        while self._client is not None and self._client.status == "running":
            known = await asyncio.wait_for(self._client.scheduler.identity(), _ANSWER)
            self._resting = {worker: told["status"] for worker, told in known["workers"].items() if told["status"] != "running"}
            self._follow({worker: self._resting.get(worker, told["last_seen"]) for worker, told in known["workers"].items()})
            self._hand_out()
            await asyncio.sleep(_WATCH)
        raise ConnectionError("the connection broke")

    async def _lose_patience(self) -> None:
        """Give up in time, whatever else is waited for."""
        while True:
            await asyncio.sleep(_WATCH)
            self._give_up()

    def _give_up(self) -> None:
        """Fail what has waited too long for a worker, or waits where none of them may have it."""
        hopeless = bool(self._refused) and not self._workers and not self._greeted
        if not self._answers or self._workers:
            self._deadline = self._loop.time() + _PATIENCE
        elif hopeless or self._loop.time() > self._deadline:
            said = next(iter(self._refused.values()), self._trouble) or self._no_worker()
            self._fail(self._answers, EngineError(said, _CURE))
            self._deadline = self._loop.time() + _PATIENCE

    def _no_worker(self) -> str:
        for worker, status in self._resting.items():
            why = "it has too little memory (--memory-limit)" if status == "paused" else "it ends"
            return f"worker {worker} begins nothing, {status} by Dask: {why}"
        return f"no worker is connected to dask://{self._scheduler}"

    # The workers

    def _follow(self, signs: Mapping[str, object]) -> None:
        """Greet workers that are new, and take work back from those that are gone or stand still.

        `signs` are their heartbeats; one that begins nothing gives none, for Dask then leaves untouched what it is given.
        """
        there = self._hearing.heard(signs, self._loop.time())
        for worker in self._dealing.workers - there:
            self._leave(worker, stands_still=worker in signs)
        for worker in self._greeted.keys() - there:
            self._greeted.pop(worker).cancel()
        self._refused = {worker: why for worker, why in self._refused.items() if worker in there}
        known = self._dealing.workers | self._refused.keys() | self._greeted.keys() | self._resting.keys()
        for worker in there - known:
            self._greeted[worker] = asyncio.create_task(self._greet(self._client, worker))

    async def _greet(self, client: Any, worker: str) -> None:
        """Ask a worker who it is, and give it work if it can have some. One that does not answer is greeted again."""
        try:
            said = (await asyncio.wait_for(client.run(greet, workers=[worker], on_error="return"), _ANSWER))[worker]
        except Exception as fault:  # noqa: BLE001 - what a worker raises, it may have brought along
            said = fault
        if not isinstance(said, _GONE):  # else it is gone again
            self._join(worker, refusal(said, self._version, needs_proxy=self._needs_proxy))
        self._greeted.pop(worker, None)
        if not self._greeted:  # else the others get their share first; the next look does not wait for them
            self._loop.call_later(_MOMENT, self._hand_out)

    def _join(self, worker: str, why_not: tuple[str, str] | None) -> None:
        if why_not is None:
            self._dealing.join(worker, self._loop.time())
            self._workers = len(self._dealing.workers)
            log_event(_LOG, logging.INFO, "worker_joined", f"worker {worker} polls sources", worker=worker)
            return
        what, cure = why_not
        self._refused[worker] = f"worker {worker} gets no work: {what}"
        log_event(_LOG, logging.WARNING, "worker_refused", f"{self._refused[worker]}; {cure}", worker=worker)

    def _leave(self, worker: str, *, stands_still: bool) -> None:
        """Take back what a worker had: it died or stopped over one of its loads, or all by itself."""
        event, what = ("worker_silent", "stands still") if stands_still else ("worker_left", "is gone")
        log_event(_LOG, logging.WARNING, event, f"worker {worker} {what}; others poll its sources", worker=worker)
        for load in self._taken_from(worker):
            now = self._loop.time()
            self._blame(self._dealing.stuck(load, now) if stands_still else self._dealing.lost(load, now))

    def _lose_everybody(self) -> None:
        """Take back what all workers had, since the connection broke: no load is to blame."""
        for worker in self._dealing.workers:
            for load in self._taken_from(worker):
                self._dealing.returned(load, self._loop.time())
        for greeted in self._greeted.values():
            greeted.cancel()
        self._greeted.clear()
        self._refused.clear()
        self._resting = {}

    def _taken_from(self, worker: str) -> tuple[Load, ...]:
        loads = self._dealing.leave(worker, self._loop.time())
        self._workers = len(self._dealing.workers)
        for load in loads:
            self._under_way.pop(load.number).cancel()
        return loads

    # The loads

    def _hand_out(self) -> None:
        """Give every worker as much as it may have."""
        if self._client is None:
            return
        for worker in self._dealing.workers - self._resting.keys():
            while load := self._dealing.next_load(worker, self._loop.time()):
                self._under_way[load.number] = asyncio.create_task(self._run(self._client, load))

    async def _run(self, client: Any, load: Load) -> None:
        """Have a worker poll a load. It is cancelled when the worker or the connection is lost."""
        try:
            answer = unpack_answer(await self._submitted(client, load))
        except KilledWorker:
            self._blame(self._dealing.lost(load, self._loop.time()))
        except _GONE:
            self._dealing.returned(load, self._loop.time())
            self._client = None  # the watch ends, and connects again
        except Exception as fault:  # noqa: BLE001 - whoever waits for it is told
            self._dealing.done(load, self._loop.time())
            said = f"worker {load.worker} answers what cannot be read ({one_line(repr(fault))[:300]})"
            self._fail([one.number for one in load.tickets], EngineError(said, "look at its log, and please report it"))
        else:
            self._take(load, answer)
        self._under_way.pop(load.number, None)
        self._hand_out()

    def _take(self, load: Load, answer: Answer) -> None:
        """Pass on what a worker brought."""
        self._replaced.update(answer.replaced)
        if answer.is_abandoned:
            self._dealing.returned(load, self._loop.time())
            return
        self._dealing.done(load, self._loop.time())
        if answer.fault:
            self._fail([one.number for one in load.tickets], EngineError(f"worker {load.worker}: {answer.fault}", answer.cure))
        else:
            for ticket, outcome in zip(load.tickets, answer.outcomes, strict=True):
                self._answer(ticket, outcome)

    async def _submitted(self, client: Any, load: Load) -> bytes:
        polls = tuple(one.poll for one in load.tickets)
        packed = pack_assignment(Assignment(self._clock(), self._fetch, self._parsing, polls))
        name = f"topicwire-{self._name}-{load.number}"
        packed_answer: bytes = await client.submit(run_assignment, packed, workers=[load.worker], key=name, pure=False)
        return packed_answer

    def _blame(self, tickets: Iterable[Ticket]) -> None:
        """Give up the polls that are guilty of the end of workers."""
        for guilty in tickets:
            source = guilty.poll.source
            shown = without_secrets(source.url)
            said = f"{shown}: each worker that polls it dies; it is asked again later"
            log_event(_LOG, logging.ERROR, "source_quarantined", said, source=shown)
            error = "each worker that polls it dies; look at the log of the workers, and please report it"
            self._answer(guilty, Outcome(source, self._clock(), error=error, failure=Failure.OTHER))

    def _answer(self, ticket: Ticket, outcome: Outcome) -> None:
        answer = self._answers.get(ticket.number)
        if answer and not answer.done():
            answer.set_result(replace(outcome, at=self._clock()))  # clocks of other machines may be wrong

    def _fail(self, numbers: Iterable[int], fault: Exception) -> None:
        for number in list(numbers):
            answer = self._answers.get(number)
            if answer and not answer.done():
                answer.set_exception(fault)


async def _end_tasks() -> None:
    """Cancel every other task of this loop, those of Dask too, and wait a moment until they have ended."""
    if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
        for one in tasks:
            one.cancel()
        await asyncio.wait(tasks, timeout=_LAST_WORDS)


def _tell_dask_to_be_quiet() -> None:
    """Have what Dask logs go where our events go, and only under `--debug`: of each lost connection, our event says all."""
    if not (debugs := _LOG.isEnabledFor(logging.DEBUG)):
        warnings.filterwarnings("ignore", category=VersionMismatchWarning)  # the machines may differ in all but topicwire
    level = logging.WARNING if debugs else logging.CRITICAL
    for name in ("distributed", "distributed.client"):  # it gave these a level, and the first a handler, when it was imported
        log = logging.getLogger(name)
        log.setLevel(level)
        log.handlers.clear()
        log.propagate = True
