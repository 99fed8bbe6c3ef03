import json
import logging
from pathlib import Path

import pytest
from making import Cli

from ingest.log import NAME, LogFormat, configure, log_event, log_fault, open_log

LOG = logging.getLogger("ingest.test")
TRACE = "Traceback (most recent call last): ..."


def test_the_log_is_made_by_the_first_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It has the line and the traceback; a person sees neither there."""
    configure()
    open_log(tmp_path)
    log_event(LOG, logging.ERROR, "poll_failed", "the server has nothing there (404)")
    assert list(tmp_path.iterdir()) == []
    capfd.readouterr()
    log_fault(LOG, "entry 1: left out: KeyError", TRACE)
    assert (tmp_path / NAME).read_text(encoding="utf-8").endswith(f"entry 1: left out: KeyError\n{TRACE}\n")
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
