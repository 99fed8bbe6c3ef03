import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from cldr import module, month_names, weekday_names
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest.text import date_names, dates
from ingest.text.date_words import LANGUAGES, tokens
from ingest.text.dates import from_rfc3339, parse_date, rfc3339


def read(raw: str) -> str | None:
    """Understand a date and write it."""
    return rfc3339(parse_date(raw, NOON))


MORNING = "2025-11-12T10:00:00Z"


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("Wed, 12 Nov 2025 10:00:00 GMT", MORNING),
        ("Wed, 12 Nov 2025 11:00:00 +0100", MORNING),
        ("Wed, 12 Nov 2025 11:00:00 +01:00", MORNING),
        ("Wed, 12 Nov 25 10:00 UT", MORNING),
        ("12 Nov 2025 10:00:00 Z", MORNING),
        ("Mi, 12 Nov 2025 10:00:00 +0000", MORNING),
        ("Wed, 12 November 2025 10:00:00", MORNING),
        ("Wed, 12 Nov 2025 10.00.00 GMT", MORNING),
        ("Wed Nov 12 10:00:00 2025", MORNING),
        ("Wed Nov 12 11:00:00 +0100 2025", MORNING),
        ("Wed Nov 12 11:00:00 CET 2025", MORNING),
        ("Wed Nov 12 2025 11:00:00 GMT+0100 (CET)", MORNING),
        ("November 12, 2025 10:00 AM", MORNING),
        ("12 Nov 2025 10:00 PM", "2025-11-12T22:00:00Z"),
        ("2025-11-12T10:00:00Z", MORNING),
        ("2025-11-12T10:00:00.123456Z", MORNING),
        ("2025-11-12T11:00:00+01:00", MORNING),
        ("2025-11-12 10:00:00", MORNING),
        ("2025/11/12 10:00", MORNING),
        ("2025.11.12 10:00", MORNING),
        ("20251112T100000Z", MORNING),
        ("20251112100000", MORNING),
        (" 2025-11-12T10:00Z\n", MORNING),
        ("2025-11-12", "2025-11-12T00:00:00Z"),
        ("12 Nov 2025", "2025-11-12T00:00:00Z"),
        ("7 novembre 2025", "2025-11-07T00:00:00Z"),
        ("Παρ, 06 Ιουν 2025 10:00:00 EET", "2025-06-06T08:00:00Z"),
        ("12 ноября 2025 г. 13:00 +0300", MORNING),
        ("12. März 2025, 10:30 Uhr", "2025-03-12T10:30:00Z"),
        ("miércoles, 12 de noviembre de 2025 10:00", MORNING),
        ("2025-július-13T09:15-05:00", "2025-07-13T14:15:00Z"),
    ],
)
def test_dates_as_feeds_write_them(raw: str, moment: str) -> None:
    """Mail dates, ISO dates and what publishers made of them name one moment in UTC."""
    assert read(raw) == moment


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("CEST", 8),
        ("MESZ", 8),
        ("BST", 9),
        ("MSK", 7),
        ("JST", 1),
        ("EST", 15),
        ("PDT", 17),
        ("WET", 10),
        ("UTC", 10),
        ("AEDT", 23),
    ],
)
@pytest.mark.parametrize("form", ["Sat, 07 Jun 2025 10:00:00 {}", "2025-06-07 10:00:00 {}"])
def test_zone_names_are_no_utc(form: str, zone: str, hour: int) -> None:
    """A zone's name shifts the hour, whatever the libraries make of it."""
    moment = read(form.format(zone))
    assert moment is not None
    assert moment.endswith(f"T{hour:02}:00:00Z")


@pytest.mark.parametrize(
    "raw",
    [
        "Sat, 07 Jun 2025 10:00:00 IST",
        "2025-06-07 10:00:00 IST",
        "Sat, 07 Jun 2025 10:00:00 XYZ",
        "Tue, 10 Jun 2025 04:00:00 ET",
        "Tue, 10 Jun 2025 04:00:00 Europe/Paris",
        "Tue, 10 Jun 2025 04:00:00 GMT+2",
        "Wed Jun 11 22:00:00 IST 2025",
        "2025-06-07 10:00:00 local",
    ],
)
def test_a_zone_that_may_be_several_makes_no_date(raw: str) -> None:
    """Where the hour cannot be known, none is invented."""
    assert read(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "07.11.2025 10:00",
        "07/11/2025",
        "11/07/2025 10:00 AM",
        "07-11-2025 10:00",
        "07-11-2025 10:00 Uhr",
        "Fri 07/11/2025 10:00",
        "mar. 04/11/2025",
        "05-06-07",
        "25-11-07",
        "251107",
        "2025-13-11",
    ],
)
def test_a_day_is_never_guessed_from_an_order_of_numbers(raw: str) -> None:
    """What may be 7 November or 11 July is neither."""
    assert read(raw) is None


