"""Strings made safe, plain and comparable, dates and addresses; knows no feed format, no network and no database.

Public: charsets, counters, dates, folding, pasted_urls, sanitize, url_placeholders, urls; languages have a room of their own.
"""

__all__ = ("charsets", "counters", "dates", "folding", "language", "pasted_urls", "sanitize", "url_placeholders", "urls")
