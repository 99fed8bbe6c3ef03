"""OPML that is not well-formed -> well-formed where that is certain, and by line what is left out; knows no source."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from typing import Final

_WIDE: Final = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED: Final = re.compile(rb"""\A\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{2,40})""")
_NO_CHARACTER: Final = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOST: Final = "\ufffd"  # in place of what is no character
_TOKEN: Final = re.compile(
    r"(?P<passed><!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!DOCTYPE\b[^\[>]*(?:\[.*?\]\s*)?>)"
    r"|(?P<cut><!--|<!\[CDATA\[|<\?|<!DOCTYPE\b)|</(?P<close>[A-Za-z_][\w:.-]*)\s*>|<(?P<open>[A-Za-z_][\w:.-]*)",
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE: Final = re.compile(r"""\s*+([A-Za-z_][\w:.-]*+)\s*+=\s*+(?:"([^"]*+)"|'([^']*+)')""")
_TAG_END: Final = re.compile(r"\s*+(/?)>")
_BROKEN: Final = re.compile(r"[^<>]*+>?")
_AND: Final = re.compile(r"&(?:(#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|(?:amp|lt|gt|quot|apos);)|([A-Za-z][A-Za-z0-9]{1,30};))?")
_SWALLOWED: Final = re.compile(r"<outline\b|\n.*<|<.*\n", re.IGNORECASE | re.DOTALL)  # a quote has no end
_LAST: Final = 0x10FFFF
_DEEPEST: Final = 100  # nested elements: deeper ones become siblings
_ADDRESSES: Final = frozenset({"xmlurl", "url"})


@dataclass(frozen=True, slots=True)
class RepairedList:
    """The well-formed document, and what of it was left out: `line N: why`, a line each."""

    document: bytes
    faults: tuple[str, ...]


def repair(data: bytes) -> RepairedList:
    """Make a document well-formed: bare ampersands, stray and missing end tags, entities of HTML.

    An outline whose attributes cannot be separated for certain is left out and reported, and so is the end of a
    document that was cut off. Lines keep their numbers.
    """
    work = _Work(_text(data))
    document = "".join(work.pieces())
    return RepairedList(document.encode(), tuple(work.faults))


def _text(data: bytes) -> str:
    """Decode a document; what is no character of XML is marked as lost."""
    declared = _DECLARED.match(data)
    labels = [codec for begins, codec in _WIDE if data.startswith(begins)]
    labels += ["utf-8", *([declared[1].decode("ascii")] if declared else []), "windows-1252"]
    for label in labels:
        try:
            text = data.decode(label)
        except (LookupError, UnicodeDecodeError):
            continue
        return _NO_CHARACTER.sub(_LOST, text.lstrip("\ufeff"))
    return _NO_CHARACTER.sub(_LOST, data.decode("windows-1252", "replace"))


