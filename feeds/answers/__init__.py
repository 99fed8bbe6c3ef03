"""What programs may ask of a home: topics, stories, items with their evidence, sources, counts; knows no HTTP and no HTML.

Public: reading and audience say who reads; topics, stories, items, sources, search fill the model, meanings explains it.
"""

__all__ = ("audience", "cursor", "items", "meanings", "model", "reading", "search", "sources", "stories", "topics")
