"""The commands about topics, stories, reviews, feeds and pages; nothing imports them but the composition root.

Public: one module for each group of commands; `home` has what they share about one home.
"""

__all__ = (
    "alerts",
    "assistants",
    "commands",
    "grants",
    "home",
    "preview",
    "review",
    "search",
    "serve",
    "start",
    "stories",
    "suggest",
    "topics",
    "trial",
    "upkeep",
)
