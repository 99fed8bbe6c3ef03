"""One polite, bounded, conditional request, redirects followed by hand; knows no feed format and no database."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Protocol

import aiohttp
from aiohttp.compression_utils import HAS_BROTLI
from yarl import URL

from ingest.answers import OK, PERMANENT, REDIRECTS, UNCHANGED, freshness, refusal
from ingest.bodiless import Connector
from ingest.errors import Failure, FetchError, GuardError
from ingest.exchange import Fetched, Request
from ingest.failures import failure_of
from ingest.guard import Guard
from ingest.pace import Pace
from ingest.text import one_line
from ingest.urls import absolute, feed_address, machine_of, origin_of

_FAULTS: Final = (aiohttp.ClientError, OSError, ValueError)  # time-outs are OSErrors
_HOPS: Final = 5
_FIRST_WORD: Final = 35.0  # seconds for a connection and the head of an answer
_NEXT_WORD: Final = 20.0  # seconds of silence in the middle of an answer
_CHUNK: Final = 65_536
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
_TAKEN: Final = range(200, 300)
_IDLE: Final = 0.25  # seconds that a connection waits for its host's next turn to end; each idle one costs both sides
_ENCODINGS: Final = ("gzip", "deflate", *(("br",) if HAS_BROTLI else ()))  # what can be unpacked within bounds


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost: bytes after decompression, and seconds in all; how long a host rests after one."""

    size: int = 15 * 1024 * 1024
    seconds: float = 30.0
    pause: float = 0.0


Clock = Callable[[], datetime]


class Fetcher(Protocol):
    """The one seam to the network: tests pass another."""

    async def __call__(self, request: Request) -> Fetched:
        """Give the answer; raise FetchError for anything that is none."""

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form; raise FetchError unless the server took it (2xx)."""


@asynccontextmanager
async def web(guard: Guard, user_agent: str, limits: Limits, clock: Clock, proxy: str | None = None) -> AsyncIterator[Fetcher]:
    """Open the real network behind `guard`; every request of the program goes through here."""
    connector = Connector(
        socket_factory=guard.socket, limit=200, limit_per_host=1, ttl_dns_cache=300, keepalive_timeout=limits.pause + _IDLE
    )
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ", ".join(_ENCODINGS)}
    session = aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),  # no cookies, no credentials, no proxy of the environment
        timeout=aiohttp.ClientTimeout(total=None),  # every request has one deadline, of ours
        trust_env=False,
        proxy=proxy,
    )
    async with session:
        yield _Web(session, guard, limits, clock, Pace(limits.pause), proxied=proxy is not None)


class _Web:
    """The network as a Fetcher."""

    def __init__(  # noqa: PLR0913 - all that a request touches
        self, session: aiohttp.ClientSession, guard: Guard, limits: Limits, clock: Clock, pace: Pace, *, proxied: bool
    ) -> None:
        self._session, self._guard, self._limits, self._clock, self._pace = session, guard, limits, clock, pace
        self._proxied = proxied

    async def __call__(self, request: Request) -> Fetched:
        """Ask, hop by hop."""
        try:
            return await self._follow(request)
        except _FAULTS as fault:
            raise _in_words(fault, self._limits) from fault

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form, in its host's turn and behind the guard like any request; redirects are not followed."""
        try:
            async with self._pace.turn(machine_of(url)), asyncio.timeout(self._limits.seconds):
                if self._proxied:
                    await self._guard.check_name(url)
                self._guard.enter(url)
                async with self._session.post(URL(url), data=dict(form), allow_redirects=False) as response:
                    if response.status not in _TAKEN:
                        raise refusal(response.status, response.headers, self._clock())
        except _FAULTS as fault:
            raise _in_words(fault, self._limits) from fault

    async def _follow(self, request: Request) -> Fetched:
        url, left = request.url, self._limits.seconds
        moved, permanent = None, True
        said: list[bool] = []  # something, once a server has answered
        loop = asyncio.get_running_loop()
        for _ in range(_HOPS + 1):
            async with self._pace.turn(machine_of(url)):
                begun = loop.time()
                # Silence alone is no deadline: a server may drip for ever (S4). One timer for both: each costs a request dear.
                try:
                    async with asyncio.timeout(min(left, _FIRST_WORD)) as deadline:
                        answer = await self._hop(url, request, moved, partial(_heard, deadline, begun + left, said))
                except TimeoutError as fault:
                    raise _too_late(self._limits, Failure.CUT if said else Failure.SILENCE) from fault
                left -= loop.time() - begun
            if isinstance(answer, Fetched):
                return answer
            said.append(True)
            status, target = answer
            permanent = permanent and status in PERMANENT and not (url.startswith("https:") and target.startswith("http:"))
            url = target
            moved = feed_address(url) if permanent else moved
        raise FetchError(f"more than {_HOPS} redirects", "open the address in a browser to see where it leads")

    async def _hop(self, url: str, request: Request, moved: str | None, heard: Callable[[], None]) -> Fetched | tuple[int, str]:
        """Ask one server: give its answer, or the status and address of a redirect."""
        if self._proxied:
            await self._guard.check_name(url)
        self._guard.enter(url)
        headers = _own_headers(request, url)
        async with self._session.get(URL(url), headers=headers, allow_redirects=False) as response:
            if response.status in REDIRECTS and (named := response.headers.get("Location")):
                return response.status, _target(named, url)
            return await self._answer(url, response, moved, heard)

    async def _answer(self, url: str, response: aiohttp.ClientResponse, moved: str | None, heard: Callable[[], None]) -> Fetched:
        if response.status not in {OK, UNCHANGED}:
            raise refusal(response.status, response.headers, self._clock())
        body = b"" if response.status == UNCHANGED else await _bounded(response, self._limits.size, heard)
        etag, last_modified = _exact(response)
        return Fetched(
            url=url,
            status=response.status,
            headers={name.lower(): value for name, value in response.headers.items()} if body else {},
            body=body,
            etag=etag,
            last_modified=last_modified,
            fresh=freshness(response.headers, self._clock()),
            moved=moved,
        )


