"""Kinds of documents: bytes of a text, page, mail or PDF -> RawFeed, one module per kind; knows no source, opens nothing.

Public: document reads any of them; kinds tells which files are documents; saved_pages tells which folders belong to a saved page.
"""

__all__ = ("document", "kinds", "saved_pages")
