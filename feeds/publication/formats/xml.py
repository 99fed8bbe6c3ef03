"""Names and texts -> elements of XML as strings, escaped and indented just as lxml writes them; knows no format."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_CONTROLS: Final = bytes(byte for byte in range(0x20) if byte not in b"\t\n\r")
_NO_CHARACTERS: Final = ("\ufffe".encode(), "\uffff".encode())  # XML has neither


def leaf(name: str, text: str, attributes: Mapping[str, str] = _NONE) -> str:
    """Return an element that holds a text."""
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")
    return f"<{name}{_written(attributes)}>{shown}</{name}>"


def empty(name: str, attributes: Mapping[str, str] = _NONE) -> str:
    """Return an element that holds nothing."""
    return f"<{name}{_written(attributes)}/>"


def branch(name: str, children: Iterable[str], depth: int, attributes: Mapping[str, str] = _NONE) -> str:
    """Return an element that holds others, each on a line of its own; `depth` is how many elements hold it."""
    line = "\n" + "  " * (depth + 1)
    held = line.join(children)
    return f"<{name}{_written(attributes)}>{line}{held}\n{'  ' * depth}</{name}>" if held else empty(name, attributes)


def _written(attributes: Mapping[str, str]) -> str:
    """Write attributes; their values are escaped all at once, parted by what none may hold."""
    if not attributes:
        return ""
    shown = "\0".join(attributes.values()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    shown = shown.replace('"', "&quot;").replace("\n", "&#10;").replace("\t", "&#9;").replace("\r", "&#13;")
    return "".join([f' {name}="{value}"' for name, value in zip(attributes, shown.split("\0"), strict=True)])


def filled(envelope: bytes, closing: str, elements: Iterable[str], depth: int) -> bytes:
    """Put elements at the end of the one that `closing` ends in `envelope`. Raises ValueError for what XML cannot hold."""
    indent = "  " * depth
    data = "".join([f"{indent}{element}\n" for element in elements]).encode()
    if len(data.translate(None, _CONTROLS)) != len(data) or any(one in data for one in _NO_CHARACTERS):
        raise ValueError("a text holds what no XML document may hold")
    at = envelope.rindex(f"{indent[2:]}</{closing}>".encode())
    return envelope[:at] + data + envelope[at:]
