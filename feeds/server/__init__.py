"""The HTTP service: the published folder, read-only and fast, and the routes that need the database; knows no command.

Public: `application` makes a home's ASGI application, `server` runs it, `context` knows reviewers, `supervision` service managers.
"""

__all__ = ("application", "context", "server", "supervision")
