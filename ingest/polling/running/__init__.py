"""Runs batches, by this process or by workers on other machines; knows no database.

Public: processing polls the sources of one batch; runner says what the pass expects of whoever runs batches.
"""

__all__ = (
    "processing",
    "runner",
)
