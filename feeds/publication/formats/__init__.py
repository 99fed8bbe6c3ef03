"""Turn a feed document into bytes, one module per format; know no database, no story and no clock.

Public: atom; jsonfeed, opml and rss write the other forms of the same document, envelope and xml are their parts.
"""

__all__ = ("atom",)
