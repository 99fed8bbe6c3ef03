"""The process behind `killing`: forks a child for each command that a line on stdin asks for, and tells how it ended."""

import json
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import threading
import time
import traceback
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from making import _QuickHome
from support import Clock

import topicwire_service  # noqa: F401 - like those above: loaded once, and not by each child
from ingest.cli.console import command
from ingest.polling.home import Home

_CHANGES: Final = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.truncate", "os.utime", "os.chmod"}
_WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_EDGES: Final = ("BEGIN", "COMMIT", "PRAGMA JOURNAL", "PRAGMA WAL", "VACUUM")
_LONGEST: Final = 160  # characters of a step that are told
_FAILED: Final = 70  # the exit code of a command that ends in a traceback
_PATIENCE: Final = 5.0  # seconds for the children of a killed process to end
_CONNECT: Final = sqlite3.connect


class _Steps:
    """Writes the steps of this process into a file, and ends the process at one of them."""

    def __init__(self, kill: dict[str, Any] | None, told: Path, home: str) -> None:
        self._kill, self._count, self._lock, self._home = kill, 0, threading.Lock(), home
        self._told = os.open(told, os.O_WRONLY | os.O_APPEND)

    def make(self, what: str) -> None:
        with self._lock:
            self._count += 1
            os.write(self._told, (" ".join(what.replace(f"{self._home}/", "").split())[:_LONGEST] + "\n").encode(errors="replace"))
            if self._kill and self._count == self._kill["step"]:
                if self._kill["later"]:
                    threading.Thread(target=self._end, args=[self._kill["later"]], daemon=True).start()
                else:
                    self._end(0)

    @staticmethod
    def _end(later: float) -> None:
        time.sleep(later)
        os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event of Python."""
        if event in _CHANGES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & _WRITES):
            self.make(f"{event} {' '.join(map(str, arguments[:2]))}")

    def connected(self, *arguments: Any, **named: Any) -> sqlite3.Connection:
        """Open a database whose statements are steps."""
        made: sqlite3.Connection = _CONNECT(*arguments, **named)
        made.set_trace_callback(self._statement)
        return made

    def _statement(self, words: str) -> None:
        if words.upper().startswith(_EDGES):
            self.make(words)


def _bound(bounds: dict[str, int]) -> None:
    """Give up rights of this process."""
    for name, limit in bounds.items():
        if name == "user":
            os.setgroups([])
            os.setgid(limit)
            os.setuid(limit)
        else:
            resource.setrlimit(getattr(resource, name), (limit, limit))


def _run(asked: dict[str, Any], told: Path, said: Path) -> int:
    """Run a command in this process, a child, and return its exit code."""
    os.setsid()
    with said.open("wb") as stream:
        os.dup2(stream.fileno(), 1)
        os.dup2(stream.fileno(), 2)
    steps = _Steps(asked["kill"], told, asked["home"])
    sys.addaudithook(steps.heard)
    sqlite3.connect = steps.connected  # type: ignore[assignment]
    _bound(asked["bounds"])
    kind = _QuickHome if asked["quick"] else Home
    try:
        command(
            asked["arguments"], obj=kind(Path(asked["home"]), asked["environment"], Clock(datetime.fromisoformat(asked["now"])))
        )
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0
    return 0


def _leave(asked: dict[str, Any], told: Path, said: Path) -> None:
    """Run a command in this process, a child, and end the process."""
    code = _FAILED
    try:
        code = _run(asked, told, said)
    except BaseException:  # noqa: BLE001 - it is told, and the process ends
        traceback.print_exc()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)


def _alive(session: int) -> list[int]:
    """Return the processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its_session = path.read_text(encoding="utf-8").rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found.append(int(path.parent.name))
    return found


def _answer(asked: dict[str, Any], folder: Path) -> dict[str, Any]:
    told, said = folder / "told", folder / "said"
    told.write_bytes(b"")
    said.write_bytes(b"")
    number = os.fork()
    if not number:
        _leave(asked, told, said)
    _, status = os.waitpid(number, 0)
    end = time.monotonic() + _PATIENCE
    while (left := _alive(number)) and time.monotonic() < end:
        time.sleep(0.02)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "steps": told.read_text(encoding="utf-8", errors="replace").splitlines(),
        "said": said.read_text(encoding="utf-8", errors="replace"),
        "left": left,
    }


def main() -> None:
    """Answer one request a line."""
    with tempfile.TemporaryDirectory() as folder:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(_answer(json.loads(line), Path(folder))) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
