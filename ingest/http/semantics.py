"""HTTP semantics (RFC 9110, 9111): what status and headers mean for the next request; pure: knows no network."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from ingest.errors import Failure, FetchError

SUCCESS: Final = range(200, 300)  # with a document, each of them gives it (RFC 9110, 15.3)
PERMANENT: Final = frozenset({301, 308})
REDIRECTS: Final = PERMANENT | {300, 302, 303, 307}
_PARTIAL: Final = 206
_RANGE: Final = re.compile(r"bytes\s+(\d{1,18})-(\d{1,18})/(\d{1,18})\s*", re.IGNORECASE)
_SERVER_ERROR: Final = 500
_MAX_WAIT: Final = 86_400.0  # an absurd Retry-After is capped at a day
_MAX_AGE: Final = re.compile(r"(?<![\w-])max-age\s*=\s*\"?(\d+)")
_DAY_OF_SECONDS: Final = 10  # digits: more cannot be a delay
_CAUSES: Final = {
    401: (
        "asks for a password (401)",
        "if you have one, name it in tw:auth (`topicwire docs settings`) or write user:password@ before the host",
    ),
    403: ("refuses us (403)", "the publisher may block programs: ask them, or remove the source"),
    404: ("has nothing there (404)", "look for the feed's new address"),
    HTTPStatus.GONE: ("says the feed is gone for good (410)", "it is not asked again: remove the source or find its new address"),
    429: ("asks us to slow down (429)", "nothing to do: it is asked less often"),
}
_KINDS: Final = {
    401: Failure.REFUSED,
    403: Failure.REFUSED,
    408: Failure.SERVER,
    425: Failure.SERVER,
    429: Failure.BUSY,
}


def refusal(status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """Return the error for a response without a document; it holds the seconds of Retry-After."""
    default = (f"has trouble of its own ({status})", "it is tried again later")
    unusual = (f"answers with status {status}", "open the address in a browser to see why")
    what, cure = _CAUSES.get(status, default if status >= _SERVER_ERROR else unusual)
    wait = retry_after(headers.get("Retry-After"), now)
    kind = Failure.SERVER if status >= _SERVER_ERROR else _KINDS.get(status, Failure.STATUS)
    return FetchError(f"the server {what}", cure, status=status, wait=wait, kind=kind)


def is_partial(status: int, headers: Mapping[str, str]) -> bool:
    """Return whether a 206 response holds less than the whole document, by its Content-Range (RFC 9110, 14.4)."""
    found = _RANGE.fullmatch(headers.get("Content-Range", "").strip()) if status == _PARTIAL else None
    return found is not None and int(found[2]) - int(found[1]) + 1 < int(found[3])


def retry_after(value: str | None, now: datetime) -> float | None:
    """Parse Retry-After (RFC 9110, 10.2.3) into seconds from `now`, between 0 and a day; None where it is missing or invalid."""
    if not value:
        return None
    text = value.strip()
    if text.isdecimal():
        return min(float(text[:_DAY_OF_SECONDS]), _MAX_WAIT) if len(text) <= _DAY_OF_SECONDS else _MAX_WAIT
    moment = _date(text)
    return min(max((moment - now).total_seconds(), 0.0), _MAX_WAIT) if moment else None


def _date(text: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def freshness(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the freshness lifetime of a response in seconds (RFC 9111, 4.2.1), or None where it names none.

    max-age less the Age that it already has; else Expires, from the server's own Date.
    """
    said = headers.get("Cache-Control", "").lower()
    found = _MAX_AGE.search(said) if said else None
    if "no-cache" in said or "no-store" in said:
        return None
    if found:
        age = headers.get("Age", "").strip()
        known = int(age) if age.isdecimal() and len(age) < _DAY_OF_SECONDS else 0
        return float(max(int(found[1][:_DAY_OF_SECONDS]) - known, 0))
    expires = _date(headers.get("Expires"))
    return max((expires - (_date(headers.get("Date")) or now)).total_seconds(), 0.0) if expires else None
