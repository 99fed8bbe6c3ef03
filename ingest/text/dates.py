"""Dates as publishers write them -> aware UTC, or the reason why not; reads no clock."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from ingest.model import Item
from ingest.text import date_grammar
from ingest.text.date_grammar import UnreadableDateError
from ingest.text.sanitize import one_line, shorten

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=2)
_NO_OFFSET, _WEST, _EAST = timedelta(0), timedelta(hours=-12), timedelta(hours=14)  # as clocks on earth have them
_SHOWN = 60  # characters of a date in a note
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII)
_ENGLISH = "JanFebMarAprMayJunJulAugSepOctNovDec"
# Most dates of RSS; any other is read by date_grammar.
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) (\d\d):(\d\d):(\d\d) "
    r"(?:GMT|UTC|([+-]\d\d)([0-5]\d))",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date as it was written, and the moment that it was read as or the reason why not."""

    raw: str
    moment: datetime | None
    fault: str = ""


def read_date(raw: str | None, now: datetime, language: str | None = None) -> DateReading | None:
    """Read a date; None where nothing was written. It never raises: what cannot be read or believed is kept with the reason.

    Believed is what lies between 1990 and two days after `now`: an epoch number, a typing error or a calendar entry is no
    publication date. A day is never guessed from an order of numbers, a missing day or month never filled in.
    `language` is the text's own; a month's name that is two months in two languages is read with its help alone.
    """
    stripped = raw.strip() if raw else ""
    if not stripped:
        return None
    try:
        moment = _read(stripped, language)
    except (ValueError, ArithmeticError) as fault:
        why = str(fault) if isinstance(fault, UnreadableDateError) else "there is no such day or hour"
        return DateReading(stripped, None, why)
    if moment < _EARLIEST or moment > now + _AHEAD:
        return DateReading(stripped, None, "before 1990" if moment < _EARLIEST else "more than two days ahead")
    return DateReading(stripped, moment)


def parse_date(raw: str | None, now: datetime, language: str | None = None) -> datetime | None:
    """Return the moment that `raw` names, or None when it names none that can be believed (see read_date)."""
    reading = read_date(raw, now, language)
    return reading.moment if reading else None


def unread_dates(items: Iterable[Item], now: datetime) -> tuple[DateReading, ...]:
    """Return the readings of those dates of items that were not understood."""
    said = ((item, ((item.published, item.published_raw), (item.updated, item.updated_raw))) for item in items)
    readings = (
        read_date(raw, now, item.language)
        for item, pairs in said
        for raw in dict.fromkeys(raw for moment, raw in pairs if raw and moment is None)
    )
    return tuple(reading for reading in readings if reading and reading.fault)


def note_of_unread(faults: Sequence[DateReading]) -> tuple[str, ...]:
    """Return one line for people about dates that were not understood, nothing if there are none."""
    if not faults:
        return ()
    first = f"“{shorten(one_line(faults[0].raw), _SHOWN)}” ({faults[0].fault})"
    return (f"a date left out: {first}" if len(faults) == 1 else f"{len(faults)} dates left out, the first: {first}",)


def _read(text: str, language: str | None) -> datetime:
    """Return the moment in UTC, to the second."""
    if _ISO.fullmatch(text):
        moment = datetime.fromisoformat(text)
    elif said := _MAIL.fullmatch(text):
        moment = _from_rss(*said.groups()[:-2], east=said[7], more=said[8])
    else:
        moment = date_grammar.read(text, language)
    offset = moment.utcoffset() or _NO_OFFSET
    if not _WEST <= offset <= _EAST:
        raise UnreadableDateError("there is no such offset")
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


def _from_rss(day: str, month: str, year: str, *clock: str, east: str | None, more: str | None) -> datetime:
    zone = timezone(timedelta(hours=int(east), minutes=int(f"{east[0]}{more}"))) if east else UTC
    hours, minutes, seconds = map(int, clock)
    return datetime(int(year), _ENGLISH.index(month) // 3 + 1, int(day), hours, minutes, seconds, tzinfo=zone)


def rfc3339(moment: datetime | None) -> str | None:
    """Write an aware moment as RFC 3339 in UTC with seconds, None as None."""
    if moment is None:
        return None
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat()[:19]}Z"  # several times cheaper than strftime, and it is asked for every moment that is stored


def from_rfc3339(text: str | None) -> datetime | None:
    """Read back what `rfc3339` wrote."""
    return None if text is None else datetime.fromisoformat(text)
