"""Tests the wording of topics and shows what it does: checks, comparisons, reports, a trial of a source; stores nothing.

Public: the check of a topic file, the changes between two wordings, reports in words and rows, the trial of a source, hit counts.
"""

__all__ = ("changes", "check", "hit_counts", "reports", "trial")
