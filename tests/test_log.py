import json
import logging
import os
import sys
from pathlib import Path

import pytest
from making import Cli

from ingest.log import NAME, LogFormat, configure, log_event, log_fault, open_log, service_format

LOG = logging.getLogger("ingest.test")
TRACE = "Traceback (most recent call last): ..."


def test_the_log_is_made_by_the_first_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It has the line and the traceback, for its owner alone: it may quote what is private. A person sees neither there."""
    configure()
    open_log(tmp_path)
    log_event(LOG, logging.ERROR, "poll_failed", "the server has nothing there (404)")
    assert list(tmp_path.iterdir()) == []
    capfd.readouterr()
    log_fault(LOG, "entry 1: left out: KeyError", TRACE)
    assert (tmp_path / NAME).read_text(encoding="utf-8").endswith(f"entry 1: left out: KeyError\n{TRACE}\n")
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The person was told all the same."""
    configure()
    open_log(tmp_path / "nowhere")
    log_fault(LOG, "entry 1: left out: KeyError", "\ud800")
    open_log(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_one_home_has_one_log(tmp_path: Path) -> None:
    """What is logged goes to the home that was opened last."""
    one, other = tmp_path / "one", tmp_path / "other"
    for home in (one, other):
        home.mkdir()
        open_log(home)
    log_fault(LOG, "a", "b")
    assert ((one / NAME).exists(), (other / NAME).exists()) == (False, True)


def test_a_library_s_error_keeps_its_traceback_in_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A scheduler's job that failed is one line for a person and a traceback in the file."""
    configure()
    open_log(tmp_path)
    try:
        json.loads("{}")["what"]
    except KeyError:
        logging.getLogger("apscheduler.executors.default").exception("Job %s raised an exception", "poll")
    assert capfd.readouterr().err == "Job poll raised an exception\n"
    assert "KeyError: 'what'" in (tmp_path / NAME).read_text(encoding="utf-8")


def test_an_event_is_one_plain_line(capfd: pytest.CaptureFixture[str]) -> None:
    """It ends no line early and gives a terminal no orders, whatever a feed calls itself."""
    configure()
    log_event(LOG, logging.INFO, "feed_published", "News\x1b[31m\r\nred \u202etxt\x9b.", topic="news")
    assert capfd.readouterr() == ("", "News[31m red txt.\n")


def test_an_event_is_one_json_object(capfd: pytest.CaptureFixture[str]) -> None:
    """A program reads its time, level, logger, name, line and fields."""
    configure(LogFormat.JSON)
    log_event(LOG, logging.WARNING, "poll_failed", "nothing\x1b there", source="http://feeds.example/a\x9b", failures=3)
    line = capfd.readouterr().err
    found = json.loads(line)
    assert found.pop("time").endswith("Z")
    assert found == {
        "level": "warning",
        "logger": "ingest.test",
        "event": "poll_failed",
        "message": "nothing there",
        "source": "http://feeds.example/a",
        "failures": 3,
    }
    assert "\x1b" not in line
    configure()


def test_an_event_is_pairs_of_logfmt(capfd: pytest.CaptureFixture[str]) -> None:
    """Time, level, event and message stand first; a value with spaces or quotes is quoted, one that is missing is left out."""
    configure(LogFormat.LOGFMT)
    log_event(LOG, logging.WARNING, "poll_failed", 'said "no"\nlate', source="http://feeds.example/a", failures=3, status=None)
    line = capfd.readouterr().err
    configure()
    time, rest = line.split(" ", 1)
    assert time.startswith("time=20")
    told = (
        'level=warning logger=ingest.test event=poll_failed message="said \\"no\\" late" source=http://feeds.example/a failures=3'
    )
    assert rest == f"{told}\n"


def test_journald_is_told_the_level_and_no_time(capfd: pytest.CaptureFixture[str]) -> None:
    """It adds the time itself and takes the level from the prefix."""
    configure(LogFormat.JOURNAL)
    for level in (logging.ERROR, logging.WARNING, logging.INFO):
        log_event(LOG, level, "poll_failed", "nothing there", failures=3)
    shown = capfd.readouterr().err
    configure()
    assert shown == "".join(f"<{number}>nothing there event=poll_failed failures=3\n" for number in (3, 4, 6))


def test_a_service_writes_what_suits_its_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time of day and the words on a terminal, for journald where that reads, else logfmt; a choice counts before all."""
    with (tmp_path / "stderr").open("w", encoding="utf-8") as stderr:
        monkeypatch.setattr(sys, "stderr", stderr)
        about = os.fstat(stderr.fileno())
        assert service_format("auto", {"JOURNAL_STREAM": f"{about.st_dev}:{about.st_ino}"}) is LogFormat.JOURNAL
        assert service_format("auto", {"JOURNAL_STREAM": f"{about.st_dev}:1"}) is LogFormat.LOGFMT
        assert service_format("auto", {}) is LogFormat.LOGFMT
        assert service_format("json", {}) is LogFormat.JSON
    monkeypatch.setattr(sys, "stderr", None)
    assert service_format("auto", {}) is LogFormat.TERMINAL


@pytest.mark.parametrize("log_format", LogFormat)
def test_no_line_holds_a_secret_of_an_address(capfd: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    """Whoever logs an address may not know that it has a password or a token: they are left out of words and fields."""
    configure(log_format)
    address = "https://me:hush@feeds.example/a?id=7&api_key=sesame&Token=open#x"
    log_event(LOG, logging.WARNING, "source_failing", f"{address}: refused", source=address, hub="http://u:p@w@hub.example/?sig=z")
    shown = capfd.readouterr().err
    configure()
    assert "feeds.example/a?id=7&api_key=***&Token=***#x: refused" in shown
    for secret in ("hush", "sesame", "=open", "u:p", "p@w", "sig=z"):
        assert secret not in shown


@pytest.mark.parametrize("log_format", LogFormat)
def test_no_field_gives_a_terminal_orders(capfd: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    """Neither as it is written nor after a program has read it; nor does a traceback."""
    configure(log_format, debug=True)
    try:
        int("\x1b[31mred\u202e https://me:hush@feeds.example/")
    except ValueError:
        log_event(LOG, logging.ERROR, "poll_failed", "it failed", source="a\x1b[2Jb\r\nc", path=Path("d\x9be"))
    shown = capfd.readouterr().err
    configure()
    told = shown + "".join(str(value) for value in json.loads(shown).values()) if log_format is LogFormat.JSON else shown
    assert "[31mred" in told
    for bad in ("\x1b", "\x9b", "\r", "\u202e", "hush", "\\u001b"):
        assert bad not in told


@pytest.mark.parametrize("log_format", LogFormat)
def test_debug_shows_tracebacks(capfd: pytest.CaptureFixture[str], log_format: LogFormat) -> None:
    """Those of faults of ours, and those of what caused an event."""
    configure(log_format, debug=True)
    log_fault(LOG, "entry 1: left out", TRACE)
    try:
        int("cause")
    except ValueError:
        log_event(LOG, logging.ERROR, "poll_failed", "it failed")
    shown = capfd.readouterr().err
    configure()
    assert TRACE in shown
    assert "ValueError: invalid literal" in shown


def test_an_error_of_a_command_is_one_line(cli: Cli) -> None:
    """With `--debug` its traceback follows."""
    plain, debugged = cli("topics", "check", "nothing"), cli("--debug", "topics", "check", "nothing")
    assert plain.stderr == debugged.stderr.partition("\n")[0] + "\n"
    assert "Traceback" in debugged.stderr


def test_the_command_writes_json_where_it_is_told_to(cli: Cli) -> None:
    """Events of the program, not what a command tells whoever gave it."""
    found = cli("--log-format", "json", "items")
    assert json.loads(found.stderr)["event"] == "home_empty"
