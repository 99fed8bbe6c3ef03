"""SSRF guard: which addresses may be contacted, decided on the address that is connected to; opens nothing but that socket."""

import asyncio
import ipaddress
import socket
from contextvars import ContextVar
from typing import Any

from yarl import URL

from ingest.errors import Failure, GuardError
from ingest.http.failures import lookup_failure
from ingest.settings import parse_allowed
from ingest.text.urls import host_of

_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")  # all of IPv6 that is given out; the rest translates, tunnels or is local
_ASSIGNMENTS = ipaddress.ip_network("192.0.0.0/24")  # global for older Pythons; a cloud keeps its metadata there
_named = ContextVar("_named", default=False)  # whether this request's host:port is allowed by name


class SsrfGuard:
    """Refuses every address that is not global, unless `allow` names it.

    `allow` holds `host:port` (a name or an address) and networks such as `10.0.0.0/8`.
    Raises SettingsError for an entry that is neither.
    """

    def __init__(self, allow: tuple[str, ...] = ()) -> None:
        """Split the allowed entries into networks and host:port pairs."""
        self._hosts, self._networks = parse_allowed(allow)

    def enter(self, url: str) -> None:
        """Record whether the host:port of the next request is allowed by name."""
        _named.set(bool(self._hosts) and host_of(url) in self._hosts)

    async def check_name(self, url: str) -> None:
        """Raise GuardError unless every address of the URL's host may be contacted: behind a proxy no socket can be checked.

        A name that cannot be looked up here is refused, unless `allow` holds it.
        """
        self.enter(url)
        parts = URL(url)
        if _named.get():
            return
        try:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo(parts.host or "", parts.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as fault:
            name = host_of(url)
            what, cure = f"the name {name} cannot be looked up", f'if the proxy knows it, add "{name}" to fetch.allow'
            raise GuardError(what, cure, kind=lookup_failure(fault)) from fault
        for *_, target in found:
            self.check(str(target[0]), int(target[1]))

    def check(self, address: str, port: int) -> None:
        """Raise GuardError unless `address` (an IP literal) may be contacted on `port`."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        if _named.get() or any(ip in network for network in self._networks):
            return
        name = f"[{ip}]:{port}" if isinstance(ip, ipaddress.IPv6Address) else f"{ip}:{port}"
        if name not in self._hosts and is_private(ip):
            what = f"the private address {ip} may not be contacted"
            raise GuardError(what, f'if it is yours, add "{name}" to fetch.allow', kind=Failure.PRIVATE)

    def socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Make the socket for a resolved address: every connection of the program begins here.

        It sees every redirect, every resolved address and every literal. A name that resolves to another address
        the second time (DNS rebinding) is checked again.
        """
        family, kind, protocol, _, target = info
        self.check(target[0], target[1])
        return socket.socket(family, kind, protocol)


def is_private(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is outside the public internet, also when mapped, tunnelled or translated."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None or ip.teredo is not None or ip not in _GLOBAL_UNICAST:
            return True
    return not ip.is_global or ip.is_multicast or ip in _ASSIGNMENTS
