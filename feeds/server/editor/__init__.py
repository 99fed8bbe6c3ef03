"""`/topics/`: the owner's topics in the browser, with a preview while typing; who the owner is, `context` knows.

Public: `routes`, which answers; `files` reads and writes the topic files, `previews` bounds the work.
"""

__all__ = ("files", "previews", "routes")
