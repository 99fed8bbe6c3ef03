"""Atom 1.0 (RFC 4287) and its draft 0.3: the names, each with what it is read as; knows no parser and no other format."""

from typing import Final

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
NAMESPACE_0_3: Final = "http://purl.org/atom/ns#"
ROOTS: Final = frozenset({f"{{{NAMESPACE}}}feed", f"{{{NAMESPACE_0_3}}}feed"})
NAMESPACES: Final = (  # and those of drafts
    NAMESPACE.lower(),
    NAMESPACE_0_3,
    "http://example.com/newformat#",
    "http://example.com/necho",
    "http://purl.org/echo/",
    "uri/of/echo/namespace#",
    "http://purl.org/pie/",
)
# (action, role) -> names in lower case. ingest.formats.xml.vocabulary says what the actions are.
ELEMENTS: Final = {
    ("channel", ""): "feed",
    ("entry", ""): "entry",
    ("text", "title"): "title",
    ("text", "content"): "content",
    ("text", "summary"): "summary",
    ("link", ""): "link",
    ("identifier", ""): "id",
    ("date", "published"): "published",
    ("date", "updated"): "updated",
    ("author", ""): "author",
    ("person", "name"): "name",
    ("person", "uri"): "uri",
    ("person", "email"): "email",
    ("category", ""): "category",
}
ELEMENTS_0_3: Final = {
    ("date", "issued"): "issued",
    ("date", "created"): "created",
    ("date", "modified"): "modified",
    ("person", "uri"): "url",
}
XHTML: Final = "application/xhtml+xml"
TEXT_TYPES: Final = {  # what `type` of a text says (RFC 4287, 3.1.1; 0.3 has media types) -> media type
    **dict.fromkeys(("text", "plain", "text/plain"), "text/plain"),
    **dict.fromkeys(("html", "text/html"), "text/html"),
    **dict.fromkeys(("xhtml", XHTML), XHTML),
}
