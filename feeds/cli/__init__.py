"""The commands about topics, stories, reviews, feeds and pages; nothing imports them but the composition root.

Public: one module for each group of commands; `home` has what they share about one home.
"""

__all__ = (
    "alerts",
    "commands",
    "completion",
    "grants",
    "home",
    "init",
    "manual",
    "preview",
    "review",
    "search",
    "serve",
    "stories",
    "suggest",
    "topics",
    "trial",
    "upkeep",
)
