"""The grammar of dates: every number and word of a text is accounted for, or it is no date; guesses nothing.

A date is a day, a month and a year, told apart by their form and never by their order; perhaps the hour and the zone;
and words that move nothing (weekdays, particles). The words come from `date_words`.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, NamedTuple

from ingest.text.date_words import (
    LANGUAGES,
    Phrase,
    Words,
    is_known,
    languages_that_know,
    languages_with_a_month,
    plain_digits,
    silent_anywhere,
    tokens,
    words,
)
from ingest.text.language import codes

_LONGEST: Final = 150  # characters of a date
# Zones' names that name one offset. IST is three zones at once: no date is made of it.
ZONES: Final = {
    "CET": "+0100", "CEST": "+0200", "MEZ": "+0100", "MESZ": "+0200", "BST": "+0100", "WEST": "+0100",
    "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "TRT": "+0300", "JST": "+0900", "KST": "+0900",
    "HKT": "+0800", "SGT": "+0800", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
    "BRT": "-0300", "ART": "-0300", "WIB": "+0700", "PKT": "+0500", "SAST": "+0200",
    "EST": "-0500", "EDT": "-0400", "CST": "-0600", "CDT": "-0500", "MST": "-0700", "MDT": "-0600",
    "PST": "-0800", "PDT": "-0700", "WET": "+0000", "GMT": "+0000", "UTC": "+0000", "UT": "+0000", "Z": "+0000",
}  # fmt: skip
_MONTHS: Final = {name: number for number, names in enumerate((
    "jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
    "sep sept september", "oct october", "nov november", "dec december",
), 1) for name in names.split()}  # fmt: skip
_ENGLISH: Final = Words(
    {(name,): number for name, number in _MONTHS.items()},
    {},
    frozenset(
        (word,)
        for word in "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday"
        " the of at on day utc gmt z".split()
    ),
    1,
)
_HYPHENS: Final = dict.fromkeys(map(ord, "‐‑‒–−"), "-")
_ERAS: Final = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911}  # the year before the first
_ERA: Final = re.compile(rf"({'|'.join(_ERAS)})\s*(\d{{1,3}}|元)\s*年")
_BUDDHIST: Final = re.compile(r"พ\.?\s?ศ\.?|\bB\.?E\.?(?![\w.])")
_BUDDHIST_OFFSET: Final = 543
_BUDDHIST_YEARS: Final = range(2400, 2700)  # which no other era can mean
_STAMP: Final = re.compile(r"(\d{4})(-?)(\d\d)\2(\d\d)(?:[T ]?(\d\d)(\d\d)(\d\d)?)?(?=$|Z|[ +-])")
_NUMBERS: Final = re.compile(
    r"(?<![\d+-])(?P<year>\d{4})(?:(?P<by>[-/.])\s?(?P<month>\d{1,2})(?P=by)\s?(?P<day>\d{1,2})(?!\d)\.?"
    r"|\s*[年년]\s*(?P<cjk_month>\d{1,2})\s*[月월]\s*(?P<cjk_day>\d{1,2})\s*[日일號号]?)"
)
_CLOCK: Final = re.compile(
    r"""(?:(?<=\d)\s?[Tt]|(?<=\d{4}:)|(?<![A-Za-z\d:.,+-]))\s*
        (?:(?P<before>[AaPp])\.?[Mm]\.?\s*)?
        (?P<hour>\d{1,2})
        (?: (?P<by>[:.])(?P<minute>\d\d) (?:[:.](?P<second>\d\d)(?:[.,]\d{1,9})?)?
          | \s?(?:[hH](?![a-zA-Z])|Uhr|[时時點点시])\s?(?:(?P<spoken>\d\d?)\s?(?:min|[分분])?)?(?:\s?(?P<moment>\d\d?)\s?[秒초])?
          | (?<!\d[3-9])(?<![2-9]\d)(?=\s?[AaPp]\.?[Mm]\b) )
        (?!\d)(?:\s?Uhr\b)?
        (?:\s?(?P<half>[AaPp])\.?\s?[Mm]\b\.?)?""",
    re.VERBOSE,
)
_EITHER_SIGN: Final = re.compile(r"\s*(?:GMT|UTC?|Z)\s?[+-]\d(?!\d)")
_OFFSET: Final = re.compile(
    r"\s*(?:(?:GMT|UTC?|Z)\s?)?(?P<sign>[+-])(?P<hours>\d\d)(?::?(?P<minutes>\d\d))?(?!\d)(?:\s*\([^()]*\))?"
)
_NAME: Final = re.compile(r"\s*\(?(?P<name>[A-Z]{1,5}|z)\)?(?![\w/+-])")
_AFTER_CLOCK: Final = frozenset({"UHR", "HRS", "HS", "H"})
_SIGNED: Final = re.compile(r"(?:^|(?<=[\s,(]))[+-]\d")
_OLD_YEAR: Final = re.compile(  # RFC 822, RFC 850
    rf"(?<!\d)(\d{{1,2}})[\s-]+({'|'.join(_MONTHS)})[.,]?[\s-]+(\d{{2}})(?=$|\s)", re.IGNORECASE
)
_CENTURY: Final = 69  # two digits from here on are of the last (RFC 6265, 5.1.1)
_NOON: Final = 12
_YEAR_DIGITS: Final = 4
_NUMBERS_OF_A_DAY: Final = 2  # where the month is a word: the year and the day
_BEHIND_DAY: Final = re.compile(r"(?<!\d)\d{1,2}[-'’.]?([^\W\d_]{1,4})(?![^\W\d_])")  # 1st, 1er, 20-го, 20-án
_MORNING: Final = {hour: hour for hour in range(1, _NOON)}
_HOURS: Final = {
    "am": {**_MORNING, 0: 0, _NOON: 0},
    "pm": {_NOON: _NOON, **{hour: hour + _NOON for hour in range(1, _NOON)}},
    "morning": _MORNING,
    "afternoon": {_NOON: _NOON, **{hour: hour + _NOON for hour in range(1, 8)}},
    "evening": {hour: hour + _NOON for hour in range(4, _NOON)},
    "noon": {_NOON: _NOON},
    "night": {},
    "midnight": {0: 0, _NOON: 0},
}
_NO_ORDINALS: Final = frozenset("am pm a p h t z s m min".split())


class UnreadableDateError(ValueError):
    """A text that is no date; the message is the reason."""


class _Clock(NamedTuple):
    hour: int = 0
    minute: int = 0
    second: int = 0
    half: str = ""  # a or p
    zone: timezone | None = None


class _Rest(NamedTuple):
    """What is left of a text when the clock was taken out of it."""

    text: str
    clock: _Clock
    has_clock: bool


class _Day(NamedTuple):
    year: int
    month: int
    day: int


def read(raw: str, code: str | None = None) -> datetime:
    """Return the moment that a text names, without zone where it names none; `code` is its language, where known.

    Raises UnreadableDateError (a ValueError) with the reason, for whatever text.
    """
    if len(raw) > _LONGEST:
        raise UnreadableDateError("too long for a date")
    text = _ERA.sub(_common_year, plain_digits(raw).strip().translate(_HYPHENS))
    rest = _without_clock(_STAMP.sub(_spaced, text, count=1) if _STAMP.match(text) else text)
    if _SIGNED.search(rest.text):
        raise UnreadableDateError("a year before the first, or an offset without an hour")
    found = _NUMBERS.search(rest.text)
    day, period = _by_number(rest, found, code) if found else _by_name(rest, code)
    clock = rest.clock
    try:
        return datetime(day.year, day.month, day.day, _hour(clock, period), clock.minute, clock.second, tzinfo=clock.zone)
    except (ValueError, OverflowError):
        raise UnreadableDateError("there is no such day or hour") from None


def _common_year(found: re.Match[str]) -> str:
    year = 1 if found[2] == "元" else int(found[2])
    return f"{_ERAS[found[1]] + year}年"


def _spaced(found: re.Match[str]) -> str:
    """Write a stamp without separators with them: 20251112T100000."""
    year, _, month, day, hour, minute, second = found.groups()
    return f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second or '00'}" if hour else "")


# The hour and the zone


def _without_clock(text: str) -> _Rest:
    found = next((one for by in ":h." for one in _CLOCK.finditer(text) if _is_by(one, by)), None)
    if found is None:
        return _Rest(text, _Clock(), has_clock=False)
    zone, end = _zone(text, found.end())
    said = found.groupdict()
    minute, second = (int(said[one] or said[other] or 0) for one, other in (("minute", "spoken"), ("second", "moment")))
    half = (said["half"] or said["before"] or "").lower()
    return _Rest(f"{text[: found.start()]} {text[end:]}", _Clock(int(said["hour"]), minute, second, half, zone), has_clock=True)


def _is_by(found: re.Match[str], by: str) -> bool:
    """Return whether a time is written with the separator `by`: `:` 10:30, `h` 10h30 and 10 pm, `.` 10.30."""
    return (found["by"] or "h") == by and not (by == "." and _NUMBERS.match(found.string[found.start() :].strip()))


def _zone(text: str, start: int) -> tuple[timezone | None, int]:
    """Return the zone that stands at `start` behind the hour, and where it ends."""
    if _EITHER_SIGN.match(text, start):
        raise UnreadableDateError("an offset such as GMT+9 is read with either sign")
    if offset := _OFFSET.match(text, start):
        return _of_offset(offset["sign"], int(offset["hours"]), int(offset["minutes"] or 0)), offset.end()
    named = _NAME.match(text, start)
    if named is None or named["name"] in _AFTER_CLOCK or (named["name"].lower(),) in _ENGLISH.months | _days_of_week():
        return None, start
    name = named["name"].upper()
    if name not in ZONES:
        raise UnreadableDateError(f"the zone {name} names no one offset")
    offset_text = ZONES[name]
    return _of_offset(offset_text[0], int(offset_text[1:3]), int(offset_text[3:])), named.end()


def _days_of_week() -> dict[Phrase, int]:
    return dict.fromkeys((phrase for phrase in _ENGLISH.silent if phrase not in {("utc",), ("gmt",), ("z",)}), 0)


def _of_offset(sign: str, hours: int, minutes: int) -> timezone:
    if minutes >= 60:  # noqa: PLR2004 - of an hour
        raise UnreadableDateError("there is no such offset")
    offset = timedelta(hours=hours, minutes=minutes)
    with suppress(ValueError):
        return timezone(-offset if sign == "-" else offset) if offset else UTC
    raise UnreadableDateError("there is no such offset")


def _hour(clock: _Clock, period: str) -> int:
    """Return the hour (0 to 23) of a clock time and a word for the part of the day. Raises UnreadableDateError."""
    half = {"a": "am", "p": "pm"}.get(clock.half, period)
    if not half:
        return clock.hour
    hours = _HOURS.get(half, {})
    hour = clock.hour if clock.hour > _NOON and half != "am" else hours.get(clock.hour)
    if hour is None:
        raise UnreadableDateError("there is no such hour in that part of the day")
    return hour


# The day


class _Table(NamedTuple):
    """How a text is read: in which languages, with which words that move nothing."""

    languages: tuple[Words, ...]
    silent: frozenset[Phrase] = frozenset()  # besides the language's own
    shortened: bool = False  # a month may be written by the beginning of its name


class _Sentence(NamedTuple):
    """What the words of a text are, in one language."""

    months: frozenset[int]
    numbers: tuple[str, ...]
    period: str


def _by_number(rest: _Rest, found: re.Match[str], code: str | None) -> tuple[_Day, str]:
    """Return a day that is written in numbers, the year first, and the period of the day."""
    around = f"{rest.text[: found.start()]} {rest.text[found.end() :]}"
    day = _Day(int(found["year"]), int(found["month"] or found["cjk_month"]), int(found["day"] or found["cjk_day"]))
    parts = tokens(around)
    if any(token.isdecimal() for token in parts):
        raise UnreadableDateError("it has more numbers than a date")
    for table in _tables(parts, code) if parts else ():
        periods = {one.period for language_ in table.languages if (one := _sentence(parts, language_, table, frozenset()))}
        if periods:
            return day, periods.pop() if len(periods) == 1 else "unclear"
    if parts:
        raise _unknown()
    return day, ""


def _by_name(rest: _Rest, code: str | None) -> tuple[_Day, str]:
    """Return a day whose month is a word; where the language is not known, all that know its words must agree."""
    parts, ordinals, is_buddhist = _prepared(rest.text)
    said = [token for token in parts if not token.isdecimal() and token not in ordinals]
    count = sum(token.isdecimal() for token in parts)
    for table in _tables(said, code):
        able = [one for one in table.languages if one.has_numbers or count == _NUMBERS_OF_A_DAY]
        found = {day for one in able if (day := _day(_sentence(parts, one, table, ordinals), one, is_buddhist))}
        if len(found) == 1:
            return found.pop()
        if found:
            raise UnreadableDateError("its month is another one in another language")
    raise _unknown()


def _prepared(text: str) -> tuple[list[str], frozenset[str], bool]:
    """Return the tokens of a text, the words that stand close behind a number of a day, and whether its era is Buddhist."""
    christian, eras = _BUDDHIST.subn(" ", text)
    if old := _OLD_YEAR.search(christian):
        year = int(old[3]) + (1900 if int(old[3]) >= _CENTURY else 2000)
        christian = f"{christian[: old.start()]}{old[1]} {old[2]} {year}{christian[old.end() :]}"
    parts = tokens(christian)
    if not any(token.isdecimal() for token in parts):
        raise UnreadableDateError("it names no day")
    if all(token.isdecimal() for token in parts):
        raise UnreadableDateError("its numbers do not say which is the day and which the month")
    behind = (token for word in _BEHIND_DAY.findall(christian) for token in tokens(word))
    return parts, frozenset(behind) - _NO_ORDINALS, eras > 0


def _unknown(strange: str = "") -> UnreadableDateError:
    return UnreadableDateError(f"“{strange}” is no word of a date that is known" if strange else "it names no whole day")


def _tables(said: list[str], code: str | None) -> Iterator[_Table]:
    """Yield the ways to read words, the safest first: in English, in the text's language, in all, at last with mixed particles."""
    yield _Table((_ENGLISH,))
    if strange := next((word for word in said if not is_known(word)), ""):
        raise _unknown(strange)
    known = codes.primary(code) if code else None
    own = (words(known),) if known in LANGUAGES else ()
    if own:
        yield _Table(own, _ENGLISH.silent)
        yield _Table(own, _ENGLISH.silent, shortened=True)
    yield _Table(tuple(map(words, languages_that_know(said))))
    if own:
        yield _Table(own, silent_anywhere(), shortened=True)
    every = tuple(map(words, languages_with_a_month(said) or ("en",)))
    yield _Table(every, silent_anywhere())
    yield _Table(every, silent_anywhere(), shortened=True)


