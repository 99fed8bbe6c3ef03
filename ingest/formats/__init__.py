"""Formats of feeds and of lists of feeds: bytes -> RawFeed, or sources, one module per format; opens and contacts nothing.

Public: feed reads any feed; opml and newsboat hold lists of sources; atom, rdf and rss are for the room xml alone.
"""

__all__ = ("atom", "feed", "newsboat", "opml", "rdf", "rss")
