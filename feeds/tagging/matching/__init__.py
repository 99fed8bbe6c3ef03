"""Finds the terms of topics in texts of any language, with their places; decides nothing and reads no file.

Public: the segments of a text, the publisher in a title, the patterns of words, words as written, the phrases, the matcher.
"""

__all__ = ("capitals", "lexicon", "matcher", "phrasebook", "prefilter", "publisher", "segments")
