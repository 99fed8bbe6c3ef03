"""OPML 2.0 <-> Sources: nested folders become categories, attributes settings, each refused line has its cause; opens nothing."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from ingest.errors import SourceListError
from ingest.formats import source_policy
from ingest.formats.opml_repair import repair
from ingest.formats.xml.parser import hardened_parser
from ingest.model import Source
from ingest.text.language import codes
from ingest.text.pasted_urls import PastedAddress, parse_pasted
from ingest.text.sanitize import one_line
from ingest.text.urls import absolute

_MOST_BYTES = 20 * 1024 * 1024
_MOST_SOURCES = 100_000
_DEEPEST = 20  # folders: deeper than any reader's


_DECLARED = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<\?xml[^>]*\bencoding\s*=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SourceList:
    """The sources of a list, in order, without duplicates; a line for each refused entry and for each guessed scheme."""

    sources: tuple[Source, ...]
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_damaged: bool = False  # some of it cannot be read, so that what is missing means nothing

    @property
    def messages(self) -> tuple[str, ...]:
        """The lines for people: refused entries, then guessed schemes."""
        return self.refused + self.notes


def parse(data: bytes, origin: str, where: str) -> SourceList:
    """Read an OPML document; `where` is how errors call it. Raises SourceListError for what is not OPML."""
    if len(data) > _MOST_BYTES:
        raise SourceListError(f"{where}: larger than {_MOST_BYTES // 1024 // 1024} MB", "split the list")
    root, faults = _root(data, where)
    body = None if _name(root) != "opml" else next((child for child in root if _name(child) == "body"), None)
    if body is None:
        raise SourceListError(f"{where}: no OPML body in it", "export the list as OPML from your feed reader")
    listed = _collected(body, origin, where)
    refused = (*listed.refused, *(f"{where}, {fault}" for fault in faults))
    return replace(listed, refused=refused, is_damaged=bool(faults))


def _root(data: bytes, where: str) -> tuple[etree._Element, tuple[str, ...]]:
    """Return the root of a document, repaired where it is not well-formed, and what was left out."""
    try:
        return _parsed(data.strip(), encoding=_undeclared(data)), ()
    except etree.XMLSyntaxError as first:
        repaired = repair(data.strip())
        try:
            return _parsed(repaired.document, recover=True), repaired.faults  # from prefixes that nothing declares
        except etree.XMLSyntaxError:
            raise SourceListError(f"{where}: {first}", "it should be an OPML file") from first


def _parsed(data: bytes, **options: Any) -> etree._Element:
    root: etree._Element = etree.fromstring(data, hardened_parser(**options))
    return root


def _name(element: etree._Element) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _undeclared(data: bytes) -> str | None:
    """Return the encoding of a list that declares none and is not UTF-8: that of old programs; else None."""
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
    notes: list[str] = []
    for outline, folders in _outlines(body, ()):
        address, why = _address(outline, folders, len(sources))
        place = f"{where}, line {outline.sourceline}"
        if address is None:
            refused.append(f"{place}: {why}")
        elif address.url not in sources:
            sources[address.url], faults = _source(outline, address, folders, origin)
            refused += [f"{place}: {fault}" for fault in faults]
            notes += [f"{place}: {address.guess}"] if address.instead else []
    return SourceList(tuple(sources.values()), tuple(refused), tuple(notes))


def _address(outline: etree._Element, folders: tuple[str, ...], before: int) -> tuple[PastedAddress | None, str]:
    """Return an outline's address, or None and the cause."""
    if named := _included(outline):
        return None, f"it includes another list, which is not followed: add {named} with `topicwire sources add --list`"
    shown = one_line(_attribute(outline, "xmlUrl") or "")[:100]
    if _attribute(outline, "xmlUrl") is None:
        return None, f"a feed without an address (xmlUrl): {one_line(_attribute(outline, 'text') or '')[:100]}"
    if len(folders) > _DEEPEST:
        return None, f"more than {_DEEPEST} folders deep: {shown}"
    if before >= _MOST_SOURCES:
        return None, f"more than {_MOST_SOURCES} sources: {shown}"
    return parse_pasted(_attribute(outline, "xmlUrl")), f"not an http or https address: {shown}"


