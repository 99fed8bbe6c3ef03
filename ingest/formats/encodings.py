"""Bytes of an XML document -> the same in UTF-8 without declaration, as the standards say and then as writers meant; pure."""

import codecs
import re
from typing import Final

import cchardet

from ingest.text import xml_safe

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<` or `<?` begins without a mark (XML 1.0, appendix F).
_BEGINNINGS: Final = ((b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"))
_DECLARATION: Final = re.compile(rb"<\?xml\s[^>]{0,200}?\?>")
_DECLARED: Final = re.compile(rb"""encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})""")
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
# Charsets of text; a codec of Python's own, such as hex or idna, is none.
_KNOWN: Final = re.compile(
    r"utf.?(8|16|32)\w*|(iso.?)?8859.*|iso.?2022.*|(windows|cp|ibm|x-cp).?\d+|x-windows.*|koi8.*|gb.*|big5.*|euc.*|x-euc.*"
    r"|(x-)?s(hift)?.?jis.*|mac.*|x-mac.*|tis.?620|(us.?)?ascii|latin.?\d+|ks_c.*|hz.*|l\d",
    re.IGNORECASE,
)
# What browsers read these labels as (WHATWG Encoding): the larger charset that their writers used.
_LARGER: Final = {
    **dict.fromkeys(("ascii", "iso8859-1"), "cp1252"),
    "iso8859-9": "cp1254",
    **dict.fromkeys(("iso8859-11", "tis-620"), "cp874"),
    **dict.fromkeys(("gb2312", "gbk"), "gb18030"),
    "euc_kr": "cp949",
    "shift_jis": "cp932",
    "big5": "big5hkscs",
}
_SEVEN_BITS: Final = re.compile(r"iso.?2022|hz", re.IGNORECASE)  # their bytes are valid UTF-8 and mean something else
_FAIR: Final = 20  # good characters for each bad byte that make a document UTF-8 nevertheless
_SPACE: Final = b" \t\r\n"
_CONTROLS: Final = bytes(n for n in range(32) if n not in _SPACE)
_CONTROL: Final = re.compile(rb"(?<=\s)[%b]+|[%b]+(?=\s)|([%b]+)" % ((re.escape(_CONTROLS),) * 3))
_NONCHARACTERS: Final = re.compile(rb"\xef\xbf[\xbe\xbf]")
_REFERENCE: Final = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")
_REFERENCE_DIGITS: Final = 7
_WINDOWS_1252: Final = range(0x80, 0xA0)  # later readers know what their writers meant
_LAST: Final = 0x10FFFF


def bare(body: bytes, content_type: str) -> bytes | None:
    """Give a document that is UTF-8, if it is sound, without mark, blank lines before and XML declaration; else None.

    Whatever is declared: other charsets are hardly ever valid UTF-8, and whose are is told by its label.
    """
    if body[:4].count(0) or body[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return None
    data = body.removeprefix(codecs.BOM_UTF8).lstrip(_SPACE)
    declared = _DECLARATION.match(data)
    if any(_SEVEN_BITS.match(label) for label in _labels(content_type, declared)):
        return None
    return data[declared.end() :] if declared else data


def utf8(body: bytes, content_type: str) -> tuple[bytes, tuple[str, ...]]:
    """Give a document in UTF-8 that holds nothing but characters of XML, and what was repaired, a line each."""
    text, notes = _decoded(body, content_type)
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
    """Give the charsets that a document is said to be in, the strongest word first (RFC 7303)."""
    by_server = _CHARSET.search(content_type)
    by_document = _DECLARED.search(declared[0]) if declared else None
    labels = [by_server[1]] if by_server else []
    labels += [by_document[1].decode("ascii")] if by_document else []
    # Many servers say Latin-1 of everything: then the document knows better.
    return labels[::-1] if labels and _codec(labels[0]) == "cp1252" else labels


def _codec(label: str) -> str | None:
    """Give the codec for a label, None for what is no charset of text."""
    try:
        name = codecs.lookup(label).name if _KNOWN.fullmatch(label) else None
    except LookupError:
        return None
    return _LARGER.get(name, name) if name else None


def _decoded(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    for begins, wide in (*_BOMS, *_BEGINNINGS):
        if body.startswith(begins):
            return body.decode(wide, "replace"), ()
    said = filter(None, map(_codec, _labels(content_type, _DECLARATION.match(body.lstrip(_SPACE)))))
    narrow = [codec for codec in said if not codec.startswith("utf")]
    if not any(_SEVEN_BITS.match(codec) for codec in narrow):
        text = body.decode("utf-8", "replace")
        bad = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
        if bad == 0:
            return text, ()
        good = sum(not part.isascii() and len(part.encode()) - len(part) for part in text.split("\ufffd"))
        if bad * _FAIR <= good:
            return text, (f"repaired: {bad} bytes were no UTF-8",)
    for named in narrow:
        try:
            return body.decode(named), ()
        except UnicodeDecodeError:
            continue
    return _guessed(body)


def _guessed(body: bytes) -> tuple[str, tuple[str, ...]]:
    found = cchardet.detect(body)["encoding"]
    codec = (_codec(found) if found else None) or "cp1252"
    try:
        text = body.decode(codec)
    except UnicodeDecodeError:
        codec = "cp1252"
        text = body.decode(codec, "replace")
    return text, (f"inferred: the charset is {codec}",)
