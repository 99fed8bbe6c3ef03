"""uvicorn's HTTP protocol, with a short way for "unchanged" and an end for whoever is slow; knows requests, not their answers."""

import asyncio
from itertools import count
from typing import Final, Protocol, cast

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feeds.server.connections import ConnectionLimits, Phase, in_the_way, owner_of
from feeds.server.negotiation import asked

_HEAD: Final = b"HTTP/1.1 304 Not Modified\r\n"
_NOT_ALONE: Final = {b"content-length", b"transfer-encoding", b"upgrade", b"expect"}  # more belongs to such a request
_WITH_BODY: Final = {b"content-length", b"transfer-encoding"}
_MOST, _LONGEST = 2_000, 2_000  # requests remembered, bytes of one
_LARGEST: Final = 65_536  # bytes of a request's headers: the parser has no limit of its own
_MOST_AT_ONCE: Final = 50  # requests of one connection that wait for their answers
_SHORT: Final = "HTTP/1.1 {}\r\ncontent-length: 0\r\nretry-after: 5\r\nconnection: close\r\n\r\n"
_FULL: Final = _SHORT.format("503 Service Unavailable").encode()
_LATE: Final = _SHORT.format("408 Request Timeout").encode()

_NUMBERS: Final = count()

Request = tuple[str, dict[str, str]]  # path as sent, the headers that decide


class Quick(Protocol):
    """An application that can say at once that somebody has the newest already."""

    def unchanged(self, target: str, headers: dict[str, str]) -> bytes | None:
        """Return the header lines of a 304, or None where another answer is due."""


class _Done:
    """A request that is answered, as the protocol looks at one."""

    response_complete = True

    class message_event:  # noqa: N801 - its name there
        @staticmethod
        def set() -> None:
            """Wake nobody."""


class _Last:
    """The transport as the answer to a request with a body sees it: closing it waits for the rest of that body, not for long."""

    def __init__(self, protocol: "QuickProtocol") -> None:
        self._protocol, self._transport = protocol, protocol.transport
        self.write, self.is_closing = self._transport.write, self._transport.is_closing

    def close(self) -> None:
        """End the connection: at once it would take the answer along (RFC 9112, 9.6)."""
        self._protocol.end()


