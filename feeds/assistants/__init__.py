"""Tools for assistants, by which a language model asks a home; knows what may be asked and how texts are marked, no HTTP.

Public: tools describes what there is, answering asks the home, quoting marks what publishers wrote, protocol speaks MCP.
"""

__all__ = ("answering", "protocol", "quoting", "tools")
