"""Addresses: made absolute, made canonical; knows URL syntax and tracking habits, contacts nothing."""

import re
from html import unescape
from urllib.parse import urljoin

from yarl import URL

# Parameters that say how a reader came, never which page it is (libraries.md section 7).
_TRACKING = re.compile(
    r"(utm|at|mc|wt|ns|pk|mtm|hsa)_.*|fbclid|gclid|dclid|gbraid|wbraid|msclkid|igshid|yclid|xtor|_ga|mkt_tok|cmpid|CMP",
    re.IGNORECASE,
)
_FEED_HINTS = {"ref", "source", "from", "via"}
_FEED_VALUES = {"rss", "feed", "atom", "rssfeed"}
_NAMES_A_PART = re.compile(r"!|[a-z_-]*\d+$", re.IGNORECASE)  # `#!/story/5`, `#comment-1313`: a page of its own
_INDEX_PAGES = re.compile(r"/(index|default)\.(html?|php|aspx?)$", re.IGNORECASE)
_MAX_URL = 2_000


def absolute(url: str | None, base: str | None) -> str | None:
    """Give the http(s) address that `url` means on `base`, or None when it means none (S7)."""
    if not url or len(url) > _MAX_URL:
        return None
    try:
        joined = urljoin(base or "", url.strip())
        parts = URL(joined, encoded=True)
        usable = parts.scheme.lower() in {"http", "https"} and bool(parts.host)
        parts.port  # noqa: B018 - a port out of range raises here, not later
    except ValueError:
        return None
    return _spelled(joined) if usable else None


def _spelled(url: str) -> str:
    """Percent-encode what may not stand in a URI, and nothing else."""
    return re.sub(r"[\s<>\"{}|\\^`\x00-\x1f\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), url)


def is_http(url: str) -> bool:
    """Say whether `url` is an absolute http or https address."""
    return absolute(url, None) is not None


def host_of(url: str) -> str:
    """Give host and port, the unit of politeness; empty for what has none."""
    try:
        return URL(url).authority.rpartition("@")[2].lower()
    except ValueError:
        return ""


def canonical(url: str | None) -> str | None:
    """Give the key under which two addresses of one page are equal, or None.

    Scheme, `www.`, default port, tracking parameters, order of parameters, index page, trailing
    slash and plain fragments make no difference; unknown parameters, `#!` and numbered fragments do.
    It is a key: what is stored and published is always the original address.
    """
    if url is None or not is_http(url):
        return None
    try:
        parts = URL(unescape(url))
        pairs = sorted((k, v) for k, v in parts.query.items() if not _is_tracking(k, v))
        path = _INDEX_PAGES.sub("/", parts.path).rstrip("/") or "/"
        host = (parts.host or "").lower().removeprefix("www.").rstrip(".")
        port = "" if parts.port in {80, 443, None} else f":{parts.port}"
        fragment = parts.fragment if _NAMES_A_PART.match(parts.fragment) else ""
        return str(URL.build(scheme="http", authority=host + port, path=path, query=pairs, fragment=fragment))
    except ValueError:
        return None


def _is_tracking(key: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(key)) or (key.lower() in _FEED_HINTS and value.lower() in _FEED_VALUES)


def is_front_page(url: str) -> bool:
    """Say whether an address names a whole site rather than a page of it."""
    parts = URL(url)
    return parts.path in {"", "/"} and not parts.query_string and not parts.fragment.startswith("!")
