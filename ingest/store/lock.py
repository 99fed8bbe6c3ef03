"""One pass at a time in a home folder, across processes; knows the folder, not what a pass is."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from ingest.errors import StoreError

FILE: Final = "topicwire.lock"


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that holds a home, as far as its lock tells."""

    process: int | None = None
    work: str = ""  # `run`, `poll`

    def __str__(self) -> str:
        """Return it in words: process 1234 (`topicwire run`)."""
        if self.process is None:
            return "another process"
        return f"process {self.process}" + (f" (`topicwire {self.work}`)" if self.work else "")


@contextmanager
def alone(home: Path, work: str = "") -> Iterator[bool]:
    """Hold the home's lock; yield False when another process holds it. The lock ends with its process, however that ends.

    `work` says in a word what the lock is for: `holder` tells it to others. Raises StoreError when the folder cannot be
    written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / FILE).open("a", encoding="utf-8")
    except OSError as fault:
        raise StoreError(f"{home}: {fault.strerror}", "name a folder that can be written with --home") from fault
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        with suppress(OSError):  # a full disk: the lock holds all the same, and without a name
            file.truncate(0)
            os.write(file.fileno(), f"{os.getpid()} {work}\n".encode())  # nothing stays in a buffer, to fail when it is closed
        try:
            yield True
        finally:
            # Closing alone would not release it yet: a child that another thread is just starting has a copy of the file.
            fcntl.flock(file, fcntl.LOCK_UN)


def is_held(home: Path) -> bool:
    """Return whether a process holds the home's lock; changes nothing."""
    try:
        with (home / FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def holder(home: Path) -> Holder:
    """Return who holds the home's lock, or held it last."""
    try:
        number, _, work = (home / FILE).read_text(encoding="utf-8").partition(" ")
    except (OSError, UnicodeDecodeError):
        return Holder()
    return Holder(int(number), work.strip()) if number.isdecimal() else Holder()


class Hold:
    """A process's lock on its home, shared by its threads: acquired by the first of them, released by the last.

    After `keep` it is held until `close`.
    """

    def __init__(self, home: Path, work: str = "") -> None:
        """Begin without the lock; `work` is what `holder` tells others."""
        self._home, self._work, self._mutex, self._held, self._users = home, work, Lock(), ExitStack(), 0
        self._keeps = self._kept = False

    def keep(self) -> bool:
        """Hold the home until `close`, from now on or as soon as it is free; return whether it is held now."""
        self._keeps = True
        with self.shared() as free:
            return free

    def close(self) -> None:
        """Release what `keep` holds."""
        with self._mutex:
            self._keeps, kept, self._kept = False, self._kept, False
            self._release(int(kept))

    @contextmanager
    def shared(self) -> Iterator[bool]:
        """Hold the home together with this process's other threads; yield False when another process holds it.

        Raises StoreError when the folder cannot be written.
        """
        if not self._enter():
            yield False
            return
        try:
            yield True
        finally:
            with self._mutex:
                self._release(1)

    def _enter(self) -> bool:
        with self._mutex:
            if not self._users and not self._held.enter_context(alone(self._home, self._work)):
                self._held.close()
                return False
            self._users += 1
            if self._keeps and not self._kept:
                self._kept = True
                self._users += 1
            return True

    def _release(self, users: int) -> None:
        self._users -= users
        if not self._users:
            self._held.close()
