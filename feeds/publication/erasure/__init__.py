"""Takes items out of everything that was published, and finds what is left of them; knows no page and no command.

Public: erasure does it in one transaction, remains searches files.
"""

__all__ = ("erasure", "remains")
