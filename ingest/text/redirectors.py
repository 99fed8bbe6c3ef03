"""Addresses of redirectors that hold their target in plain sight -> the target; contacts nothing."""

import base64
import re
from typing import Final
from urllib.parse import unquote

from yarl import URL

_DEEPEST: Final = 3  # redirectors in one another
_HINTS: Final = ("http", "ahr0c", "/amp/", "ampproject")  # without one of them, small or not, no target stands in an address
# Host and path, and the parameters that may hold the target.
_PLACES: Final = (
    (r"(?:www\.|news\.url\.)?google\.[a-z.]+/(?:url|alerts/url|searchurl/rr\.html)", "url q"),
    (r"news\.google\.[a-z.]+/(?:news/)?(?:url|i/rssurl)", "url q"),
    (r"(?:www\.)?bing\.com/news/apiclick\.aspx", "url"),
    (r"(?:www\.)?bing\.com/ck/a", "u"),
    (r"(?:www\.)?msn\.com/[^?]*/redirect", "url"),
    (r"(?:www\.)?yandex\.[a-z.]+/(?:clck/jsredir|redir)", "url"),
    (r"(?:www\.)?flipboard\.com/redirect", "url"),
    (r"(?:www\.)?getpocket\.com/redirect", "url"),
    (r"(?:www\.)?inoreader\.com/(?:redirect|out)", "url"),
    (r"(?:ct|c)\.moreover\.com/[^?]*", "u url"),
    (r"disq\.us/url", "url"),
    (r"(?:www\.)?medium\.com/r/?", "url"),
    (r"(?:www\.)?pinterest\.[a-z.]+/offsite/?", "url"),
    (r"(?:gate|exit)\.sc/?", "url"),
    (r"link\.(?:zhihu\.com|juejin\.cn|csdn\.net)/?", "target"),
    (r"(?:www\.)?douban\.com/link2/?", "url"),
    (r"(?:www\.)?jianshu\.com/go-wild", "url"),
    (r"weibo\.cn/sinaurl", "u toasturl"),
    (r"urldefense\.proofpoint\.com/v[12]/url", "u"),
    (r"go\.redirectingat\.com/?", "url"),
    (r"redirect\.viglink\.com/?", "u"),
    (r"(?:www\.)?awin1\.com/cread\.php", "ued p"),
    (r"lm?\.(?:facebook|instagram|messenger|threads)\.(?:com|net)/(?:l\.php)?", "u"),
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
    r"|(?:[a-z]+\.)*rd\.yahoo\.[a-z.]+/.*\*-?(?=http)"
    r"|urldefense\.com/v3/__(?=http)"
    r"|href\.li/\?(?=http)"
    r"|[a-z0-9.-]+\.awstrack\.me/L0/(?=http)"
    r"|[a-z0-9.-]+/~/t/[^?#]*/~(?=https?:)"
    r")(?P<target>[^?#]*(?:\?[^#]*)?)",
    re.IGNORECASE,
)
_END: Final = re.compile(r"/R[KS]=.*$|__;.*$")


def redirect_target(url: str) -> str:
    """Return the address that a known redirector names as its target, or `url` itself."""
    rest = url[8:].lower()
    if not any(hint in rest for hint in _HINTS):
        return url  # nearly every address
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
            return unquote(_END.sub("", target))
        return f"http{'s' if path['google'] or path['cache'] else ''}://{target}"
    place = _BY_PARAMETER.match(url)
    if place is None:
        return None
    _, parameters = _PLACES[(place.lastindex or 1) - 1]
    try:
        query = URL(url).query
    except (ValueError, IndexError):  # what yarl raises at an address that is none
        return None
    found = (_spelled_out(query.get(name, "")) for name in parameters.split())
    return next((target for target in found if target.lower().startswith(("http://", "https://"))), None)


def _spelled_out(value: str) -> str:
    """Decode an address that a redirector wrote in base64 (Bing, behind `a1`) or with signs of its own (Proofpoint)."""
    if value.startswith("a1aHR0c"):
        try:
            return base64.urlsafe_b64decode(value[2:] + "=" * (-len(value[2:]) % 4)).decode()
        except ValueError:
            return ""
    if value.startswith(("http-3A__", "https-3A__")):
        return unquote(value.replace("_", "/").replace("-", "%"))
    return value
