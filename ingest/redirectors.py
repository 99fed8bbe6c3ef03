"""Addresses of redirectors that name their target in plain sight, seen through; contacts nothing."""

import re
from typing import Final
from urllib.parse import unquote

from yarl import URL

_DEEPEST: Final = 3  # redirectors in one another
# Host and path, and the parameters that may hold the target.
_PLACES: Final = (
    (r"(?:www\.)?google\.[a-z.]+/url", "url q"),
    (r"(?:www\.)?bing\.com/news/apiclick\.aspx", "url"),
    (r"lm?\.(?:facebook|instagram)\.com/(?:l\.php)?", "u"),
    (r"(?:www\.)?youtube\.com/redirect", "q"),
    (r"out\.reddit\.com/[^?]*", "url"),
    (r"(?:www\.|m\.)?vk\.com/away(?:\.php)?", "to"),
    (r"(?:www\.)?linkedin\.com/(?:redir/redirect|safety/go)", "url"),
    (r"t\.umblr\.com/redirect", "z"),
    (r"slack-redir\.net/link", "url"),
    (r"steamcommunity\.com/linkfilter/?", "u url"),
    (r"duckduckgo\.com/l/?", "uddg"),
    (r"[a-z0-9]+\.safelinks\.protection\.outlook\.com/[^?]*", "url"),
    (r"go\.skimresources\.com/?", "url"),
    (r"click\.linksynergy\.com/[^?]*", "murl"),
)
# One expression for all: nearly every address is no redirector's, and learns it at once.
_BY_PARAMETER: Final = re.compile("https?://(?:" + "|".join(rf"({place})" for place, _ in _PLACES) + r")\?", re.IGNORECASE)
_IN_PATH: Final = re.compile(
    r"https?://(?:"
    r"(?:www\.)?google\.[a-z.]+/amp/(?P<google>s/)?"
    r"|[a-z0-9-]+\.cdn\.ampproject\.org/[cvi]/(?P<cache>s/)?"
    r"|r\.search\.yahoo\.com/.*/RU=(?=http)"
    r"|href\.li/\?(?=http)"
    r")(?P<target>[^?#]*(?:\?[^#]*)?)",
    re.IGNORECASE,
)
_YAHOO_END: Final = re.compile(r"/R[KS]=.*$")


def seen_through(url: str) -> str:
    """Give the address that a known redirector names as its target, or `url` itself."""
    for _ in range(_DEEPEST):
        target = _target(url)
        if target is None:
            break
        url = target
    return url


def _target(url: str) -> str | None:
    path = _IN_PATH.match(url)
    if path:
        target = path["target"]
        if target.lower().startswith(("http:", "https:", "http%3a", "https%3a")):
            return unquote(_YAHOO_END.sub("", target))
        return f"http{'s' if path['google'] or path['cache'] else ''}://{target}"
    place = _BY_PARAMETER.match(url)
    if place is None:
        return None
    _, parameters = _PLACES[(place.lastindex or 1) - 1]
    try:
        query = URL(url).query
    except (ValueError, IndexError):  # what yarl raises at an address that is none
        return None
    found = (query.get(name, "") for name in parameters.split())
    return next((target for target in found if target.lower().startswith(("http://", "https://"))), None)
