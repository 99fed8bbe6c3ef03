"""Offers what nearly all tests need: a fake clock, a fake web on the loopback address, and small feeds."""

import os
import ssl
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

NOON: Final = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_CAP: Final = 64 * 1024 * 1024  # no answer sends more, whatever its reader does
_MEGABYTE: Final = bytes(1024 * 1024)
_CHUNK: Final = b"<!-- and so on, for ever and ever -->\n" * 1_000


class Clock:
    """A clock that stands still until told: call it for the time, `set` it, or `forward` it."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return self.now

    def set(self, moment: datetime) -> None:
        """Make it `moment`."""
        self.now = moment

    def forward(self, **much: float) -> datetime:
        """Let time pass, as in `forward(hours=2)`; give the new moment."""
        self.now += timedelta(**much)
        return self.now


@dataclass(frozen=True)
class Call:
    """A request that the fake web saw; header names are in lower case, values as sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    at: float  # seconds, on a clock that only runs forward
    body: bytes = b""


@dataclass(frozen=True)
class Page:
    """What the fake web answers at a path."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    etag: str | None = None
    last_modified: str | None = None
    delay: float = 0.0  # seconds before the answer
    stream: Callable[[], bytes] | None = None  # called for chunk after chunk

    def matches(self, headers: Mapping[str, str]) -> bool:
        """Say whether the request already has this page (RFC 9110, section 13)."""
        if "if-none-match" in headers:
            return self.etag is not None and headers["if-none-match"] == self.etag
        return self.last_modified is not None and headers.get("if-modified-since") == self.last_modified


@dataclass
class FakeWeb:
    """A small web with verbs: say what it serves, then look at `calls`. Use as a context manager."""

    name: str = "127.0.0.1"  # by which it is called
    calls: list[Call] = field(default_factory=list)
    most_at_once: int = 0  # requests answered side by side, at the worst moment
    clock: Callable[[], datetime] | None = None  # the server's own, for its Date; without one the real
    _pages: dict[str, Page] = field(default_factory=dict)
    _scripts: dict[str, Callable[[Call], Page]] = field(default_factory=dict)
    _now: int = 0
    _lock: Lock = field(default_factory=Lock)
    _stopped: Event = field(default_factory=Event)

    def __enter__(self) -> "FakeWeb":
        """Listen on a free port of the loopback address."""
        self.open()
        return self

    def open(self, port: int = 0) -> None:
        """Listen on a port, or on a free one; also on the old one, after `close`."""
        self._stopped.clear()
        address = self.name if self.name.startswith("127.") else "127.0.0.1"
        self._server = _Server((address, port), _Handler)
        self._server.web = self
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.005})
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        """Stop, and wait until nothing of it is left."""
        self.close()

    def reopen(self) -> None:
        """Listen again where it listened before it was closed."""
        self.open(self._server.server_port)

    def close(self) -> None:
        """Stop, and wait until nothing of it is left: who asks now is refused."""
        self._stopped.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def allow(self) -> str:
        """Its host:port, as `fetch.allow` wants it."""
        return f"{self.name}:{self._server.server_port}"

    def url(self, path: str = "/") -> str:
        """Return the address of a path."""
        return f"http://{self.allow}{path}"

    def paths(self) -> list[str]:
        """Return the paths that were asked for, in order."""
        return [call.path for call in self.calls]

    def serve(  # noqa: PLR0913 - a page has that many sides
        self,
        path: str,
        body: bytes | str,
        *,
        content_type: str = "application/xml",
        headers: Mapping[str, str] | None = None,
        status: int = 200,
        etag: str | None = None,
        last_modified: str | None = None,
        delay: float = 0.0,
    ) -> str:
        """Serve `body` at `path`, 304 to who already has it; give the address."""
        data = body if isinstance(body, bytes) else body.encode()
        named = (("Content-Type", content_type), *(headers or {}).items())
        return self.put(path, Page(status, data, named, etag, last_modified, delay))

    def fail(self, path: str, status: int = 500, headers: Mapping[str, str] | None = None) -> str:
        """Answer with an error; give the address."""
        return self.put(path, Page(status, b"no", tuple((headers or {}).items())))

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Send who asks for `path` to `target` (a path or an address), unread; give the address."""
        return self.put(path, Page(status, headers=(("Location", target),)))

    def drip(self, path: str, pause: float = 0.05) -> str:
        """Send a byte now and then, never enough to be done; give the address."""

        def drop() -> bytes:
            return b"" if self._stopped.wait(pause) else b" "

        return self.put(path, Page(headers=(("Content-Type", "application/xml"),), stream=drop))

    def bomb(self, path: str, megabytes: int) -> str:
        """Serve a small gzip body that unpacks to so many megabytes; give the address."""
        packer = zlib.compressobj(wbits=31)
        body = b"".join(packer.compress(_MEGABYTE) for _ in range(megabytes)) + packer.flush()
        return self.put(path, Page(body=body, headers=(("Content-Type", "application/xml"), ("Content-Encoding", "gzip"))))

    def endless(self, path: str) -> str:
        """Serve a body without an end, until the client leaves or 64 MB have gone; give the address."""
        return self.put(path, Page(headers=(("Content-Type", "application/xml"),), stream=lambda: _CHUNK))

    def script(self, path: str, play: Callable[[Call], Page]) -> str:
        """Answer each request for a path with the page that `play` gives for it; give the address."""
        self._scripts[path] = play
        return self.url(path)

    def answer(self, call: Call) -> Page:
        """Note a request and give the page for it."""
        self.calls.append(call)
        if script := self._scripts.get(call.path):
            return script(call)
        return self._pages.get(call.path, Page(404, b"nothing here"))

    def enter(self) -> None:
        """Note that a request has begun."""
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)

    def leave(self) -> None:
        """Note that a request is about to be over."""
        with self._lock:
            self._now -= 1

    def wait(self, seconds: float) -> None:
        """Wait, no longer than until the end of the web."""
        self._stopped.wait(seconds)

    def put(self, path: str, page: Page) -> str:
        """Serve a page of any kind; give the address."""
        self._pages[path] = page
        return self.url(path)


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing waits for the last answer
    request_queue_size = 128
    web: FakeWeb

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that leaves early is what many tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        web = self.server.web
        headers = {name.lower(): value for name, value in self.headers.items()}
        web.enter()
        sent = self.rfile.read(int(headers.get("content-length", 0)))
        page = web.answer(Call(self.command, self.path, headers, time.monotonic(), sent))
        try:
            web.wait(page.delay) if page.delay else None
        finally:
            web.leave()
        self._head(page, unchanged=page.matches(headers))

    do_POST = do_GET  # noqa: N815 - its name in the library

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time for the Date header."""
        clock = self.server.web.clock
        return format_datetime(clock(), usegmt=True) if clock else super().date_time_string(timestamp)

    def _head(self, page: Page, *, unchanged: bool) -> None:
        self.send_response(304 if unchanged else page.status)
        for name, value in page.headers:
            self.send_header(name, value)
        for name, known in (("ETag", page.etag), ("Last-Modified", page.last_modified)):
            if known is not None:
                self.send_header(name, known)
        body = b"" if unchanged or page.status == HTTPStatus.NO_CONTENT else page.body
        if page.stream is None and not any(name == "Content-Length" for name, _ in page.headers):
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self._stream(page.stream)

    def _stream(self, stream: Callable[[], bytes] | None) -> None:
        sent, chunk = 0, b"."
        while stream and chunk and sent < _CAP:
            chunk = stream()
            self.wfile.write(chunk)
            sent += len(chunk)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the library
        """Write no log."""


def is_gone(pid: int) -> bool:
    """Return whether a process has ended; below zero, whether all of a group have."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def wait_until(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Wait until something is true, at most `seconds`; give whether it became so."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.01)
    return true()


