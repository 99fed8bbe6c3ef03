"""What a feed says about being polled, read from the head of its bytes beside any parser; believes only sound values."""

import re
from typing import Final

from ingest.item import Hints
from ingest.text import xml_safe
from ingest.urls import absolute

_HEAD: Final = 200_000  # bytes: a channel's own elements come before its items
_ITEM: Final = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s/>]", re.IGNORECASE)
_TAG: Final = r"<(?:\w+:)?{0}\b[^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]{{1,40}}?)\s*(?:\]\]>)?\s*</"
_TTL: Final = re.compile(_TAG.format("ttl"))
_PERIOD: Final = re.compile(_TAG.format("updatePeriod"))
_FREQUENCY: Final = re.compile(_TAG.format("updateFrequency"))
_HOUR: Final = re.compile(_TAG.format("hour"))
_DAY: Final = re.compile(_TAG.format("day"))
_LINK: Final = re.compile(r"<(?:\w+:)?link\b([^>]*)>")
_ATTRIBUTE: Final = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HEADER_LINK: Final = re.compile(r'<([^<>]*)>\s*;[^,<]*?\brel\s*=\s*"?([^";,]*)', re.IGNORECASE)
_PERIODS: Final = {"hourly": 3_600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}
_DAYS: Final = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_HOURS: Final = 24
_LONGEST: Final = 2_592_000.0  # seconds: a month


def hints_of(body: bytes) -> Hints:
    """Give `ttl`, `sy:updatePeriod`, `skipHours` and `skipDays` of a feed (RSS 2.0; the syndication module of RSS 1.0).

    The longer of two intervals counts. A feed that would skip every hour or every day skips none.
    """
    head = _head(body)
    hours = {int(h) % _HOURS for h in _all(_HOUR, head) if h.isdecimal() and int(h) <= _HOURS}  # 24 is midnight
    days = {_DAYS[d[:3].lower()] for d in _all(_DAY, head) if d[:3].lower() in _DAYS}
    interval = max(_minutes(_TTL, head), _period(head))
    return Hints(
        interval=min(interval, _LONGEST) or None,
        skip_hours=tuple(sorted(hours)) if len(hours) < _HOURS else (),
        skip_days=tuple(sorted(days)) if len(days) < len(_DAYS) else (),
    )


def _head(body: bytes) -> str:
    first = _ITEM.search(body, 0, _HEAD)
    return body[: first.start() if first else _HEAD].decode("utf-8", "replace")


def _all(pattern: re.Pattern[str], head: str) -> list[str]:
    return [found.strip() for found in pattern.findall(head)]


def _number(pattern: re.Pattern[str], head: str) -> float:
    said = next(iter(_all(pattern, head)), "")
    return float(said[:9]) if said.isascii() and said.isdecimal() else 0.0


def _minutes(pattern: re.Pattern[str], head: str) -> float:
    return _number(pattern, head) * 60


def _period(head: str) -> float:
    period = _PERIODS.get(next(iter(_all(_PERIOD, head)), "").lower(), 0.0)
    return period / max(_number(_FREQUENCY, head), 1.0)


def hub_of(body: bytes, headers: dict[str, str], url: str) -> tuple[str | None, str | None]:
    """Give the first hub that announces a feed's changes, and the address under which it knows the feed (WebSub 4).

    The Link header is asked first, then the document; both addresses are http(s), on the base `url`.
    """
    named = [(rel, target) for target, rel in _HEADER_LINK.findall(headers.get("link", ""))]
    for attributes in _LINK.findall(_head(body)):
        known = {name.lower(): xml_safe(a or b).replace("&amp;", "&") for name, a, b in _ATTRIBUTE.findall(attributes)}
        named.append((known.get("rel", ""), known.get("href", "")))
    return _first("hub", named, url), _first("self", named, url)


def _first(wanted: str, named: list[tuple[str, str]], url: str) -> str | None:
    found = (absolute(target, url) for rel, target in named if wanted in rel.lower().split())
    return next((address for address in found if address), None)
