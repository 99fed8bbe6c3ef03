"""A network between two processes that can be cut and mended: forwards connections to a port of this computer."""

import socket
from contextlib import suppress
from threading import Event, Lock, Thread
from typing import Self


class Forwarder:
    """Forwards what comes to its port. While it is cut, connections break and new ones are refused."""

    def __init__(self, target: int) -> None:
        """Forward to a port."""
        self._target = target
        self._lock = Lock()
        self._open: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._cut, self._ended = Event(), Event()
        self.refused = 0

    def __enter__(self) -> Self:
        """Listen."""
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        """End every connection."""
        self._ended.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._threads[0].join()  # from here on nothing is accepted
        self._break()
        for one in self._threads:
            one.join()

    def cut(self) -> None:
        """Break what is connected, and refuse what comes."""
        self._cut.set()
        self._break()

    def mend(self) -> None:
        """Forward again."""
        self._cut.clear()

    def _start(self, work: object, *arguments: object) -> None:
        thread = Thread(target=work, args=arguments, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _break(self) -> None:
        with self._lock:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._open.clear()

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            if self._cut.is_set():
                self.refused += 1
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open += [near, far]
            if self._cut.is_set():  # meanwhile
                self._break()
                continue
            self._start(self._pump, near, far)
            self._start(self._pump, far, near)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
