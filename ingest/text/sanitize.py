"""Strings made fit to store, show and publish: safe HTML, plain text, XML-safe characters; knows no feed format."""

import re
from functools import cache, lru_cache
from html import unescape
from typing import Final

import nh3

from ingest.text.folding import INVISIBLE

# Never stored: what XML 1.0 (2.2) cannot hold, C1 controls, noncharacters, lone surrogates, and two characters that override the
# reading direction.
_SAFE: Final = "\t\n\r\x20-\x7e\xa0-\u202c\u202f-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010fffd"
_UNSAFE_ASCII: Final = bytes(n for n in (*range(32), 127) if chr(n) not in "\t\n\r")
# Characters that reorder what a reader sees: they can make a title say something else (Unicode Technical Report 36, 2.3).
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_NO_WIDTH: Final = "\u200b\u2060\ufeff "
_UNSEEN: Final = re.compile(f"[{INVISIBLE}]+")  # characters that are invisible
_MARKUP: Final = re.compile(
    r"</?(a|abbr|b|big|br|cite|code|del|em|font|i|img|ins|p|q|s|small|span|strike|strong|sub|sup|tt|u|wbr)\b[^<>]*>",
    re.IGNORECASE,
)

_BLOCKS: Final = (
    "address article aside blockquote br caption center dd details div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6"
    " header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_DEEPEST: Final = 500  # elements inside each other
_TAG_NAME: Final = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG: Final = re.compile(r"<[^<>]*>")
_NEVER_DEEP: Final = frozenset("area base br col dd dt embed hr img input li link meta option p param source td th tr wbr".split())
_IMAGE: Final = re.compile(r'<img((?: [^\s=>"]+="[^"]*")*)>')
_PIXEL: Final = re.compile(r' (?:width|height)="[01](?:px)?"')
_TAGS: Final = (nh3.ALLOWED_TAGS | {"section", "main"}) - {"map", "area"}


@cache
def _safe_text() -> re.Pattern[str]:
    return re.compile(f"[{_SAFE}]*+")  # large, like the next: made when a text is not ASCII


@cache
def _unsafe() -> re.Pattern[str]:
    return re.compile(f"[^{_SAFE}]")


def xml_safe(text: str) -> str:
    """Drop what XML 1.0 or SQLite cannot hold and characters that override reading direction."""
    if text.isascii():
        return text.encode("ascii").translate(None, _UNSAFE_ASCII).decode("ascii")
    if _safe_text().fullmatch(text):  # in half the time of a search
        return text
    return _unsafe().sub("", text)


def _spaced(text: str) -> str:
    """Return a text with one space for each run of white space and none at the ends, and nothing invisible there.

    Inside a word what has no width stays as it was written: it separates nothing.
    """
    line = text.strip()
    if line.isprintable() and "  " not in line:  # most are: nothing to take apart
        return line
    return " ".join([word for word in line.split() if not _UNSEEN.fullmatch(word)]).strip(_NO_WIDTH)


def one_line(text: str) -> str:
    """Return a title, a name or a log line as one line: no controls, nothing that reorders it."""
    return _spaced(text if text.isprintable() else _unsafe().sub(" ", _BIDI.sub("", text)))


def title_text(text: str) -> str:
    """Return a title as plain text, character references resolved once more than XML did.

    RSS never says whether a title is HTML; both are common. Markup is taken off only where it is
    one of the inline elements that people put into titles, so that "a < b" and "<script>" stay text.
    """
    return one_line(unescape(_MARKUP.sub("", text)) if "&" in text or "<" in text else text)


@lru_cache(maxsize=64)
def _cleaner(base: str | None) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(_TAGS),
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        url_relative=("rewrite_with_base", base) if base else "deny",
    )


