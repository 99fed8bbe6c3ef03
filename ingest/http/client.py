"""One polite, bounded, conditional request, redirects followed by hand; knows no feed format and no database."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Final, Protocol

import aiohttp
from yarl import URL

from ingest.errors import Failure, FetchError, GuardError
from ingest.http.connections import Connector
from ingest.http.content_coding import ENCODINGS, Unpacker
from ingest.http.cookies import Cookies
from ingest.http.failures import failure_of
from ingest.http.host_limiter import HostLimiter
from ingest.http.message import Request, Response
from ingest.http.semantics import PERMANENT, REDIRECTS, SUCCESS, freshness, is_partial, refusal
from ingest.http.ssrf_guard import SsrfGuard
from ingest.http.tls import tls_context
from ingest.text.sanitize import one_line
from ingest.text.urls import absolute, feed_address, machine_of, origin_of

_FAULTS: Final = (aiohttp.ClientError, OSError, ValueError)  # time-outs are OSErrors
_HOPS: Final = 10
_HEAD_TIMEOUT: Final = 35.0  # seconds for a connection and the head of an answer
_SILENCE_TIMEOUT: Final = 20.0  # seconds of silence in the middle of an answer
_CHUNK: Final = 65_536
_ACCEPT: Final = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, */*;q=0.1"
)
_AT_ONCE: Final = 200  # requests under way
_IDLE: Final = 0.25  # seconds that a connection waits for its host's next turn to end; each idle one costs both sides
_NO_UTF8: Final = re.compile(r"[\udc80-\udcff]")  # how Python keeps such a byte
_NOTHING_THERE: Final = frozenset({None, 404})  # what the wrong scheme gives
_JOINED: Final = frozenset({"link"})  # fields of which every one counts; of others the last


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one request may cost: bytes after decompression, and seconds in all; how long a host rests after one."""

    size: int = 15 * 1024 * 1024
    seconds: float = 30.0
    pause: float = 0.0


Clock = Callable[[], datetime]


class HttpClient(Protocol):
    """The interface to the network; tests pass another implementation."""

    async def __call__(self, request: Request) -> Response:
        """Return the response. Raises FetchError where there is none that can be used."""

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form. Raises FetchError unless the server accepted it (2xx)."""

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body. Raises FetchError unless the server accepted it (2xx)."""


@asynccontextmanager
async def open_client(  # noqa: PLR0913 - all that the network needs to know
    ssrf_guard: SsrfGuard,
    user_agent: str,
    limits: FetchLimits,
    clock: Clock,
    proxy: str | None = None,
    *,
    ca_file: str | None = None,
) -> AsyncIterator[HttpClient]:
    """Open the real network behind the SSRF guard; every request goes through it.

    `ca_file` holds certificates of authorities that are trusted beside the system's. Raises SettingsError when it cannot be read.
    """
    connector = Connector(
        socket_factory=ssrf_guard.socket,
        limit=0,  # `_Web` counts them: what waits in the connector waits within its deadline
        limit_per_host=1,
        ttl_dns_cache=300,
        keepalive_timeout=limits.pause + _IDLE,
        ssl=tls_context(ca_file) if ca_file else True,
    )
    headers = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": ", ".join(ENCODINGS)}
    session = aiohttp.ClientSession(
        connector=connector,
        headers=headers,
        cookie_jar=aiohttp.DummyCookieJar(),  # no cookies beyond one request, no credentials, no proxy of the environment
        timeout=aiohttp.ClientTimeout(total=None),  # every request has one deadline, of ours
        auto_decompress=False,
        trust_env=False,
        proxy=proxy,
    )
    async with session:
        yield _Web(session, ssrf_guard, limits, clock, HostLimiter(limits.pause), proxied=proxy is not None)


