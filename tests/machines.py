"""A scheduler of Dask and its workers as processes over loopback, started again whenever they end, as systemd would."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Final

from processes import free_port

_PAUSE: Final = 0.05  # seconds between two looks at whether a process has ended


@dataclass
class Machine:
    """One process that is always started again."""

    arguments: list[str]
    folder: Path
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def start(self) -> None:
        """Start it, with its words in a file."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dask", *self.arguments],
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.starts += 1

    def signal(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal."""
        assert self.process
        self.process.send_signal(number)

    @property
    def said(self) -> str:
        """What it wrote, in all its lives."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")


@dataclass
class Machines:
    """A scheduler and workers."""

    folder: Path
    preload: Path | None = None  # what a worker runs when it starts
    environment: Mapping[str, str] = field(default_factory=dict)
    nanny: bool = False
    port: int = field(default_factory=free_port)
    scheme: str = "tcp"
    machines: list[Machine] = field(default_factory=list)
    _ending: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    @property
    def engine(self) -> str:
        """The setting that uses them."""
        return f"dask://127.0.0.1:{self.port}"

    @property
    def scheduler(self) -> Machine:
        """The scheduler."""
        return self.machines[0]

    @property
    def workers(self) -> list[Machine]:
        """The workers."""
        return self.machines[1:]

    def add(self, *arguments: str) -> Machine:
        """Start one more process of Dask."""
        folder = self.folder / str(len(self.machines))
        folder.mkdir(parents=True)
        environment = {"DASK_LOGGING__DISTRIBUTED": "info", **self.environment}
        made = Machine(list(arguments), folder, environment)
        with self._lock:
            made.start()
            self.machines.append(made)
        return made

    def add_scheduler(self) -> Machine:
        """Start the scheduler."""
        where = ("--host", f"{self.scheme}://127.0.0.1", "--port", str(self.port))
        return self.add("scheduler", *where, "--no-dashboard", "--no-show")

    def add_worker(self) -> Machine:
        """Start a worker."""
        preloaded = ("--preload", str(self.preload)) if self.preload else ()
        alone = () if self.nanny else ("--no-nanny",)
        where = (f"{self.scheme}://127.0.0.1:{self.port}", "--host", "127.0.0.1", "--no-dashboard")
        return self.add("worker", *where, *alone, "--nthreads", "4", "--nworkers", "1", *preloaded)

    def keep(self) -> None:
        """Start again whatever ends."""
        while not self._ending.wait(_PAUSE):
            with self._lock:
                for one in self.machines:
                    if one.process and one.process.poll() is not None and not self._ending.is_set():
                        one.start()

    def end(self) -> None:
        """End everything."""
        self._ending.set()
        with self._lock:
            for one in reversed(self.machines):
                if one.process:
                    one.process.kill()
                    one.process.wait()


@contextmanager
def running(machines: Machines, workers: int) -> Iterator[Machines]:
    """Run a scheduler and so many workers."""
    machines.add_scheduler()
    for _ in range(workers):
        machines.add_worker()
    keeper = Thread(target=machines.keep)
    keeper.start()
    try:
        yield machines
    finally:
        machines.end()
        keeper.join()