@pytest.mark.parametrize("raw", ["2025", "2025-11", "Nov 2025", "November 2025 10:00", "2025-W45", "2025-311", "10:00", "Friday"])
def test_a_missing_day_is_never_filled_in(raw: str) -> None:
    """A month or a year alone is no date, and the clock lends nothing to it."""
    assert read(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        "2025-02-30",
        "Mon, 30 Feb 2025 10:00:00 GMT",
        "2025-11-12T10:00:00+25:00",
        "Wed, 12 Nov 2025 10:00:00 +9999",
        "0000-00-00 00:00:00",
        "1731000000",
        "1712101010",
        "1712101010123",
        "Thu, 01 Jan 1970 00:00:00 +0000",
        "1989-12-31T23:59:59Z",
        "2026-03-05T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "soon",
        "",
        " ",
    ],
)
def test_what_cannot_be_believed_is_no_date(raw: str) -> None:
    """Impossible days, epoch numbers, moments before 1990 and of the day after tomorrow are none."""
    assert read(raw) is None


LATE = datetime(2026, 12, 31, tzinfo=UTC)


def in_language(raw: str, code: str | None) -> str | None:
    """Understand a date of a text in a language, and write its day and hour."""
    moment = parse_date(raw, LATE, code)
    return f"{moment:%Y-%m-%d %H:%M}" if moment else None


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("Ke, 18 Marras 2026", "fi"),
        ("keskiviikkona 18. marraskuuta 2026", "fi"),
        ("יום רביעי, 18 בנובמבר 2026", "he"),
        ("ב-18 בנובמבר 2026", "he"),
        ("18 של נובמבר 2026", "he"),
        ("18 ונובמבר 2026", "he"),
        ("الأربعاء، ١٨ نوفمبر ٢٠٢٦", "ar"),
        ("18 تشرين الثاني 2026", "ar"),
        ("18 تشرين الثاني/نوفمبر 2026", "ar"),
        ("18 نونبر 2026", "ar"),
        ("في 18 من نوفمبر 2026", "ar"),
        ("۱۸ نوامبر ۲۰۲۶", "fa"),
        ("2026年11月18日", "ja"),
        ("2026年11月18日(水)", "ja"),
        ("令和8年11月18日", "ja"),
        ("2026年11月18日 星期三", "zh"),
        ("民國115年11月18日", "zh"),
        ("2026년 11월 18일 수요일", "ko"),
        ("2026. 11. 18.", "ko"),
        ("18 พฤศจิกายน 2569", "th"),
        ("วันพุธที่ 18 พฤศจิกายน พ.ศ. 2569", "th"),
        ("18 พ.ย. 2026", "th"),
        ("Thứ Tư, 18 tháng 11, 2026", "vi"),
        ("ngày 18 tháng 11 năm 2026", "vi"),
        ("18 de noviembre del 2026", "es"),
        ("quarta-feira, 18 de novembro de 2026", "pt"),
        ("18th of November 2026", "en"),
        ("November 18th, 2026", "en"),
        ("am 18. November 2026", "de"),
        ("2026. november 18-án", "hu"),
        ("2026. gada 18. novembris", "lv"),
        ("2026 m. lapkričio 18 d.", "lt"),
        ("2026(e)ko azaroaren 18a", "eu"),
        ("2026 оны 11-р сарын 18", "mn"),
        ("Ср, 18 Ноя 2026", "ru"),
        ("18 листопада 2026 р.", "uk"),
        ("18 KASIM 2026 ÇARŞAMBA", "tr"),
        ("१८ नवंबर २०२६", "hi"),
        ("১৮ নভেম্বর ২০২৬", "bn"),
        ("18-Nov-26", None),
    ],
)
def test_dates_as_people_write_them(raw: str, code: str | None) -> None:
    """A day is read in the words and the digits of its language, particles, ordinals and eras included."""
    assert in_language(raw, code) == "2026-11-18 00:00"


