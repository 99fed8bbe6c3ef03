"""Polls sources and reads documents, and stores what they brought, in one commit a batch; knows no topic and no terminal.

Public: home and engine open what is needed; passes, sources, adding, oneoff, offline, batch, pipeline, websub, owner use it.
"""

__all__ = (
    "adding",
    "batch",
    "engine",
    "home",
    "offline",
    "oneoff",
    "owner",
    "passes",
    "pipeline",
    "running",
    "sources",
    "websub",
    "workers",
)
