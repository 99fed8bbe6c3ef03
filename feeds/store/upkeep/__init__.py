"""Statements over all tables of judgements for the care of a home; decides nothing.

Public: erasure.
"""

__all__ = ("erasure",)
