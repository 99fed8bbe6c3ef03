"""Turns tagged stories into entries, feeds and files, and tells the hub; knows no page, no server and no network.

Public: publish_home with its target, entries and how they are shown, documents, atomic files, the hub; formats lie below.
"""

__all__ = (
    "atomic_files",
    "document",
    "edition",
    "entry",
    "entry_view",
    "erasure",
    "files",
    "formats",
    "publish",
    "visible",
    "websub",
)