def _day(sentence: _Sentence | None, spoken: Words, is_buddhist: bool) -> tuple[_Day, str] | None:  # noqa: FBT001 - a fact
    """Return the day that a sentence names, if it has one month, one year of four digits and one day."""
    if sentence is None or len(sentence.months) != 1:
        return None
    years = [int(number) for number in sentence.numbers if len(number) == _YEAR_DIGITS]
    days = [int(number) for number in sentence.numbers if len(number) < _YEAR_DIGITS - 1]
    if len(sentence.numbers) != len(years) + len(days) or (len(years), len(days)) != (1, 1):
        return None
    (month,) = sentence.months
    said = is_buddhist or (years[0] in _BUDDHIST_YEARS and spoken is words("th"))
    return _Day(years[0] - (_BUDDHIST_OFFSET if said else 0), month, days[0]), sentence.period


def _sentence(parts: list[str], spoken: Words, table: _Table, ordinals: frozenset[str]) -> _Sentence | None:
    """Return what each token of a text is in a language; None if one of them is unknown to it."""
    months: set[int] = set()
    perhaps: set[int] = set()  # months that may be weekdays too: `mar` is martes and marzo
    numbers: list[str] = []
    period, place = "", 0
    while place < len(parts):
        phrase = _phrase(parts, place, spoken, table.silent)
        token = parts[place]
        if phrase in spoken.months:
            (perhaps if phrase in spoken.silent else months).add(spoken.months[phrase])
        elif phrase in spoken.periods:
            period = spoken.periods[phrase]
        elif phrase:
            pass
        elif token.isdecimal():
            numbers.append(token)
        elif not (token in ordinals and place and parts[place - 1].isdecimal()):
            month = spoken.month_that_begins(token) if table.shortened else None
            if month is None:
                return None
            months.add(month)
        place += len(phrase) or 1
    return _Sentence(frozenset(months or perhaps), tuple(numbers), period)


def _phrase(parts: list[str], place: int, spoken: Words, silent: frozenset[Phrase]) -> Phrase:
    """Return the longest phrase that a language knows from `place` on, an empty one where it knows none."""
    for length in range(min(spoken.longest, len(parts) - place), 0, -1):
        phrase = tuple(parts[place : place + length])
        if phrase in spoken.months or phrase in spoken.periods or phrase in spoken.silent or phrase in silent:
            return phrase
    return ()
