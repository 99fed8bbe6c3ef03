"""RDF Site Summary: RSS 1.0 (purl.org/rss/1.0/spec) and RSS 0.90: its names, each with what it is read as; knows no parser."""

from typing import Final

NAMESPACE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
ROOT: Final = f"{{{NAMESPACE}}}RDF"
ABOUT: Final = f"{{{NAMESPACE}}}about"  # an attribute that names the item (RSS 1.0, 5.5)
NAMESPACES: Final = (
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://purl.org/rss/1.0/modules/rss091#",  # elements of RSS 0.91 in RSS 1.0
)
# (action, role) -> names in lower case. ingest.formats.xml.vocabulary says what the actions are.
ELEMENTS: Final = {
    ("channel", ""): "channel",
    ("entry", ""): "item",
    ("text", "title"): "title",
    ("text", "description"): "description",
    ("link", ""): "link",
}