# Feeds


def _element(name: str, text: str | None, attributes: str = "") -> str:
    return "" if text is None else f"<{name}{attributes}>{escape(text)}</{name}>"


def rss_item(  # noqa: PLR0913 - an item has that many parts
    title: str | None = None,
    link: str | None = None,
    *,
    guid: str | None = None,
    date: str | None = None,
    text: str | None = None,
    extra: str = "",
) -> str:
    """Make an RSS item; what is None is absent, `text` (HTML) is escaped, `extra` is XML as it is."""
    parts = (_element("title", title), _element("link", link), _element("guid", guid, ' isPermaLink="false"'))
    return f"<item>{''.join(parts)}{_element('pubDate', date)}{_element('description', text)}{extra}</item>"


def rss(*items: str, title: str = "The Harbour Post", link: str = "http://harbour.example/", extra: str = "") -> bytes:
    """Make an RSS 2.0 document of items made by `rss_item`, in that order."""
    head = f"{_element('title', title)}{_element('link', link)}<description>News of a small town</description>{extra}"
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


def atom_entry(  # noqa: PLR0913 - an entry has that many parts
    title: str | None = None,
    link: str | None = None,
    *,
    guid: str | None = None,
    published: str | None = None,
    updated: str | None = None,
    text: str | None = None,
    extra: str = "",
) -> str:
    """Make an Atom entry; what is None is absent, `text` (HTML) is escaped, `extra` is XML as it is."""
    address = "" if link is None else f"<link href={quoteattr(link)}/>"
    dates = _element("published", published) + _element("updated", updated)
    content = _element("content", text, ' type="html"')
    return f"<entry>{_element('title', title)}{address}{_element('id', guid)}{dates}{content}{extra}</entry>"


def atom(*entries: str, title: str = "The Harbour Post", guid: str = "urn:harbour", updated: str = "2026-03-01T08:00:00Z") -> bytes:
    """Make an Atom 1.0 document of entries made by `atom_entry`, in that order."""
    head = _element("title", title) + _element("id", guid) + _element("updated", updated)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">{head}{"".join(entries)}</feed>'.encode()
    )


TEXT: Final = (
    "The old ferry between the two harbours sailed for the last time on Monday evening. "
    "Some forty passengers came to wave, and the captain let every child sound the horn once before it was tied up for good."
)
"""A text of our own, long enough to recognise an article by."""
