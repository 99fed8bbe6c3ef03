"""Lists that are too long for files, drawn when somebody asks: all sources, by page and filter; who may see them, the site knows.

Public: `sources`, the route.
"""

__all__ = ("sources",)
