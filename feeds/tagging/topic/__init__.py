"""Topic files: where they lie, what they say, and the query language; matches no text and knows no database.

Public: the topic as values, its query, its loader and the lines of its file, the folders of topic files, the topic cache.
"""

__all__ = ("cache", "folders", "lines", "loader", "model", "query")
