"""OPML 2.0 <-> Sources: nested folders become categories, attributes settings, each refused line says why; opens nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from ingest import language
from ingest.errors import SourceListError
from ingest.formats import manners
from ingest.item import Source
from ingest.text import one_line
from ingest.urls import absolute, feed_address

_MOST_BYTES = 20 * 1024 * 1024
_MOST_SOURCES = 100_000
_DEEPEST = 20  # folders: deeper than any reader's


_DECLARED = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources of a list, in order, each once, and a line for each that was refused."""

    sources: tuple[Source, ...]
    refused: tuple[str, ...] = ()


def parse(data: bytes, origin: str, where: str) -> SourceList:
    """Read an OPML document; `where` is how errors call it. Raises SourceListError for what is not OPML."""
    if len(data) > _MOST_BYTES:
        raise SourceListError(f"{where}: larger than {_MOST_BYTES // 1024 // 1024} MB", "split the list")
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding=_undeclared(data)
    )
    try:
        root = etree.fromstring(data.strip(), parser)
    except etree.XMLSyntaxError as fault:
        raise SourceListError(f"{where}: {fault}", "it should be an OPML file") from fault
    body = None if root is None or str(root.tag).lower() != "opml" else root.find("body")
    if body is None:
        raise SourceListError(f"{where}: no OPML body in it", "export the list as OPML from your feed reader")
    return _collected(body, origin, where)


def _undeclared(data: bytes) -> str | None:
    """Give the encoding of a list that declares none and is not UTF-8: the one of old programs; else None."""
    if _DECLARED.match(data) or data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return None
    try:
        data.decode()
    except UnicodeDecodeError:
        return "windows-1252"
    return None


def _collected(body: etree._Element, origin: str, where: str) -> SourceList:
    sources: dict[str, Source] = {}
    refused: list[str] = []
    for outline, folders in _outlines(body, ()):
        url, why = _address(outline, folders, len(sources))
        place = f"{where}, line {outline.sourceline}"
        if url is None:
            refused.append(f"{place}: {why}")
        elif url not in sources:
            sources[url], faults = _source(outline, url, folders, origin)
            refused += [f"{place}: {fault}" for fault in faults]
    return SourceList(tuple(sources.values()), tuple(refused))


def _address(outline: etree._Element, folders: tuple[str, ...], before: int) -> tuple[str | None, str]:
    """Give an outline's address, or None and the cause."""
    said = one_line(_attribute(outline, "xmlUrl") or "")[:100]
    if len(folders) > _DEEPEST:
        return None, f"more than {_DEEPEST} folders deep: {said}"
    if before >= _MOST_SOURCES:
        return None, f"more than {_MOST_SOURCES} sources: {said}"
    return feed_address(_attribute(outline, "xmlUrl")), f"not an http or https address: {said}"


def _outlines(parent: etree._Element, folders: tuple[str, ...]) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    for outline in parent.iterchildren("outline"):
        if _attribute(outline, "xmlUrl") is not None:
            yield outline, folders
        name = one_line(_attribute(outline, "text") or _attribute(outline, "title") or "")
        if len(folders) <= _DEEPEST:
            yield from _outlines(outline, (*folders, name or "-") if len(folders) == _DEEPEST or name else folders)


def _attribute(outline: etree._Element, name: str) -> str | None:
    for key, value in outline.attrib.items():
        if str(key).lower() == name.lower():
            return str(value)
    return None


def _source(outline: etree._Element, url: str, folders: tuple[str, ...], origin: str) -> tuple[Source, tuple[str, ...]]:
    title = one_line(_attribute(outline, "title") or _attribute(outline, "text") or "")
    own = {str(k).rpartition("}")[2].rpartition(":")[2]: str(v) for k, v in outline.attrib.items() if _is_ours(str(k))}
    settings, faults = manners.parse(own, _attribute(outline, "category") or "")
    source = Source(
        url=url,
        title="" if title == one_line(url) else title,  # an untitled source is listed by its address
        site_url=absolute(_attribute(outline, "htmlUrl"), None),
        language=language.primary(_attribute(outline, "language")),
        categories=folders,
        origin=origin,
        settings=settings,
    )
    return source, faults


def _is_ours(name: str) -> bool:
    return name.startswith((f"{{{manners.NAMESPACE}}}", "tw:"))  # by its prefix alone, where the namespace is not declared


def render(sources: Iterable[Source], title: str = "topicwire sources") -> bytes:
    """Write an OPML 2.0 document that `parse` reads back to the same sources."""
    opml = etree.Element("opml", {"version": "2.0"}, nsmap={"tw": manners.NAMESPACE})
    etree.SubElement(etree.SubElement(opml, "head"), "title").text = title
    body = etree.SubElement(opml, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        outline = etree.SubElement(_folder(folders, source.categories), "outline", type="rss", text=source.name)
        known = {"title": source.title, "xmlUrl": source.url, "htmlUrl": source.site_url, "language": source.language}
        known |= {"category": ",".join(source.settings.tags)}
        known |= {f"{{{manners.NAMESPACE}}}{name}": value for name, value in manners.render(source.settings)}
        for name, value in known.items():
            if value:
                outline.set(name, value)
    return etree.tostring(opml, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _folder(folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in folders:
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", text=path[-1])
    return folders[path]
