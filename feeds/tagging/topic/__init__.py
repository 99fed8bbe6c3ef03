"""Topic files: where they lie, what they say, and the query language; matches no text and knows no database.

Public: the topic as values, its version, query, loader and lines; the folders of topic files, the text of a new one; the cache.
"""

__all__ = ("cache", "folders", "lines", "loader", "model", "query", "skeleton", "version")
