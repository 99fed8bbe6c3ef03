"""An HTTP request and its response, as frozen values; knows no network."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """A conditional request (RFC 9110, 13): validators are sent byte for byte as they came.

    `secrets` are headers for the server of `url` alone: no other host and no other scheme sees them.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str | None = None
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    ca_file: str | None = None  # certificates of authorities that are trusted beside the system's
    instead: str | None = None  # requested where `url` fails: its scheme was a guess


@dataclass(frozen=True, slots=True)
class Response:
    """A server's answer: a success with a body, or 304 without."""

    url: str  # after redirects
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    etag: str | None
    last_modified: str | None
    fresh: float | None = None  # seconds for which the answer calls itself fresh
    moved: str | None = None  # where permanent redirects alone lead to
