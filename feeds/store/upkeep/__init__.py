"""Statements over all tables of judgements for the care of a home; decides nothing.

Public: erasure, retention.
"""

__all__ = ("erasure", "retention")
