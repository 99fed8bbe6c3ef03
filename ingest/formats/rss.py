"""RSS 0.91 to 2.0 (www.rssboard.org/rss-specification): its names, each with what it is read as; knows no parser and no module."""

from typing import Final

# RSS 2.0 has no namespace of its own; some writers declare one of these.
NAMESPACES: Final = ("http://backend.userland.com/rss", "http://blogs.law.harvard.edu/tech/rss")
# (action, role) -> names in lower case. ingest.formats.xml.vocabulary says what the actions are.
ELEMENTS: Final = {
    ("root", ""): "rss",
    ("channel", ""): "channel",
    ("entry", ""): "item",
    ("text", "title"): "title",
    ("text", "description"): "description",
    ("link", ""): "link",
    ("identifier", ""): "guid",
    ("date", "published"): "pubdate",
    ("date", "updated"): "lastbuilddate",
    ("author", ""): "author managingeditor",
    ("category", ""): "category",
    ("file", "enclosure"): "enclosure",
    ("language", ""): "language",
    ("hint", "ttl"): "ttl",
    ("hints", "hours"): "skiphours",
    ("hints", "days"): "skipdays",
    ("hint", "hours"): "hour",
    ("hint", "days"): "day",
}
# What no specification has, and feeds do.
CUSTOM_ELEMENTS: Final = {
    ("text", "encoded"): "fullitem",
    ("text", "abstract"): "abstract",
    ("category", ""): "keywords",
    ("categories", ""): "categories",  # a list of `category`
    ("person", "uri"): "homepage",
    ("not_understood", ""): "body",  # of a content that no feed of today has
}
CDF_ATTRIBUTES: Final = frozenset({"href", "lastmod"})  # of a channel or an item of CDF, a format before RSS: not understood


def is_userland(namespace: str) -> bool:
    """Return whether a namespace in lower case is one of the many spellings of RSS 2.0's first."""
    return NAMESPACES[0].removeprefix("http://") in namespace
