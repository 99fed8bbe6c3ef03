"""`/api/`: what is published, as JSON for programs, with its own description; `feeds.answers` knows which answer is whose.

Public: `routes`, for the application.
"""

__all__ = ("routes",)
