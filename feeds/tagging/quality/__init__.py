"""Tests the wording of topics and shows what it does: checks, comparisons, reports, a trial of a source; stores nothing.

Public: the check of a topic file, changes between two wordings, the preview of one, reports, hit counts, the trial of a source.
"""

__all__ = ("changes", "check", "hit_counts", "new_topic", "preview", "reports", "trial")