class QuickProtocol(HttpToolsProtocol):
    """Answers 304 without making a task of it: nearly every request of a feed reader is one.

    Only where nothing waits: no earlier answer on this connection is under way, none is held back by a
    slow reader, and the connection goes on. Everything else takes uvicorn's own way. A reader asks with
    the same bytes again and again: what they mean is remembered, so that they are parsed once.

    A connection gives way when there are too many and it is slow, and is ended when it is late.
    """

    limits = ConnectionLimits()
    _read: dict[bytes, Request] = {}  # noqa: RUF012 - of all connections: what bytes mean does not depend on one
    _inside = False  # a message has begun and is not complete
    _complete = False  # its headers are
    _data = b""  # what is being parsed, if it began with a message
    _head = 0  # bytes that came since a request began and before its headers were complete
    _body = 0  # bytes of a body
    _refused = False  # there was no room for it
    _deaf = False  # what still comes is let go
    _ending = False  # the last answer is given
    _unreadable = 0  # bytes of an answer that its asker has not taken
    _running: RequestResponseCycle | None = None  # whose answer is made
    number = 0  # how many connections came before this one
    since = 0.0  # when its phase began
    address = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to listen, if there is room or somebody slow gives way."""
        self.transport, self.since, self.number = transport, self.loop.time(), next(_NUMBERS)
        name = transport.get_extra_info("peername")
        self.address = owner_of(name[0]) if isinstance(name, tuple) else ""
        there = cast("set[QuickProtocol]", self.connections)
        slow, has_room = in_the_way(self.address, there, self.limits, self.since)
        for one in slow:
            one.give_way()
        if has_room:
            super().connection_made(transport)
        else:
            self._refused = self._deaf = True
            transport.write(_FULL)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever makes an answer that nobody waits for it."""
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
        if self._inside and self._complete and not self._is_answered():
            return Phase.SENDING
        return Phase.WAITING if self._is_answered() else Phase.WORKING

    def _is_answered(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    # Who is slow

    def look(self, now: float) -> None:
        """End this connection if it is late: asked every second."""
        phase = self.phase
        if self.limits.overdue(phase, now - self.since, self._unreadable if phase is Phase.READING else self._body):
            self.give_way()

    def give_way(self) -> None:
        """End this connection for another, with a word where one was begun to be said."""
        self.connections.discard(self)
        if self.phase is Phase.WAITING and not self.transport.get_write_buffer_size():
            if self._inside:
                self.transport.write(_LATE)
            self.transport.close()
        else:
            self._abort()

    def pause_writing(self) -> None:
        """Note that an answer is not taken as fast as it is made."""
        self.since, self._unreadable = self.loop.time(), self.transport.get_write_buffer_size()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that it is taken."""
        self.since = self.loop.time()
        super().resume_writing()

    def _abort(self) -> None:
        self._give_up()
        self.transport.abort()

    def _give_up(self) -> None:
        """Let no answer be written any more: the one that is being made, and those that wait for it."""
        for cycle in (self._running, self.cycle):
            if isinstance(cycle, RequestResponseCycle):
                cycle.disconnected = True
                cycle.message_event.set()
        self.pipeline.clear()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, and give up what was one before it on this connection."""
        super().send_400_response(msg)
        self._give_up()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def shutdown(self) -> None:
        """End this connection when its answer is given; a body that is still to come is not waited for."""
        if self.phase is Phase.SENDING:
            self._abort()
        else:
            super().shutdown()

    def end(self) -> None:
        """End this connection after its last answer; what still comes of the request is let go."""
        if not self._inside or self.transport.is_closing():
            self.transport.close()
            return
        self._ending = self._deaf = True
        self.since = self.loop.time()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        if self.transport.can_write_eof():
            self.transport.write_eof()

    # Requests

    def data_received(self, data: bytes) -> None:
        """Take what came; end a connection whose request does not end."""
        if self._deaf:
            return
        self._head += len(data)
        request = None if self._inside else self._read.get(data)
        if request is None or not self._answered(request):
            self._data = b"" if self._inside else data
            super().data_received(data)
        if not self._inside or self._complete:
            self._head = 0
        elif self._head > _LARGEST:
            self.send_400_response("Request header too large.")

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._inside, self._complete, self._body = True, False, 0
        if self._is_answered():
            self.since = self.loop.time()
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """End it."""
        self._inside = False
        super().on_message_complete()

    def on_headers_complete(self) -> None:
        """Answer, or let the application do it."""
        self._complete = True
        request = self._short()
        if request is None or not self._answered(request):
            self._long()
        elif len(self._data) < _LONGEST and self._data.find(b"\r\n\r\n") == len(self._data) - 4:  # it alone
            if len(self._read) >= _MOST:
                self._read.clear()
            self._read[self._data] = request

    def _long(self) -> None:
        """Let the application answer; after a request with a body the connection ends: it may not end by itself."""
        if len(self.pipeline) >= _MOST_AT_ONCE:
            self._abort()
        if self.transport.is_closing():
            return
        if self._is_answered():
            self.since = self.loop.time()
        super().on_headers_complete()
        if [name for name, value in self.headers if name in _WITH_BODY and value != b"0"]:
            self.cycle.keep_alive = False
            self.cycle.transport = cast("asyncio.Transport", _Last(self))

    def on_body(self, body: bytes) -> None:
        """Take a part of a body."""
        self._body += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Wait for the next request, not for ever."""
        self.since = self.loop.time()
        if self._ending:
            self.server_state.total_requests += 1
            return
        super().on_response_complete()

    def _short(self) -> Request | None:
        """Return the request if it may be answered the short way."""
        wanted = asked(self.headers)
        if "if-none-match" not in wanted and "if-modified-since" not in wanted:
            return None
        if self.parser.get_method() != b"GET" or self.parser.get_http_version() != "1.1" or not self.parser.should_keep_alive():
            return None
        if b"?" in self.url or any(name in _NOT_ALONE for name, _ in self.headers):
            return None
        return self.url.decode("latin-1"), wanted

    def _answered(self, request: Request) -> bool:
        if (self.cycle is not None and not self.cycle.response_complete) or self.flow.write_paused:
            return False
        site: Quick = self.config.loaded_app
        lines = site.unchanged(*request)
        if lines is None:
            return False
        self.cycle = _Done  # type: ignore[assignment]
        common = b"".join(b"%b: %b\r\n" % pair for pair in self.server_state.default_headers)
        self.transport.write(b"%b%b%b\r\n" % (_HEAD, common, lines))
        self.since = self.loop.time()
        super().on_response_complete()
        return True