def _target(named: str, base: str) -> str:
    url = absolute(named, base)
    if url is None:
        raise GuardError(f"leads to {one_line(named)[:100]}", "only http and https addresses are followed", kind=Failure.STATUS)
    return url


def _own_headers(request: Request, url: str) -> dict[str, str]:
    pairs = (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified), ("User-Agent", request.user_agent))
    headers = {name: value for name, value in pairs if value is not None}
    if request.secrets and origin_of(url) == origin_of(request.url):
        headers |= dict(request.secrets)
    return headers


def _too_late(limits: Limits, kind: Failure) -> FetchError:
    return FetchError(f"no complete answer within {limits.seconds:g} s", "it is tried again later", kind=kind)


def _in_words(fault: Exception, limits: Limits) -> FetchError:
    if isinstance(fault, TimeoutError):
        return _too_late(limits, Failure.SILENCE)
    cause: BaseException | None = fault
    while cause is not None:  # the guard's own word is wrapped in the client's
        if isinstance(cause, FetchError):
            return cause
        cause = getattr(cause, "os_error", None) or cause.__cause__
    what, cure = _cause(fault)
    return FetchError(one_line(what)[:250], cure, kind=failure_of(fault))


def _plain(fault: OSError) -> str:
    return os.strerror(fault.errno).lower() if fault.errno and fault.errno > 0 else str(fault)


def _cause(fault: Exception) -> tuple[str, str]:
    """Say what went wrong, and what to do about it."""
    cure = "it is tried again later"
    match fault:
        case aiohttp.ClientConnectorCertificateError():
            said = getattr(fault.certificate_error, "verify_message", "") or str(fault.certificate_error)
            what, cure = f"its certificate is not trusted: {said}", "nothing was read; tell its publisher"
        case aiohttp.ClientSSLError():
            said = getattr(fault.os_error, "reason", None) or str(fault.os_error)
            what = f"no secure connection: {said.replace('_', ' ').lower()}"
            cure = "open the address in a browser; perhaps it is http, not https"
        case aiohttp.ClientProxyConnectionError():
            what, cure = f"no connection to the proxy: {_plain(fault.os_error)}", "check fetch.proxy and the network"
        case aiohttp.ClientConnectorDNSError():
            what, cure = f"the name {fault.host} cannot be looked up", "check its spelling and the network"
        case aiohttp.ClientConnectorError():
            what = f"no connection: {_plain(fault.os_error)}"
        case aiohttp.ClientResponseError():
            what = f"no answer in sound HTTP: {fault.message.partition(chr(10))[0]}"
        case _:
            what = f"no answer: {one_line(str(fault)) or type(fault).__name__}"
    return what, cure


def _heard(deadline: asyncio.Timeout, end: float, said: list[bool]) -> None:
    """Note that a server has said something, and give it a while for the next piece."""
    if not said:
        said.append(True)
    deadline.reschedule(min(end, asyncio.get_running_loop().time() + _NEXT_WORD))


async def _bounded(response: aiohttp.ClientResponse, size: int, heard: Callable[[], None]) -> bytes:
    packed = response.headers.get("Content-Encoding", "").strip().lower()
    if packed not in {"", "identity", "x-gzip", *_ENCODINGS}:  # nothing else was asked for (S4)
        response.close()
        raise FetchError(f"packed in a way that was not asked for ({one_line(packed)[:40]})", "tell its publisher")
    body = bytearray()
    heard()
    async for chunk in response.content.iter_chunked(_CHUNK):  # after decompression
        body += chunk
        heard()
        if len(body) > size:
            response.close()
            what = f"larger than {size // 1024 // 1024} MB after decompression"
            raise FetchError(what, "it was not read to its end; no feed needs that", kind=Failure.SIZE)
    return bytes(body)


def _exact(response: aiohttp.ClientResponse) -> tuple[str | None, str | None]:
    """Give ETag and Last-Modified exactly as served, None for one that could not be sent back exactly."""
    served = {name.lower(): value for name, value in reversed(response.raw_headers)}  # of several the first
    return _printable(served.get(b"etag")), _printable(served.get(b"last-modified"))


def _printable(raw: bytes | None) -> str | None:
    try:
        text = raw.decode() if raw else ""
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None
