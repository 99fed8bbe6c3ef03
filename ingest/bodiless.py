"""The client's connections, where a 304 may have a body, which is dropped unread (RFC 9110, 15.4.5); knows no source."""

import asyncio
import re
from functools import partial
from typing import Any, Final

import aiohttp
from aiohttp.client_proto import ResponseHandler

_UNCHANGED: Final = re.compile(rb"HTTP/1\.\d 304\b")
_ANNOUNCED: Final = re.compile(rb"\r\n(?:transfer-encoding:|content-length:[ \t]*0*[1-9])", re.IGNORECASE)
_END: Final = b"\r\n\r\n"
_MOST: Final = 65_536  # bytes of a head


class Connector(aiohttp.TCPConnector):
    """aiohttp's connector; its parser takes such a body for the next answer, and loses the 304 with it."""

    def __init__(self, **options: Any) -> None:
        """Take the options of aiohttp's."""
        super().__init__(**options)
        self._factory = partial(_made, loop=asyncio.get_running_loop())


class _Protocol(ResponseHandler):
    """Gives the parser the head of a 304 and nothing behind it; such a connection is not used again."""

    _held = b""
    _ended = False

    def data_received(self, data: bytes) -> None:
        """Take what came in."""
        if self._ended:
            return
        if self._held or _UNCHANGED.match(data):
            head, end, body = (self._held + data).partition(_END)
            self._held = head if not end and len(head) < _MOST else b""
            if self._held:
                return
            if body or _ANNOUNCED.search(head):  # what is announced may come at any moment
                self._ended = True
                self.force_close()
            data = head + end
        super().data_received(data)


def _made(loop: asyncio.AbstractEventLoop) -> ResponseHandler:
    return _Protocol(loop)
