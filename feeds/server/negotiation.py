"""What a request asks for (RFC 9110): which file, in which content coding, and whether it is modified; pure, opens nothing."""

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

CODINGS: Final = {"br": ".br", "gzip": ".gz"}  # the smallest first: it wins where a client likes both alike
_TYPES: Final = {
    ".atom": "application/atom+xml; charset=utf-8",
    ".rss": "application/rss+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml; charset=utf-8",
    ".ics": "text/calendar; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".gz": "application/gzip",
}
_DECIDING: Final = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})
GONE: Final = ".gone"  # ends the name of a mark where a file was withdrawn for good
_LONGEST: Final = 1_000  # characters of a path
_LONGEST_VALUE: Final = 4_000  # bytes of a header that decides
_INDEX: Final = "index.html"


def media_type(name: str) -> str:
    """Return the media type of a file by the end of its name."""
    return _TYPES.get(name[name.rfind(".") :], "application/octet-stream")


@lru_cache(maxsize=4_096)
def file_of_target(target: str) -> str | None:
    """Return the file below the folder that a request's target names, or None where it names none.

    `target` is the path as it was sent, percent-encoded, without its query. Names that begin with a dot
    (and so every `..`), empty parts, backslashes, control characters and invalid UTF-8 are refused.
    """
    if len(target) > _LONGEST or not target.startswith("/"):
        return None
    try:
        path = unquote_to_bytes(target).decode("utf-8") if "%" in target else target
    except UnicodeDecodeError:
        return None
    *folders, name = path[1:].split("/")
    name = name or _INDEX
    valid = not name.endswith(GONE) and all(
        part and part[0] != "." and part.isprintable() and "\\" not in part for part in (*folders, name)
    )
    return "/".join((*folders, name)) if valid else None


@lru_cache(maxsize=1_024)
def acceptable_codings(accept: str) -> tuple[str, ...]:
    """Return the codings to try, the best first, by an Accept-Encoding header (RFC 9110, 12.5.3).

    Codings that the client likes less than the plain document are left out. The plain document remains
    when nothing else is there, even for a client that refuses it.
    """
    given = {name: weight for name, weight in map(_weighted, accept.lower().split(",")) if name}
    weights = {coding: given.get(coding, given.get("*", 0.0)) for coding in CODINGS}
    wanted = [coding for coding, weight in weights.items() if weight > 0 and weight >= given.get("identity", 0.0)]
    return tuple(sorted(wanted, key=lambda coding: -weights[coding]))


def _weighted(part: str) -> tuple[str, float]:
    name, _, parameter = part.partition(";")
    key, _, value = parameter.partition("=")
    if key.strip() != "q":
        return name.strip(), 1.0
    try:
        weight = float(value)
    except ValueError:
        return name.strip(), 0.0
    return name.strip(), weight if 0.0 <= weight <= 1.0 else 0.0


def deciding_headers(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers that decide on an answer, by name; a header that comes twice is one list (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name in _DECIDING:
            key, text = name.decode("ascii"), value[:_LONGEST_VALUE].decode("latin-1")  # bounded, because what they mean is cached
            found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def is_not_modified(etag: str, modified: int, headers: Mapping[str, str]) -> bool:
    """Return whether the client has what would be sent (RFC 9110, 13.2.2): the entity tag decides, without one the date."""
    none_match, modified_since = headers.get("if-none-match"), headers.get("if-modified-since")
    if none_match is not None:
        return none_match == etag or _names(none_match, etag)
    return modified_since is not None and modified <= _seconds(modified_since)


def _names(none_match: str, etag: str) -> bool:
    return any(part.strip().removeprefix("W/") in {etag, "*"} for part in none_match.split(","))


@lru_cache(maxsize=1_024)
def _seconds(date: str) -> int:
    """Return an HTTP date in seconds since 1970; -1 for anything else."""
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        return -1
