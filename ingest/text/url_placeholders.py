"""Placeholders where an address should be: marks of templates, words such as `null`; knows no feed and no base address."""

import re
from typing import Final

# What a template or a setting left behind: `{{ site.url }}`, `${HOST}`, `<base-url>`, `<%= url %>`, `%BASE_URL%`, `__URL__`.
_MARKS: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|%7B%7B|%7D%7D|\$\{|\$\(|#\{|<%|%>|<[\w .:-]+>|@@\w+@@"
    r"|(?:^|/)(?:%[A-Za-z_]{2,}%|__\w+__|\$[A-Za-z_]\w*|\{[A-Za-z_]\w*\})(?:/|$)",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(
    r"(?:undefined|null|none|nil|nan|n/a|tbd|todo|\[object object\]|[\[(<{][^/]*[\])>}]|%s|%d)", re.IGNORECASE
)
_NO_PATH: Final = re.compile(r"https?://[^/?#]+/(?:undefined|null|nan)/?", re.IGNORECASE)  # a script joined nothing to its site
_SIGNS: Final = re.compile(r"[-_.?*~–—]+")
_WEB: Final = re.compile(r"https?:/*", re.IGNORECASE)
_FIRST: Final = re.compile(r"n/a(?=/|$)|[^/?#]*", re.IGNORECASE)
_NOBODYS: Final = ("example.org", "example.com", "example.net", ".example", "your-", "changeme")  # RFC 2606, and words of templates
_EVERYDAY: Final = re.compile(r"https?://[a-z0-9-]+\.[a-z0-9.-]+(?:/[A-Za-z0-9._,:;=&+~!'()*/-]*)?(?:[?#].*)?", re.ASCII)


def is_placeholder(address: str) -> bool:
    """Return whether a text is no address at all, though it could be resolved on the feed's.

    A part of a page (`#top`) is none either: it names no page.
    """
    text = address.strip()
    if _NO_PATH.fullmatch(text):
        return True
    if _EVERYDAY.fullmatch(text) and "__" not in text:  # most are
        return False
    web = _WEB.match(text)
    place = text.partition("?")[0]
    if _MARKS.search(place):
        return True
    first = _FIRST.match(place, web.end() if web else 0)
    if first and first[0] not in {"", ".", ".."} and _NOTHING.fullmatch(first[0]):
        return True
    return not web and (text[:1] in {"", "#"} or bool(_SIGNS.fullmatch(text)) or _is_words(text))


def is_placeholder_contact(contact: str) -> bool:
    """Return whether a page or an e-mail address at which somebody can be reached is one that nobody has."""
    return any(word in contact.lower() for word in _NOBODYS)


def _is_words(text: str) -> bool:
    """Return whether a text is a remark, such as "coming soon": words, without the signs of an address."""
    return " " in text and not any(sign in text for sign in "/.?#=")
