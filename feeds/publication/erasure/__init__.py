"""Takes items out of everything that was published, and finds what is left of them; knows no page and no command.

Public: erasure does it in one transaction, remains searches files, retention deletes what is old enough.
"""

__all__ = ("erasure", "remains", "retention")
