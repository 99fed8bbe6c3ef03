"""The element names of RSS, RDF and Atom and of their modules, each with what it says; knows no parser."""

import re
from functools import lru_cache
from typing import Final

# Namespace (lower case) -> the prefix under which its names are listed below.
SPACES: Final = {
    **dict.fromkeys(
        """http://backend.userland.com/rss http://blogs.law.harvard.edu/tech/rss http://purl.org/rss/1.0/
        http://my.netscape.com/rdf/simple/0.9/ http://purl.org/atom/ns# http://www.w3.org/2005/atom
        http://purl.org/rss/1.0/modules/rss091# http://example.com/newformat# http://example.com/necho
        http://purl.org/echo/ uri/of/echo/namespace# http://purl.org/pie/""".split(),
        "",
    ),
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media",
    "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.georss.org/georss": "georss",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "https://podcastindex.org/namespace/1.0": "podcast",
    "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md": "podcast",
    "http://prismstandard.org/namespaces/basic/2.0/": "prism",
    "http://prismstandard.org/namespaces/1.2/basic/": "prism",
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
}
RDF_ROOT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
RDF_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_ROOTS: Final = frozenset({"{http://www.w3.org/2005/Atom}feed", "{http://purl.org/atom/ns#}feed"})

# What each element is read as: an action of the readers, and for most of them which of its kind.
_WORDS: Final = {
    ("text", "title"): "title",
    ("text", "dc:title"): "dc:title dcterms:title",
    ("text", "media:title"): "media:title",
    ("text", "content"): "content",
    ("text", "encoded"): "content:encoded fullitem",
    ("text", "description"): "description",
    ("text", "summary"): "summary",
    ("text", "abstract"): "abstract dcterms:abstract",
    ("text", "dc:description"): "dc:description dcterms:description",
    ("text", "itunes:summary"): "itunes:summary",
    ("text", "media:description"): "media:description",
    ("link", ""): "link",
    ("original", ""): "feedburner:origlink pheedo:origlink",
    ("identifier", ""): "guid id",
    ("date", "published"): "published pubdate",
    ("date", "issued"): "issued dc:issued dcterms:issued prism:publicationdate",
    ("date", "available"): "dcterms:available",
    ("date", "dc:date"): "dc:date dcterms:date",
    ("date", "created"): "created dc:created dcterms:created",
    ("date", "submitted"): "dcterms:datesubmitted",
    ("date", "updated"): "updated lastbuilddate",
    ("date", "modified"): "modified dc:modified dcterms:modified",
    ("author", ""): "author managingeditor dc:author dc:creator itunes:author",
    ("person", "name"): "name",
    ("person", "uri"): "uri url homepage",
    ("person", "email"): "email",
    ("category", ""): "category keywords dc:subject",
    ("media_category", ""): "media:category",
    ("itunes_category", ""): "itunes:category",
    ("keywords", ""): "media:keywords",
    ("itunes_keywords", ""): "itunes:keywords",
    ("categories", ""): "categories",  # a list of them
    ("language", ""): "language dc:language",
    ("file", "enclosure"): "enclosure",
    ("file", "media"): "media:content",
    ("file", "thumbnail"): "media:thumbnail",
    ("file", "transcript"): "podcast:transcript",
    ("group", ""): "media:group",
    ("duration", ""): "itunes:duration",
    ("place", ""): "georss:point georss:line georss:polygon georss:box georss:circle georss:where",
    ("hint", "ttl"): "ttl",
    ("hint", "period"): "sy:updateperiod",
    ("hint", "frequency"): "sy:updatefrequency",
    ("hints", "hours"): "skiphours",
    ("hints", "days"): "skipdays",
    ("hint", "hours"): "hour",
    ("hint", "days"): "day",
    ("root", ""): "rss",
    ("entry", ""): "item entry",
    ("channel", ""): "channel feed",
    ("unsure", ""): "body xhtml:body",  # of a content that no feed of today has
}
Kind = tuple[str, str]
KINDS: Final[dict[str, Kind]] = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# An element of a vocabulary that is not read, or not read here. Whatever is inside is not its entry's (RFC 4287, 6.4.2).
OTHER: Final[Kind] = ("other", "")
TITLES: Final = ("title", "dc:title", "media:title")  # in this order, whatever theirs is in the document
HTML_BY_CUSTOM: Final = frozenset({"encoded", "description", "dc:description"})  # where nothing says what a text is
IN_MEDIA: Final = frozenset(  # what an element of Media RSS may hold that is read
    {KINDS[f"media:{name}"] for name in "title description category keywords content thumbnail".split()}
)
CDF_ATTRIBUTES: Final = frozenset({"href", "lastmod"})  # of a channel or an item of CDF, a format before RSS
MEDIA_SCHEME: Final = "http://search.yahoo.com/mrss/category_schema"
ITUNES_SCHEME: Final = "http://www.itunes.com/"
XHTML: Final = "application/xhtml+xml"
TYPES: Final = {
    **dict.fromkeys(("text", "plain", "text/plain"), "text/plain"),
    **dict.fromkeys(("html", "text/html"), "text/html"),
    **dict.fromkeys(("xhtml", XHTML), XHTML),
}
_NAME: Final = re.compile(r"(?:\{([^}]*)\})?(.*)", re.DOTALL)


@lru_cache(maxsize=4_096)
def kind_of(tag: str, prefix: str | None) -> Kind:
    """Give what an element is read as; OTHER for a name of a vocabulary that is not read.

    A namespace that nobody knows is read by its prefix, as its writer meant it.
    """
    space, name = _NAME.fullmatch(tag).groups()  # type: ignore[union-attr] # matches anything
    known = SPACES.get(_userland((space or "").lower()), (prefix or "").lower() if space else "")
    return named(known, name.lower())


def named(prefix: str, name: str) -> Kind:
    """Give what an element is read as, by the prefix that its vocabulary has here."""
    return KINDS.get(f"{prefix}:{name}" if prefix else name, OTHER)


def _userland(space: str) -> str:
    return "http://backend.userland.com/rss" if "backend.userland.com/rss" in space else space
