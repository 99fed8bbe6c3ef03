import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON

from ingest import dates
from ingest.dates import from_rfc3339, rfc3339, understand


def read(raw: str) -> str | None:
    """Understand a date and write it."""
    return rfc3339(understand(raw, NOON))


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
    """A zone's name shifts the hour, whatever the libraries make of it (T26)."""
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
    """Where the hour cannot be known, none is invented (T26)."""
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
    """What may be 7 November or 11 July is neither (T15)."""
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
    """Impossible days, epoch numbers, moments before 1990 and of the day after tomorrow are none (T14, P3)."""
    assert read(raw) is None


def test_no_date_is_no_date() -> None:
    """Nothing in, nothing out."""
    assert understand(None, NOON) is None


def test_the_near_future_is_believed() -> None:
    """A publisher's clock may run a day ahead."""
    assert read("2026-03-03T12:00:00Z") == "2026-03-03T12:00:00Z"


@given(st.text(alphabet="0123456789 -/.:,TZ+ABCDEJMNOPSTUVWaceilnoprstuvy()", max_size=30) | st.text(max_size=30))
def test_any_text_is_a_date_or_none(raw: str) -> None:
    """No text breaks the chain; what it gives is aware, in UTC and believable."""
    moment = understand(raw, NOON)
    assert moment is None or (moment.tzinfo is UTC and moment <= NOON + timedelta(days=2))


moments = st.datetimes(datetime(1990, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)).map(lambda m: m.replace(microsecond=0))  # noqa: DTZ001


@given(moments, st.integers(-12 * 4, 14 * 4))
def test_written_moments_are_read_back(moment: datetime, quarters: int) -> None:
    """Every moment survives being written as mail and ISO date in any zone."""
    local = moment.astimezone(timezone(timedelta(minutes=15 * quarters)))
    for form in ("%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y/%m/%d %H:%M:%S %z"):
        raw = local.strftime(form)
        assert understand(raw, NOON) == moment


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
    short = dates.understand(raw, NOON)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(dates, "_MAIL", re.compile("(?!)"))
        assert dates.understand(raw, NOON) == short
