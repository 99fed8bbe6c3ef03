"""Feeds that others may subscribe to -> the bytes of an OPML 2.0 list; knows nothing of how they are polled; deterministic."""

from collections.abc import Iterable
from typing import Final

from lxml import etree

from ingest.model import Source

_NAMESPACE: Final = "urn:x-topicwire:source:1"  # declared, as in every list of ours, though a published one says nothing in it


def render(feeds: Iterable[Source], title: str) -> bytes:
    """Return the list, with the categories of each feed as nested folders (OPML 2.0, "Subscription lists")."""
    opml = etree.Element("opml", {"version": "2.0"}, nsmap={"tw": _NAMESPACE})
    etree.SubElement(etree.SubElement(opml, "head"), "title").text = title
    folders: dict[tuple[str, ...], etree._Element] = {(): etree.SubElement(opml, "body")}
    for feed in feeds:
        outline = etree.SubElement(_folder(folders, feed.categories), "outline", type="rss", text=feed.name)
        known = {"title": feed.title, "xmlUrl": feed.url, "htmlUrl": feed.site_url, "language": feed.language}
        for name, value in known.items():
            if value:
                outline.set(name, value)
    return etree.tostring(opml, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _folder(folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in folders:
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", text=path[-1])
    return folders[path]
