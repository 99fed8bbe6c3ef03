"""Runs batches, by this process or by workers on other machines; knows no database.

Public: processing polls a batch; runner: whoever runs batches; cluster has workers do it, by dealing, messages and worker.
"""

__all__ = (
    "cluster",
    "dealing",
    "messages",
    "processing",
    "runner",
    "worker",
)
