"""A question to a server and its answer, as frozen values; knows no network."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; validators go back byte for byte as they came (F1).

    `secrets` are headers for the server of `url` alone: no other host and no other scheme sees them.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    user_agent: str | None = None
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Fetched:
    """A server's answer: 200 with a body, or 304 without."""

    url: str  # after redirects
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    etag: str | None
    last_modified: str | None
    fresh: float | None = None  # seconds for which the answer calls itself fresh
    moved: str | None = None  # where permanent redirects alone lead to (F9)
