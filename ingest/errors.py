"""The errors of the program; knows nothing but text.

TopicwireError              one line: what happened, to what, and the cure
├── UsageError              the user's command or files need a change (exit 2)
│   ├── SettingsError       topicwire.toml or the environment
│   ├── TopicError          a topic file
│   └── SourceListError     an OPML file
├── FetchError              a server or the network would not give the document
│   └── GuardError          an address that may not be contacted
├── ParseError              bytes that are not what they should be
│   └── ExtraMissingError   a document that only an extra can read
├── EngineError             workers on other machines that cannot be had
└── StoreError              the database or a file could not be written
    └── NewerDatabaseError  a database that this version does not know (exit 2)
"""

import difflib
import errno
from collections.abc import Iterable
from enum import StrEnum
from typing import Final


def did_you_mean(name: str, known: Iterable[str], otherwise: str) -> str:
    """Return the cure for a name that is not known: the nearest that is, or what `otherwise` says."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f'did you mean "{near[0]}"?' if near else otherwise


class Failure(StrEnum):
    """What kind of failure a look at a source ended in: what to do next depends on it, the words do not."""

    NAME = "name"  # there is no such host, or no name server
    LOOKUP = "lookup"  # the name server did not answer
    NETWORK = "network"  # no way out of this computer, or no way to its proxy
    CONNECTION = "connection"  # the host takes no connection
    SILENCE = "silence"  # not a byte of an answer in time
    CUT = "cut"  # an answer that began, or a connection that broke, and was not completed
    SECURITY = "security"  # no connection that can be trusted (TLS)
    PRIVATE = "private"  # an address that may not be contacted
    SERVER = "server"  # the server has trouble of its own (5xx, 408, 425)
    BUSY = "busy"  # the server asks us to slow down (429)
    REFUSED = "refused"  # the server does not want us, or wants a password (401, 403)
    STATUS = "status"  # another answer that is no document (404)
    SIZE = "size"  # more than is read
    DOCUMENT = "document"  # what came is no feed
    OTHER = "other"

    @property
    def is_unreached(self) -> bool:
        """True when no server answered: the fault may be in this computer's network."""
        return self in _UNREACHED

    @property
    def is_temporary(self) -> bool:
        """True when it may pass by itself."""
        return self in _TEMPORARY


_UNREACHED: Final = {Failure.NAME, Failure.LOOKUP, Failure.NETWORK, Failure.CONNECTION, Failure.SILENCE}
_TEMPORARY: Final = {
    Failure.LOOKUP,
    Failure.NETWORK,
    Failure.CONNECTION,
    Failure.SILENCE,
    Failure.CUT,
    Failure.SERVER,
    Failure.BUSY,
}


class TopicwireError(Exception):
    """The root: `str()` is one line that says what happened, to what, and what to do."""

    exit_code = 1

    def __init__(self, what: str, cure: str = "") -> None:
        """Keep the two halves apart, so that a table can show the cause alone."""
        super().__init__(what, cure)  # both, so that the error survives a journey between processes
        self.what = what
        self.cure = cure

    def __str__(self) -> str:
        """Return the one line."""
        return f"{self.what}; {self.cure}" if self.cure else self.what


class UsageError(TopicwireError):
    """The user's command, settings or files need a change."""

    exit_code = 2


class SettingsError(UsageError):
    """A setting is unknown or of the wrong kind."""


class TopicError(UsageError):
    """A topic file is not usable; `line` is where in the file, counted from 1, None where that cannot be told."""

    def __init__(self, what: str, cure: str = "", *, line: int | None = None) -> None:
        """Add where an editor should lead to."""
        super().__init__(what, cure)
        self.line = line


class SourceListError(UsageError):
    """A list of sources is not usable."""


class EngineError(TopicwireError):
    """Sources cannot be polled by workers on other machines."""


class FetchError(TopicwireError):
    """The document could not be had; `status` is the server's, `wait` the seconds it asked for."""

    def __init__(
        self, what: str, cure: str = "", *, status: int | None = None, wait: float | None = None, kind: Failure = Failure.OTHER
    ) -> None:
        """Add what the planner wants to know."""
        super().__init__(what, cure)
        self.status = status
        self.wait = wait
        self.kind = kind


