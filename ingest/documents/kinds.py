"""Which kind of document a file is, by the ending of its name; reads none, so that whoever only asks loads no reader."""

from pathlib import PurePath
from typing import Final

CURE: Final = "save the text as .txt, .md or .html, or give a feed (.xml, .rss, .atom, .json)"
FEED: Final = "feed"
KINDS: Final = {
    **dict.fromkeys((".txt", ".text", ""), "text"),
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".mht", ".mhtml"), "mhtml"),
    **dict.fromkeys((".eml",), "email"),
    **dict.fromkeys((".pdf",), "pdf"),
    **dict.fromkeys((".xml", ".rss", ".atom", ".rdf", ".json"), FEED),
}


def is_document(name: str) -> bool:
    """Return whether a file called `name` is of a kind that can be read."""
    return ending(name) in KINDS


def ending(name: str) -> str:
    """Return the ending of a file's name, in small letters and with its point; empty where it has none."""
    return PurePath(name).suffix.lower()
