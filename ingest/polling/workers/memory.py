"""Memory that the program has freed goes back to the system; knows nothing of what was in it."""

import ctypes
from typing import Final

_TRIM: Final = "malloc_trim"  # of glibc; other C libraries do it by themselves, or not at all
_MALLOPT: Final = "mallopt"
_ARENA_MAX: Final = -8  # the option M_ARENA_MAX


def give_back() -> None:
    """Give back what lies freed between blocks that are in use; it takes some milliseconds."""
    library = ctypes.CDLL(None)
    if hasattr(library, _TRIM):
        getattr(library, _TRIM)(0)


def share_one_arena() -> None:
    """Have all threads that start from now on use one heap: what one of them frees serves the others."""
    library = ctypes.CDLL(None)
    if hasattr(library, _MALLOPT):
        getattr(library, _MALLOPT)(_ARENA_MAX, 1)
