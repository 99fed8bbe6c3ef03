"""One polite, bounded, conditional request, redirects followed by hand; knows no feed format and no database."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

import aiohttp

from ingest.errors import FetchError, GuardError
from ingest.guard import Guard
from ingest.text import one_line
from ingest.urls import absolute

_HOPS: Final = 5
_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MAX_WAIT: Final = 86_400.0  # an absurd Retry-After is capped at a day (F6)
_MAX_FRESH: Final = 3_600.0  # max-age is believed up to an hour (F5)
_DAY_OF_SECONDS: Final = 10  # digits: more cannot be a delay
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
_CAUSES: Final = {
    401: ("asks for a password (401)", "give one in its address, if you have it"),
    403: ("refuses us (403)", "the publisher may block programs: ask them, or remove the source"),
    404: ("has nothing there (404)", "look for the feed's new address"),
    410: ("says the feed is gone for good (410)", "remove the source or find its new address"),
    429: ("asks us to slow down (429)", "nothing to do: it is asked less often"),
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: bytes after decompression, and seconds in all."""

    size: int = 15 * 1024 * 1024
    seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; validators go back byte for byte as they came (F1)."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A server's answer: 200 with a body, or 304 without."""

    url: str  # after redirects
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    etag: str | None
    last_modified: str | None
    wait: float | None  # seconds for which the answer is fresh, if it says so


Clock = Callable[[], datetime]


class Fetcher(Protocol):
    """The one seam to the network: tests pass another."""

    async def __call__(self, request: Request) -> Fetched:
        """Give the answer; raise FetchError for anything that is none."""


@asynccontextmanager
async def web(guard: Guard, user_agent: str, limits: Limits, clock: Clock) -> AsyncIterator[Fetcher]:
    """Open the real network behind `guard`; every request of the program goes through here."""
    connector = aiohttp.TCPConnector(socket_factory=guard.socket, limit=200, limit_per_host=1, ttl_dns_cache=300)
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
    session = aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),  # no cookies, no credentials, no proxy of the environment
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=15, sock_read=20),
        trust_env=False,
    )
    async with session:

        async def fetch(request: Request) -> Fetched:
            try:
                # The read time-out alone is no deadline: a server may drip for ever (S4).
                async with asyncio.timeout(limits.seconds):
                    return await _follow(session, guard, request, limits.size, clock)
            except TimeoutError:
                raise FetchError(f"no complete answer within {limits.seconds:g} s", "it is tried again later") from None
            except (aiohttp.ClientError, OSError, ValueError) as fault:
                raise _refusal(fault) from fault

        yield fetch


def _refusal(fault: Exception) -> FetchError:
    cause: BaseException | None = fault
    while cause is not None:  # the guard's own word is wrapped in the client's
        if isinstance(cause, GuardError):
            return cause
        cause = getattr(cause, "os_error", None) or cause.__cause__
    text = one_line(str(fault)) or type(fault).__name__
    return FetchError(f"no answer: {text[:200]}", "it is tried again later")


async def _follow(session: aiohttp.ClientSession, guard: Guard, request: Request, size: int, clock: Clock) -> Fetched:
    named, url = request.url, absolute(request.url, None)
    for _ in range(_HOPS + 1):
        if url is None:
            raise GuardError(f"leads to {one_line(named)[:100]}", "only http and https addresses are followed")
        guard.enter(url)
        async with session.get(url, headers=_validators(request), allow_redirects=False) as response:
            named = response.headers.get("Location", "")
            if response.status not in _REDIRECTS or not named:
                return await _answer(url, response, size, clock)
            url = absolute(named, url)
    raise FetchError(f"more than {_HOPS} redirects", "open the address in a browser to see where it leads")


def _validators(request: Request) -> dict[str, str]:
    pairs = (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified))
    return {name: value for name, value in pairs if value is not None}


async def _answer(url: str, response: aiohttp.ClientResponse, size: int, clock: Clock) -> Fetched:
    ok, unchanged = 200, 304
    if response.status not in {ok, unchanged}:
        raise _status_error(response, clock())
    body = b"" if response.status == unchanged else await _bounded(response, size)
    return Fetched(
        url=url,
        status=response.status,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        etag=_exact(response, b"etag"),
        last_modified=_exact(response, b"last-modified"),
        wait=_fresh(response.headers.get("Cache-Control", "")),
    )


async def _bounded(response: aiohttp.ClientResponse, size: int) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):  # after decompression
        body += chunk
        if len(body) > size:
            response.close()
            what = f"larger than {size // 1024 // 1024} MB after decompression"
            raise FetchError(what, "it was not read to its end; no feed needs that")
    return bytes(body)


def _exact(response: aiohttp.ClientResponse, name: bytes) -> str | None:
    """Give a validator exactly as served, or None if it could not be sent back exactly."""
    raw = next((value for key, value in response.raw_headers if key.lower() == name), b"")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None


def _status_error(response: aiohttp.ClientResponse, now: datetime) -> FetchError:
    server_error = 500
    status = response.status
    default = (f"has trouble of its own ({status})", "it is tried again later")
    unusual = (f"answers with status {status}", "open the address in a browser to see why")
    what, cure = _CAUSES.get(status, default if status >= server_error else unusual)
    wait = retry_after(response.headers.get("Retry-After"), now)
    return FetchError(f"the server {what}", cure, status=status, wait=wait)


def retry_after(value: str | None, now: datetime) -> float | None:
    """Give the seconds from `now` that a Retry-After asks for (RFC 9110, 10.2.3), between 0 and a day."""
    if not value:
        return None
    text = value.strip()
    if text.isdecimal():
        return min(float(text[:_DAY_OF_SECONDS]), _MAX_WAIT) if len(text) <= _DAY_OF_SECONDS else _MAX_WAIT
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), _MAX_WAIT)


def _fresh(cache_control: str) -> float | None:
    found = re.search(r"max-age\s*=\s*\"?(\d{1,9})", cache_control.lower())
    return min(float(found[1]), _MAX_FRESH) if found else None
