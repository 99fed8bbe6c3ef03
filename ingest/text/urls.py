"""Addresses (URLs): absolute, canonical, of a host, of a page; knows URL syntax and tracking, contacts nothing."""

import re
from functools import lru_cache
from urllib.parse import urljoin

from yarl import URL

from ingest.text.redirectors import redirect_target
from ingest.text.sanitize import xml_safe
from ingest.text.url_parameters import identifying_parameters, names_an_article, selecting_parameters

_SCHEME = re.compile(r"https?:", re.IGNORECASE)  # an address with a scheme needs no base, not even `http://`
_NAMES_A_PART = re.compile(r"!|[a-z_-]*\d+$", re.IGNORECASE)  # `#!/story/5`, `#comment-1313`: a page of its own
_PAGE_ENDS = re.compile(r"(?:/+(?:(?:index|default)\.(?:html?|php|aspx?))?)+$", re.IGNORECASE)
_TWIN_HOST = re.compile(r"^(?:(?:www|m|mobile|amp)\.)+(?=[^.]+\.)")  # the domain itself stays: `m.example` has no twin
_TWIN_PATH = re.compile(r"^(?:/amp)+(?=/.)|(?<=[^/])(?:/+amp(?:\.html?)?)+/*$|(?:\.amp)+(?=\.html?$|$)", re.IGNORECASE)
_ESCAPED_TWICE = re.compile(r"^(?:amp;)+")  # the rest of `&amp;` before a parameter's name
_NUMERIC_AND = re.compile(r"&#(?:0*38|x0*26);", re.IGNORECASE)  # as WordPress writes it
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?(?P<host>[^/?#@:\[\]]+)", re.IGNORECASE)
_NO_HOST = re.compile(r"[\s\x00-\x20%<>\"{}|\\^`\x7f]")
_BROKEN_HOST = re.compile(r"[^/?#]*//[^/?#]*[\t\r\n]")  # which the parser passes over
_INVALID = (ValueError, IndexError)  # what yarl raises at an address that is none
_MAX_URL = 2_000


# What most addresses are: nothing in them needs a parser.
_VALID = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?:/[A-Za-z0-9._~/?#&=%+,;:@!$'()*-]*)?", re.ASCII)
_LONGER = re.compile(r"https?://[a-z0-9.-]+/[A-Za-z0-9_~%-]", re.ASCII)
_PAIR = r"[A-Za-z0-9._~-]++=[A-Za-z0-9._~-]*+"
_SIMPLE = re.compile(  # which never goes back over what it has read
    r"https?://((?!xn--)[a-z0-9-]++(?:\.(?!xn--)(?=[0-9-]*+[a-z])[a-z0-9-]++)++)(/[A-Za-z0-9._~/:@,+!$'()*;=&-]*+)?"
    rf"(?:\?({_PAIR}(?:&{_PAIR})*+))?",
    re.ASCII,
)


def absolute(url: str | None, base: str | None) -> str | None:
    """Return the http(s) address that `url` means on `base`, or None when it means none."""
    if not url or len(url) > _MAX_URL:
        return None
    if _VALID.fullmatch(url):
        return url
    text = url.strip()
    try:
        joined = _in_ascii(xml_safe(urljoin(base or "", text) if not _SCHEME.match(text) else text))
        parts = URL(joined, encoded=True)
        usable = parts.scheme.lower() in {"http", "https"} and parts.host and not _NO_HOST.search(parts.host)
        parts.port  # noqa: B018 - a port out of range raises here, not later
    except _INVALID:
        return None
    return _percent_encoded(joined) if usable and not _BROKEN_HOST.match(joined) else None


def _in_ascii(url: str) -> str:
    """Return an address with its host as it is sent to servers: `bücher.example` is `xn--bcher-kva.example` (IDNA, UTS 46)."""
    found = None if url.isascii() else _HOST.match(url)
    if found is None or found["host"].isascii():
        return url
    host = URL(f"http://{found['host']}/").raw_host
    return f"{url[: found.start('host')]}{host}{url[found.end('host') :]}"


def _percent_encoded(url: str) -> str:
    """Percent-encode what may not stand in a URI, and nothing else."""
    return re.sub(r"[\s<>\"{}|\\^`\x00-\x1f\x7f]", lambda m: "".join(f"%{b:02X}" for b in m[0].encode()), url)


# What RFC 3987 lets stand nowhere in an IRI: controls, spaces, delimiters, marks of direction, private and special characters.
_FORBIDDEN = (
    '\x00-\x20<>"{}|\\\\^`\x7f-\xa0\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff'
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_NOT_IN_IRI = re.compile(rf"[{_FORBIDDEN}\[\]#]|%(?![0-9a-f]{{2}})", re.IGNORECASE)
_BEGINNING = re.compile(r"[a-z][a-z0-9+.-]*://(?:\[[0-9a-f:.]+\])?[^/?#\[\]]*", re.IGNORECASE)


def iri(url: str) -> str:
    """Percent-encode what may not stand in an IRI (RFC 3987), and nothing else: a second `#`, brackets, a lone `%`.

    What is stored is the address as its publisher wrote it; this is how it is published.
    """
    if _NOT_IN_IRI.search(url) is None:  # nearly every address
        return url
    host = _BEGINNING.match(url)
    start = host.end() if host else 0
    path, hash_, fragment = url[start:].partition("#")
    return f"{url[:start]}{_encoded(path)}{hash_}{_encoded(fragment)}"


def _encoded(part: str) -> str:
    return _NOT_IN_IRI.sub(lambda m: "".join(f"%{byte:02X}" for byte in m[0].encode("utf-8", "replace")), part)


def destination(url: str) -> str:
    """Return the page that an address leads to: a redirector's target where it stands in plain sight, else `url` itself."""
    target = redirect_target(url)
    return url if target is url else absolute(target, None) or url


_PLAIN = re.compile(r"(https?)://([a-z0-9.-]+)(?::([1-9][0-9]{0,4}))?(?=[/?#]|$)", re.IGNORECASE)
_DEFAULTS = {"http": "80", "https": "443"}
_AUTHORITY = re.compile(r"/|(?=\?)|$")  # what ends it
_USER = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")


def without_secrets(url: str) -> str:
    """Return an address, or a text with addresses, without the user name and password that a feed's may hold."""
    return _USER.sub("", url) if "@" in url else url


def host_of(url: str) -> str:
    """Return host and port in lower case, as `fetch.allow` lists them; an empty string for what has none."""
    if plain := _PLAIN.match(url):  # most are: taking them apart by the standard takes ten times as long
        return f"{plain[2].lower()}:{plain[3] or _DEFAULTS[plain[1].lower()]}"
    try:
        parts = URL(url)
    except _INVALID:
        return ""
    host = (parts.raw_host or "").lower()
    name = f"[{host}]" if ":" in host else host
    return f"{name}:{parts.port}" if host else ""


def machine_of(url: str) -> str:
    """Return the host alone, which the host limiter counts by: all schemes and ports of it are one machine."""
    if plain := _PLAIN.match(url):
        return plain[2].lower().rstrip(".")
    try:
        return (URL(url).raw_host or "").lower().rstrip(".")
    except _INVALID:
        return ""


def origin_of(url: str) -> str:
    """Return the origin (RFC 6454): scheme, host and port, to which a password is given."""
    return f"{url.partition(':')[0].lower()}://{host_of(url)}"


def feed_address(url: str | None) -> str | None:
    """Return the normalised form under which a source is stored, or None for what is no http(s) address.

    Case of scheme and host, the default port, an empty path and a fragment make no difference (RFC 3986, 6.2);
    everything else is the server's own and stays byte for byte.
    """
    valid = absolute(url, None)
    if valid is None:
        return None
    scheme, _, rest = valid.partition("://")
    authority, path = _AUTHORITY.split(rest.partition("#")[0], maxsplit=1)
    user, at, host = authority.rpartition("@")
    scheme, host = scheme.lower(), host.lower()
    name = host.removesuffix({"http": ":80", "https": ":443"}[scheme]).removesuffix(":")
    return f"{scheme}://{user}{at}{name}/{path}"


@lru_cache(maxsize=4_000)  # a feed's own addresses are asked for with every entry
def canonical(url: str | None) -> str | None:
    """Return the key under which two addresses of one page are equal, or None.

    Scheme, `www.`, default port, tracking parameters, order of parameters, index page, trailing
    slash and plain fragments make no difference; unknown parameters, `#!` and numbered fragments do.
    AMP and mobile twins are the page itself, and so is what a redirector names in plain sight.
    It is a key: what is stored and published is always the original address.
    """
    valid = absolute(_NUMERIC_AND.sub("&", redirect_target(url)) if url else url, None)
    if valid is None:
        return None
    if "/." not in valid and (simple := _SIMPLE.fullmatch(valid)):
        pairs = [pair.partition("=")[::2] for pair in simple[3].split("&")] if simple[3] else []
        return f"http://{_TWIN_HOST.sub('', simple[1])}{_page(simple[2] or '/')}{_query(pairs, simple[2] or '/')}"
    try:
        parts = URL(valid)
        named = ((_ESCAPED_TWICE.sub("", k), v) for k, v in parts.query.items())
        pairs = identifying_parameters(named, parts.path)
        path = _page(parts.path)
        host = _TWIN_HOST.sub("", (parts.host_subcomponent or "").lower().rstrip("."))
        port = "" if parts.port in {80, 443, None} else f":{parts.port}"
        fragment = parts.fragment if _NAMES_A_PART.match(parts.fragment) else ""
        key = URL.build(scheme="http", authority=host + port, path=path, query=pairs, fragment=fragment)
        return str(key) if host else None
    except _INVALID:
        return None


def _query(pairs: list[tuple[str, str]], path: str) -> str:
    kept = "&".join(f"{k}={v}" for k, v in identifying_parameters(pairs, path)) if pairs else ""
    return f"?{kept}" if kept else ""


def _page(path: str) -> str:
    page = _TWIN_PATH.sub("", path) if "amp" in path.lower() else path
    return _PAGE_ENDS.sub("", page) or "/"


def page_key(url: str | None) -> str | None:
    """Return the canonical address, unless it names a whole site: such a link identifies no article."""
    key = None if url is None or is_front_page(url) else canonical(url)
    return None if key is None or is_front_page(key) else key


def path_of(key: str | None) -> str | None:
    """Return a canonical address without its parameters, where its path names an article by itself."""
    if key is None:
        return None
    page = key.partition("#")[0].partition("?")[0]
    return page if names_an_article(page) else None


def same_page(one: str | None, other: str | None) -> bool:
    """Return whether two canonical addresses differ in nothing but parameters that do not select an article."""
    if one is None or other is None or "#" in one + other or path_of(one) is None or path_of(one) != path_of(other):
        return False
    first, second = (selecting_parameters(URL(key).query.items()) for key in (one, other))
    return first == second


def is_front_page(url: str) -> bool:
    """Return whether an address names a whole site rather than a page of it."""
    if _LONGER.match(url) and "/." not in url:
        return False
    try:
        parts = URL(url)
    except _INVALID:
        return False
    return parts.path in {"", "/"} and not parts.query_string and not parts.fragment.startswith("!")
