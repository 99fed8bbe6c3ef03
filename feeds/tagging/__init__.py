"""Classifies documents by topics, with evidence, and takes a person's reviews; knows no story and no way to publish.

Public: the passes over new items and of a preview, classifier, reviews, what to review, suggestions; other rooms.
"""

__all__ = (
    "classification_pass",
    "classifier",
    "linear_model",
    "matching",
    "preview_pass",
    "quality",
    "review",
    "review_list",
    "second_opinion",
    "suggestion",
    "suggestion_pass",
    "topic",
)
