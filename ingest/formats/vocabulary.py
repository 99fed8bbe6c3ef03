"""The element names of RSS, RDF and Atom and of their modules, each with what it says; knows no parser."""

import re
from functools import lru_cache
from typing import Final

# Namespace (lower case) -> the prefix under which its names are listed below.
_SPACES: Final = {
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
    "http://www.pheedo.com/namespace/pheedo": "pheedo",
    "http://www.georss.org/georss": "georss",
}
RDF_ROOT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF"
RDF_ABOUT: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_BASE: Final = "{http://www.w3.org/XML/1998/namespace}base"
XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
ATOM_ROOTS: Final = frozenset({"{http://www.w3.org/2005/Atom}feed", "{http://purl.org/atom/ns#}feed"})

# What each element is read as. "skip": understood, and not wanted.
_WORDS: Final = {
    "title": "title dc:title",
    "media_title": "media:title",
    "link": "link",
    "original": "feedburner:origlink pheedo:origlink",  # the page that a link of a proxy leads to
    "identifier": "guid id",
    "description": "description dc:description media:description",
    "abstract": "abstract",
    "summary": "summary itunes:summary",
    "content": "content",
    "encoded": "content:encoded fullitem",
    "published": "published issued pubdate dcterms:issued",
    "updated": "updated modified lastbuilddate dc:date dcterms:modified",
    "author": "author managingeditor dc:author dc:creator itunes:author",
    "category": "category keywords dc:subject",
    "media_category": "media:category",
    "itunes_category": "itunes:category",
    "keywords": "media:keywords",
    "itunes_keywords": "itunes:keywords",
    "language": "language dc:language",
    "enclosure": "enclosure",
    "source": "source",
    "image": "image",
    "container": "media:group media:content",
    "place": "georss:point georss:line georss:polygon georss:box georss:circle georss:where",
    "root": "rss",
    "entry": "item entry",
    "sharing": "og",  # what the page says of itself for sharing (Open Graph)
    "channel": "channel feed",
    "skip": "contributor dc:contributor dc:publisher webmaster itunes:owner name email uri url homepage itunes:name itunes:email",
    # Names that another reader keeps its own values under, and bodies that no feed of today has.
    "unsure": "body xhtml:body textinput tags links authors href summary_detail title_detail author_detail guidislink"
    " published_parsed updated_parsed contributors",
}
KINDS: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# Kinds that inside an element of another vocabulary may be an entry's own: only the judge can say.
TELLING: Final = frozenset(KINDS.values()) - {"skip", "image", "channel", "container", "keywords", "itunes_keywords", "place"}
CDF_ATTRIBUTES: Final = frozenset({"href", "lastmod"})  # of a channel or an item of CDF, a format before RSS
MEDIA_SCHEME: Final = "http://search.yahoo.com/mrss/category_schema"
ITUNES_SCHEME: Final = "http://www.itunes.com/"
SHARED: Final = frozenset({"title", "description", "image", "skip", "other"})  # what a page says of itself for sharing
IMAGE: Final = frozenset({"url", "title", "link", "width", "height"})
NEVER_IN_MEDIA: Final = frozenset("link identifier published updated author language source enclosure image entry sharing".split())
LISTED: Final = frozenset({"category", "other"})  # in a list of categories
XHTML: Final = "application/xhtml+xml"
TYPES: Final = {
    **dict.fromkeys(("text", "plain", "text/plain"), "text/plain"),
    **dict.fromkeys(("html", "text/html"), "text/html"),
    **dict.fromkeys(("xhtml", XHTML), XHTML),
}
_NAME: Final = re.compile(r"(?:\{([^}]*)\})?(.*)", re.DOTALL)


@lru_cache(maxsize=4_096)
def kind_of(tag: str, prefix: str | None) -> str:
    """Give what an element is read as; "other" for a name of a vocabulary that is not read.

    A namespace that nobody knows is read by its prefix, as its writer meant it.
    """
    space, name = _NAME.fullmatch(tag).groups()  # type: ignore[union-attr] # matches anything
    known = _SPACES.get(_userland((space or "").lower()), (prefix or "").lower() if space else "")
    return KINDS.get(f"{known}:{name.lower()}" if known else name.lower(), "other")


def _userland(space: str) -> str:
    return "http://backend.userland.com/rss" if "backend.userland.com/rss" in space else space
