"""One pass at a time in a home folder, across processes; knows the folder, not what a pass is."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from ingest.errors import StoreError

FILE: Final = "topicwire.lock"


@contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Hold the home's lock; yield False when another process holds it. The lock ends with its process, however that ends.

    Raises StoreError when the folder cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / FILE).open("a")
    except OSError as fault:
        raise StoreError(f"{home}: {fault.strerror}", "name a folder that can be written with --home") from fault
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


class Hold:
    """A process's lock on its home, shared by its threads: acquired by the first of them, released by the last."""

    def __init__(self, home: Path) -> None:
        """Begin without the lock."""
        self._home, self._mutex, self._held, self._users = home, Lock(), ExitStack(), 0

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
                self._users -= 1
                if not self._users:
                    self._held.close()

    def _enter(self) -> bool:
        with self._mutex:
            if not self._users and not self._held.enter_context(alone(self._home)):
                self._held.close()
                return False
            self._users += 1
            return True
