"""The cookies of one chain of redirects, kept while it lasts, by the rules of RFC 6265; stores nothing."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import aiohttp
from yarl import URL

# Public suffixes, domains that many owners share: a cookie for all of them is refused (RFC 6265, 5.3).
_SHARED: Final = re.compile(r"[^.]+|(?:ac|co|com|ed|edu|go|gob|gouv|gov|mil|ne|net|nom|or|org|sch)\.[a-z]{2}", re.IGNORECASE)
_NO_TEXT: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
_MOST: Final = 8_192  # bytes of a request's field


_DOMAIN: Final = re.compile(r";\s*domain\s*=[^;]*", re.IGNORECASE)


class Cookies:
    """The cookies that servers set during one chain of redirects (RFC 6265); they end with the chain.

    aiohttp's jar decides which cookie goes where; it sees a number in place of each value, which goes back as it came.
    """

    def __init__(self) -> None:
        """Begin without cookies; most chains never have one."""
        self._jar: aiohttp.CookieJar | None = None
        self._values: list[str] = []

    @property
    def known(self) -> bool:
        """True when there is a cookie."""
        return self._jar is not None and len(self._jar) > 0

    def keep(self, fields: Sequence[str], url: str) -> None:
        """Store the Set-Cookie fields of a response from `url`; they may name only the server's domain and those above it."""
        if not fields:
            return
        if self._jar is None:
            self._jar = aiohttp.CookieJar(unsafe=True)  # also of hosts that are numbers
        address = URL(url)
        self._jar.update_cookies_from_headers(list(self._numbered(fields)), address)
        self._jar.clear(lambda one: one["domain"] != address.raw_host and _SHARED.fullmatch(one["domain"]) is not None)

    def _numbered(self, fields: Sequence[str]) -> Iterator[str]:
        for field in fields:
            pair, semicolon, attributes = field.partition(";")
            name, equals, value = pair.partition("=")
            if equals and name.strip().isascii() and not _NO_TEXT.search(value):
                self._values.append(value.strip())
                lowered = _DOMAIN.sub(lambda named: named[0].lower(), f"{semicolon}{attributes}")
                yield f"{name.strip()}={len(self._values) - 1}{lowered}"

    def sent_to(self, url: str) -> dict[str, str]:
        """Return the Cookie field for a request to `url`, by host, path and `Secure`; empty where no cookie fits."""
        if self._jar is None:
            return {}
        found = self._jar.filter_cookies(URL(url)).values()
        text = "; ".join(f"{one.key}={self._values[int(one.value)]}" for one in found)
        return {"Cookie": text} if text and len(text) <= _MOST else {}
