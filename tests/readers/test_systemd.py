"""The units in `deploy/systemd` and `deploy/dask` by the service manager's own programs; skipped where these are not installed."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from processes import ROOT

FOLDERS: Final = ("systemd", "dask")
MOST_EXPOSED: Final = 15  # tenths; 10 of 10 is a service without any protection, and most services of a system have more than 9


SERVICES: Final = ("topicwire.service", "topicwire-poll.service", "topicwire-scheduler.service", "topicwire-worker@.service")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """Return a copy of the units in which a program that exists stands for ours."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed (Debian: systemd)")
    for unit in (path for folder in FOLDERS for path in (ROOT / "deploy" / folder).iterdir()):
        text = re.sub("/opt/topicwire/bin/(topicwire|dask)", "/bin/true", unit.read_text("utf-8"))
        (tmp_path / unit.name).write_text(text, "utf-8")
    return tmp_path


def run(*command: str | Path) -> tuple[int, str]:
    """Run a command; give its exit code and all that it wrote."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", [*SERVICES, "topicwire-poll.timer"])
def test_a_unit_is_valid(units: Path, name: str) -> None:
    """The service manager understands every line, and has nothing to say."""
    assert run("systemd-analyze", "verify", units / name) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_shut_in(units: Path, name: str) -> None:
    """What a taken-over service could reach is little, by systemd's own reckoning."""
    code, said = run("systemd-analyze", "security", "--offline=yes", f"--threshold={MOST_EXPOSED}", units / name)
    assert code == 0, said


def test_the_user_is_made_as_systemd_makes_users(units: Path) -> None:
    """The program systemd-sysusers reads the file and would make the user with the home folder of the units."""
    root = units / "root"
    (root / "etc").mkdir(parents=True)
    assert run("systemd-sysusers", f"--root={root}", units / "topicwire.sysusers")[0] == 0
    (line,) = (line for line in (root / "etc" / "passwd").read_text("utf-8").splitlines() if line.startswith("topicwire:"))
    assert line.split(":")[5] == "/var/lib/topicwire"
