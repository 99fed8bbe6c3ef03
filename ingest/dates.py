"""Dates as feeds write them: the repair chain from raw text to aware UTC or None; reads no clock."""

import re
import unicodedata
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from dateutil import parser as dateutil_parser

from ingest.months import MONTHS

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
_YEAR_FIRST = re.compile(r"\d{4}(?:([-/.])\s?(?:0?[1-9]|1[0-2])\1\s?\d{1,2}|\d{4}(?:\d{6})?)(?!\d)")
_MONTH_NAMED = re.compile(
    r"\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ENGLISH = "JanFebMarAprMayJunJulAugSepOctNovDec"
# Most dates of RSS; whatever else mail allows is read below.
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) "
    r"(?:GMT|UTC|([+-]\d\d)(\d\d))",
    re.ASCII,
)
_HOUR = r"(?:[\s,T]+(?:à\s+|um\s+|alle\s+|в\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)(?:[:.](?P<second>\d\d))?)?"
_ZONE = r"(?:\s*Uhr)?(?:\s*(?P<zone>[+-]\d{4}|Z))?"
_DAY_FIRST = re.compile(
    rf"(?:[^\W\d_]+\.?,?\s+)?(?P<day>\d{{1,2}})(?:er|[.º°])?\s+(?:de\s+|d')?(?P<month>[^\W\d_]{{3,}}\.?),?\s+(?:de\s+)?"
    rf"(?P<year>\d{{4}})(?:\s?(?:г\.|р\.|r\.|roku))?{_HOUR}{_ZONE}"
)
_YEAR_AND_WORD = re.compile(
    rf"(?P<year>\d{{4}})(?:[-.\s]+(?P<month>[^\W\d_]{{3,}}\.?)[-.\s]+(?P<day>\d{{1,2}})\.?"
    rf"){_HOUR}{_ZONE}"
)
_ORDER_UNKNOWN = re.compile(r"(?!\d{4})\D*\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d")
_ENDS_IN_TIME = re.compile(r":\d{2}$|:\d{2}\s\d{4}$|\s-0000$")
_TWELVE_HOURS = re.compile(r"(?i)\d\s*[ap]\.?m\b")
_ZONE_NAME = re.compile(r"\b([A-Z]{3,5})(?=$|\s+\d{4}$)")
_OFFSET = re.compile(r"(?:\b(?:GMT|UTC?))?([+-]\d{2}):?(\d{2})(?=$|\s)")
_HALF_OFFSET = re.compile(r"[A-Z][+-]\d")  # `GMT+2` is read with either sign
# Zone names that parsers take silently for UTC (T26). IST is three zones at once: no date is made of it.
_ZONES = {
    "CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200", "BST": "+0100", "WEST": "+0100",
    "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "TRT": "+0300", "JST": "+0900", "KST": "+0900",
    "HKT": "+0800", "SGT": "+0800", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
    "BRT": "-0300", "ART": "-0300", "WIB": "+0700", "PKT": "+0500", "SAST": "+0200",
    "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600",
    "PST": "-0800", "PDT": "-0700", "WET": "+0000", "GMT": "+0000", "UTC": "+0000", "UT": "+0000",
}  # fmt: skip
# Two days that have nothing in common: what is the same on both was all said by the text.
_DEFAULTS = (datetime(2000, 1, 1), datetime(2001, 2, 2))  # noqa: DTZ001 - a text that names no zone stays without


def understand(raw: str | None, now: datetime) -> datetime | None:
    """Give the moment that `raw` names, or None when it names none that can be believed.

    Believed is what lies between 1990 and two days after `now`: an epoch number, a typing error or
    a calendar entry is no publication date. A day is never guessed from an order of numbers (T15),
    a missing day or month never filled in.
    """
    stripped = raw.strip() if raw else ""
    if not stripped:
        return None
    if _ISO.fullmatch(stripped):
        with suppress(ValueError, ArithmeticError):
            return _believed(datetime.fromisoformat(stripped), now)
    if said := _MAIL.fullmatch(stripped):
        with suppress(ValueError, ArithmeticError):
            return _believed(_from_rss(*said.groups()[:-2], east=said[7], more=said[8]), now)
    text = _with_offset(stripped)
    if text is None or _ORDER_UNKNOWN.match(text):
        return None
    for read in _READERS:
        with suppress(ValueError, TypeError, ArithmeticError, IndexError):
            moment = read(text)
            if moment is not None:
                return _believed(moment, now)
    return None


def _from_rss(day: str, month: str, year: str, *clock: str, east: str | None, more: str | None) -> datetime:
    zone = timezone(timedelta(hours=int(east), minutes=int(f"{east[0]}{more}"))) if east else UTC
    hours, minutes, seconds = map(int, clock)
    return datetime(int(year), _ENGLISH.index(month) // 3 + 1, int(day), hours, minutes, seconds, tzinfo=zone)


def _with_offset(raw: str) -> str | None:
    """Spell the offset one way, put it for a zone's name; None for a name that means several."""
    text = _OFFSET.sub(r"\1\2", raw)
    zone = _ZONE_NAME.search(text)
    if zone is None:
        return None if _HALF_OFFSET.search(text) else text
    offset = _ZONES.get(zone[1])
    return text[: zone.start()] + offset + text[zone.end() :] if offset else None


def _from_mail(text: str) -> datetime | None:
    moment = None if _TWELVE_HOURS.search(text) else parsedate_to_datetime(text)
    # Without a zone only where none is named: it takes one that it does not know for none (T26).
    return moment if moment and (moment.tzinfo or _ENDS_IN_TIME.search(text)) else None


def _complete(text: str) -> datetime | None:
    """Read a text in which nothing can be mistaken: the year comes first, or the month is a word."""
    if not (_YEAR_FIRST.match(text) or _MONTH_NAMED.search(text)):
        return None
    one, other = (dateutil_parser.parse(text, default=default, tzinfos=_offset) for default in _DEFAULTS)
    return one if one == other else None


def _offset(name: str | None, seconds: int | None) -> int | None:
    """Refuse a zone's name that says no offset: dateutil would take it for none (T26)."""
    if name and seconds is None:
        raise ValueError(name)
    return seconds


def _foreign(text: str) -> datetime | None:
    """Read a date whose month is a word of another language, spelt out around it: day, month, year, hour."""
    found = _DAY_FIRST.fullmatch(text) or _YEAR_AND_WORD.fullmatch(text)
    if found is None:
        return None
    said = found.groupdict()
    word = unicodedata.normalize("NFC", said["month"].casefold().rstrip("."))
    month = int(word) if word.isdecimal() else MONTHS[word]
    zone = datetime.strptime(said["zone"], "%z").tzinfo if said["zone"] else UTC
    hour = int(said["hour"] or 0)
    return datetime(
        int(said["year"]), month, int(said["day"]), hour, int(said["minute"] or 0), int(said["second"] or 0), tzinfo=zone
    )


_READERS = (_from_mail, _complete, _foreign)


def _believed(moment: datetime, now: datetime) -> datetime | None:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    utc = aware.astimezone(UTC).replace(microsecond=0)
    return utc if _EARLIEST <= utc <= now + _AHEAD else None


def rfc3339(moment: datetime | None) -> str | None:
    """Write an aware moment as RFC 3339 in UTC with seconds, None as None."""
    if moment is None:
        return None
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat()[:19]}Z"  # several times cheaper than strftime, and it is asked for every moment that is stored


def from_rfc3339(text: str | None) -> datetime | None:
    """Read back what `rfc3339` wrote."""
    return None if text is None else datetime.fromisoformat(text)
