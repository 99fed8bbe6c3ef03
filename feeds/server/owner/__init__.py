"""What the owner sees and does beside reviewing and editing topics: sources, and the line of links; who that is, `context` knows.

Public: `sources` and `adding` answer, `offers` puts what was found into words.
"""

__all__ = ("adding", "offers", "sources")
