"""Runs batches, by this process or by workers on other machines; knows no database.

Public: processing polls a batch; runner: whoever runs batches; reading_order; cluster has workers do it, by the other four.
"""

__all__ = (
    "cluster",
    "dealing",
    "encryption",
    "hearing",
    "messages",
    "processing",
    "reading_order",
    "runner",
    "trouble",
    "worker",
)
