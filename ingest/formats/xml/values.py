"""Values as feeds write them: addresses, people, text that may be HTML, text in a wrong charset; knows strings alone."""

import re
from collections.abc import Mapping
from contextlib import suppress
from html.entities import name2codepoint
from typing import Final
from urllib.parse import urljoin

from ingest.raw import RawFile, RawPerson

_SLASHES: Final = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)/+")
_WEB: Final = re.compile(r"https?://\S+$", re.IGNORECASE)
_LOOSE_AND: Final = re.compile(r"&([A-Za-z0-9_]+);")
_MAILBOX: Final = re.compile(r"[^\s<>()\[\],;:]+@[^\s<>()\[\],;:]+")
_PLAUSIBLE: Final = re.compile(r"[\w.+-]+@(?:\[?[0-9]{1,3}\.|(?:[a-zA-Z0-9-]+\.)+[a-zA-Z0-9])", re.ASCII)
_CLOSING_TAG: Final = re.compile(r"</\w+>|&#?\w+;")
_TAG: Final = re.compile(r"</?(\w+)")
_ENTITY: Final = re.compile(r"&(\w+);")
_ELEMENTS: Final = frozenset(
    """a abbr acronym address area article aside audio b big blockquote br button canvas caption center cite code col
    colgroup command datagrid datalist dd del details dfn dialog dir div dl dt em event-source fieldset figcaption figure
    font footer form h1 h2 h3 h4 h5 h6 header hr i img input ins kbd keygen label legend li m map menu meter multicol nav
    nextid noscript ol optgroup option output p pre progress q s samp section select small sound source spacer span strike
    strong sub sup table tbody td textarea tfoot th thead time tr tt u ul var video""".split()
)
# C1 controls in a text are Windows characters whose writer named the wrong charset.
_WINDOWS: Final = {chr(n): bytes([n]).decode("cp1252") for n in range(0x80, 0xA0) if n not in {0x81, 0x8D, 0x8F, 0x90, 0x9D}}
_C1: Final = re.compile("[\x80-\x9f]")
_NO_C1: Final = re.compile("[^\x80-\x9f]*+")  # in half the time of a search


def undo_double_utf8(text: str) -> str:
    """Return a text with UTF-8 decoded that was taken for Latin-1 and encoded again."""
    if not text.isascii():
        with suppress(UnicodeError):
            return text.encode("latin-1").decode()
    return text


def restore_windows_1252(text: str) -> str:
    """Return a text with the characters of windows-1252 in place of C1 controls."""
    if text.isascii() or _NO_C1.fullmatch(text):
        return text
    return _C1.sub(lambda found: _WINDOWS.get(found[0], found[0]), text)


def resolve(base: str, address: str) -> str:
    """Resolve an address on `base`, which may be empty; one slash too many after the scheme is taken off."""
    if ":///" in address:
        address = _SLASHES.sub(r"\1", address)
    if not base:
        return address
    try:
        return urljoin(base, address)
    except ValueError:
        return ""


def link_text(text: str) -> str:
    """Return the address in a link element's text, where `&` may have been escaped once too often."""
    return _LOOSE_AND.sub(r"&\1", text.replace("&amp;", "&")) if "&" in text else text


def is_address(text: str) -> bool:
    """Return whether a text is an http(s) address as it stands."""
    return text[:4].lower() == "http" and _WEB.match(text) is not None


def link_address(said: Mapping[str, str], text: str) -> tuple[str, str]:
    """Return the address and the relation of a link with attributes.

    `href` is Atom's; before any other attribute comes an address in the text, as RSS has it.
    """
    address, usual = said.get("href"), "alternate"
    if address is None:
        address = said.get("url", said.get("uri", ""))
        if not address or is_address(text):
            address, usual = link_text(text), "element"
    rel = said.get("rel", "").lower() or usual
    return address, rel.removeprefix("http://www.iana.org/assignments/relation/")


def raw_file(said: Mapping[str, str], address: str, role: str) -> RawFile:
    """Return the file that an element's attributes describe (RSS, Atom, Media RSS, the podcast namespace)."""
    length = said.get("length", said.get("filesize", ""))
    return RawFile(address, said.get("type", "").lower(), length, said.get("duration", ""), said.get("medium", "").lower(), role)


def split_commas(text: str) -> list[str]:
    """Return the parts of a list with commas, without empty ones."""
    return [word for one in text.split(",") if (word := one.strip())]


def parse_person(text: str) -> RawPerson:
    """Read a name and a mail address from one line: `ann@site.example (Ann)`, `Ann <ann@site.example>`."""
    found = _MAILBOX.search(text) if "@" in text and _PLAUSIBLE.search(text) else None
    if found is None:
        return RawPerson(text, "", "")
    return RawPerson(text.replace(found[0], "").strip(" ()<>"), "", found[0])


def looks_like_html(text: str) -> bool:
    """Return whether text that claims to be plain is HTML: it has tags or entities, all of them known to HTML."""
    if not _CLOSING_TAG.search(text):
        return False
    return all(tag.lower() in _ELEMENTS for tag in _TAG.findall(text)) and all(
        name in name2codepoint for name in _ENTITY.findall(text)
    )
