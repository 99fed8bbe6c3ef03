"""Bytes of an XML document -> the same in UTF-8 without declaration, as the standards say, else as writers meant; opens nothing."""

import codecs
import re
from typing import Final

from ingest.text import charsets
from ingest.text.sanitize import xml_safe

_DECLARATION: Final = re.compile(rb"<\?xml\s[^>]{0,200}?\?>")
_DECLARED: Final = re.compile(rb"""encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_SPACE: Final = b" \t\r\n"
_CONTROLS: Final = bytes(n for n in range(32) if n not in _SPACE)
_CONTROL: Final = re.compile(rb"(?<=\s)[%b]+|[%b]+(?=\s)|([%b]+)" % ((re.escape(_CONTROLS),) * 3))
_NONCHARACTERS: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")
_REFERENCE: Final = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_REFERENCE_DIGITS: Final = 7
_WINDOWS_1252: Final = range(0x80, 0xA0)  # later readers know what their writers meant
_LAST: Final = 0x10FFFF


def plain_utf8(body: bytes, content_type: str) -> bytes | None:
    """Return a document that may be UTF-8 without byte order mark, blank lines before and XML declaration; else None.

    What is declared counts only for charsets of seven bits, whose bytes are valid UTF-8 too; the XML parser finds the rest.
    """
    if body[:4].count(0) or body[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return None
    data = body.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE)
    declared = _DECLARATION.match(data)
    if any(map(charsets.is_seven_bits, _labels(content_type, declared))):
        return None
    return data[declared.end() :] if declared else data


def to_utf8(body: bytes, content_type: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a document in UTF-8 that holds nothing but characters of XML, and what was repaired, a line each."""
    text, notes = charsets.decode(body, _labels(content_type, _DECLARATION.match(body.lstrip(_SPACE))))
    data = text.lstrip("\ufeff \t\r\n\0").encode("utf-8", "replace")
    declared = _DECLARATION.match(data)
    data = data[declared.end() :] if declared else data
    clean = _CONTROL.sub(lambda found: b" " if found[1] else b"", _NONCHARACTERS.sub(b"", data))
    if clean != data:
        notes = (*notes, "repaired: control characters were taken out")
    return _REFERENCE.sub(_reference, clean) if b"&#" in clean else clean, notes


def _reference(found: re.Match[bytes]) -> bytes:
    """Keep a character reference, unless it names no character of XML: parsers fail at it."""
    digits = (found[1] or found[2]).lstrip(b"0")
    point = int(digits or b"0", 16 if found[1] else 10) if len(digits) <= _REFERENCE_DIGITS else -1
    meant = point in _WINDOWS_1252 or (0 <= point <= _LAST and xml_safe(chr(point)))
    return found[0] if meant else b""


def _labels(content_type: str, declared: re.Match[bytes] | None) -> list[str]:
    """Return the charsets that a document is said to be in, the most trusted first (RFC 7303, 3)."""
    by_server = _CHARSET.search(content_type)
    by_document = _DECLARED.search(declared[0]) if declared else None
    labels = [by_server[1]] if by_server else []
    labels += [by_document[1].decode("ascii")] if by_document else []
    # Many servers label everything Latin-1: then the document's own label counts.
    return labels[::-1] if labels and charsets.codec(labels[0]) == "cp1252" else labels
