"""Dates as feeds write them: the repair chain from raw text to aware UTC or None; reads no clock."""

import re
from calendar import timegm
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import struct_time

from dateutil import parser as dateutil_parser

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
_YEAR_FIRST = re.compile(r"\s*\d{4}[-/.]?\d{2}")
_ZONE_NAME = re.compile(r"\b([A-Z]{3,5})\s*$")
# Zone names that parsers take silently for UTC (T26). IST is three zones at once: no date is made of it.
_ZONES = {
    "CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200", "BST": "+0100", "WEST": "+0100",
    "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "TRT": "+0300", "JST": "+0900", "KST": "+0900",
    "HKT": "+0800", "SGT": "+0800", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
    "BRT": "-0300", "ART": "-0300", "WIB": "+0700", "PKT": "+0500", "SAST": "+0200",
}  # fmt: skip
_UNDERSTOOD = {"GMT", "UTC", "UT", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "WET"}


def understand(raw: str | None, parsed: struct_time | None, now: datetime) -> datetime | None:
    """Give the moment that `raw` names, or None when it names none that can be believed.

    `parsed` is what the feed parser made of it (UTC). Believed is what lies between 1990 and two
    days after `now`: an epoch number, a typing error or a calendar entry is no publication date.
    A day is never guessed from an order of numbers (T15).
    """
    if not raw:
        return None
    text = _with_offset(raw.strip())
    if text is None:
        return None
    for read in _READERS:
        with suppress(ValueError, TypeError, OverflowError, IndexError):
            moment = read(text, parsed if text == raw.strip() else None)
            if moment is not None:
                return _believed(moment, now)
    return None


def _with_offset(raw: str) -> str | None:
    """Put the offset for a zone's name; None for a name that means several."""
    zone = _ZONE_NAME.search(raw)
    if zone is None or zone[1] in _UNDERSTOOD:
        return raw
    offset = _ZONES.get(zone[1])
    return raw[: zone.start()] + offset if offset else None


def _from_parser(_text: str, parsed: struct_time | None) -> datetime | None:
    return None if parsed is None else datetime.fromtimestamp(timegm(parsed), UTC)


def _from_mail(text: str, _parsed: struct_time | None) -> datetime | None:
    return parsedate_to_datetime(text)


def _year_first(text: str, _parsed: struct_time | None) -> datetime | None:
    return dateutil_parser.parse(text) if _YEAR_FIRST.match(text) else None


_READERS = (_from_parser, _from_mail, _year_first)


def _believed(moment: datetime, now: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    utc = aware.astimezone(UTC).replace(microsecond=0)
    return utc if _EARLIEST <= utc <= now + _AHEAD else None


def rfc3339(moment: datetime | None) -> str | None:
    """Write an aware moment as RFC 3339 in UTC with seconds, None as None."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_rfc3339(text: str | None) -> datetime | None:
    """Read back what `rfc3339` wrote."""
    return None if text is None else datetime.fromisoformat(text)
