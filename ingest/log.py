"""Where faults of our own are written with their tracebacks: a file in the home folder, made at the first of them."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

NAME: Final = "topicwire.log"
_LOG: Final = logging.getLogger("topicwire")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False  # a person is told in one line
_MOST_BYTES: Final = 1 << 20


class _Quiet(RotatingFileHandler):
    """A file that may be impossible to write: the fault was told all the same."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing."""


def open_log(home: Path) -> None:
    """Write what is logged from now on into the home; nothing is made before there is something to write."""
    for handler in [one for one in _LOG.handlers if isinstance(one, _Quiet)]:
        _LOG.removeHandler(handler)
        handler.close()
    handler = _Quiet(home / NAME, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", errors="replace", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _LOG.addHandler(handler)


def log_fault(line: str, trace: str) -> None:
    """Log a fault of our own."""
    _LOG.error("%s", f"{line}\n{trace}".encode("utf-8", "backslashreplace").decode())