class _Web:
    """The real network, as an HttpClient."""

    def __init__(  # noqa: PLR0913 - all that a request touches
        self,
        session: aiohttp.ClientSession,
        ssrf_guard: SsrfGuard,
        limits: FetchLimits,
        clock: Clock,
        limiter: HostLimiter,
        *,
        proxied: bool,
    ) -> None:
        self._session, self._ssrf_guard, self._limits, self._clock, self._limiter = session, ssrf_guard, limits, clock, limiter
        self._proxied = proxied
        self._places = asyncio.Semaphore(_AT_ONCE)  # taken in order, by whoever has the turn at a host

    async def __call__(self, request: Request) -> Response:
        """Send a request and follow its redirects."""
        try:
            return await self._chain(request)
        except FetchError as fault:
            if request.instead is None or fault.status not in _NOTHING_THERE:
                raise
            return await self._try_other_scheme(request, request.instead, fault)

    async def _try_other_scheme(self, request: Request, instead: str, first: FetchError) -> Response:
        """Request the address with the other scheme; if it answers, it replaces the first for good."""
        try:
            answer = await self._chain(replace(request, url=instead, etag=None, last_modified=None))
        except FetchError as second:
            raise (first if second.status is None else second) from first
        return replace(answer, moved=answer.moved or feed_address(instead))

    async def _chain(self, request: Request) -> Response:
        try:
            return await self._follow(request)
        except _FAULTS as fault:
            raise _in_words(fault, self._limits) from fault

    async def post(self, url: str, form: Mapping[str, str]) -> None:
        """Send a form, within the host limit and behind the SSRF guard like any request; redirects are not followed."""
        await self._post(url, dict(form), {})

    async def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a body in the same way."""
        await self._post(url, body, headers)

    async def _post(self, url: str, data: bytes | dict[str, str], headers: Mapping[str, str]) -> None:
        try:
            async with self._limiter.turn(machine_of(url)), self._places, asyncio.timeout(self._limits.seconds):
                if self._proxied:
                    await self._ssrf_guard.check_name(url)
                self._ssrf_guard.enter(url)
                async with self._session.post(URL(url), data=data, headers=dict(headers), allow_redirects=False) as response:
                    if response.status not in SUCCESS:
                        raise refusal(response.status, response.headers, self._clock())
        except _FAULTS as fault:
            raise _in_words(fault, self._limits) from fault

    async def _follow(self, request: Request) -> Response:
        url, left = request.url, self._limits.seconds
        moved, permanent, cookies = None, True, Cookies()
        answered: list[bool] = []  # something, once a server has answered
        loop = asyncio.get_running_loop()
        for _ in range(_HOPS + 1):
            async with self._limiter.turn(machine_of(url)), self._places:
                begun = loop.time()
                # Silence alone is no deadline: a server may drip for ever. One timer for both: each costs a request dear.
                try:
                    async with asyncio.timeout(min(left, _HEAD_TIMEOUT)) as deadline:
                        on_progress = partial(_note_progress, deadline, begun + left, answered)
                        answer = await self._send(url, request, (moved, cookies), on_progress)
                except TimeoutError as fault:
                    raise _too_late(self._limits, Failure.CUT if answered else Failure.SILENCE) from fault
                left -= loop.time() - begun
            if isinstance(answer, Response):
                return answer
            answered.append(True)
            status, target = answer
            downgraded = url.startswith("https:") and target.startswith("http:")
            permanent = permanent and status in PERMANENT and not downgraded and not cookies.known  # a cookie may have led there
            url = target
            moved = feed_address(url) if permanent else moved
        raise FetchError(f"more than {_HOPS} redirects", "open the address in a browser to see where it leads")

    async def _send(
        self, url: str, request: Request, so_far: tuple[str | None, Cookies], on_progress: Callable[[], None]
    ) -> Response | tuple[int, str]:
        """Send one request: return the response, or the status and address of a redirect."""
        moved, cookies = so_far
        if self._proxied:
            await self._ssrf_guard.check_name(url)
        self._ssrf_guard.enter(url)
        headers, trusted = (
            _own_headers(request, url) | cookies.sent_to(url),
            tls_context(request.ca_file) if request.ca_file else True,
        )
        async with self._session.get(_as_spelled(url), headers=headers, allow_redirects=False, ssl=trusted) as response:
            cookies.keep(response.headers.getall("Set-Cookie", ()), url)
            if response.status in REDIRECTS and (named := response.headers.get("Location", "").strip()):
                return response.status, _target(named, url)
            return await self._answer(url, response, moved, on_progress)

    async def _answer(
        self, url: str, response: aiohttp.ClientResponse, moved: str | None, on_progress: Callable[[], None]
    ) -> Response:
        if response.status not in SUCCESS and response.status != HTTPStatus.NOT_MODIFIED:
            raise refusal(response.status, response.headers, self._clock())
        body, whole = (
            (b"", True) if response.status == HTTPStatus.NOT_MODIFIED else await _bounded(response, self._limits.size, on_progress)
        )
        if not body.strip() and response.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
            raise refusal(response.status, response.headers, self._clock())
        if is_partial(response.status, response.headers) or (not body and not whole):
            what, cure = "the server sent only a part of the document", "it is tried again later"
            raise FetchError(what, cure, status=response.status, kind=Failure.CUT)
        etag, last_modified = _exact(response) if whole else (None, None)  # the missing part is requested again
        return Response(
            url=url,
            status=response.status,
            headers=_by_name(response) if body else {},
            body=body,
            etag=etag,
            last_modified=last_modified,
            fresh=freshness(response.headers, self._clock()),
            moved=moved,
        )


def _as_spelled(url: str) -> URL:
    """Return an address as it is sent: its percent-escapes stay as the server wrote them."""
    return URL(url, encoded=url.isascii() and "/." not in url)


def _by_name(response: aiohttp.ClientResponse) -> dict[str, str]:
    """Return the fields by name in lower case."""
    named = {name.lower(): value for name, value in response.headers.items()}
    return named | {name: ", ".join(response.headers.getall(name)) for name in _JOINED & named.keys()}


def _target(named: str, base: str) -> str:
    spelled = _NO_UTF8.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", named)  # Latin-1, as old servers write it
    url = absolute(spelled, base)
    if url is None:
        raise GuardError(f"leads to {one_line(named)[:100]}", "only http and https addresses are followed", kind=Failure.STATUS)
    return url


def _own_headers(request: Request, url: str) -> dict[str, str]:
    pairs = (("If-None-Match", request.etag), ("If-Modified-Since", request.last_modified), ("User-Agent", request.user_agent))
    headers = {name: value for name, value in pairs if value is not None}
    if request.secrets and origin_of(url) == origin_of(request.url):
        headers |= dict(request.secrets)
    return headers


def _too_late(limits: FetchLimits, kind: Failure) -> FetchError:
    return FetchError(f"no complete answer within {limits.seconds:g} s", "it is tried again later", kind=kind)


def _in_words(fault: Exception, limits: FetchLimits) -> FetchError:
    if isinstance(fault, TimeoutError):
        return _too_late(limits, Failure.SILENCE)
    cause: BaseException | None = fault
    while cause is not None:  # the client wraps the guard's exception in its own
        if isinstance(cause, FetchError):
            return cause
        cause = getattr(cause, "os_error", None) or cause.__cause__
    what, cure = _cause(fault)
    return FetchError(one_line(what)[:250], cure, kind=failure_of(fault))


def _plain(fault: OSError) -> str:
    return os.strerror(fault.errno).lower() if fault.errno and fault.errno > 0 else str(fault)


def _cause(fault: Exception) -> tuple[str, str]:
    """Return what went wrong, and what to do about it."""
    cure = "it is tried again later"
    match fault:
        case aiohttp.ClientConnectorCertificateError():
            said = getattr(fault.certificate_error, "verify_message", "") or str(fault.certificate_error)
            what = f"its certificate is not trusted: {said}"
            cure = (
                "nothing was read; if its authority is your own, name its file in fetch.ca_file or tw:ca, else tell its publisher"
            )
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
        case aiohttp.ClientPayloadError():
            what = "no answer: it broke off before its end"
        case aiohttp.ClientResponseError():
            what = f"no answer in valid HTTP: {fault.message.partition(chr(10))[0]}"
        case _:
            what = f"no answer: {one_line(str(fault)) or type(fault).__name__}"
    return what, cure


def _note_progress(deadline: asyncio.Timeout, end: float, answered: list[bool]) -> None:
    """Record that the server has sent something, and extend the deadline for its next piece."""
    if not answered:
        answered.append(True)
    deadline.reschedule(min(end, asyncio.get_running_loop().time() + _SILENCE_TIMEOUT))


async def _bounded(response: aiohttp.ClientResponse, size: int, on_progress: Callable[[], None]) -> tuple[bytes, bool]:
    """Read a body, unpacked, of at most `size` bytes; return it, and whether all of it came."""
    unpacker = Unpacker(",".join(response.headers.getall("Content-Encoding", ())), size)
    on_progress()
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            unpacker.feed(chunk)
            on_progress()
        return unpacker.finish()
    except FetchError:
        response.close()
        raise


def _exact(response: aiohttp.ClientResponse) -> tuple[str | None, str | None]:
    """Return ETag and Last-Modified exactly as served, None for one that could not be sent back exactly."""
    served = {name.lower(): value for name, value in reversed(response.raw_headers)}  # of several the first
    return _printable(served.get(b"etag")), _printable(served.get(b"last-modified"))


def _printable(raw: bytes | None) -> str | None:
    try:
        text = raw.decode() if raw else ""
    except UnicodeDecodeError:
        return None
    return text if text and text.isprintable() else None