def _included(outline: etree._Element) -> str:
    """Return the address of the list that an outline includes (OPML 2.0), or nothing."""
    kind, named = (_attribute(outline, "type") or "").strip().lower(), _attribute(outline, "url") or ""
    includes = kind == "include" or (kind == "link" and named.strip().lower().partition("?")[0].endswith(".opml"))
    return (one_line(named or _attribute(outline, "xmlUrl") or "") or "what it names")[:200] if includes else ""


def _is_feed(outline: etree._Element) -> bool:
    """Return whether an outline is meant as a feed, also where its address is missing."""
    kind = (_attribute(outline, "type") or "").strip().lower()
    return _attribute(outline, "xmlUrl") is not None or kind in {"rss", "atom"} or bool(_included(outline))


def _outlines(parent: etree._Element, folders: tuple[str, ...]) -> Iterator[tuple[etree._Element, tuple[str, ...]]]:
    for outline in parent:
        if _name(outline) != "outline":
            yield from _outlines(outline, folders)  # what a program of its own put between
            continue
        if _is_feed(outline):
            yield outline, folders
        name = one_line(_attribute(outline, "text") or _attribute(outline, "title") or "")
        if len(folders) <= _DEEPEST:
            yield from _outlines(outline, (*folders, name or "-") if len(folders) == _DEEPEST or name else folders)


def _attribute(outline: etree._Element, name: str) -> str | None:
    for key, value in outline.attrib.items():
        if str(key).lower() == name.lower():
            return str(value)
    return None


def _source(
    outline: etree._Element, address: PastedAddress, folders: tuple[str, ...], origin: str
) -> tuple[Source, tuple[str, ...]]:
    url = address.url
    title = one_line(_attribute(outline, "title") or _attribute(outline, "text") or "")
    own = {str(k).rpartition("}")[2].rpartition(":")[2]: str(v) for k, v in outline.attrib.items() if _is_ours(str(k))}
    settings, faults = source_policy.parse_settings(own, _attribute(outline, "category") or "")
    source = Source(
        url=url,
        title="" if title == one_line(url) else title,  # an untitled source is listed by its address
        site_url=absolute(_attribute(outline, "htmlUrl"), None),
        language=codes.primary(_attribute(outline, "language")),
        categories=folders,
        origin=origin,
        settings=replace(settings, scheme_guessed=address.instead is not None),
    )
    return source, faults


def _is_ours(name: str) -> bool:
    return name.startswith((f"{{{source_policy.NAMESPACE}}}", "tw:"))  # by its prefix alone, where the namespace is not declared


def render(sources: Iterable[Source], title: str = "topicwire sources") -> bytes:
    """Write an OPML 2.0 document that `parse` reads back to the same sources."""
    opml = etree.Element("opml", {"version": "2.0"}, nsmap={"tw": source_policy.NAMESPACE})
    etree.SubElement(etree.SubElement(opml, "head"), "title").text = title
    body = etree.SubElement(opml, "body")
    folders: dict[tuple[str, ...], etree._Element] = {(): body}
    for source in sources:
        outline = etree.SubElement(_folder(folders, source.categories), "outline", type="rss", text=source.name)
        url = source.url.removeprefix("https://") if source.settings.scheme_guessed else source.url
        known = {"title": source.title, "xmlUrl": url, "htmlUrl": source.site_url, "language": source.language}
        known |= {"category": ",".join(source.settings.tags)}
        known |= {
            f"{{{source_policy.NAMESPACE}}}{name}": value for name, value in source_policy.settings_attributes(source.settings)
        }
        for name, value in known.items():
            if value:
                outline.set(name, value)
    return etree.tostring(opml, pretty_print=True, xml_declaration=True, encoding="UTF-8")


def _folder(folders: dict[tuple[str, ...], etree._Element], path: tuple[str, ...]) -> etree._Element:
    if path not in folders:
        folders[path] = etree.SubElement(_folder(folders, path[:-1]), "outline", text=path[-1])
    return folders[path]
