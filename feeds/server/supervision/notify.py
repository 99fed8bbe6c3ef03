"""The notify protocol of systemd, sd_notify(3): one datagram for each state; knows the protocol, not the service."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from ingest.text.sanitize import one_line

_MICROSECONDS: Final = 1_000_000
_LONGEST: Final = 300  # characters of a status; a datagram has its limits


class ServiceManager:
    """The service manager that started this process, if there is one; otherwise nothing is sent.

    What cannot be sent is dropped: the manager has its own timeouts, and the service goes on.
    """

    def __init__(self, environment: Mapping[str, str], process: int) -> None:
        """Read from the environment where to send, and how often `alive` is expected; `process` is our own number."""
        self._address = _socket_address(environment.get("NOTIFY_SOCKET", ""))
        limit, meant = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", str(process))
        expects = self._address is not None and limit.isdecimal() and int(limit) > 0 and meant == str(process)
        self.watchdog_seconds: float | None = int(limit) / _MICROSECONDS if expects else None
        """The manager ends this process if `alive` is not called for so long; None: it does not."""

    def ready(self, status: str) -> None:
        """Say that the service has started, or has read its settings again."""
        self._send("READY=1", f"STATUS={_short(status)}")

    def status(self, status: str) -> None:
        """Say in one line for people what the service does. It may hold no secret."""
        self._send(f"STATUS={_short(status)}")

    def alive(self) -> None:
        """Say that the service makes progress."""
        self._send("WATCHDOG=1")

    def starts_slowly(self, seconds: float) -> None:
        """Ask for so many seconds more before the start counts as failed."""
        self._send(f"EXTEND_TIMEOUT_USEC={seconds * _MICROSECONDS:.0f}")

    def reloading(self) -> None:
        """Say that the settings are being read again; `ready` must follow."""
        self._send("RELOADING=1", "STATUS=reading settings, topics and sources again")

    def stopping(self) -> None:
        """Say that the service is about to end."""
        self._send("STOPPING=1", "STATUS=ending the work under way")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.setblocking(False)  # a manager that does not read must not stop the service
            sender.sendto("\n".join(lines).encode(), self._address)


def _socket_address(named: str) -> str | None:
    """Return the address of a Unix socket: a path, or an abstract name that begins with @; None for any other kind."""
    if named.startswith("/"):
        return named
    return f"\0{named[1:]}" if named.startswith("@") else None


def _short(status: str) -> str:
    return one_line(status)[:_LONGEST]
