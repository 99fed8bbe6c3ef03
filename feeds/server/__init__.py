"""The HTTP service: the published folder, read-only and fast, and the routes that need the database; knows no command.

Public: `application` makes the ASGI application of a home, `server` runs it, `context` says who may review.
"""

__all__ = ("application", "context", "server")
