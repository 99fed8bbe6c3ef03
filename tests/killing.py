"""Runs commands in forked processes that are killed at a chosen step: a statement that begins or commits, or a change of a file."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parent.parent
_PATIENCE: Final = 60.0  # seconds that a command may take


@dataclass(frozen=True, slots=True)
class Kill:
    """When a command is killed: at a step of its work, counted from 1, and so many seconds later."""

    step: int
    later: float = 0.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int  # as in `Popen.returncode`: -9 where it was killed
    steps: tuple[str, ...]  # that it made; a killed one was about to make the last
    said: str  # on stdout and stderr
    left: tuple[int, ...] = ()  # processes of its own that were alive seconds after its end

    @property
    def is_killed(self) -> bool:
        """True where it did not come to its end."""
        return self.code == -signal.SIGKILL

    def step(self, words: str) -> int:
        """Return the first step that holds some words, counted from 1."""
        return next(number for number, step in enumerate(self.steps, 1) if words in step)


@dataclass
class Forking:
    """A process that has loaded the program and forks a child for each command. Use as a context manager."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Start it."""
        clean = {key: value for key, value in os.environ.items() if not key.startswith(("TOPICWIRE_", "COV_CORE_"))}
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "tests" / "forked.py"],
            cwd=ROOT,
            env=clean | {"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._process.communicate(timeout=_PATIENCE)

    def __call__(
        self,
        *arguments: str,
        now: datetime,
        kill: Kill | None = None,
        quick: bool = True,
        bounds: Mapping[str, int] | None = None,
    ) -> Ended:
        """Run `topicwire --home HOME ARGUMENTS...`, and kill it; where not `quick` documents are read in parser processes.

        `bounds` are limits of the process by their names in `resource`, such as RLIMIT_FSIZE, and `user`, whose rights it has.
        """
        asked = {
            "arguments": ["--home", str(self.home), *arguments],
            "home": str(self.home),
            "environment": environment({"fetch.host_pause": "0"} | self.settings),
            "now": now.isoformat(),
            "kill": asdict(kill) if kill else None,
            "quick": quick,
            "bounds": dict(bounds or {}),
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        told = json.loads(self._process.stdout.readline())
        return Ended(told["code"], tuple(told["steps"]), told["said"], tuple(told["left"]))


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return settings as variables."""
    known = {"topics.shipped": "false", "fetch.contact": "desk@example.org", **settings}
    return {f"TOPICWIRE_{key.upper().replace('.', '__')}": value for key, value in known.items()}
