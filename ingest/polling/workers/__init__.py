"""Worker processes for work that is a function of its arguments; it does not know what the work is.

Public: the pool of processes, which the service and commands hand to what has such work.
"""

__all__ = ("pool",)
