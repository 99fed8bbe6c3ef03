"""The commands about sources and items, and what all commands share; knows no topic, and leaves all work to other rooms.

Public: console is how a command talks, table how it writes a list, commands holds `sources` and how an item is shown.
"""

__all__ = (
    "commands",
    "console",
    "table",
)
