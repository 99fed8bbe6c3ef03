"""Documents made from a document: reordered, cut off, re-encoded, prefixes renamed, broken in one place."""

import random
import re
from collections.abc import Callable, Iterator

_PREFIX = re.compile(rb"xmlns:([A-Za-z][\w-]*)=")
_ENTRY = re.compile(rb"<(item|entry)\b[^>]*>.*?</\1>", re.DOTALL)
_LEAF = re.compile(rb"<([A-Za-z][\w:.-]*)(?:\s[^<>]*)?(?:/>|>(?:[^<]|<!\[CDATA\[.*?\]\]>)*</\1>)", re.DOTALL)
_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*\?>")


def mutants(body: bytes, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield mutants of a document, each with what was done to it."""
    yield "entries reordered", _shuffled(_ENTRY, body, chance)
    yield "elements reordered", _ENTRY.sub(lambda entry: _shuffled(_LEAF, entry[0], chance), body)
    yield "cut off", body[: chance.randrange(len(body) + 1)]
    yield "renamed", renamed(body)
    yield "one element gone", _one(_LEAF, body, chance, lambda _: b"")
    yield "one element twice", _one(_LEAF, body, chance, lambda leaf: leaf * 2)
    yield "one element empty", _one(_LEAF, body, chance, lambda leaf: re.sub(rb">.*</", b"></", leaf, flags=re.DOTALL))
    for charset in ("utf-16", "windows-1251", "iso-8859-1", "utf-8-sig"):
        try:
            text = _DECLARATION.sub(b"", body).decode()
            declared = b"" if charset.startswith("utf") else f'<?xml version="1.0" encoding="{charset}"?>'.encode()
            yield charset, declared + text.encode(charset)
        except UnicodeError:
            continue


def renamed(body: bytes) -> bytes:
    """Rename every prefix that is declared, everywhere outside CDATA it is used."""
    for prefix in {found[1] for found in _PREFIX.finditer(body)}:
        used = re.compile(rb"(</?|\sxmlns:|\s)%b(?=[:=])" % prefix)
        body = used.sub(lambda found, new=b"x" + prefix: found[1] + new, body)  # type: ignore[misc]
    return body


def _shuffled(pattern: re.Pattern[bytes], body: bytes, chance: random.Random) -> bytes:
    found = [match[0] for match in pattern.finditer(body)]
    chance.shuffle(found)
    rest = iter(found)
    return pattern.sub(lambda _: next(rest), body)


def _one(pattern: re.Pattern[bytes], body: bytes, chance: random.Random, change: Callable[[bytes], bytes]) -> bytes:
    found = list(pattern.finditer(body))
    if not found:
        return body
    chosen = chance.choice(found)
    return body[: chosen.start()] + change(chosen[0]) + body[chosen.end() :]
