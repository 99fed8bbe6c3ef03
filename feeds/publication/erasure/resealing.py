"""An archive document without the entries that name something; pure, keeps every other byte."""

import re
from collections.abc import Iterable
from typing import Final
from xml.sax.saxutils import escape, unescape

_ENTRY: Final = re.compile(rb"\s*<entry[ >].*?</entry>", re.DOTALL)
_ID: Final = re.compile(rb"<id>(.*?)</id>", re.DOTALL)
_TOMBSTONE: Final = re.compile(rb"<at:deleted-entry .*?</at:deleted-entry>", re.DOTALL)
_COMMENT: Final = re.compile(rb"\s*<at:comment[ >].*?</at:comment>", re.DOTALL)
_QUOTES: Final = {'"': "&quot;", "'": "&#39;"}


def forms(text: str) -> frozenset[bytes]:
    """Return how a text may be written in a published file: as it is, in XML, in HTML, in HTML within XML, in JSON."""
    once = {text, escape(text), escape(text, {'"': "&quot;"}), escape(text, _QUOTES), escape(text, {'"': "&#34;", "'": "&#39;"})}
    twice = {escape(one) for one in once}
    json = text.replace("\\", "\\\\").replace('"', '\\"')
    return frozenset(one.encode() for one in (*once, *twice, json))


def without(document: bytes, needles: Iterable[str]) -> tuple[bytes, tuple[str, ...]]:
    """Return (the document without each entry that holds a needle, the ids of these entries).

    Of a tombstone that holds one, the comment is taken out: its id is what tells readers to delete.
    """
    searched = [form for one in needles for form in forms(one)]
    taken: list[str] = []

    def entry(match: re.Match[bytes]) -> bytes:
        if not any(one in match[0] for one in searched):
            return match[0]
        found = _ID.search(match[0])
        taken.append(unescape(found[1].decode()) if found else "")
        return b""

    def tombstone(match: re.Match[bytes]) -> bytes:
        return _COMMENT.sub(b"", match[0]) if any(one in match[0] for one in searched) else match[0]

    return _TOMBSTONE.sub(tombstone, _ENTRY.sub(entry, document)), tuple(taken)
