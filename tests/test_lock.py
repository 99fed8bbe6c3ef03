import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import StoreError
from ingest.store.lock import alone

HOLD = """
import sys
from pathlib import Path
from ingest.store.lock import alone
with alone(Path(sys.argv[1])) as free:
    print(free, flush=True)
    input()
"""


def test_one_pass_at_a_time(home: Path) -> None:
    """While one holds the home another finds it taken, and it is free again afterwards."""
    with alone(home) as first:
        assert first
        with alone(home) as second:
            assert not second
    with alone(home) as again:
        assert again


def test_the_lock_ends_with_its_process(home: Path) -> None:
    """However a process ends, its home is free."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        with alone(home) as free:
            assert not free
        other.kill()
    with alone(home) as free:
        assert free


def test_a_fault_inside_frees_the_home(home: Path) -> None:
    """An error goes through, and the lock is gone."""
    with pytest.raises(KeyError), alone(home):
        raise KeyError
    with alone(home) as free:
        assert free


def test_a_home_is_made_when_there_is_none(home: Path) -> None:
    """The folder of a new home comes with its lock."""
    with alone(home / "deep" / "new") as free:
        assert free
    assert (home / "deep" / "new").is_dir()


def test_a_home_that_cannot_be_is_one_line(home: Path) -> None:
    """A file where the folder should be is named with a cure."""
    (home / "file").write_text("x")
    with pytest.raises(StoreError, match="; name a folder that can be written with --home"), alone(home / "file"):
        pass
