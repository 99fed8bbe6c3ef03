"""uvicorn's HTTP protocol with a short way for the commonest answer, "unchanged"; knows requests, not what is asked for."""

import asyncio
from typing import Final, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from feeds.serve.negotiate import asked

_HEAD: Final = b"HTTP/1.1 304 Not Modified\r\n"
_NOT_ALONE: Final = {b"content-length", b"transfer-encoding", b"upgrade", b"expect"}  # more belongs to such a request
_MOST, _LONGEST = 2_000, 2_000  # requests remembered, bytes of one
_LARGEST: Final = 65_536  # bytes of a request's headers: the parser has no limit of its own
_SILENCE: Final = 30.0  # seconds until a connection must have said something

Request = tuple[str, dict[str, str]]  # path as sent, the headers that decide


class Quick(Protocol):
    """An application that can say at once that somebody has the newest already."""

    def unchanged(self, target: str, headers: dict[str, str]) -> bytes | None:
        """Give the header lines of a 304, or None where another answer is due."""


class _Done:
    """A request that is answered, as the protocol looks at one."""

    response_complete = True

    class message_event:  # noqa: N801 - its name there
        @staticmethod
        def set() -> None:
            """Wake nobody."""


class QuickProtocol(HttpToolsProtocol):
    """Answers 304 without making a task of it: nearly every request of a feed reader is one.

    Only where nothing waits: no earlier answer on this connection is under way, none is held back by a
    slow reader, and the connection goes on. Everything else takes uvicorn's own way. A reader asks with
    the same bytes again and again: what they mean is remembered, so that they are parsed once.
    """

    _read: dict[bytes, Request] = {}  # noqa: RUF012 - of all connections: what bytes mean does not depend on one
    _inside = False  # a message has begun and is not complete
    _complete = False  # its headers are
    _data = b""  # what is being parsed, if it began with a message
    _head = 0  # bytes that came since a request began and before its headers were complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to listen, not for ever."""
        super().connection_made(transport)
        self.timeout_keep_alive_task = self.loop.call_later(_SILENCE, self.timeout_keep_alive_handler)

    def data_received(self, data: bytes) -> None:
        """Take what came; end a connection whose request does not end."""
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
        self._inside, self._complete = True, False
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
            super().on_headers_complete()
        elif len(self._data) < _LONGEST and self._data.find(b"\r\n\r\n") == len(self._data) - 4:  # it alone
            if len(self._read) >= _MOST:
                self._read.clear()
            self._read[self._data] = request

    def _short(self) -> Request | None:
        """Give the request if it may be answered the short way."""
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
        self.on_response_complete()
        return True
