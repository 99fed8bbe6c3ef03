"""What is said of a connection to a scheduler that failed: the first cause, in a few words."""

import asyncio
import socket
import ssl

import pytest

from ingest.errors import SettingsError
from ingest.polling.running.trouble import what_failed


def caused(fault: Exception, cause: BaseException) -> Exception:
    """Give a fault its cause."""
    fault.__cause__ = cause
    return fault


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (OSError("Timed out after 10 s"), "Timed out after 10 s"),
        (caused(OSError("Timed out"), caused(OSError("in <X>"), ConnectionRefusedError(111, "refused"))), "refused"),
        (caused(OSError("Timed out"), socket.gaierror(-2, "Name or service not known")), "Name or service not known"),
        (caused(TimeoutError(), asyncio.CancelledError()), "something listens there, and does not speak as a scheduler does"),
        (OSError("in <TCP>: Stream is closed"), "the connection is closed from there; does one side alone speak TLS"),
        (ConnectionResetError(104, "Connection reset by peer"), "the connection is closed from there"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)"), "it does not speak TLS"),
        (OSError("in <TLS>: SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA] ..."), "it does not accept the certificate of this machine: "),
        (SettingsError("NAME: file: No such file or directory", "cure"), "NAME: file: No such file or directory"),
        (MemoryError("Unable to allocate 3.07 EiB"), "something listens there, and does not speak as a scheduler does"),
        (caused(OSError("Timed out"), TimeoutError()), "no connection can be made"),
        (KeyError("op"), "something answers that is no scheduler, or one of another version: KeyError: 'op'"),
        (ValueError("a\nb" * 500), "something answers that is no scheduler, or one of another version: ValueError: " + "a b"),
    ],
)
def test_the_first_cause_is_told(fault: Exception, said: str) -> None:
    """Not the last one, which says as a rule that time was up."""
    assert what_failed(fault).startswith(said)
    assert len(what_failed(fault)) <= 200


def test_causes_in_a_circle_have_an_end() -> None:
    """No fault of another program keeps this one."""
    first, second = OSError("first"), OSError("second")
    first.__cause__, second.__cause__ = second, first
    assert what_failed(first) in {"first", "second"}
