"""Parser processes: one document each at a time, bounded in time and memory, replaced when they die; knows no source."""

import logging
import re
import resource
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from pebble import ProcessExpired, ProcessPool

from ingest.errors import ParseError
from ingest.log import log_fault
from ingest.model import NOTHING, Before, ParsedFeed
from ingest.polling.workers.fork_server import fork_server, let_go
from ingest.text.markup import pack_feed

if TYPE_CHECKING:  # no parser process needs it
    from ingest.settings import Parsing

_LOG: Final = logging.getLogger(__name__)
_NO_PROC_BYTES: Final = 2 << 30  # address space besides, where the system does not say how much is in use
_MEGABYTE: Final = 1 << 20
_BEGIN_SECONDS: Final = 5.0  # for a process to begin
_OF_THE_DOCUMENT: Final = (ParseError, TimeoutError, ProcessExpired, MemoryError, RecursionError)  # all else is our own fault
_packed: Final = msgspec.msgpack.Encoder().encode  # a third of what pickle takes for the same
_unpacked: Final = msgspec.msgpack.Decoder(ParsedFeed).decode


@dataclass(frozen=True, slots=True)
class Job:
    """A document to parse: a feed served at `url`, or a file called `name`."""

    body: bytes
    now: datetime
    url: str = ""
    name: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    before: Before = NOTHING  # what the source's last document held


class ParserBounds(NamedTuple):
    """The limits for parsing one document."""

    processor: float  # seconds
    clock: float  # seconds
    memory: int  # bytes, beyond what its process starts with


def bounds_for(settings: "Parsing", size: int) -> ParserBounds:
    """Return the limits for a document of `size` bytes."""
    megabytes = size / _MEGABYTE
    seconds = settings.seconds + settings.seconds_per_megabyte * megabytes
    memory = int((settings.megabytes + settings.megabytes_per_megabyte * megabytes) * _MEGABYTE)
    return ParserBounds(seconds, seconds * settings.patience, memory)


def read(job: Job) -> ParsedFeed:
    """Parse a document. Raises ParseError where it cannot be read."""
    # The parser processes alone need these: their fork server has them loaded (`ingest/polling/warm.py`).
    from ingest.documents.document import parse_document  # noqa: PLC0415
    from ingest.formats.feed import parse_feed  # noqa: PLC0415

    if job.name:
        return parse_document(job.body, job.name, job.now)
    return parse_feed(job.body, dict(job.headers), job.url, job.now, job.before)


class Children:
    """The parser processes, started together."""

    def __init__(self, processes: int) -> None:
        """Start the processes by a fork server, which loads the parsers once; a plain fork is unsafe, as the parent has threads."""
        context = fork_server()
        self._begun = [context.Semaphore(0)]
        self._pool = ProcessPool(max_workers=processes, max_tasks=500, context=context, initializer=_begin, initargs=self._begun)
        self._expected = processes
        self._replaced: Counter[str] = Counter()
        starter = ThreadPoolExecutor(1, "parsers")
        self.started: Future[bool] = starter.submit(lambda: self._pool.active)  # asks whether it is active, and so starts it
        starter.shutdown(wait=False)

    def run(self, function: Callable[[Job], ParsedFeed], job: Job, bounds: ParserBounds) -> "Future[ParsedFeed]":
        """Parse in one of the processes; the future fails with ParseError, also for a document that stalls or kills its process."""
        result: Future[ParsedFeed] = Future()
        task = self._pool.schedule(_within, args=[function, job, bounds.processor, bounds.memory], timeout=bounds.clock)
        task.add_done_callback(lambda done: self._pass_on(done, result, bounds))
        return result

    def take_replaced(self) -> Mapping[str, int]:
        """Return how many processes were replaced since the last call, by cause: time, processor, or death."""
        taken, self._replaced = self._replaced, Counter()
        return taken

    def stop(self) -> None:
        """End all processes. Wait for one that is just starting: without its parent it would print an error."""
        wait([self.started])
        for _ in range(self._expected):
            if not self._begun[0].acquire(timeout=_BEGIN_SECONDS):
                break
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()
        let_go()
        # Frames that failed in the pool may keep its arguments. The semaphore must not wait there for the garbage collector:
        # where that happens to run inside the resource tracker, Python 3.12 refuses the finalizer with a warning.
        self._begun.clear()

    def _pass_on(self, done: "Future[bytes]", result: "Future[ParsedFeed]", bounds: ParserBounds) -> None:
        """Pass a parser's result on; turn its death into a ParseError."""
        fault = None if done.cancelled() else done.exception()
        if isinstance(fault, TimeoutError | ProcessExpired):
            self._expected += 1  # a new process takes its place
            self._replaced[_cause(fault)] += 1
        if not result.set_running_or_notify_cancel():
            return
        try:
            feed = _unpacked(done.result())
        except BaseException as fault:  # noqa: BLE001 - passed on to the waiting thread
            said = _in_words(fault, bounds)
            if not isinstance(fault, _OF_THE_DOCUMENT):
                log_fault(_LOG, str(said), str(getattr(fault, "traceback", "")))
            result.set_exception(said)
        else:
            for found in feed.faults:
                log_fault(_LOG, found.line, found.trace)
            result.set_result(feed)


def _cause(fault: BaseException) -> str:
    """Return why a parser process ended before its document was read."""
    if isinstance(fault, TimeoutError):
        return "time"
    return "processor" if isinstance(fault, ProcessExpired) and fault.exitcode == -signal.SIGPROF else "death"


def _begin(begun: Semaphore) -> None:
    """Measure the memory of a new parser process, and signal that it has started."""
    _at_start()
    begun.release()


@cache
def _at_start() -> tuple[int, int]:
    """Return which memory limit applies, and how many bytes of it this process uses at the first call.

    The limit is on writable memory: the language detector's tables map far more than they use.
    """
    status = Path("/proc/self/status")
    has = re.search(r"VmData:\s*(\d+) kB", status.read_text(encoding="ascii", errors="replace")) if status.exists() else None
    return (resource.RLIMIT_DATA, int(has[1]) * 1024) if has else (resource.RLIMIT_AS, _NO_PROC_BYTES)


def _within(function: Callable[[Job], ParsedFeed], job: Job, seconds: float, memory: int) -> bytes:
    """Run a parser and pack what it gives; after `seconds` of processor time a signal kills the process, whatever it is doing."""
    kind, has = _at_start()
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (has + memory, hard))
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        return _packed(pack_feed(function(job)))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _in_words(fault: BaseException, bounds: ParserBounds) -> BaseException:
    cure = "the document was refused; its source is asked again later"
    if isinstance(fault, TimeoutError):
        return ParseError(f"parsing took longer than {bounds.clock:.3g} s", cure)
    if isinstance(fault, MemoryError):
        return ParseError("parsing needed too much memory", cure)
    if isinstance(fault, ProcessExpired):
        spent = _cause(fault) == "processor"
        return ParseError(
            f"parsing took more than {bounds.processor:.3g} s of the processor" if spent else "parsing killed its process", cure
        )
    if isinstance(fault, RecursionError):
        return ParseError("it is nested too deeply", cure)
    return fault if isinstance(fault, ParseError) else ParseError(f"the parser failed ({type(fault).__name__}: {fault})", cure)