@dataclass(slots=True)
class _Work:
    """One walk over a document's tags, with those that are open."""

    text: str
    faults: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)
    _at: int = 0
    _line: int = 1
    _written: int = 1  # the line that the result has reached
    _has_ended: bool = False  # the root was closed
    _has_body: bool = False  # the body was closed

    def pieces(self) -> Iterator[str]:
        """Yield the document, tag by tag."""
        while found := _TOKEN.search(self.text, self._at):
            self._go_to(found.start())
            if found["cut"]:  # a comment or its like without an end hides the rest
                break
            yield self._blank_lines()
            if found["open"]:
                yield self._opened(found["open"].lower(), found.end())
            elif found["close"]:
                yield self._closed(found["close"].lower())
            self._go_to(max(self._at, found.end()))
        if self._open and not self._has_body:
            self._go_to(len(self.text.rstrip()))
            self._say("the document ends here, in the middle: it is truncated, and only what stands before was read")
        yield "".join(f"</{name}>" for name in reversed(self._open))

    def _go_to(self, place: int) -> None:
        self._line += self.text.count("\n", self._at, place)
        self._at = place

    def _blank_lines(self) -> str:
        lines, self._written = max(self._line - self._written, 0), max(self._line, self._written)
        return "\n" * lines

    def _say(self, why: str) -> None:
        self.faults.append(f"line {self._line}: {why}")

    def _closed(self, name: str) -> str:
        if name not in self._open:
            return ""
        self._has_body = self._has_body or name == "body"
        ended = ""
        while ended != f"</{name}>":
            ended = f"</{self._open[-1]}>"
            self._open.pop()
            if ended != f"</{name}>":
                return ended + self._closed(name)
        self._has_ended = not self._open
        return ended

    def _opened(self, name: str, place: int) -> str:
        attributes: list[tuple[str, str]] = []
        begin = place
        while found := _ATTRIBUTE.match(self.text, place):
            attributes.append((found[1], found[2] if found[2] is not None else found[3]))
            place = found.end()
        end = _TAG_END.match(self.text, place)
        if self._has_ended:
            self._say(f"<{name}> after the end of the list was not read") if name == "outline" else None
            self._go_to(end.end() if end else place)
            return ""
        if end is None or any(_SWALLOWED.search(value) for _, value in attributes):
            return self._broken(name, begin)
        why = _doubt(attributes)
        if name == "outline" and why:
            self._say(why)
            attributes = [(key, value) for key, value in attributes if key.lower() not in _ADDRESSES]
        self._go_to(end.end())
        is_leaf = bool(end[1]) or len(self._open) >= _DEEPEST
        self._open += [] if is_leaf else [name]
        return f"<{name}{_written(attributes)}{'/' if is_leaf else ''}>"

    def _broken(self, name: str, place: int) -> str:
        """Leave out a tag whose attributes cannot be told apart; what is inside it stays inside something."""
        rest = _BROKEN.match(self.text, place)
        end = rest.end() if rest else place
        if end >= len(self.text.rstrip()) and not self.text[:end].rstrip().endswith(">"):
            self._go_to(len(self.text))  # cut off: reported once
            return ""
        if name == "outline":
            self._say("an outline that is not well-formed, so that its address is not sure: mend its quotes")
        opens = self.text[place:end].endswith(">") and not self.text[place:end].endswith("/>")
        self._go_to(end)
        self._open += [name] if opens else []
        return f"<{name}>" if opens else ""


def _doubt(attributes: list[tuple[str, str]]) -> str:
    """Return why the address of an outline is not certain; an empty string when it is."""
    named = [value for key, value in attributes if key.lower() in _ADDRESSES]
    by_key = {(key.lower(), value) for key, value in attributes if key.lower() in _ADDRESSES}
    if len(by_key) > len({key for key, _ in by_key}):
        return f"an outline with two addresses: {named[0][:100]}"
    if any(_LOST in value for value in named):
        return "an address with bytes that are no characters"
    strange = next((found[2] for value in named for found in _AND.finditer(value) if found[2] and found[2] in html5), None)
    return f"an address with &{strange} in it, which may be a sign or a parameter: write &amp; for the ampersand" if strange else ""


def _written(attributes: list[tuple[str, str]]) -> str:
    """Write attributes, the first of each name."""
    first: dict[str, str] = {}
    for key, value in attributes:
        first.setdefault(key, value)
    return "".join(f' {key}="{_escaped(value)}"' for key, value in first.items())


def _escaped(value: str) -> str:
    return _AND.sub(_reference, value).replace("<", "&lt;").replace('"', "&quot;").replace(_LOST, " ")


def _reference(found: re.Match[str]) -> str:
    """Keep a reference of XML, resolve one of HTML, and escape an ampersand that stands for itself."""
    if found[1]:
        return found[0] if _is_character(found[1]) else " "
    if found[2] and found[2] in html5:
        return "".join(f"&#{ord(character)};" for character in html5[found[2]])
    return f"&amp;{found[0][1:]}"


def _is_character(reference: str) -> bool:
    if not reference.startswith("#"):
        return True
    digits = reference[1:-1]
    point = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return point <= _LAST and not _NO_CHARACTER.match(chr(point))
