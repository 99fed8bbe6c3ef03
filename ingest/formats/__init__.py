"""Formats of feeds and of lists of feeds: bytes -> RawFeed, or sources, one module per format; opens and contacts nothing.

Public: feed reads any feed; opml and newsboat read and write lists of sources.
"""

__all__ = ("feed", "newsboat", "opml")
