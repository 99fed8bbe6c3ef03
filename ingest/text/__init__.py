"""Strings made safe, plain and comparable, dates and addresses; knows no feed format, no network and no database.

Public: charsets, counters, dates, folding, markup, pasted_urls, sanitize, url_placeholders, urls; languages have a room.
"""

__all__ = ("charsets", "counters", "dates", "folding", "language", "markup", "pasted_urls", "sanitize", "url_placeholders", "urls")
