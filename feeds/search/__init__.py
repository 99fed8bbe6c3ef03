"""Searches what is stored, or what is published alone, by words and by what a topic tagged; writes nothing, knows no page.

Public: the query as people type it, and the search.
"""

__all__ = ("query", "search")
