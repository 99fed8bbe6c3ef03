"""Languages: codes and names, detection, function words and stop words, stems and prefixes; knows no item and no topic.

Public: codes, detection, detector, function_words, names, prefixes, stemming, stop_words.
"""

__all__ = ("codes", "detection", "detector", "function_words", "names", "prefixes", "stemming", "stop_words")
