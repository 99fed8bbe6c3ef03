"""Worker processes for pure work: started for one stretch of work and ended after it; knows no item and no store."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from multiprocessing.synchronize import Semaphore
from typing import Any, Final

from pebble import ProcessPool

from ingest.polling.workers.fork_server import fork_server, let_go

Submit = Callable[..., "Future[Any]"]
"""Has a worker process call a function with arguments; a process that dies fails the future and is replaced."""

_MOST: Final = 4  # processes that work at once, the coordinator among them
_BEGIN_SECONDS: Final = 5.0  # for a process to begin


def helpers_beside(processes: int | None) -> int:
    """Return how many processes help the coordinator where `processes` may work at once; None is this computer's number."""
    return (processes or min(os.cpu_count() or 1, _MOST)) - 1


class WorkerPool:
    """So many processes beside this one. None is started before there is work, and none stays when it is done."""

    def __init__(self, processes: int) -> None:
        """Take the number of processes; with 0 all work is left to the coordinator."""
        self.processes = processes

    @contextmanager
    def started(self, begin: Callable[..., None], *told: Any) -> Iterator[Submit]:
        """Start the processes, each with `begin(*told)`, and end them on exit: what they do then is given up."""
        context = fork_server()
        begun = context.Semaphore(0)
        pool = ProcessPool(max_workers=self.processes, context=context, initializer=_begin, initargs=[begun, begin, *told])
        active = False

        def submit(function: Callable[..., Any], *arguments: Any) -> "Future[Any]":
            nonlocal active
            active = True
            return pool.schedule(function, args=arguments)

        try:
            yield submit
        finally:
            for _ in range(self.processes if active else 0):  # one that is just starting would print an error
                begun.acquire(timeout=_BEGIN_SECONDS)
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
            let_go()


def _begin(begun: Semaphore, begin: Callable[..., None], *told: Any) -> None:
    """Begin a process."""
    begin(*told)
    begun.release()
