"""What RSS, RDF and Atom share: the lxml and the feedparser reader, the vocabulary put together; knows no item, opens nothing.

Public: reader reads a feed in XML; parser is lxml's, hardened; values reads what single elements hold.
"""

__all__ = ("parser", "reader", "values")
