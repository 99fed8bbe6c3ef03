"""Bytes of any document -> text: what charset labels mean (WHATWG Encoding) and what the bytes say against them; opens nothing."""

import codecs
import re
from collections.abc import Iterable
from functools import cache
from typing import Final

import cchardet
import webencodings

REPLACED: Final = "\ufffd"
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How `<` and a first letter begin without a mark (XML 1.0, appendix F).
_BEGINNINGS: Final = ((b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"), (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"))
# Python's codecs of the standard's encodings, where the same name means a smaller set or nothing.
_CODECS: Final = {
    "big5": "big5hkscs",
    "euc-kr": "cp949",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-8-i": "iso8859-8",
    "macintosh": "mac_roman",
    "shift_jis": "cp932",
    "windows-874": "cp874",
    "x-mac-cyrillic": "mac_cyrillic",
}
_USER_DEFINED: Final = "x-user-defined"  # Python has no codec of it, the library has
# Labels that the standard does not know or gives up: charsets of text, where Python has them. Its hex and idna are none.
_OTHER: Final = re.compile(
    r"utf.?(8|16|32)\w*|(iso.?)?8859.*|iso.?2022.*|(windows|win|cp|ibm|ms|x-cp).?\d+|x-windows.*|koi8.*|gb.*|big5.*|euc.*|x-euc.*"
    r"|(x-)?s(hift)?.?jis.*|mac.*|x-mac.*|tis.?620|(us.?)?ascii|latin.?\d+|ks_c.*|hz.*|l\d|viscii|tcvn",
    re.IGNORECASE,
)
_SEVEN_BITS: Final = re.compile(r"iso.?2022|hz", re.IGNORECASE)  # their bytes are valid UTF-8 and mean something else
_FAIR: Final = 5  # good characters for each bad byte, from which on a document has an encoding that its label does not name
_FEW: Final = 4  # bytes too few for a guess
_SAMPLE: Final = 1_000  # bytes that tell UTF-16 without a mark
_LETTERS: Final = 0.3  # of its bytes are nothing but the empty halves of ASCII
_HALVES: Final = 0.1
_CONTROLS: Final = bytes(sorted({*range(32)} - {*b"\t\n\f\r"}))


@cache
def codec(label: str) -> str | None:
    """Return the codec for a charset's label, None for what is no charset of text."""
    found = webencodings.lookup(label)
    if found is not None and found.name != "replacement":
        name = found.name
        return name if name == _USER_DEFINED else codecs.lookup(_CODECS.get(name, name)).name
    plain = label.strip().lower().replace("_", "-")
    plain = re.sub(r"^(?:win|ms|x-windows)-?(?=\d)", "cp", plain)
    if not _OTHER.fullmatch(plain):
        return None
    try:
        name = codecs.lookup(plain).name
    except LookupError:
        return None
    larger = webencodings.lookup(name)  # `latin-1` is not a label of the standard, `iso8859-1` is
    return codec(name) if larger is not None and larger.name != "replacement" and name != label else name


def is_seven_bits(label: str) -> bool:
    """Return whether a charset writes other letters with the bytes of ASCII."""
    return bool(_SEVEN_BITS.match(label.strip()))


def decode(body: bytes, labels: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """Return a document's text, and a note where a charset was inferred or bytes were replaced.

    `labels` are the declared charsets, the most trusted first. A byte order mark decides; else it is UTF-8 if its
    bytes are valid, whatever was declared; else the declared charset, unless the bytes contradict it; else a guess.
    """
    if wide := _wide(body):
        return _decoded(body, wide).removeprefix("\ufeff"), ()
    said = [name for label in labels if (name := codec(label))]
    narrow = [name for name in said if not name.startswith("utf")]
    if not any(map(is_seven_bits, narrow)):
        text = body.decode("utf-8", "replace")
        bad, good = _bad(text, body), _characters(text)
        if said and said[0].startswith("utf-16") and (bad > good or _holds_controls(body)):
            return _decoded(body, said[0]), ()
        if bad == 0:
            return text, ()
        if bad <= good if said and not narrow else bad * _FAIR <= good:
            return text, (f"repaired: {bad} bytes were no UTF-8",)
    for name in narrow:
        text = _decoded(body, name)
        bad = text.count(REPLACED)
        if bad * _FAIR <= _characters(text):
            return text, (f"repaired: {bad} bytes were no {name}",) if bad else ()
    return _guessed(body)


def _wide(body: bytes) -> str | None:
    """Return the codec of a document with a byte order mark, or in two or four bytes a character; else None."""
    for begins, name in (*_BOMS, *_BEGINNINGS):
        if body.startswith(begins):
            return name
    sample = body[:_SAMPLE]
    empty = [sample[start::2].count(0) for start in (0, 1)]
    if min(empty) == 0 and max(empty) > len(sample) * _LETTERS:
        return "utf-16-be" if empty[0] else "utf-16-le"
    return None


def _holds_controls(body: bytes) -> bool:
    """Return whether many bytes are controls: then it is no text in one byte a character, but halves of wider ones."""
    return len(body) - len(body.translate(None, _CONTROLS)) > len(body) * _HALVES


def _bad(text: str, body: bytes) -> int:
    return text.count(REPLACED) - body.count(b"\xef\xbf\xbd")


def _characters(text: str) -> int:
    """Count the characters beyond ASCII that were read."""
    return sum(len(part) for part in re.findall(r"[^\x00-\x7f\ufffd]+", text))


def _decoded(body: bytes, name: str) -> str:
    if name == _USER_DEFINED and (found := webencodings.lookup(name)):
        return found.codec_info.decode(body, "replace")[0]
    return body.decode(name, "replace")


def _guessed(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Decode a document without a usable label, with a note; with too few bytes beyond ASCII for a guess, as windows-1252."""
    few = len(body) - len(body.translate(None, bytes(range(0x80, 0x100)))) < _FEW
    found = None if few else cchardet.detect(body)["encoding"]
    name = (codec(found) if found else None) or "cp1252"
    text = _decoded(body, name)
    if REPLACED in text and name != "cp1252" and text.count(REPLACED) * _FAIR > _characters(text):
        name = "cp1252"
        text = _decoded(body, name)
    return text, (f"inferred: the charset is {name}",)
