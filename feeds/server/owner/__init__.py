"""What the owner sees and does beside reviewing and editing topics: sources, and the line of links; who that is, `context` knows.

Public: `sources` and `adding` answer, `offers` puts what was found into words, `line` links, `queue` waits for review.
"""

__all__ = ("adding", "line", "offers", "queue", "sources")
