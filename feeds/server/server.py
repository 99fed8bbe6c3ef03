"""The uvicorn server of one application, and the socket on which it listens; knows no page and no file."""

import asyncio
import logging
import os
import resource
import socket
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final, Self, TypeVar, cast

import uvicorn
import uvloop
from starlette.types import ASGIApp

from feeds.server.connections import ConnectionLimits, limits_for
from feeds.server.protocol import ServerProtocol
from ingest.errors import TopicwireError, UsageError
from ingest.log import log_event
from ingest.settings import Service

_LOG: Final = logging.getLogger(__name__)
_T = TypeVar("_T")
_LAST_PORT: Final = 65_535
_PATIENCE: Final = 4  # seconds for answers that are under way when the server stops


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: the caller stops it."""

    def __init__(self, site: ASGIApp, service: Service | None = None) -> None:
        """Configure a server without an access log: readers stay private, and private addresses hold tokens."""
        limits = limits_of(service or Service())
        config = uvicorn.Config(
            site,
            http=type("LimitedProtocol", (ServerProtocol,), {"limits": limits}),
            ws="none",
            log_config=None,  # its errors go where ours go
            log_level="error",
            access_log=False,
            lifespan="off",
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_PATIENCE,
        )
        super().__init__(config)

    async def on_tick(self, counter: int) -> bool:
        """Check the time limits of all connections once a second."""
        if counter % 10 == 0:
            now = asyncio.get_running_loop().time()
            for one in cast("tuple[ServerProtocol, ...]", tuple(self.server_state.connections)):
                one.check_timeout(now)
        return await super().on_tick(counter)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until told to stop; unfinished requests are then not logged as errors."""
        log = logging.getLogger("uvicorn.error")
        log.addFilter(self._is_serving)
        try:
            await super().serve(sockets)
            if self.server_state.tasks:  # they are cancelled, and not yet over
                await asyncio.wait(self.server_state.tasks, timeout=_PATIENCE)
        finally:
            log.removeFilter(self._is_serving)

    def _is_serving(self, _record: logging.LogRecord) -> bool:
        return not self.should_exit

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers."""
        yield


def limits_of(service: Service) -> ConnectionLimits:
    """Return the connection limits of a service by its settings and by how many files this process may open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    descriptors = sys.maxsize if soft == resource.RLIM_INFINITY else soft
    return limits_for(descriptors, service.connections, service.connections_per_address)


def run_loop(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine to its end on the event loop of libuv, and return its result."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def listen(bind: str) -> socket.socket:
    """Open the listening socket for `host:port`. Raises UsageError for another form, TopicwireError when it is taken."""
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:  # a port alone would mean all networks
        raise UsageError(f'service.bind: "{bind}" is not host:port', 'write "127.0.0.1:8080"')
    family = socket.AF_INET6 if "[" in host else socket.AF_INET
    try:
        return socket.create_server((host.strip("[]"), int(port)), family=family, backlog=1024)
    except OSError as fault:
        cause = (
            os.strerror(fault.errno) if fault.errno and fault.errno > 0 else fault.strerror
        )  # below 0: from the look-up of the name
        raise TopicwireError(f"cannot listen on {bind}: {cause}", "stop what listens there or set service.bind") from fault


class Listening:
    """The listening socket of a service, kept while the service begins again; a context manager."""

    def __init__(self, bind: str | None) -> None:
        """Listen on `host:port`; None: on nothing. Raises UsageError and TopicwireError."""
        self._bind, self.socket = bind, listen(bind) if bind else None

    def move(self, bind: str) -> None:
        """Listen elsewhere from now on, or stay where that place is taken, and log that."""
        if self._bind is None or bind == self._bind:
            return
        try:
            there = listen(bind)
        except TopicwireError as fault:
            log_event(_LOG, logging.ERROR, "listen_failed", f"topicwire: {fault}; the service goes on at {self._bind}")
            return
        self.__exit__()
        self._bind, self.socket = bind, there

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the socket."""
        if self.socket is not None:
            self.socket.close()
