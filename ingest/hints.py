"""What a document says about being polled, as it was written -> Hints; believes only sound values."""

from typing import Final

from ingest.model import Hints
from ingest.raw import RawHints

_PERIODS: Final = {"hourly": 3_600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}
_DAYS: Final = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_HOURS: Final = 24
_LONGEST: Final = 2_592_000.0  # seconds: a month
_DIGITS: Final = 9


def understood(raw: RawHints) -> Hints:
    """Understand `ttl`, `sy:updatePeriod`, `skipHours` and `skipDays` (RSS 2.0; the syndication module of RSS 1.0).

    The longer of two intervals counts. A feed that would skip every hour or every day skips none.
    """
    hours = {int(_number(hour)) % _HOURS for hour in raw.hours if _is_number(hour) and _number(hour) <= _HOURS}  # 24 is midnight
    days = {_DAYS[day[:3].lower()] for day in raw.days if day[:3].lower() in _DAYS}
    interval = max(_number(raw.ttl) * 60, _PERIODS.get(raw.period.lower(), 0.0) / max(_number(raw.frequency), 1.0))
    return Hints(
        interval=min(interval, _LONGEST) or None,
        skip_hours=tuple(sorted(hours)) if len(hours) < _HOURS else (),
        skip_days=tuple(sorted(days)) if len(days) < len(_DAYS) else (),
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _number(text: str) -> float:
    return float(text[:_DIGITS]) if _is_number(text) else 0.0
