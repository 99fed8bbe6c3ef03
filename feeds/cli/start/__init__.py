"""The commands with which somebody begins: a new home, the documentation, a shell's completion; none reads the database.

Public: one module for each command.
"""

__all__ = ("completion", "init", "manual")
