"""What a request asks for: which file, in which coding, and whether the asker has it already; pure, opens nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final
from urllib.parse import unquote_to_bytes

CODINGS: Final = {"br": ".br", "gzip": ".gz"}  # the smallest first: it wins where the asker likes both alike
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
_ASKED: Final = frozenset({b"accept-encoding", b"if-none-match", b"if-modified-since"})
GONE: Final = ".gone"  # beside where a file was that will not come back
_LONGEST: Final = 1_000  # characters of a path
_LONGEST_VALUE: Final = 4_000  # bytes of a header that decides
_INDEX: Final = "index.html"


def media_type(name: str) -> str:
    """Return the type of a file by the end of its name."""
    return _TYPES.get(name[name.rfind(".") :], "application/octet-stream")


@lru_cache(maxsize=4_096)
def file_named(target: str) -> str | None:
    """Return the file below the folder that the target of a request names, or None where it can name none.

    `target` is the path as it was sent, percent-encoded, without its query. Refused are names that
    begin with a dot (and so every `..`), empty parts, backslashes, controls, and what is no UTF-8.
    """
    if len(target) > _LONGEST or not target.startswith("/"):
        return None
    try:
        path = unquote_to_bytes(target).decode("utf-8") if "%" in target else target
    except UnicodeDecodeError:
        return None
    *folders, name = path[1:].split("/")
    name = name or _INDEX
    sound = not name.endswith(GONE) and all(
        part and part[0] != "." and part.isprintable() and "\\" not in part for part in (*folders, name)
    )
    return "/".join((*folders, name)) if sound else None


@dataclass(frozen=True, slots=True)
class _Liking:
    weights: dict[str, float]

    def of(self, coding: str) -> float:
        """Return how much a coding is wanted; 0 is a refusal."""
        return self.weights.get(coding, self.weights.get("*", 0.0))


@lru_cache(maxsize=1_024)
def codings(accept: str) -> tuple[str, ...]:
    """Return the codings to try, the best first, by an Accept-Encoding header (RFC 9110, 12.5.3).

    Those that the asker likes less than the plain document are left out. The plain document is what
    remains when nothing else is there, also for who refuses it: anything is better than nothing.
    """
    liking = _Liking({name: weight for name, weight in map(_weighted, accept.lower().split(",")) if name})
    plain = liking.weights.get("identity", 0.0)
    wanted = [coding for coding in CODINGS if liking.of(coding) > 0 and liking.of(coding) >= plain]
    return tuple(sorted(wanted, key=lambda coding: -liking.of(coding)))


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


def asked(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Return the headers that decide on an answer; a header that comes twice is one list (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name in _ASKED:
            key, text = name.decode("ascii"), value[:_LONGEST_VALUE].decode("latin-1")  # what they mean is remembered
            found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def has_it(etag: str, modified: int, headers: Mapping[str, str]) -> bool:
    """Return whether the asker has what would be sent (RFC 9110, 13.2.2): the tag decides, without one the date."""
    none_match, modified_since = headers.get("if-none-match"), headers.get("if-modified-since")
    if none_match is not None:
        return none_match == etag or _names(none_match, etag)
    return modified_since is not None and modified <= _seconds(modified_since)


def _names(none_match: str, etag: str) -> bool:
    return any(part.strip().removeprefix("W/") in {etag, "*"} for part in none_match.split(","))


@lru_cache(maxsize=1_024)
def _seconds(date: str) -> int:
    """Return an HTTP date as seconds since 1970; before all time for what is no date."""
    try:
        return int(parsedate_to_datetime(date).timestamp())
    except (ValueError, TypeError, OverflowError):
        return -1
