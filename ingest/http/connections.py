"""The client's connections: each head is read leniently before aiohttp's parser sees it; bytes behind a response are dropped."""

import asyncio
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http_exceptions import HttpProcessingError

from ingest.http import http1

_LIMITS: Final = {"max_line_size": http1.LONGEST, "max_field_size": http1.LONGEST + 1_024, "max_headers": http1.MOST}


class Connector(aiohttp.TCPConnector):
    """aiohttp's connector, whose parser refuses what other clients accept and takes the body of a 304 for the next response."""

    def __init__(self, **options: Any) -> None:
        """Take the options of aiohttp's connector."""
        super().__init__(**options)
        self._factory = partial(_made, loop=asyncio.get_running_loop())


class _Protocol(ResponseHandler):
    """Passes on a repaired head, then the bytes that belong to it; a connection that sends more is not used again."""

    _awaiting_head = False
    _held = b""  # of a head that has not ended
    _left: int | None = None  # bytes of the present response still to come; None: its chunks or the end of the connection decide
    _chunks: http1.Chunks | None = None

    def set_response_params(self, **options: Any) -> None:
        """Expect the response to a request: its head is the next thing to come in."""
        self._awaiting_head, self._held, self._left, self._chunks = True, b"", None, None
        super().set_response_params(**options | _LIMITS)

    def data_received(self, data: bytes) -> None:
        """Take what came in."""
        try:
            share = self._share(data) if data else data
        except http1.HeadError as fault:
            self._refuse(fault)
            return
        if share or not data:
            super().data_received(share)

    def _share(self, data: bytes) -> bytes:
        """Return the parser's share of what came in."""
        return self._past_heads(data) if self._awaiting_head else self._belonging(data)

    def _past_heads(self, data: bytes) -> bytes:
        """Return the parser's share: heads that are complete, and the beginning of the body behind the last one."""
        self._held += data
        whole = b""
        while (found := http1.split_head(self._held)) is not None:
            head, self._held = found
            whole += head.data
            if not head.is_interim:
                rest, self._held, self._awaiting_head = self._held, b"", False
                self._left, self._chunks = head.length, http1.Chunks() if head.chunked else None
                if head.is_bodiless:
                    self.force_close()
                return whole + self._belonging(rest)
        return whole

    def _belonging(self, data: bytes) -> bytes:
        """Return the bytes of `data` that belong to the response; where there are more, drop them and close the connection."""
        if self._chunks is not None:
            kept = self._chunks.feed(data)
            if self._chunks.ended and not self._chunks.clean:
                self.force_close()
            return kept
        if self._left is None:
            return data
        kept = data[: self._left]
        self._left -= len(kept)
        if len(kept) < len(data):
            self.force_close()
        return kept

    def _refuse(self, fault: http1.HeadError) -> None:
        self._awaiting_head, self._held = False, b""
        if self.transport is not None:
            self.transport.close()
        self.set_exception(HttpProcessingError(code=400, message=str(fault)), fault)


def _made(loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return _Protocol(loop)
