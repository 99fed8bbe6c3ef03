"""The commands that keep a home well: copies, restoring, checks, the settings in force; changes no judgement.

Public: one module for each command or pair of commands.
"""

__all__ = ("backup", "doctor", "export", "finishing", "forget", "health", "purge", "settings")
