"""What an owner does with sources: looks at what an address holds, pauses, resumes, removes; knows no page and no command.

Public: looking shows what adding would bring, decisions changes sources that are there.
"""

__all__ = ("decisions", "looking")
