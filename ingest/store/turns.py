"""Turns at writing: the threads of one process take them in the order in which they came; knows no table."""

from collections import deque
from threading import Lock
from typing import Final


class Turns:
    """A lock that is handed to whoever has waited longest: a context manager.

    SQLite's own waits by trying again now and then: a thread that writes one transaction after another would keep
    all others out for as long as it goes on.
    """

    def __init__(self) -> None:
        """Let nobody have it yet."""
        self._guard, self._taken = Lock(), False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        """Wait for the turn."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        try:
            mine.acquire()
        except BaseException:  # a signal, in the main thread
            self._give_up(mine)
            raise

    def __exit__(self, *_: object) -> None:
        """Hand it on."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _give_up(self, mine: Lock) -> None:
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self.__exit__()


_FREE: Final = Lock()
_BY_FILE: Final[dict[str, Turns]] = {}


def turns_at(path: str) -> Turns:
    """Return the turns that all connections of this process to one file share."""
    with _FREE:
        return _BY_FILE.setdefault(path, Turns())
