"""One pass at a time in a home folder, across processes; knows the folder, not what a pass is."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ingest.errors import StoreError

FILE: Final = "topicwire.lock"


@contextmanager
def alone(home: Path) -> Iterator[bool]:
    """Hold the home's lock; False when another process holds it. The lock ends with its process, however that ends.

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