@pytest.mark.parametrize(
    ("raw", "code", "hour"),
    [
        ("2026年11月18日 10時30分", "ja", "10:30"),
        ("2026年11月18日星期三下午3:30", "zh", "15:30"),
        ("2026년 11월 18일 오후 3시 30분", "ko", "15:30"),
        ("18 พ.ย. 2569 เวลา 10:30 น.", "th", "10:30"),
        ("18 Νοεμβρίου 2026 10:30 μ.μ.", "el", "22:30"),
        ("١٨ نوفمبر ٢٠٢٦ ١٠:٣٠ ص", "ar", "10:30"),
        ("mercredi 18 novembre 2026 à 10h30", "fr", "10:30"),
        ("Mittwoch, den 18. November 2026 um 10.30 Uhr", "de", "10:30"),
        ("18 de noviembre de 2026 a las 10:30 p. m.", "es", "22:30"),
        ("November 18, 2026 12:30 a.m.", "en", "00:30"),
        ("18/Nov/2026:10:30:00 +0000", None, "10:30"),
        ("2026-11-18T10:30:00−05:00", None, "15:30"),
        ("20261118T103000+0100", None, "09:30"),
    ],
)
def test_hours_as_people_write_them(raw: str, code: str | None, hour: str) -> None:
    """The hour is read with its word for the half of the day."""
    assert in_language(raw, code) == f"2026-11-18 {hour}"


@pytest.mark.parametrize(
    ("raw", "code", "day"),
    [
        ("mar 4 nov 2025", "es", "2025-11-04"),
        ("mar. 4 nov. 2025", None, "2025-11-04"),
        ("mar 4 mar 2025", "es", "2025-03-04"),
    ],
)
def test_a_weekday_that_looks_like_a_month_is_a_weekday(raw: str, code: str | None, day: str) -> None:
    """`mar` is Tuesday where another month stands beside it."""
    assert in_language(raw, code) == f"{day} 00:00"


@pytest.mark.parametrize(("code", "month"), [("pl", 11), ("cs", None), ("hr", 10), (None, None), ("en", None)])
def test_a_name_of_two_months_is_read_in_its_language_alone(code: str | None, month: int | None) -> None:
    """`listopada` is November in Polish and October in Croatian: without the language it is neither."""
    moment = parse_date("20 listopada 2026", LATE, code)
    assert (moment.month if moment else None) == month


def test_a_weekday_tells_the_language() -> None:
    """Where one language alone knows all words, it is that one."""
    assert in_language("piątek, 20 listopada 2026", None) == "2026-11-20 00:00"


@pytest.mark.parametrize("weekday", ["Mon", "Lundi", "Ke", "יום שני", "星期一", "Пн", "montag"])
def test_a_weekday_moves_nothing(weekday: str) -> None:
    """Whatever day it names, in whatever language: the date stays."""
    assert in_language(f"{weekday}, 18 Nov 2026 10:00:00 GMT", None) == "2026-11-18 10:00"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("Mon, 30 Nov -0001 00:00:00 +0000", "a year before the first"),
        ("-0001-11-30T00:00:00+00:00", "a year before the first"),
        ("0000-00-00", "there is no such day or hour"),
        ("Wed, 18 Nov 2026 25:00:00 +0000", "there is no such day or hour"),
        ("Wed, 18 Nov 2026 10:61:00 +0000", "there is no such day or hour"),
        ("2026年2月30日", "there is no such day or hour"),
        ("18 Nov 2026 13:00 AM", "there is no such day or hour"),
        ("18 Nov 2026 10:00:00 +0199", "there is no such offset"),
        ("18 Nov 2026 10:00:00 +1500", "there is no such offset"),
        ("18 Nov 2026 10:00 IST", "the zone IST names no one offset"),
        ("18 Nov 2026 10:00 PT", "the zone PT names no one offset"),
        ("18 Brumaire 2026", "“brumaire” is no word of a date that is known"),
        ("18 November 2569", "more than two days ahead"),
        ("18 Muharram 1448", "“muharram” is no word of a date that is known"),
        ("Nov 2026", "it names no whole day"),
        ("07.11.2026", "its numbers do not say which is the day and which the month"),
        ("18 Nov 1826", "before 1990"),
        ("18 Nov 2026 " + "x" * 200, "too long for a date"),
    ],
)
def test_what_is_no_date_says_why(raw: str, reason: str) -> None:
    """No date is invented of an impossible one; the text is kept with the reason."""
    reading = dates.read_date(f" {raw} ", LATE)
    assert reading
    assert (reading.raw, reading.moment) == (raw, None)
    assert reading.fault.startswith(reason)


def test_unread_dates_are_one_note() -> None:
    """However many dates of a document were not read, one line names the first and counts them."""
    faults = [reading for raw in ("18 Brumaire 2026", "soon") if (reading := dates.read_date(raw, LATE))]
    assert dates.note_of_unread(faults[:1]) == (
        "a date left out: “18 Brumaire 2026” (“brumaire” is no word of a date that is known)",
    )
    assert dates.note_of_unread(faults)[0].startswith("2 dates left out, the first: “18 Brumaire 2026”")
    assert dates.note_of_unread([]) == ()


NAMES = sorted({(code, name, number) for code in LANGUAGES for name, number in month_names(code)})


