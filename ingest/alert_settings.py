"""The tables [[alert]] of topicwire.toml -> Alert, checked; knows what may be written there, not what alerts do."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, time, tzinfo
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.errors import SettingsError, did_you_mean
from ingest.text.urls import absolute

WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FROM_ENVIRONMENT: Final = "env:"  # begins a value that is the name of a variable
SECRETS: Final = frozenset({"webhook", "secret", "chat"})  # their values are not shown
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_ADDRESS: Final = re.compile(r"[^@\s,<>]+@[^@\s,<>]+")
_USUAL_ZONE: Final = "UTC"
_GRADES: Final = ("mention", "substantial", "core")


class AlertSubject(StrEnum):
    """What an alert is about."""

    STORIES = "stories"  # new stories of topics
    TOPICS = "topics"  # a topic that is quiet although its sources are not, or much busier than usual
    SOURCES = "sources"  # sources that are silent, gone, failing or have moved
    SERVICE = "service"  # what `doctor` finds wrong
    REVIEW = "review"  # items that wait for a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One table [[alert]]: what is told, when, and to whom."""

    name: str
    about: AlertSubject = AlertSubject.STORIES
    topics: tuple[str, ...] = ()  # none: all public ones; a private one must be named
    grade: str = "mention"  # the least grade of a story
    query: str = ""  # words that a story must have, as in a search
    at: tuple[str, ...] = ()  # local times of a digest; none: at once
    days: tuple[str, ...] = ()  # of a digest; none: every day
    zone: str = _USUAL_ZONE
    quiet_hours: str = ""  # 22:00-07:00: nothing is sent
    gather: float = 60.0  # seconds after the first news in which others join its message
    pause: float = 600.0  # seconds between two messages, at least
    mail: tuple[str, ...] = ()  # addresses, each with a letter of its own
    webhook: str = ""
    secret: str = ""  # with which a webhook's requests are signed
    chat: tuple[str, ...] = ()  # addresses as Apprise writes them
    feed: bool = False  # also as entries of public/alerts.atom

    @property
    def times(self) -> tuple[time, ...]:
        """The times of a digest, in order."""
        return tuple(sorted(time.fromisoformat(one) for one in self.at))

    @property
    def clock_zone(self) -> tzinfo:
        """The zone itself; UTC needs no list of zones, which a small system may lack."""
        return UTC if self.zone == _USUAL_ZONE else ZoneInfo(self.zone)

    @property
    def weekdays(self) -> frozenset[int]:
        """The weekdays of a digest, Monday is 0."""
        return frozenset(map(WEEK.index, self.days or WEEK))

    @property
    def quiet(self) -> tuple[time, time] | None:
        """Begin and end of the quiet hours."""
        begin, _, end = self.quiet_hours.partition("-")
        return (time.fromisoformat(begin), time.fromisoformat(end)) if end else None


def in_quiet_hours(quiet: tuple[time, time] | None, moment: time) -> bool:
    """Return whether a local time lies in the quiet hours, which may go past midnight."""
    if quiet is None:
        return False
    begin, end = quiet
    return begin <= moment < end if begin <= end else moment >= begin or moment < end


def is_mail_address(text: str) -> bool:
    """Return whether a text is one e-mail address in ASCII, as every mail server takes it."""
    return text.isascii() and text.isprintable() and _ADDRESS.fullmatch(text) is not None


def read_alerts(where: str, tables: object) -> tuple[Alert, ...]:
    """Return the alerts that are written in a file. Raises SettingsError, which names the alert and the key."""
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise SettingsError(f"{where}: alert is not a list of tables", "begin each with [[alert]]")
    found = tuple(_alert(where, number, one) for number, one in enumerate(tables, 1))
    for name, count in Counter(one.name for one in found).items():
        if count > 1:
            raise SettingsError(f'{where}: {count} alerts are called "{name}"', "give each a name of its own")
    return found


