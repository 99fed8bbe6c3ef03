"""The server that forks our processes: what all of them need is loaded there once; does not know what it is for."""

import multiprocessing
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from threading import Lock
from typing import Final

_SHARED: Final = ["__main__", "ingest.polling.parsers", "ingest.polling.warm"]  # the last one ends what is loaded


class _Users:
    """How many have processes of the server, which is one for all of this process."""

    def __init__(self) -> None:
        self.lock, self.number = Lock(), 0


_users: Final = _Users()


def fork_server() -> ForkServerContext:
    """Return the way in which processes start. Who has it gives it back with `let_go`, when its processes have ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_SHARED)
    with _users.lock:
        _users.number += 1
    return context


def let_go() -> None:
    """Have no process of the server any more. The server stays, for whoever starts the next one soon."""
    with _users.lock:
        _users.number -= 1


def begin() -> None:
    """Start the server: it loads what is shared while this process does something else.

    Ctrl-C, which reaches every process of a terminal, is left to this one: one that is just starting would print an error.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(_SHARED)
    resource_tracker.ensure_running()  # else the server would start it, and that unblocks signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited by the server and its children
    forkserver.ensure_running()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_unused() -> None:
    """End the server if nobody has a process of it: what it has loaded is freed, and the next process starts another."""
    with _users.lock:
        if not _users.number:
            forkserver._forkserver._stop()  # type: ignore[attr-defined] # noqa: SLF001 - there is no public way
