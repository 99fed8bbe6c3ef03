"""XHTML inside a feed -> the same as HTML text; knows no feed."""

from typing import Final
from xml.sax.saxutils import escape

from lxml.etree import _Element

from ingest.formats.xml.context import NotUnderstoodError, attributes, local

_QUOTE: Final = {'"': "&quot;"}
_VOID: Final = frozenset("area base br col embed hr img input link meta param source track wbr".split())


def inner_markup(element: _Element, *, drop_div: bool) -> str:
    """Write what is inside an element as HTML: every element closed, no prefixes.

    With `drop_div` a single div around everything is left out (RFC 4287, 3.1.1.3).
    """
    children = list(element)
    inner = element
    lone = len(children) == 1 and not (element.text or "").strip() and not (children[0].tail or "").strip()
    if drop_div and lone and local(children[0]) == "div":
        inner = children[0]
    pieces: list[str] = [escape(inner.text or "")]
    for child in inner:
        _write(child, pieces)
    return "".join(pieces).strip()


def _write(element: _Element, pieces: list[str]) -> None:
    if not isinstance(element.tag, str):
        raise NotUnderstoodError("an entity of its own")
    name = local(element)
    said = "".join(f' {key}="{escape(value, _QUOTE)}"' for key, value in attributes(element).items() if key[0] != "{")
    pieces.append(f"<{name}{said}>{escape(element.text or '')}")
    for child in element:
        _write(child, pieces)
    if name not in _VOID:
        pieces.append(f"</{name}>")
    pieces.append(escape(element.tail or ""))
