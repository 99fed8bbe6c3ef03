"""Addresses as people paste them -> the http(s) address that is meant; contacts nothing."""

import re
from dataclasses import dataclass
from typing import Final

from ingest.text.urls import feed_address, without_secrets

_MOST: Final = 4_000
_ROUNDS: Final = 4  # of wrapping
_INVISIBLE: Final = "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff\u00ad\x00"
_PAIRS: Final = {
    "<": ">", '"': '"', "'": "'", "`": "`", "(": ")", "[": "]", "{": "}",
    "\u201c": "\u201d", "\u201e": "\u201c\u201d", "\u2018": "\u2019", "\u201a": "\u2018\u2019",
    "\u00ab": "\u00bb", "\u00bb": "\u00ab", "\u2039": "\u203a", "\u300c": "\u300d",
}  # fmt: skip
_URL: Final = re.compile(r"url:\s*", re.IGNORECASE)  # RFC 3986, appendix C
# What programs for feeds and podcasts put before an address, and what it stands for.
_STANDS_FOR: Final = {
    "feed": "http", "feeds": "https", "rss": "http", "pcast": "http", "itpc": "http", "itpcs": "https", "podcast": "http",
}  # fmt: skip
_FEED: Final = re.compile(rf"({'|'.join(_STANDS_FOR)}):(//)?", re.IGNORECASE)
_WEB: Final = re.compile(r"https?://", re.IGNORECASE)
_HOST: Final = (
    r"(?:(?:(?:[\w-]+\.)+(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)\.?|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])(?::\d{1,5})?"
    r"|[\w-]+:\d{1,5}(?=/))"
)
_FILE: Final = r"(?![^/?#]*\.(?:xml|rss|atom|rdf|json|opml|html?|xhtml|txt|text|pdf|eml)\.?(?:[:/?#]|$))"  # no such domain exists
_BEGINS_WITH_HOST: Final = re.compile(rf"{_FILE}{_HOST}(?:[/?#].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PastedAddress:
    """The normalised address of a source; `instead` is the same with http, where the scheme was left out."""

    url: str
    instead: str | None = None

    @property
    def guess(self) -> str:
        """The line about a scheme that was left out; empty where none was."""
        return f"no scheme: taken as {without_secrets(self.url)}; http is asked where https gives no answer" if self.instead else ""


def parse_pasted(text: str | None) -> PastedAddress | None:
    """Return the address that a person means, or None for what is none.

    White space, brackets and quotes around it are no part of it; `feed:` and its like stand for http, with a letter
    more for https, or for nothing before a whole address; without a scheme it is https, then http.
    """
    if not text or len(text) > _MOST:
        return None
    bare = _unwrapped(text)
    while found := _FEED.match(bare):
        bare = _web_address(found, bare[found.end() :])
    if _WEB.match(bare):
        url = feed_address(bare)
        return PastedAddress(url) if url else None
    bare = bare.removeprefix("//")
    secure, plain = (feed_address(f"{scheme}://{bare}") for scheme in ("https", "http"))
    return PastedAddress(secure, plain) if secure and _BEGINS_WITH_HOST.fullmatch(bare) else None


def _unwrapped(text: str) -> str:
    for _ in range(_ROUNDS):
        text = text.strip().strip(_INVISIBLE).strip()
        if len(text) > 1 and text[-1] in _PAIRS.get(text[0], ""):
            text = text[1:-1]
        if named := _URL.match(text):
            text = text[named.end() :]
    return text


def _web_address(scheme: re.Match[str], rest: str) -> str:
    """Return the address behind a scheme such as `feed:`; an empty string for what is none."""
    if _WEB.match(rest) or _FEED.match(rest):
        return rest
    is_address = not rest.startswith("/") and (scheme[2] or _BEGINS_WITH_HOST.fullmatch(rest))
    return f"{_STANDS_FOR[scheme[1].lower()]}://{rest}" if is_address and rest else ""
