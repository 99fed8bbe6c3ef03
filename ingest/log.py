"""Events: a level, a name, one line for people and named fields; knows how they are written, not what they mean.

Public: log_event and log_fault write; configure and open_log say where to; NAME is the file of faults in a home folder.
"""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from enum import StrEnum
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

NAME: Final = "topicwire.log"
_OURS: Final = ("ingest", "feeds", "scheduler", "topicwire_service", "__main__")
_MOST_BYTES: Final = 1 << 20
_SPACES: Final = re.compile(r"[\t\n\r\x0b\x0c\u2028\u2029]+")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # terminal escapes, reversed text


class LogFormat(StrEnum):
    """How an event is written to stderr."""

    PLAIN = "plain"
    JSON = "json"


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
    """Write events to stderr: our own from INFO on (as JSON and with `debug` all), those of libraries from WARNING on.

    The last call counts.
    """
    root = logging.getLogger()
    _replace(root, _Stderr(log_format, debug=debug))
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if debug or log_format is LogFormat.JSON else logging.INFO)


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
    """The file of faults; one that cannot be written is ignored: the fault was reported in one line all the same."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Ignore that the file cannot be written."""


class _Stderr(logging.Handler):
    """Whatever is stderr at that moment; one that is closed ends nothing."""

    def __init__(self, log_format: LogFormat, *, debug: bool) -> None:
        super().__init__()
        self.setFormatter(_JsonFormatter(debug=debug) if log_format is LogFormat.JSON else _PlainFormatter(debug=debug))
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


class _PlainFormatter(logging.Formatter):
    """The line for people."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and with `debug` the traceback below it."""
        line, trace = _clean(record.getMessage()), _trace(record, debug=True) if self._debug else ""
        return f"{line}\n{trace}" if trace else line


class _JsonFormatter(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, logger, event, message, and the event's fields."""

    def __init__(self, *, debug: bool) -> None:
        super().__init__()
        self._debug = debug

    def format(self, record: logging.LogRecord) -> str:
        """Return the object."""
        own = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": getattr(record, "event", None),  # None: of a library
            "message": _clean(record.getMessage()),
        }
        trace = _trace(record, debug=True) if self._debug else ""
        more = {"traceback": trace} if trace else {}
        return _clean(json.dumps(own | getattr(record, "fields", {}) | own | more, ensure_ascii=False, default=str))


def _clean(text: str) -> str:
    """Make one line of a text, without what a terminal would obey or no file could hold."""
    return _CONTROLS.sub("", _SPACES.sub(" ", text)).encode("utf-8", "backslashreplace").decode()


def _trace(record: logging.LogRecord, *, debug: bool = False) -> str:
    """Return the traceback that a record carries; the cause of an event that is no fault only with `debug`."""
    if trace := getattr(record, "trace", ""):
        return str(trace)
    if record.exc_info and record.exc_info[1] is not None:
        return "".join(traceback.format_exception(record.exc_info[1])).rstrip()
    cause = getattr(record, "cause", None) if debug else None
    return "".join(traceback.format_exception(cause)).rstrip() if cause else ""
