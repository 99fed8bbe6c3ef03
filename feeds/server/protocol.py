"""uvicorn's HTTP protocol with a fast path for 304 and time limits for slow clients; knows requests, not their answers."""

import asyncio
from itertools import count
from typing import Final, Protocol, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feeds.server.connections import ConnectionLimits, Phase, client_of, evicted
from feeds.server.negotiation import deciding_headers

_HEAD: Final = b"HTTP/1.1 304 Not Modified\r\n"
_NOT_ALONE: Final = {  # such a request needs the full path; with a token it may be the owner's, whose pages differ
    b"content-length",
    b"transfer-encoding",
    b"upgrade",
    b"expect",
    b"authorization",
}
_WITH_BODY: Final = {b"content-length", b"transfer-encoding"}
_MOST_CACHED, _LONGEST_CACHED = 2_000, 2_000  # requests in the cache, bytes of one
_LARGEST: Final = 65_536  # bytes of a request's headers: the parser has no limit of its own
_MOST_AT_ONCE: Final = 50  # requests of one connection that wait for their answers
_SHORT: Final = "HTTP/1.1 {}\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n"
_FULL: Final = _SHORT.format("503 Service Unavailable").encode()
_LATE: Final = _SHORT.format("408 Request Timeout").encode()

_NUMBERS: Final = count()

Request = tuple[str, dict[str, str]]  # path as sent, the headers that decide


class NotModifiedAnswers(Protocol):
    """An application that can answer "304 Not Modified" at once."""

    def not_modified(self, target: str, headers: dict[str, str]) -> bytes | None:
        """Return the header lines of a 304, or None where another answer is due."""


class _Answered:
    """Stands in the protocol for a request that is answered."""

    response_complete = True

    class message_event:  # noqa: N801 - its name there
        @staticmethod
        def set() -> None:
            """Do nothing."""


class _LastTransport:
    """The transport for the answer to a request with a body: closing it waits a short time for the rest of the body."""

    def __init__(self, protocol: "ServerProtocol") -> None:
        self._protocol, self._transport = protocol, protocol.transport
        self.write, self.is_closing = self._transport.write, self._transport.is_closing

    def close(self) -> None:
        """End the connection in order: closing at once could lose the answer (RFC 9112, 9.6)."""
        self._protocol.end()


