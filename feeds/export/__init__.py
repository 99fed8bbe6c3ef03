"""What a topic has, as data for other programs, with its counts and a description of both; draws no page and writes no file.

Public: collect reads the stores into the model, stories reads some of it as rows; formats and package write it as bytes.
"""

__all__ = ("collect", "formats", "model", "package", "rows", "stories")
