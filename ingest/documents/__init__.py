"""Kinds of documents: bytes of a text, page, mail or PDF -> RawFeed, one module per kind; knows no source, opens nothing.

Public: document reads any of them; saved_pages tells which folders belong to a saved page.
"""

__all__ = ("document", "saved_pages")