class ServerProtocol(HttpToolsProtocol):
    """Answers 304 without starting a task: most requests of feed readers get this answer.

    The fast path is taken only where nothing waits: no earlier answer on this connection is under way,
    none is held back by a slow client, and the connection stays open. Everything else goes through uvicorn.
    Feed readers repeat the same bytes: parsed requests are cached, so that each is parsed once.

    A slow connection is evicted when there are too many, and closed when it exceeds a time limit.
    """

    limits = ConnectionLimits()
    _known_requests: dict[bytes, Request] = {}  # noqa: RUF012 - shared by all connections on purpose
    _in_message = False  # a request has begun and is not complete
    _has_headers = False  # the headers of this request are complete
    _data = b""  # the bytes being parsed, if they began with a request
    _head = 0  # bytes of a head that is not complete
    _body = 0  # bytes of a body
    _refused = False  # there was no room for this connection
    _ignoring = False  # further bytes are dropped
    _ending = False  # the last answer is sent
    _unread = 0  # bytes of an answer that the client has not read
    _running: RequestResponseCycle | None = None  # the request whose answer is being made
    number = 0  # how many connections came before this one
    since = 0.0  # when its phase began
    address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Accept the connection if there is room, or if slow connections can be evicted; otherwise refuse with 503."""
        self.transport, self.since, self.number = transport, self.loop.time(), next(_NUMBERS)
        name = transport.get_extra_info("peername")
        self.address = client_of(name[0]) if isinstance(name, tuple) else ""
        there = cast("set[ServerProtocol]", self.connections)
        slow, has_room = evicted(self.address, there, self.limits, self.since)
        for one in slow:
            one.evict()
        if has_room:
            super().connection_made(transport)
        else:
            self._refused = self._ignoring = True
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the answers of a closed connection."""
        if not self._refused:
            self._give_up()
            super().connection_lost(exc)

    @property
    def phase(self) -> Phase:
        """What this connection is doing."""
        ends = self._ending or self.transport.is_closing()
        if self.flow.write_paused or (ends and self.transport.get_write_buffer_size()):
            return Phase.READING
        if ends:
            return Phase.ENDING
        if self._in_message and self._has_headers and not self._is_answered():
            return Phase.SENDING
        return Phase.WAITING if self._is_answered() else Phase.WORKING

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    # Time limits

    def check_timeout(self, now: float) -> None:
        """Close this connection if it exceeds a time limit; called every second."""
        phase = self.phase
        if self.limits.has_timed_out(phase, now - self.since, self._unread if phase is Phase.READING else self._body):
            self.evict()

    def evict(self) -> None:
        """Close this connection; a request that has begun is answered with 408."""
        self.connections.discard(self)
        if self.phase is Phase.WAITING and not self.transport.get_write_buffer_size():
            if self._in_message:
                self.transport.write(_LATE)
            self.transport.close()
        else:
            self._abort()

    def pause_writing(self) -> None:
        """Record that the client reads more slowly than the answer is made."""
        self.since, self._unread = self.loop.time(), self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Record that the client has caught up."""
        self.since = self.loop.time()
        super().resume_writing()

    def _abort(self) -> None:
        self._give_up()
        self.transport.abort()

    def _give_up(self) -> None:
        """Cancel the answer that is being made and those that wait for it."""
        for cycle in (self._running, self.cycle):
            if isinstance(cycle, RequestResponseCycle):
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()

    def send_400_response(self, msg: str) -> None:
        """Refuse an invalid request, and cancel earlier requests of this connection."""
        super().send_400_response(msg)
        self._give_up()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """Close this connection after its answer, without waiting for the rest of a body."""
        if self.phase is Phase.SENDING:
            self._abort()
        else:
            super().shutdown()

    def end(self) -> None:
        """Close this connection after its last answer; the rest of the request is dropped."""
        if not self._in_message or self.transport.is_closing():
            self.transport.close()
            return
        self._ending = self._ignoring = True
        self.since = self.loop.time()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    # Requests

    def data_received(self, data: bytes) -> None:
        """Parse what came; refuse a request whose head does not end."""
        if self._ignoring:
            return
        self._head += len(data)
        request = None if self._in_message else self._known_requests.get(data)
        if request is None or not self._answered_not_modified(request):
            self._data = b"" if self._in_message else data
            super().data_received(data)
        if not self._in_message or self._has_headers:
            self._head = 0
        elif self._head > _LARGEST:
            self.send_400_response("Request header too large.")

    def on_message_begin(self) -> None:
        """Record that a request has begun."""
        self._in_message, self._has_headers, self._body = True, False, 0
        if self._is_answered():
            self.since = self.loop.time()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Record that the request is complete."""
        self._in_message = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Answer at once where the fast path allows it, else pass the request to the application."""
        self._has_headers = True
        request = self._simple_request()
        if request is None or not self._answered_not_modified(request):
            self._full_request()
        elif len(self._data) < _LONGEST_CACHED and self._data.find(b"\r\n\r\n") == len(self._data) - 4:  # no other request
            if len(self._known_requests) >= _MOST_CACHED:
                self._known_requests.clear()
            self._known_requests[self._data] = request

    def _full_request(self) -> None:
        """Pass the request to the application; close the connection after one with a body, since the body may never end."""
        if len(self.pipeline) >= _MOST_AT_ONCE:
            self._abort()
        if self.transport.is_closing():
            return
        if self._is_answered():
            self.since = self.loop.time()
        super().on_headers_complete()
        if [name for name, value in self.headers if name in _WITH_BODY and value != b"0"]:
            self.cycle.keep_alive = False
            self.cycle.transport = cast("asyncio.Transport", _LastTransport(self))

    def on_body(self, body: bytes) -> None:
        """Count a part of a body."""
        self._body += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Begin to wait for the next request."""
        self.since = self.loop.time()
        if self._ending:
            self.server_state.total_requests += 1
            return
        super().on_response_complete()

    def _simple_request(self) -> Request | None:
        """Return the request if the fast path may answer it."""
        wanted = deciding_headers(self.headers)
        if "if-none-match" not in wanted and "if-modified-since" not in wanted:
            return None
        if self.parser.get_method() != b"GET" or self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        if b"?" in self.url or any(name in _NOT_ALONE for name, _ in self.headers):
            return None
        return self.url.decode("latin-1"), wanted

    def _answered_not_modified(self, request: Request) -> bool:
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return False
        site: NotModifiedAnswers = self.config.loaded_app
        lines = site.not_modified(*request)
        if lines is None:
            return False
        self.cycle = _Answered  # type: ignore[assignment]
        common = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        self.transport.write(b"%b%b%b\r\n" % (_HEAD, common, lines))
        self.since = self.loop.time()
        super().on_response_complete()
        return True
