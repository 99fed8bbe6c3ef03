from pathlib import Path

import pytest

from ingest.log import NAME, log_fault, open_log


def test_the_log_is_made_by_the_first_fault(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It has the line and the traceback; a person sees neither there."""
    open_log(tmp_path)
    assert list(tmp_path.iterdir()) == []
    log_fault("entry 1: left out: KeyError", "Traceback (most recent call last): ...")
    assert (
        (tmp_path / NAME)
        .read_text(encoding="utf-8")
        .endswith("entry 1: left out: KeyError\nTraceback (most recent call last): ...\n")
    )
    assert capfd.readouterr() == ("", "")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """The person was told all the same."""
    open_log(tmp_path / "nowhere")
    log_fault("entry 1: left out: KeyError", "\ud800")
    open_log(tmp_path)
    assert capfd.readouterr() == ("", "")


def test_one_home_has_one_log(tmp_path: Path) -> None:
    """What is logged goes to the home that was opened last."""
    one, other = tmp_path / "one", tmp_path / "other"
    for home in (one, other):
        home.mkdir()
        open_log(home)
    log_fault("a", "b")
    assert ((one / NAME).exists(), (other / NAME).exists()) == (False, True)
