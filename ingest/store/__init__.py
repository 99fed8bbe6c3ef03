"""The facts in one SQLite file: every statement over the tables of facts, and their migrations; plans and classifies nothing.

Public: `facts` and its parts; `monitor`, `instance`, `lock`, `upkeep`, `watch`; counts of `recorder`; `database` for feeds/store.
"""

__all__ = ("database", "facts", "instance", "items", "lock", "monitor", "recorder", "subscriptions", "upkeep", "watch")
