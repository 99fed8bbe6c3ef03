"""The extension modules of RSS, RDF and Atom: their namespaces and names, each with what it is read as; knows no parser."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ingest.formats import rdf


class Extension(NamedTuple):
    """A module that is read."""

    prefix: str  # under which the vocabulary lists its names
    namespaces: tuple[str, ...]  # in lower case
    elements: Mapping[tuple[str, str], str]  # (action, role) -> names in lower case, without prefix


EXTENSIONS: Final = (
    # Content of RSS 1.0 (purl.org/rss/1.0/modules/content/).
    Extension("content", ("http://purl.org/rss/1.0/modules/content/",), {("text", "encoded"): "encoded"}),
    # Dublin Core elements 1.1 and metadata terms (dublincore.org/specifications/dublin-core/dcmi-terms/).
    Extension(
        "dc",
        ("http://purl.org/dc/elements/1.1/",),
        {
            ("text", "dc:title"): "title",
            ("text", "dc:description"): "description",
            ("date", "dc:date"): "date",
            ("date", "issued"): "issued",
            ("date", "created"): "created",
            ("date", "modified"): "modified",
            ("author", ""): "creator author",
            ("category", ""): "subject",
            ("language", ""): "language",
        },
    ),
    Extension(
        "dcterms",
        ("http://purl.org/dc/terms/",),
        {
            ("text", "dc:title"): "title",
            ("text", "abstract"): "abstract",
            ("text", "dc:description"): "description",
            ("date", "issued"): "issued",
            ("date", "available"): "available",
            ("date", "dc:date"): "date",
            ("date", "created"): "created",
            ("date", "submitted"): "datesubmitted",
            ("date", "modified"): "modified",
        },
    ),
    # Syndication of RSS 1.0 (purl.org/rss/1.0/modules/syndication/).
    Extension(
        "sy",
        ("http://purl.org/rss/1.0/modules/syndication/",),
        {("hint", "period"): "updateperiod", ("hint", "frequency"): "updatefrequency"},
    ),
    # Media RSS 1.5.1 (www.rssboard.org/media-rss).
    Extension(
        "media",
        ("http://search.yahoo.com/mrss", "http://search.yahoo.com/mrss/"),
        {
            ("text", "media:title"): "title",
            ("text", "media:description"): "description",
            ("media_category", ""): "category",
            ("keywords", ""): "keywords",
            ("file", "media"): "content",
            ("file", "thumbnail"): "thumbnail",
            ("group", ""): "group",
        },
    ),
    # Podcasts: Apple's (help.apple.com/itc/podcasts_connect) and the podcast namespace (podcasting2.org/docs/podcast-namespace).
    Extension(
        "itunes",
        ("http://www.itunes.com/dtds/podcast-1.0.dtd", "http://example.com/dtds/podcast-1.0.dtd"),
        {
            ("text", "itunes:summary"): "summary",
            ("author", ""): "author",
            ("itunes_category", ""): "category",
            ("itunes_keywords", ""): "keywords",
            ("duration", ""): "duration",
        },
    ),
    Extension(
        "podcast",
        ("https://podcastindex.org/namespace/1.0", "https://github.com/podcastindex-org/podcast-namespace/blob/main/docs/1.0.md"),
        {("file", "transcript"): "transcript"},
    ),
    # GeoRSS (docs.ogc.org/cs/17-002r1/17-002r1.html): simple forms, and `where` around a shape of GML.
    Extension("georss", ("http://www.georss.org/georss",), {("geographic_point", ""): "point line polygon box circle where"}),
    # PRISM (Publishing Requirements for Industry Standard Metadata), 1.2 and 2.0.
    Extension(
        "prism",
        ("http://prismstandard.org/namespaces/basic/2.0/", "http://prismstandard.org/namespaces/1.2/basic/"),
        {("date", "issued"): "publicationdate"},
    ),
    # Where an aggregator keeps the address that it replaced.
    Extension("feedburner", ("http://rssnamespace.org/feedburner/ext/1.0",), {("original", ""): "origlink"}),
    Extension("pheedo", ("http://www.pheedo.com/namespace/pheedo",), {("original", ""): "origlink"}),
    Extension("xhtml", ("http://www.w3.org/1999/xhtml",), {("not_understood", ""): "body"}),
    Extension("rdf", (rdf.NAMESPACE,), {}),
)
MEDIA_SCHEME: Final = "http://search.yahoo.com/mrss/category_schema"  # of a category without one (Media RSS, media:category)
ITUNES_SCHEME: Final = "http://www.itunes.com/"