def safe_html(html: str, base: str | None) -> str:
    """Return `html` as an allow-list leaves it: links absolute on `base`, no script, no tracking pixel."""
    if not html:
        return ""
    if "<" not in html and "&" not in html:
        return xml_safe(html).strip()
    safe = xml_safe(_ANY_TAG.sub(" ", html) if _too_deep(html) else html)
    clean = _cleaner(base).clean(safe)
    if "<img" in clean:
        clean = _IMAGE.sub(lambda m: "" if _PIXEL.search(m[1]) else m[0], clean)
    if "&#" in safe:  # a reference may have named what may not stand, or what the next parser reads as a line end
        clean = xml_safe(clean).replace("\r\n", "\n").replace("\r", "\n")
    return clean.strip()


def _too_deep(html: str) -> bool:
    """Return whether tags are nested deeper than in any text: the time to sanitise them grows with the square."""
    if html.count("<") <= _DEEPEST:
        return False
    depth = 0
    for closing, name in _TAG_NAME.findall(html):
        if name.lower() not in _NEVER_DEEP:
            depth = max(depth + (-1 if closing else 1), 0)
            if depth > _DEEPEST:
                return True
    return False


ENTRY_MARK: Final = "• "  # how a line of plain text begins that was an entry of a list
CAPTION_MARK: Final = "▫ "  # ... or a caption
_EMPTY: Final = {"", ENTRY_MARK.strip(), CAPTION_MARK.strip()}


_BREAK: Final = "\0"  # which no text has
# A tag as nh3 writes it, which is regular: every attribute in double quotes.
_WRITTEN_TAG: Final = re.compile(r'<(/?[a-z0-9]++)(?:>|(?: [^\s=>"]++="[^"]*+")*+\s*+/?>)')
_READINGS: Final = {
    **{f"{slash}{name}": _BREAK for name in _BLOCKS for slash in ("", "/")},
    "li": f"{_BREAK}{ENTRY_MARK}",
    **dict.fromkeys(("figcaption", "caption"), f"{_BREAK}{CAPTION_MARK}"),
}


def plain(html: str) -> str:
    """Return the text of sanitised HTML: one block a line, list items marked with a bullet."""
    if "<" not in html and "&" not in html:
        return _spaced(html)
    pieces = _WRITTEN_TAG.split(html)
    pieces[1::2] = [_READINGS.get(tag, "") for tag in pieces[1::2]]
    # A line break in HTML is a space: only blocks make lines.
    lines = map(_spaced, unescape("".join(pieces)).split(_BREAK))
    return "\n".join([line for line in lines if line not in _EMPTY])


def paragraphs(text: str) -> str:
    """Return plain text as HTML, a paragraph for each line."""
    return "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line)


def escape(text: str) -> str:
    """Escape text so that it stands as text in HTML and in an attribute."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


_CLAUSE: Final = re.compile(r"[,;:،؛–—](?=\s)|\s[-–—](?=\s)")


def shorten(text: str, limit: int) -> str:
    """Cut text to at most `limit` characters, at a clause if one ends late enough, else at a word."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    clauses = [m.start() for m in _CLAUSE.finditer(head) if m.start() > limit // 2]
    end = clauses[-1] if clauses else head.rfind(" ")
    return head[: end if end > 0 else limit - 1].rstrip(" ,;:-–—") + "…"


# Begins with the mark itself, which is searched for at the speed of C.
_SENTENCE_END: Final = re.compile(
    rf"[.!?…؟。！？](?:(?<=[。！？])()|([\"'»”’)\]{_NO_WIDTH[:-1]}]*)\s+(?=[\"'«“„(\[{_NO_WIDTH[:-1]}]*\w))"
)
_ABBREVIATION: Final = re.compile(r"(?:\b\w|\b(?:Mr|Mrs|Ms|Dr|Prof|St|Nr|No|vs|bzw|Mme|Sr|Sra|Dña|ул|г|рр|т|д))\.$")


def sentences(line: str) -> list[tuple[int, int]]:
    """Split a line into sentences: (start, end) of each."""
    spans, start = [], 0
    for gap in _SENTENCE_END.finditer(line):
        mark = gap.start() + 1
        if not _ABBREVIATION.search(line, max(start, mark - 6), mark):
            spans.append((start, max(gap.end(1), gap.end(2))))
            start = gap.end()
    return [*spans, (start, len(line))] if start < len(line) else spans
