"""Worker processes for work that is a function of its arguments, and memory given back; it does not know what the work is.

Public: the pool of processes, which the service and commands hand to what has such work; the server that forks them; memory.
"""

__all__ = ("fork_server", "memory", "pool")
