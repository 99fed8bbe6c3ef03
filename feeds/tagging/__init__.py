"""Classifies documents by topics, with evidence, and takes a person's reviews; knows no story and no way to publish.

Public: the pass over new items, the preview, the classifier, reviews, the linear model; topic, matching, quality are rooms.
"""

__all__ = ("classification_pass", "classifier", "linear_model", "matching", "preview_pass", "quality", "review", "topic")
