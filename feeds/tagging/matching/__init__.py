"""Finds the terms of topics in texts of any language, with their places; decides nothing and reads no file.

Public: the segments of a text, the patterns of words, words as they are written, the phrases of topics by language, the matcher.
"""

__all__ = ("capitals", "lexicon", "matcher", "phrasebook", "prefilter", "segments")
