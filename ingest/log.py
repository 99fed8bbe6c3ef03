"""Events: a level, a name, one line for people and named fields; knows how they are written, not what they mean.

Public: log_event and log_fault write; configure and open_log say where to; service_format is the form that a service
writes; NAME is the file of faults in a home folder.
"""

import json
import logging
import os
import re
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

NAME: Final = "topicwire.log"
_OURS: Final = ("ingest", "feeds", "scheduler", "topicwire_service", "__main__")
_MOST_BYTES: Final = 1 << 20
_SYSLOG: Final = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_WORD: Final = re.compile(r'[^\s"=\\]+')
_USER: Final = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")
_TOKEN: Final = re.compile(
    r"([?&;](?:[\w-]*(?:token|secret|password|passwd|signature|apikey|api[-_]key)|key|auth|pass|pwd|sig)=)"
    r"[^&;#\s\"']+?(?=:?(?:[&;#\s\"']|$))",
    re.IGNORECASE,
)
_SPACES: Final = re.compile(r"[\t\n\r\x0b\x0c\u2028\u2029]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # terminal escapes, reversed text


class LogFormat(StrEnum):
    """How an event is written to stderr."""

    PLAIN = "plain"  # the words alone: for a person who gave a command
    TERMINAL = "terminal"  # the time of day and the words: for a person who watches a service
    LOGFMT = "logfmt"  # time=... level=... event=... message=..., then the fields
    JOURNAL = "journal"  # the same without time and level, which journald keeps: a prefix tells it the level
    JSON = "json"  # one object a line


def log_event(log: logging.Logger, level: int, event: str, message: str, **fields: object) -> None:
    """Log an event: its name in snake_case, one line for people, and what a program wants to know, by name.

    Neither may hold a secret. An exception that is being handled is shown with its traceback under `--debug`.
    """
    log.log(level, "%s", message, extra={"event": event, "fields": fields, "cause": sys.exception()})


def log_fault(log: logging.Logger, message: str, trace: str, **fields: object) -> None:
    """Log a fault of topicwire itself with its traceback: to the home's file, and under `--debug` to stderr.

    The caller also reports it in one line, as a part of what failed.
    """
    log.error("%s", message, extra={"event": "program_fault", "fields": fields, "trace": trace.rstrip()})


def configure(log_format: LogFormat = LogFormat.PLAIN, *, debug: bool = False) -> None:
    """Write events to stderr: our own from INFO on (with `debug` all), those of libraries from WARNING on.

    The last call counts.
    """
    root = logging.getLogger()
    _replace(root, _Stderr(log_format, debug=debug))
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.INFO)


def service_format(chosen: str, environment: Mapping[str, str]) -> LogFormat:
    """Return the form in which a service writes events: `chosen`, or for "auto" what suits where its stderr leads to."""
    if chosen != "auto":
        return LogFormat(chosen)
    if sys.stderr is None or sys.stderr.isatty():
        return LogFormat.TERMINAL
    return LogFormat.JOURNAL if _is_journal(environment.get("JOURNAL_STREAM", "")) else LogFormat.LOGFMT


def _is_journal(stream: str) -> bool:
    """Return whether stderr leads to journald, which names the device and inode of its socket (systemd.exec)."""
    try:
        about = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return stream == f"{about.st_dev}:{about.st_ino}"


