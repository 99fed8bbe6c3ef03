"""What whoever watches the service asks of the database: sums that only rise, how all sources are doing; changes no fact.

Public: tallies (sums of polls, stages and the like), overview (all sources at one moment).
"""

__all__ = ("overview", "tallies")
