"""Who may decide: only somebody at this computer, or who knows the token, and only from a page of ours; pure."""

import hmac
from base64 import b64decode
from binascii import Error
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ingest.urls import host_of

_OPEN: Final = "set service.review_token to review from elsewhere"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request may not decide: its status and a line."""

    status: int
    why: str


def is_loopback(host: str) -> bool:
    """Say whether a host's name or address is this computer's own."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ip_address(bare).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Access:
    """The rule of one service: where it listens, the address that it has for others, the token."""

    bind: str
    base_url: str  # empty: nobody else is told of an address
    token: str

    def refusal(self, headers: Mapping[str, str], client: str) -> Refusal | None:
        """Say why a request may not see the page, or None; `headers` have lower-case names.

        Without a token everything must be of this computer: where the service listens, the address that
        it says it has (else a proxy would carry the world in), the asker, and the name that was asked
        for (else a page anywhere could, by a name of its own that leads here).
        """
        if self.token:
            good = _is_known(headers.get("authorization", ""), self.token)
            return None if good else Refusal(401, "the token of this service is needed, as the password")
        if not is_loopback(self.bind.rpartition(":")[0]) or (
            self.base_url and not is_loopback(host_of(self.base_url).rpartition(":")[0])
        ):
            return Refusal(403, f"review is for this computer alone: {_OPEN}")
        if not is_loopback(client) or not is_loopback(_name(headers.get("host", ""))):
            return Refusal(403, f"review is asked for under another name: use http://{self.bind}/review, or {_OPEN}")
        return None

    def forged(self, headers: Mapping[str, str], secret: str, sent: str) -> Refusal | None:
        """Say why a decision is not believed to come from our page, or None.

        `secret` is what our page sends back, `sent` what came. A program that knows the token needs neither.
        """
        if self.token and headers.get("authorization", "").lower().startswith("bearer "):
            return None
        origin, site = headers.get("origin"), headers.get("sec-fetch-site")
        ours = origin is None or origin.partition("://")[2] == headers.get("host")
        if not ours or site not in {None, "same-origin"} or not hmac.compare_digest(sent.encode(), secret.encode()):
            return Refusal(403, "this did not come from the page as it is now: load it again")
        return None


def _name(host: str) -> str:
    return host_of(f"http://{host}").rpartition(":")[0] if "@" not in host and "/" not in host else ""


def _is_known(authorization: str, token: str) -> bool:
    """Say whether credentials hold the token: as the password of Basic, or as Bearer."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return hmac.compare_digest(value.strip().encode(), token.encode())
    try:
        password = b64decode(value, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except (Error, ValueError):
        return False
    return hmac.compare_digest(password, token.encode())