def open_log(home: Path) -> None:
    """Write faults with their tracebacks into the home from now on; the file is made at the first of them."""
    handler = _FaultFile(home / NAME, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", errors="backslashreplace", delay=True)
    handler.setFormatter(_WithTrace("%(asctime)s %(message)s"))
    handler.addFilter(lambda record: record.levelno >= logging.ERROR and bool(_trace(record)))
    _replace(logging.getLogger(), handler)


def _replace(root: logging.Logger, handler: logging.Handler) -> None:
    for known in [one for one in root.handlers if type(one) is type(handler)]:
        root.removeHandler(known)
        known.close()
    root.addHandler(handler)


class _FaultFile(RotatingFileHandler):
    """The file of faults, for its owner alone; one that cannot be written is ignored: the fault was reported in one line."""

    def _open(self) -> TextIOWrapper:
        """Open the file; a traceback may quote what is private."""
        with suppress(FileExistsError):
            Path(self.baseFilename).touch(0o600, exist_ok=False)
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Ignore that the file cannot be written."""


class _Stderr(logging.Handler):
    """Whatever is stderr at that moment; one that is closed ends nothing."""

    def __init__(self, log_format: LogFormat, *, debug: bool) -> None:
        super().__init__()
        self.setFormatter(_FORMATTERS[log_format](debug=debug))
        if not debug:
            self.addFilter(lambda record: not hasattr(record, "trace"))

    def emit(self, record: logging.LogRecord) -> None:
        """Write one event."""
        try:
            if sys.stderr is not None:
                sys.stderr.write(f"{self.format(record)}\n")
                sys.stderr.flush()
        except (OSError, ValueError):
            return


class _WithTrace(logging.Formatter):
    """A line and the traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return both."""
        record.message, record.asctime = _clean(record.getMessage()), self.formatTime(record)
        return f"{self.formatMessage(record)}\n{_trace(record)}"


class _Formatter(logging.Formatter):
    """What all forms share."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def _own(self, record: logging.LogRecord) -> dict[str, object]:
        """Return what every event has: time (RFC 3339, UTC), level, event (None: of a library) and message."""
        return {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", None),
            "message": _clean(record.getMessage()),
        }

    def _more(self, record: logging.LogRecord) -> dict[str, object]:
        trace = _trace(record, debug=True) if self._debug else ""
        return {"traceback": trace} if trace else {}


class _PlainFormatter(_Formatter):
    """The line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and with `debug` the traceback below it."""
        line, trace = _clean(record.getMessage()), _trace(record, debug=True) if self._debug else ""
        return f"{line}\n{trace}" if trace else line


class _TerminalFormatter(_PlainFormatter):
    """The line for people, after the hour and minute of their clock."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return f"{self.formatTime(record, '%H:%M')} {super().format(record)}"


class _LogfmtFormatter(_Formatter):
    """The event as key=value pairs in one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        own, fields = self._own(record), getattr(record, "fields", {})
        return _clean(_pairs(own | {name: value for name, value in fields.items() if name not in own} | self._more(record)))


class _JournalFormatter(_Formatter):
    """The words, then the event and its fields as key=value pairs, after the prefix by which journald knows the level."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        level = next((number for least, number in _SYSLOG if record.levelno >= least), 7)
        own, fields = self._own(record), getattr(record, "fields", {})
        about = {"event": own["event"]} | {name: value for name, value in fields.items() if name not in own}
        line = _clean(f"{own['message']} {_pairs(about | self._more(record))}".rstrip())
        return f"<{level}>{line}"


class _JsonFormatter(_Formatter):
    """One JSON object a line: time, level, logger, event, message, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        own = self._own(record)
        whole = {name: _safe(value) for name, value in (own | getattr(record, "fields", {}) | own).items()}
        return _clean(json.dumps(whole | self._more(record), ensure_ascii=False))


_FORMATTERS: Final[Mapping[LogFormat, type[_Formatter]]] = {
    LogFormat.PLAIN: _PlainFormatter,
    LogFormat.TERMINAL: _TerminalFormatter,
    LogFormat.LOGFMT: _LogfmtFormatter,
    LogFormat.JOURNAL: _JournalFormatter,
    LogFormat.JSON: _JsonFormatter,
}


def _pairs(values: Mapping[str, object]) -> str:
    """Return values as key=value, without those that are None; a value that is no plain word is written as in JSON."""
    shown = ((name, str(value if name == "traceback" else _safe(value))) for name, value in values.items() if value is not None)
    return " ".join(f"{name}={value if _WORD.fullmatch(value) else json.dumps(value, ensure_ascii=False)}" for name, value in shown)


def _safe(value: object) -> object:
    """Return the value of a field as it may be written: a number as it is, anything else as a clean text of one line."""
    return value if value is None or isinstance(value, int | float) else _clean(str(value))


def _clean(text: str) -> str:
    """Make one line of a text, without secrets, and without what a terminal would obey or no file could hold."""
    return _CONTROLS.sub("", _SPACES.sub(" ", _without_secrets(text))).encode("utf-8", "backslashreplace").decode()


def _without_secrets(text: str) -> str:
    """Leave the user names, passwords and tokens of addresses out of a text: whoever logs one may not know that it has any."""
    return _TOKEN.sub(r"\1***", _USER.sub("", text)) if "://" in text or "=" in text else text


def _trace(record: logging.LogRecord, *, debug: bool = False) -> str:
    """Return the traceback that a record carries, each line clean; the cause of an event that is no fault only with `debug`."""
    return "\n".join(map(_clean, _raw_trace(record, debug=debug).splitlines()))


def _raw_trace(record: logging.LogRecord, *, debug: bool) -> str:
    if trace := getattr(record, "trace", ""):
        return str(trace)
    if record.exc_info and record.exc_info[1] is not None:
        return "".join(traceback.format_exception(record.exc_info[1])).rstrip()
    cause = getattr(record, "cause", None) if debug else None
    return "".join(traceback.format_exception(cause)).rstrip() if cause else ""
