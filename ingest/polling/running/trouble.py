"""What is said of a connection to a scheduler that failed; pure."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from ingest.errors import TopicwireError
from ingest.text.sanitize import one_line

_LONGEST: Final = 200  # characters
_DEEPEST: Final = 8  # causes of causes
_CUT: Final = "the connection is closed from there; does one side alone speak TLS, or is a certificate not accepted?"
_NOT_ACCEPTED: Final = "it does not accept the certificate of this machine"
_SIGNS: Final = {  # what the library of TLS and Dask say, and what it means here
    "CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired": "its certificate has expired",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not of the authority that is trusted here",
    "ALERT_CERTIFICATE_EXPIRED": f"{_NOT_ACCEPTED}: it has expired",
    "ALERT_UNKNOWN_CA": f"{_NOT_ACCEPTED}: it is of another authority",
    "_ALERT_": _NOT_ACCEPTED,
    "WRONG_VERSION_NUMBER": "it does not speak TLS, as this machine does",
    "cannot convert to SSL": "it does not speak TLS, as this machine does",
    "EOF occurred in violation": _CUT,
    "Stream is closed": _CUT,
    "Connection reset by peer": _CUT,
}


def what_failed(fault: Exception) -> str:
    """Return the first cause of a fault in a few words: the last says as a rule that time was up, and not over what."""
    first = list(islice(_causes(fault), _DEEPEST))[-1]
    if isinstance(first, TopicwireError):
        return first.what
    if isinstance(fault, TimeoutError) or isinstance(first, MemoryError):  # the latter where words are taken for a length
        return "something listens there, and does not speak as a scheduler does"
    if isinstance(first, TimeoutError):  # Dask tells of its last try alone, for which there may have been no time
        return "no connection can be made"
    said = (first.strerror if isinstance(first, OSError) else "") or str(first)
    for sign, meaning in _SIGNS.items():
        if sign in said:
            return meaning
    if not isinstance(first, OSError):
        said = f"something answers that is no scheduler, or one of another version: {type(first).__name__}: {said}"
    return one_line(said)[:_LONGEST]


def _causes(fault: BaseException | None) -> Iterator[BaseException]:
    while isinstance(fault, Exception):  # a time that was up has the end of what was waited for as its cause
        yield fault
        fault = fault.__cause__