class GuardError(FetchError):
    """The address may not be contacted."""


class ParseError(TopicwireError):
    """The bytes are not a feed or a document that can be read.

    `feeds` are those that a page names, None for what is no page; `elsewhere` are addresses, the best first, of what
    may be read in its place: where a page sends its readers, or what an index of sitemaps lists.
    """

    def __init__(self, what: str, cure: str = "", *, feeds: tuple[str, ...] | None = None, elsewhere: tuple[str, ...] = ()) -> None:
        """Add what finding the feed wants to know."""
        super().__init__(what, cure)
        self.feeds = feeds
        self.elsewhere = elsewhere


class ExtraMissingError(ParseError):
    """The document can be read as soon as an extra is installed."""


class StoreError(TopicwireError):
    """The database or a published file could not be written."""


class NewerDatabaseError(StoreError):
    """The database has a shape that this version does not know: it would damage what it cannot see."""

    exit_code = 2


def database_failed(fault: Exception) -> str:
    """Return in one line what a fault of the database in the middle of the work means, and what to do."""
    kept = "" if is_damage(fault) else ", then run it again: nothing was lost"
    return f"the database failed: {fault}; {database_cure(fault)}{kept}"


def database_cure(fault: BaseException) -> str:
    """Return what to do about a fault of SQLite or of the file system, by its kind."""
    return _CURES.get(_kind_of(fault), "check free space and rights")


def system_failed(fault: OSError) -> str:
    """Return in one line what a fault of the operating system in the middle of the work means, and what to do."""
    return f"{fault}; {system_cure(fault)}, then run it again: nothing was lost"


def system_cure(fault: OSError) -> str:
    """Return what to do about a fault of the operating system, by its kind."""
    return _SYSTEM_CURES.get(fault.errno or 0, "check free space and rights")


def is_out_of_memory(fault: BaseException) -> bool:
    """Return whether a fault means that the system gives this process no more memory or threads."""
    return isinstance(fault, MemoryError) or (isinstance(fault, RuntimeError) and "start new thread" in str(fault))


OUT_OF_MEMORY: Final = "there is too little memory; end other programs, or give this one more: nothing was lost"
"""What is said of that."""


def is_damage(fault: BaseException) -> bool:
    """Return whether a fault of SQLite means that the file is spoilt: no space and no right will mend it."""
    return _kind_of(fault) in _DAMAGED


def _kind_of(fault: BaseException) -> str:
    """Return the kind of a fault of SQLite without its details: SQLITE_IOERR for SQLITE_IOERR_WRITE; empty for another."""
    return "_".join(str(getattr(fault, "sqlite_errorname", "")).split("_")[:2])


_SYSTEM_CURES: Final = {
    errno.ENOSPC: "free space on the disk",
    errno.EDQUOT: "free space: this user may use no more of the disk",
    errno.EROFS: "its file system is read-only: check the disk, and mount it for writing",
    errno.EMFILE: "raise the limit on open files (`ulimit -n`, LimitNOFILE= of systemd)",
    errno.ENFILE: "end other programs: the system has too many files open",
    errno.EFBIG: "raise the limit on the size of files (`ulimit -f`, LimitFSIZE= of systemd)",
    errno.ENOMEM: "end other programs, or give this one more memory",
    errno.EACCES: "give this user the right to read and write there",
    errno.EPERM: "give this user the right to read and write there",
    errno.EIO: "check the disk: it does not work as it should",
}
_DAMAGED: Final = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
_CURES: Final = dict.fromkeys(
    _DAMAGED, "the file is damaged: stop the service, keep the file, and put a backup in its place (`topicwire restore FILE`)"
) | {
    "SQLITE_FULL": "free space on its disk",
    "SQLITE_IOERR": "check free space and the disk",
    "SQLITE_READONLY": "give this user the right to write the file and its folder",
    "SQLITE_CANTOPEN": "give this user the right to read and write the file and its folder",
    "SQLITE_PERM": "give this user the right to read and write the file and its folder",
    "SQLITE_BUSY": "another program keeps it busy: wait for it or end it",
    "SQLITE_LOCKED": "another program keeps it busy: wait for it or end it",
}
