"""What programs may ask of a home: topics, stories, items with their evidence, sources, counts; knows no HTTP and no HTML.

Public: audience and reading say who reads what; topics, stories, items, sources and search read the stores into the model.
"""

__all__ = ("audience", "items", "model", "reading", "search", "sources", "stories", "topics")
