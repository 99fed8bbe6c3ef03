"""Finds near-duplicates, says why two documents are one story, and groups them; knows no topic and no way to publish.

Public: grouping (stories as they are asked for), grouping_pass (new items), story (values and protocol), evaluation.
"""

__all__ = ("evaluation", "grouping", "grouping_pass", "story")