def test_the_months_of_forty_languages_and_more_are_known() -> None:
    """Wide and short, within a date and alone: every name that CLDR has is its month in its language."""
    assert len({code for code, _, _ in NAMES}) > 40
    wrong = [
        (code, name)
        for code, name, number in NAMES
        if (moment := parse_date(f"20 {name} 2026", LATE, code)) is None or (moment.month, moment.day) != (number, 20)
    ]
    assert wrong == []


def test_without_a_language_a_month_is_right_or_none() -> None:
    """A name that is two months in two languages makes no date; any other makes its own."""
    meant: dict[str, set[int]] = {}
    for _, name, number in NAMES:
        meant.setdefault(" ".join(tokens(name)), set()).add(number)
    read = {(name, parse_date(f"20 {name} 2026", LATE)) for _, name, _ in NAMES}
    assert [name for name, moment in read if moment and moment.month not in meant[" ".join(tokens(name))]] == []
    assert sum(moment is None for _, moment in read) < len(read) / 20


@given(st.sampled_from(NAMES), st.data())
def test_the_weekdays_of_a_language_move_nothing(named: tuple[str, str, int], data: st.DataObject) -> None:
    """Any weekday of the same language in front leaves the date as it is."""
    code, name, number = named
    weekday = data.draw(st.sampled_from(sorted(weekday_names(code))))
    moment = parse_date(f"{weekday}, 20 {name} 2026", LATE, code)
    assert moment is None or (moment.month, moment.day) == (number, 20)
    if not any(character.isdigit() for character in weekday):
        assert moment is not None


def test_the_table_of_names_is_what_cldr_says() -> None:
    """The module that is kept beside the code is the one that its maker writes."""
    assert module() == Path(date_names.__file__).read_text(encoding="utf-8")


words_of_dates = st.sampled_from(
    "20 2026 11 -0001 99 Nov marras listopada mar. Ke 年 月 日 10:30 25:61 10h PM 下午 +0100 +9999"
    " GMT IST Z T - / , de ב ² ½ ٣ พ.ศ. 元 令和".split()
)


@given(
    st.lists(words_of_dates, max_size=10), st.sampled_from(["", " "]), st.none() | st.sampled_from(["fi", "zh", "xx", "", "he-IL"])
)
def test_any_pieces_of_dates_are_a_date_or_a_reason(pieces: list[str], joint: str, code: str | None) -> None:
    """No mixture of what dates are made of breaks the reader."""
    reading = dates.read_date(joint.join(pieces), LATE, code)
    assert reading is None or (reading.moment is None) == bool(reading.fault)


def test_no_date_is_no_date() -> None:
    """Nothing in, nothing out."""
    assert parse_date(None, NOON) is None


def test_the_near_future_is_believed() -> None:
    """A publisher's clock may run a day ahead."""
    assert read("2026-03-03T12:00:00Z") == "2026-03-03T12:00:00Z"


@given(st.text(alphabet="0123456789 -/.:,TZ+ABCDEJMNOPSTUVWaceilnoprstuvy()", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_date_or_none(raw: str) -> None:
    """No text breaks the chain; what it gives is aware, in UTC and believable."""
    moment = parse_date(raw, NOON)
    assert moment is None or (moment.tzinfo is UTC and moment <= NOON + timedelta(days=2))


moments = st.datetimes(datetime(1990, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)).map(lambda m: m.replace(microsecond=0))  # noqa: DTZ001


@given(moments, st.integers(-12 * 4, 14 * 4))
def test_written_moments_are_read_back(moment: datetime, quarters: int) -> None:
    """Every moment survives being written as mail and ISO date in any zone."""
    local = moment.astimezone(timezone(timedelta(minutes=15 * quarters)))
    for form in ("%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y/%m/%d %H:%M:%S %z"):
        raw = local.strftime(form)
        assert parse_date(raw, NOON) == moment


@given(moments)
def test_rfc3339_goes_both_ways(moment: datetime) -> None:
    """What is written to the database is read back the same."""
    assert from_rfc3339(rfc3339(moment)) == moment


def test_no_moment_is_written_as_none() -> None:
    """None stays None both ways."""
    assert rfc3339(None) is None
    assert from_rfc3339(None) is None


@given(
    st.from_regex(
        r"(Mon, |)[0-3]?[0-9] (Jan|Mar|May|Dec) 20[0-2][0-9] [0-2][0-9]:[0-6][0-9]:[0-6][0-9] (GMT|[+-][0-2][0-9][0-6][0-9])",
        fullmatch=True,
    )
)
def test_the_everyday_date_of_rss_is_read_as_mail_is(raw: str) -> None:
    """Most dates need no library, and mean what it says they mean."""
    short = dates.parse_date(raw, NOON)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dates, "_MAIL", re.compile("(?!)"))
        assert dates.parse_date(raw, NOON) == short
