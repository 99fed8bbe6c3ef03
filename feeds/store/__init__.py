"""The tables derived from the facts, in the same file: every statement on tags, reviews, stories, publication; decides nothing.

Public: the tables by subject, each a class or two in a module of its own; `migrations` and `revisions` serve this room alone.
"""

__all__ = (
    "boilerplate",
    "classifications",
    "grants",
    "ledger",
    "monitor",
    "outbox",
    "published_files",
    "reviews",
    "search",
    "stories",
    "tagged",
)