def _alert(where: str, number: int, table: Mapping[str, Any]) -> Alert:
    name = table.get("name", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        cure = 'write name = "morning": small letters of a to z, digits and hyphens, at most 40'
        raise SettingsError(f"{where}: [[alert]] number {number} has no name that can be used", cure)
    here = f'{where}: alert "{name}"'
    known = {one.name: one.default for one in fields(Alert)}
    for key in table:
        if key not in known:
            raise SettingsError(f'{here}: unknown key "{key}"', did_you_mean(key, known, f"known are: {', '.join(known)}"))
    values = {key: _typed(f"{here}: {key}", value, known[key]) for key, value in table.items()}
    made = Alert(**values)
    _check_words(here, made)
    _check_times(here, made)
    _check_targets(here, made)
    return made


def _typed(where: str, value: Any, default: object) -> Any:
    """Return a value of the type of a default. Raises SettingsError."""
    match default:
        case AlertSubject():
            if value in list(AlertSubject):
                return AlertSubject(str(value))
            raise SettingsError(f"{where} is not known: {value!r}", f"write one of {', '.join(AlertSubject)}")
        case bool():
            if isinstance(value, bool):
                return value
            raise SettingsError(f"{where} must be true or false, not {value!r}", "write it without quotes")
        case float():
            if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
                return float(value)
            raise SettingsError(f"{where} must be a number of seconds, not {value!r}", "write 60")
        case tuple():
            texts = [value] if isinstance(value, str) else value
            if isinstance(texts, list) and all(isinstance(one, str) and one for one in texts):
                return tuple(dict.fromkeys(texts))
            raise SettingsError(f"{where} must be a list of texts", 'write ["one", "two"]')
        case _:
            if isinstance(value, str):
                return value.strip()
            raise SettingsError(f"{where} must be a text", "write it in quotes")


def _check_words(where: str, alert: Alert) -> None:
    if alert.grade not in _GRADES:
        raise SettingsError(f'{where}: grade "{alert.grade}" is none', f"write one of {', '.join(_GRADES)}")
    needless = [key for key in ("grade", "query") if getattr(alert, key) != getattr(_USUAL, key)]
    if needless and alert.about is not AlertSubject.STORIES:
        raise SettingsError(f"{where}: {needless[0]} is for stories alone", 'take it out, or write about = "stories"')
    if alert.topics and alert.about in {AlertSubject.SOURCES, AlertSubject.SERVICE}:
        raise SettingsError(f"{where}: topics have no part in an alert about {alert.about}", "take them out")


def _check_times(where: str, alert: Alert) -> None:
    begin, _, end = alert.quiet_hours.partition("-")
    if wrong := [one for one in alert.at if not _TIME.fullmatch(one)]:
        raise SettingsError(f'{where}: "{wrong[0]}" is not a time', 'write at = ["07:30"]')
    if alert.quiet_hours and (begin == end or not (_TIME.fullmatch(begin) and _TIME.fullmatch(end))):
        raise SettingsError(f'{where}: quiet_hours "{alert.quiet_hours}" is not a span of time', 'write "22:00-07:00"')
    if wrong := [one for one in alert.days if one not in WEEK]:
        raise SettingsError(f'{where}: "{wrong[0]}" is not a day', f"write some of {', '.join(WEEK)}")
    if alert.days and not alert.at:
        raise SettingsError(f"{where}: days are those of a digest, and at is not set", 'write at = ["07:30"] too')
    try:
        _ = alert.clock_zone
    except (ZoneInfoNotFoundError, ValueError, OSError):
        cure = 'write "Europe/Berlin", for example (a system without time zones needs the package tzdata)'
        raise SettingsError(f'{where}: zone "{alert.zone}" is not known', cure) from None
    if late := [one for one in alert.times if in_quiet_hours(alert.quiet, one)]:
        raise SettingsError(f"{where}: the digest of {late[0]:%H:%M} lies in the quiet hours", "change one of the two")


def _check_targets(where: str, alert: Alert) -> None:
    if not (alert.mail or alert.webhook or alert.chat or alert.feed):
        raise SettingsError(f"{where} has nowhere to go", 'write mail = ["desk@example.org"], webhook, chat or feed = true')
    if wrong := [one for one in alert.mail if not is_mail_address(one)]:
        raise SettingsError(f'{where}: "{wrong[0]}" is not an e-mail address', 'write mail = ["desk@example.org"]')
    hook = alert.webhook
    if hook and not hook.startswith(FROM_ENVIRONMENT) and absolute(hook, None) != hook:
        raise SettingsError(f"{where}: webhook is not an http or https address", 'write it whole, or "env:NAME" of a variable')
    if alert.secret and not hook:
        raise SettingsError(f"{where}: secret signs a webhook's requests, and webhook is not set", "set it, or take secret out")
    for value in (hook, alert.secret, *alert.chat):
        if value.startswith(FROM_ENVIRONMENT) and not re.fullmatch(r"\w+", value.removeprefix(FROM_ENVIRONMENT)):
            raise SettingsError(f"{where}: a value begins with env: and names no variable", 'write "env:NAME"')


def explained_alerts(alerts: Sequence[Alert]) -> tuple[tuple[str, Any, bool], ...]:
    """Return (key, value, whether it is a secret) of everything that alerts set beside the defaults, as alert.NAME.KEY."""
    return tuple(
        (f"alert.{one.name}.{key.name}", getattr(one, key.name), key.name in SECRETS)
        for one in alerts
        for key in fields(Alert)
        if key.name != "name" and getattr(one, key.name) != key.default
    )


_USUAL: Final = Alert(name="usual")
