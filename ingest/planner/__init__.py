"""When to poll a source next, and how it is doing: pure arithmetic on what polls brought; knows no network and no database.

Public: next_poll and validators plan, polling_cost is what all sources share; health tells of one source, overview of all.
"""

__all__ = (
    "health",
    "next_poll",
    "overview",
    "polling_cost",
    "validators",
)
