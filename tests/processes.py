"""Starts the command as a process in a home, asks it over HTTP, and stops it by a signal."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from support import FakeWeb, wait_until

ROOT: Final = Path(__file__).resolve().parents[1]
SOON: Final = 6.0  # seconds within which a service has to be gone; a request may last 30


@dataclass
class Started:
    """A running command."""

    process: subprocess.Popen[str]

    def stop(self, number: signal.Signals = signal.SIGTERM, *, group: bool = False) -> tuple[int, list[str]]:
        """Send a signal, to the whole group as a terminal does or to the process alone; give exit code and lines on stderr."""
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.ended(SOON)

    def ended(self, seconds: float = 60) -> tuple[int, list[str]]:
        """Wait for its end; give exit code and lines on stderr."""
        _, said = self.process.communicate(timeout=seconds)
        return self.process.returncode, said.splitlines()

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def start(
    home: Path,
    *arguments: str,
    web: FakeWeb | None = None,
    settings: dict[str, str] | None = None,
    files: int | None = None,
    program: Path = ROOT / "scheduler.py",
) -> Started:
    """Start `python scheduler.py --home HOME ARGUMENTS...`; the fake web may be asked without a pause.

    With `files` it may have so many files and connections open and no more. `program` is a program to start instead.
    """
    known = {
        "fetch.contact": "desk@example.org",
        "fetch.host_pause": "0",
        "fetch.allow": web.allow if web else "",
        "topics.shipped": "false",
    } | (settings or {})
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("TOPICWIRE_", "COV_CORE_"))}
    clean["TOPICWIRE_LOG_FORMAT"] = "plain"
    environment = clean | {f"TOPICWIRE_{key.upper().replace('.', '__')}": value for key, value in known.items()}
    bounded = [] if files is None else ["sh", "-c", f'ulimit -n {files}; exec "$@"', "sh"]
    process = subprocess.Popen(
        [*bounded, sys.executable, program, "--home", home, *arguments],
        cwd=home,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    return Started(process)


def free_port() -> int:
    """Return a port on which nothing listens just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def get(port: int, path: str) -> tuple[int, bytes]:
    """Ask a service on this computer; (0, b"") where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def comes(port: int, path: str, what: bytes, seconds: float = 30) -> bool:
    """Wait until a service answers a path with something that holds `what`."""
    return wait_until(lambda: what in get(port, path)[1], seconds)
