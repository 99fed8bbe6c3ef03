"""The server that forks our processes: what all of them need is loaded there once; does not know what it is for."""

import multiprocessing
import signal
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import ForkServerContext
from typing import Final

_SHARED: Final = ["__main__", "ingest.polling.parsers", "ingest.polling.warm"]  # the last one ends what is loaded


def fork_server() -> ForkServerContext:
    """Return the way in which processes start."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_SHARED)
    return context


def begin() -> None:
    """Start the server: it loads what is shared while this process does something else.

    Ctrl-C, which reaches every process of a terminal, is left to this one: one that is just starting would print an error.
    """
    fork_server()
    resource_tracker.ensure_running()  # else the server would start it, and that unblocks signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # inherited by the server and its children
    forkserver.ensure_running()
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
