"""Pages: what is stored and how it is tagged, as HTML files and as answers of the server; knows no HTTP and no command.

Public: `publish` writes feeds and pages; the server draws with the others.
"""

__all__ = ("highlighting", "masking", "models", "publish", "render", "sources", "views")
