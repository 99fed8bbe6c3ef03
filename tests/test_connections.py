import asyncio
from collections.abc import Iterator
from socket import SHUT_RDWR, create_server, socket
from threading import Thread
from typing import Final

import pytest
from support import Clock, rss

from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard

HEAD: Final = b'HTTP/1.1 304 Not Modified\r\nETag: "2"\r\n'
ANSWERS: Final = {  # as they come, part after part
    "announced": [HEAD + b"Content-Length: 5\r\n\r\nhello"],
    "announced, closed": [HEAD + b"Connection: close\r\nContent-Length: 5\r\n\r\nhello"],
    "not announced, closed": [HEAD + b"Connection: close\r\n\r\n<html>never asked for</html>"],
    "in chunks": [HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"],
    "an answer of its own": [HEAD + b"\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies"],
    "later": [HEAD + b"Content-Length: 5\r\n\r\n", b"hello"],
    "in two parts": [HEAD + b"Content-Length: 5\r\n", b"\r\nhello", b"and more"],
    "announced, not sent": [HEAD + b"Content-Length: 5\r\n\r\n"],
    "none": [HEAD + b"\r\n"],
}


@pytest.fixture(params=list(ANSWERS.values()), ids=list(ANSWERS))
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Yield the port of a server that answers so to who has a version, and else with a feed; it keeps connections open."""
    with create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=_accept, args=(listening, request.param))
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(SHUT_RDWR)  # closing alone does not wake a thread that accepts
        thread.join()


def _accept(listening: socket, parts: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:  # the test is over
            return
        with connection:
            _answer(connection, parts)


def _answer(connection: socket, parts: list[bytes]) -> None:
    try:
        while asked := connection.recv(65_536):
            body = rss()
            whole = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body]
            for part in parts if b"If-None-Match" in asked else whole:
                connection.sendall(part)
            if b"close" in parts[0]:
                return
    except OSError:  # the client left
        return


def test_the_body_of_a_304_is_ignored(port: int) -> None:
    """However it comes, a 304 is a success with nothing new, and nothing behind it is taken for the next answer."""

    async def go() -> tuple[Response, Response]:
        url = f"http://127.0.0.1:{port}/"
        async with open_web(SsrfGuard((f"127.0.0.1:{port}",)), "topicwire", FetchLimits(seconds=5), Clock()) as fetch:
            return await fetch(Request(url, etag='"1"')), await fetch(Request(url))

    unchanged, whole = asyncio.run(go())
    assert (unchanged.status, unchanged.etag, unchanged.body) == (304, '"2"', b"")
    assert (whole.status, whole.body) == (200, rss())
