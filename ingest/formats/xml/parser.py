"""lxml's parser as every format uses it: it opens and fetches nothing and keeps its own bounds; knows no format."""

from typing import Any

from lxml import etree


def hardened_parser(**options: Any) -> etree.XMLParser:
    """Return a parser that expands no entity, reads no DTD, contacts no host and refuses texts of more than 10 MB.

    `options` are lxml's own: encoding, recover, remove_comments, ...
    """
    parser: etree.XMLParser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, **options)
    return parser
