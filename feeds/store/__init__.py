"""The tables derived from the facts, in the same file: every statement on tags, reviews, stories, publication; decides nothing.

Public: the tables by subject, each a class or two in a module of its own; `migrations` says which schemas are known.
"""

__all__ = (
    "alerts",
    "boilerplate",
    "changes",
    "classifications",
    "grants",
    "ledger",
    "migrations",
    "monitor",
    "outbox",
    "published_files",
    "reviews",
    "search",
    "stories",
    "tagged",
    "upkeep",
    "vectors",
)
