"""Query parameters: which identify a page and which only track how a reader came to it; contacts nothing."""

import re
from collections.abc import Iterable
from typing import Final

Pair = tuple[str, str]

# Tracking parameters: they name the way to a page, never the page.
_TRACKING: Final = re.compile(
    r"(?:utm|wt)\..*|(?:utm|at|mc|wt|ns|pk|mtm|hsa|piwik|matomo|fb_action|fb_source|guce|itm|hmb|vero|oly)_.*|fbclid|gclid|dclid|gbraid|wbraid"
    r"|gclsrc|msclkid|igshid|igsh|yclid|twclid|ttclid|li_fat_id|srsltid|xtor|xtref|_ga|_gl|_hsenc|_hsmi|_openstat|mkt_tok"
    r"|cmp(?:id)?|i(?:nt)?_?cmp(?:id)?|intcid|ito|ncid|ocid|icid|s?cmpid|s_cid|sc_cid|scid|emc|smid|smtyp|ftag|mbid|taid"
    r"|guccounter|sh_kit|sr_share|echobox|wickedid|__twitter_impression|ck_subscriber_id|partnerid",
    re.IGNORECASE,
)
_TWINS: Final = {("amp", ""), ("amp", "true"), ("amp", "1"), ("outputtype", "amp"), ("m", "1"), ("mobile", "1")}
# Where a reader came from; the same names may choose a page too, so the value decides.
_ORIGINS: Final = re.compile(
    r"(?:traffic_?|link_?|feed_?|rss_?)?(?:ref|src|source|from|via|partner|origin|medium|channel|campaign|referr?er|referral|kaynak)"
    r"|ref_?src|cid|mod|sr|maca|pos|attr|promo|output|feature",
    re.IGNORECASE,
)
_FEED_NAME: Final = re.compile(
    r"(?:xml|rss|atom|feed|news_?feed)_?(?:id|name|type|source|src|ref|feed|link|item)?s?|(?:from|is|via|by)_?(?:rss|feed|atom)",
    re.IGNORECASE,
)
# Beside a parameter that names the feed, these are tracking parameters too.
_BESIDE: Final = re.compile(r"(?:traffic_?)?(?:ref|src|source|partner|origin|medium|channel|campaign|referr?er)", re.IGNORECASE)
_PARTED: Final = re.compile(r"[^0-9A-Za-z]+")
_FEED: Final = re.compile(
    r"(?:xml|news|my|web|site|full|public|all)?(?:rss|rdf|atom|feed)s?(?:feeds?|reader|link|item|\d*)", re.IGNORECASE
)
_FEED_WORD: Final = re.compile(
    r"(?:xml|news|my|web|site|full|public|all)?(?:rss|rdf)s?(?:feeds?|reader|link|item|\d*)", re.IGNORECASE
)
_DIGIT: Final = re.compile(r"[^\W_a-zA-Z]")  # or a letter of another script
_PARTS: Final = 3  # of a name: a headline has so many words
_YES: Final = {"", "1", "true", "yes", "y", "on"}
# Names that choose the article, or which form of it, or what is looked for.
_SELECTS: Final = re.compile(
    r"[a-z]|.*(?<!session)(?<!campaign)(?<!visitor)id|id.*|.*(?:article|artikel|story|post|item|news(?!feed)|doc|entry|topic|thread"
    r"|slug|title|title?|headline|key|word|term|query|search|suche|tag(?!s?_src)|cat|sect|page|pag|seite|path|file|url|uri|link"
    r"|name|code|date|day|month|year|num|nr|no|ver|edition|lang|locale|country|region|view|format|sort|order|start|offset"
    r"|product|series|wiki|book|isbn|show|video|play|node|cid|hl)[a-z]*",
    re.IGNORECASE,
)


def identifying_parameters(pairs: Iterable[Pair], path: str) -> list[Pair]:
    """Return the parameters that identify a page among those of an address with this path, sorted."""
    known = [pair for pair in pairs if not _is_tracking(*pair)]
    if not known:
        return []
    rich = names_an_article(path)
    said = [pair for pair in known if not _says_feed(*pair, rich=rich)]
    if len(said) < len(known):
        said = [(name, value) for name, value in said if not (_FEED_NAME.fullmatch(name) or _BESIDE.fullmatch(name))]
    return sorted(said)


def selecting_parameters(pairs: Iterable[Pair]) -> list[Pair]:
    """Return the parameters whose very name says that they select an article, sorted."""
    return sorted((name, value) for name, value in pairs if _SELECTS.fullmatch(name))


def names_an_article(path: str) -> bool:
    """Return whether a path names an article by itself: its last part has a number or some words."""
    last = path.rstrip("/").rpartition("/")[2]
    name = last.rpartition(".")[0] or last
    return name.count("-") + name.count("_") + name.count("+") + 1 >= _PARTS or _DIGIT.search(name) is not None


def _is_tracking(name: str, value: str) -> bool:
    return bool(_TRACKING.fullmatch(name)) or (name.lower(), value.lower()) in _TWINS


def _says_feed(name: str, value: str, *, rich: bool) -> bool:
    """Return whether a parameter tells by which feed its reader came.

    An article may be about feeds: a parameter whose name selects an article stays.
    """
    if _FEED_NAME.fullmatch(name):
        return rich or value.lower() in _YES or bool(_FEED.fullmatch(value))
    is_origin = bool(_ORIGINS.fullmatch(name))
    if not is_origin and _SELECTS.fullmatch(name):
        return False
    words = [word for word in _PARTED.split(value) if word]
    if len(words) == 1:
        return bool((_FEED if is_origin else _FEED_WORD).fullmatch(words[0]))
    return (is_origin or rich) and any(map(_FEED_WORD.fullmatch, words))
