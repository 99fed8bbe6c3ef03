"""Maps exceptions of the network to kinds of failure; sends nothing and writes no message."""

import errno
import socket
from typing import Final

import aiohttp

from ingest.errors import Failure

_NO_SUCH_NAME: Final = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}
_NO_WAY_OUT: Final = {errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL}


def failure_of(fault: BaseException) -> Failure:
    """Return the kind of failure that an exception of the HTTP client means; a timeout is silence."""
    match fault:
        case aiohttp.ClientSSLError():
            return Failure.SECURITY
        case aiohttp.ClientProxyConnectionError():
            return Failure.NETWORK
        case aiohttp.ClientConnectorDNSError():
            return lookup_failure(fault.os_error)
        case aiohttp.ClientConnectorError():
            return Failure.NETWORK if fault.os_error.errno in _NO_WAY_OUT else Failure.CONNECTION
        case TimeoutError():
            return Failure.SILENCE
    return Failure.CUT


def lookup_failure(fault: BaseException) -> Failure:
    """Return the kind of failure that looking up the name of a host ended in."""
    known = isinstance(fault, OSError) and fault.errno in _NO_SUCH_NAME
    return Failure.NAME if known or isinstance(fault, UnicodeError) else Failure.LOOKUP
