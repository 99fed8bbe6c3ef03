"""OPML 2.0 <-> Sources: nested folders become categories, each refused line says why; opens nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest import language
from ingest.errors import SourceListError
from ingest.item import Source
from ingest.text import one_line
from ingest.urls import absolute

_MOST_BYTES = 20 * 1024 * 1024
_MOST_SOURCES = 100_000


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources of a list, in order, each once, and a line for each that was refused."""

    sources: tuple[Source, ...]
    refused: tuple[str, ...] = ()


def parse(data: bytes, origin: str, where: str) -> SourceList:
    """Read an OPML document; `where` is how errors call it. Raises SourceListError for what is not OPML."""
    if len(data) > _MOST_BYTES:
        raise SourceListError(f"{where}: larger than {_MOST_BYTES // 1024 // 1024} MB", "split the list")
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data.strip(), parser)
    except etree.XMLSyntaxError as fault:
        raise SourceListError(f"{where}: {fault}", "it should be an OPML file") from fault
    body = None if root is None or str(root.tag).lower() != "opml" else root.find("body")
    if body is None:
        raise SourceListError(f"{where}: no OPML body in it", "export the list as OPML from your feed reader")
    return _collected(body, origin, where)


def _collected(body: etree._Element, origin: str, where: str) -> SourceList:
    sources: dict[str, Source] = {}
    refused: list[str] = []
    for outline, folders in _outlines(body, ()):
        address = _attribute(outline, "xmlUrl")
        url = absolute(address, None)
        if url is None:
            refused.append(f"{where}, line {outline.sourceline}: not an http or https address: {one_line(address or '')[:100]}")
        elif url not in sources and len(sources) < _MOST_SOURCES:
            sources[url] = _source(outline, url, folders, origin)
    return SourceList(tuple(sources.values()), tuple(refused))


def _outlines(parent: etree._Element, folders: tuple[str, ...]) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    for outline in parent.iterchildren("outline"):
        if _attribute(outline, "xmlUrl") is not None:
            yield outline, folders
        name = one_line(_attribute(outline, "text") or _attribute(outline, "title") or "")
        if len(folders) < 20:  # noqa: PLR2004 - deeper than any reader's folders
            yield from _outlines(outline, (*folders, name) if name else folders)


def _attribute(outline: etree._Element, name: str) -> str | None:
    for key, value in outline.attrib.items():
        if str(key).lower() == name.lower():
            return str(value)
    return None


def _source(outline: etree._Element, url: str, folders: tuple[str, ...], origin: str) -> Source:
    title = one_line(_attribute(outline, "title") or _attribute(outline, "text") or "")
    return Source(
        url=url,
        title="" if title == one_line(url) else title,  # an untitled source is listed by its address
        site_url=absolute(_attribute(outline, "htmlUrl"), None),
        language=language.primary(_attribute(outline, "language")),
        categories=folders,
        origin=origin,
    )


def render(sources: Iterable[Source], title: str = "topicwire sources") -> bytes:
    """Write an OPML 2.0 document that `parse` reads back to the same sources."""
    opml = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(opml, "head"), "title").text = title
    body = etree.SubElement(opml, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        outline = etree.SubElement(_folder(folders, source.categories), "outline", type="rss", text=source.name)
        known = {"title": source.title, "xmlUrl": source.url, "htmlUrl": source.site_url, "language": source.language}
        for name, value in known.items():
            if value:
                outline.set(name, value)
    return etree.tostring(opml, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _folder(folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in folders:
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", text=path[-1])
    return folders[path]
