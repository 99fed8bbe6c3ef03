"""Who may review, edit topics and see unpublished items: a person at this computer, or a holder of the token; pure."""

import hmac
import re
from base64 import b64decode
from binascii import Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ingest.text.urls import host_of

_OPEN: Final = "set service.review_token to open it from elsewhere"
_FORWARDED: Final = re.compile(  # headers that proxies and delivery networks add and no browser sends
    r"forwarded|via|x-forwarded(-.*)?|x-original-.*|x-real-(ip|host)|x-host|x-remote-(ip|addr|host)|x-originating-ip"
    r"|(.*-)?(client|connecting|proxyuser)-?ip|cdn-loop|cf-.*|fly-.*|proxy-.*|x-(proxy|envoy|amz-cf|amzn|azure|arr|cluster)-.*"
    r"|x-(varnish|request-id|cache.*|appengine-.*|cloud-trace-context|vercel-.*|nf-.*)"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is refused: a status and one line."""

    status: int
    why: str


def is_loopback(host: str) -> bool:
    """Return whether a host's name or address is a loopback address."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Access:
    """The access rule of one service: where it listens, its public address, the token."""

    bind: str
    base_url: str  # empty: it has no public address
    token: str

    @property
    def is_local(self) -> bool:
        """True when the service is for this computer alone: both its listening and its public address are local."""
        named = not self.base_url or is_loopback(host_of(self.base_url).rpartition(":")[0])
        return named and is_loopback(self.bind.rpartition(":")[0])

    def refusal(self, headers: Mapping[str, str], client: str, version: str = "1.1", path: str = "/review") -> Refusal | None:
        """Return why a request may not see a page, or None; `headers` have lower-case names, `version` is that of HTTP.

        Without a token everything must be local: where the service listens, its public address, the client,
        and the host name of the request (a page elsewhere could use a name of its own that leads here: DNS
        rebinding). A request that came through a proxy may come from anywhere, even if the proxy runs here.
        """
        if self.token:
            good = knows_token(headers.get("authorization", ""), self.token)
            return None if good else Refusal(401, "the token of this service is needed, as the password")
        if not self.is_local:
            return Refusal(403, f"this page is for this computer alone: {_OPEN}")
        if is_forwarded(headers, version):
            return Refusal(403, f"this came through a proxy: {_OPEN}")
        if not is_loopback(client) or not is_loopback(_name(headers.get("host", ""))):
            return Refusal(403, f"this page is asked for under another name: use http://{self.bind}{path}, or {_OPEN}")
        return None

    def summary(self) -> str:
        """Return one line that says who may review and edit topics, for the person who starts the service."""
        if self.token:
            return "write topics at /topics/ and review at /review: whoever has service.review_token"
        if self.is_local:
            where = f"write topics at http://{self.bind}/topics/ and review at http://{self.bind}/review"
            return f"{where}: this computer alone; a proxy in front needs service.review_token"
        return "write topics and review: nobody, since the service is reached from elsewhere; set service.review_token"

    def forgery(self, headers: Mapping[str, str], secret: str, sent: str) -> Refusal | None:
        """Return why a decision is refused as a cross-site request forgery, or None.

        `secret` is what our page sends back, `sent` what came. A program with the token needs no secret.
        """
        if self.token and headers.get("authorization", "").lower().startswith("bearer "):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        ours = origin is None or origin.partition("://")[2] == headers.get("host")
        if not ours or site not in {None, "same-origin"} or not hmac.compare_digest(sent.encode(), secret.encode()):
            return Refusal(403, "this form is out of date or comes from another page: load the page again")
        return None


def _name(host: str) -> str:
    return host_of(f"http://{host}").rpartition(":")[0] if "@" not in host and "/" not in host else ""


def is_forwarded(headers: Iterable[str], version: str) -> bool:
    """Return whether a proxy passed a request on: it added headers, or it speaks HTTP/1.0, which browsers no longer do."""
    return version == "1.0" or any(_FORWARDED.fullmatch(name.lower()) for name in headers)


def knows_token(authorization: str, token: str) -> bool:
    """Return whether credentials hold the token, as the password of Basic or as Bearer; never without a token."""
    scheme, _, value = authorization.partition(" ")
    if not token:
        return False
    if scheme.lower() == "bearer":
        return hmac.compare_digest(value.strip().encode(), token.encode())
    try:
        password = b64decode(value, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except (Error, ValueError):
        return False
    return hmac.compare_digest(password, token.encode())
