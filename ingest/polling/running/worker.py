"""What runs in a process of Dask: it polls what it is told, with an engine of its own; knows no coordinator and no database."""

import asyncio
import atexit
import logging
import multiprocessing
import os
import traceback
from collections.abc import Coroutine, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import Any, Final

from ingest.errors import TopicwireError
from ingest.http.message import Request, Response
from ingest.log import log_fault
from ingest.model import ParsedFeed
from ingest.polling.batch import Batch
from ingest.polling.engine import Engine
from ingest.polling.parsers import Job
from ingest.polling.running.messages import Answer, Assignment, Greeting, pack_answer, pack_greeting, unpack_assignment
from ingest.polling.running.processing import process_batch
from ingest.settings import Fetch, Parsing
from ingest.text.sanitize import one_line

_LOG: Final = logging.getLogger(__name__)
_PROXY: Final = "TOPICWIRE_FETCH__PROXY"
_CA_FILE: Final = "TOPICWIRE_FETCH__CA_FILE"
_HOME: Final = "TOPICWIRE_HOME"
_LOOK: Final = 0.5  # seconds between two looks at whether this process stood still
_STANDSTILL: Final = 10.0  # seconds after which others may have its work: fewer than the coordinator waits
_ENGINES: Final = 2  # kept at once: two homes may share the workers, or settings have just changed


def greet() -> bytes:
    """Return a packed greeting: what a coordinator has to know of this process."""
    may_have_children = not multiprocessing.current_process().daemon
    return pack_greeting(Greeting(version("topicwire"), may_have_children, bool(os.environ.get(_PROXY))))


def run_assignment(packed: bytes) -> bytes:
    """Poll what an assignment holds; return a packed answer, whatever happens: an error might not survive the journey."""
    try:
        return pack_answer(_polled(unpack_assignment(packed)))
    except CancelledError:
        return pack_answer(Answer(is_abandoned=True))
    except TopicwireError as fault:
        return pack_answer(Answer(fault=fault.what, cure=fault.cure))
    except Exception as fault:  # noqa: BLE001 - it is told to the coordinator
        said = one_line(repr(fault))[:300]
        log_fault(_LOG, said, traceback.format_exc())
        return pack_answer(Answer(fault=f"a fault of topicwire itself ({said})", cure="look at its log, and please report it"))


def _polled(assignment: Assignment) -> Answer:
    with _SHARED.engine(assignment.fetch, assignment.parsing, assignment.now) as engine:
        batch = process_batch(Batch(assignment.polls), _At(engine, assignment.now))
        outcomes = engine.submit(batch).result()
        return Answer(outcomes, replaced=dict(engine.take_replaced()))


async def _abandon_after_standstill() -> None:
    """Cancel what runs on the loop when the whole process stood still: others poll it by now, and two must not ask one host."""
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        await asyncio.sleep(_LOOK)
        if loop.time() - begun > _STANDSTILL:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()


class _At:
    """An engine at the moment of one assignment: the clocks of two machines may differ."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._engine, self._now = engine, now
        self.environment = engine.environment

    def clock(self) -> datetime:
        return self._now

    def fetch(self, request: Request) -> Coroutine[Any, Any, Response]:
        return self._engine.fetch(request)

    async def parse(self, job: Job) -> ParsedFeed:
        return await self._engine.parse(job)


@dataclass
class _CoordinatorsClock:
    """The time as the coordinator told it last."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class _Opened:
    """An engine that runs, its clock, and how many assignments use it."""

    engine: Engine
    clock: _CoordinatorsClock
    users: int = 0


class _Engines:
    """The engines of this process, each made when it is first needed: one engine keeps the pauses between requests to a host."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._opened: dict[tuple[Fetch, Parsing], _Opened] = {}

    @contextmanager
    def engine(self, fetch: Fetch, parsing: Parsing, now: datetime) -> Iterator[Engine]:
        """Yield the engine with these settings, and with the proxy, the files and the secrets of this machine."""
        with self._lock:
            key = fetch, parsing
            one = self._opened.pop(key) if key in self._opened else self._open(fetch, parsing, now)
            self._opened[key] = one  # the last one used stands last
            one.users += 1
            one.clock.now = now
            idle = [name for name, other in self._opened.items() if not other.users]
            for name in idle[: max(0, len(self._opened) - _ENGINES)]:
                self._opened.pop(name).engine.__exit__(None, None, None)
        try:
            yield one.engine
        finally:
            with self._lock:
                one.users -= 1

    def _open(self, fetch: Fetch, parsing: Parsing, now: datetime) -> _Opened:
        own = replace(fetch, proxy=os.environ.get(_PROXY, ""), ca_file=os.environ.get(_CA_FILE, ""))
        clock = _CoordinatorsClock(now)
        home = Path(os.environ.get(_HOME, "."))
        engine = Engine(own, clock, environment=os.environ, home=home, parsing=parsing).__enter__()
        engine.submit(_abandon_after_standstill())
        return _Opened(engine, clock)

    def close(self) -> None:
        """End them, with their parser processes."""
        with self._lock:
            while self._opened:
                self._opened.popitem()[1].engine.__exit__(None, None, None)


_SHARED: Final = _Engines()
atexit.register(_SHARED.close)
