"""Takes items out of everything that was published, and finds what is left of them; knows no page and no command.

Public: erasure does it in one transaction, unfinished is what is left of it, remains searches files, retention deletes the old.
"""

__all__ = ("erasure", "remains", "retention", "unfinished")
