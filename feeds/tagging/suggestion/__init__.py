"""Suggests words for a topic from stored articles: counts phrases, weighs them, names a group, tries them; changes no file.

Public: the articles and their phrases, the suggestions.
"""

__all__ = ("candidates", "suggestions")
