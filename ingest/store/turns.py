"""A fair lock for writers: the threads of one process get it in the order in which they asked; knows no table."""

from collections import deque
from threading import Lock
from typing import Final


class Turns:
    """A lock that goes to the thread that has waited longest; a context manager.

    SQLite's own lock is retried at intervals: a thread that writes one transaction after another would keep all
    others waiting.
    """

    def __init__(self) -> None:
        """Begin unlocked."""
        self._mutex, self._taken = Lock(), False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        """Acquire the lock; wait until every earlier thread has had it."""
        with self._mutex:
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
        """Release the lock to the next thread."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False

    def _give_up(self, mine: Lock) -> None:
        with self._mutex:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return
        self.__exit__()


_FREE: Final = Lock()
_BY_FILE: Final[dict[str, Turns]] = {}


def turns_at(path: str) -> Turns:
    """Return the lock that all connections of this process to one file share."""
    with _FREE:
        return _BY_FILE.setdefault(path, Turns())
