"""Classifies documents by topics, with evidence, and takes a person's reviews; knows no story and no way to publish.

Public: the pass over new items, the classifier, reviews and the linear model; topic, matching and quality are rooms below.
"""

__all__ = ("classification_pass", "classifier", "linear_model", "matching", "quality", "review", "topic")
