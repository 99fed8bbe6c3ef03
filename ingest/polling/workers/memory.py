"""Memory that the program has freed goes back to the system; knows nothing of what was in it."""

import ctypes
from typing import Final

_TRIM: Final = "malloc_trim"  # of glibc; other C libraries do it by themselves, or not at all


def give_back() -> None:
    """Give back what lies freed between blocks that are in use; it takes some milliseconds."""
    library = ctypes.CDLL(None)
    if hasattr(library, _TRIM):
        getattr(library, _TRIM)(0)
