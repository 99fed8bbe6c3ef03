"""Serves the whole site of a home on a port of its own, and sends it one request after another."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from unittest.mock import patch
from urllib.parse import urlencode

from support import wait_until

from feeds.server.application import application
from feeds.server.owner.queue import ReviewQueue
from feeds.server.server import Server, listen
from ingest.polling.home import Home


@dataclass
class Answer:
    """What the server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


@dataclass
class Site:
    """The application of a home, served on a port of its own."""

    folder: Path
    port: int = 0
    always: dict[str, str] = field(default_factory=dict)  # headers of every request
    connections: Callable[[], int] = lambda: 0  # that the server has open

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Send one request, the path exactly as it is written here; `if_none_match=` is If-None-Match."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            named = self.always | {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """Open a connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def post(self, path: str, form: Mapping[str, str], **headers: str) -> Answer:
        """Send a form."""
        kind = {"content_type": "application/x-www-form-urlencoded"}
        return self.ask(path, "POST", urlencode(form).encode(), **(kind | headers))


def _wait_for_all(_: ReviewQueue, made: Event) -> None:
    made.wait()


@contextmanager
def served(app: Home) -> Iterator[Site]:
    """Serve a home with uvicorn on loopback until the block ends.

    A page of reviews shows the whole list at once, however long a busy computer takes to make it. None is made any more at the end.
    """
    made = Site(app.folder / "public")
    server = Server(application(app))
    made.connections = lambda: len(server.server_state.connections)
    with listen("127.0.0.1:0") as listening, patch.object(ReviewQueue, "_wait", _wait_for_all):
        made.port = listening.getsockname()[1]
        thread = Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            assert wait_until(lambda: server.started)
            yield made
        finally:
            server.should_exit = True
            thread.join(10)
            for one in (one for one in threading.enumerate() if one.name == "topicwire-review"):
                one.join()
        assert not thread.is_alive()
