import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from making import Cli

from ingest.errors import StoreError
from ingest.store.lock import FILE, Hold, alone, holder

HOLD = """
import sys
from pathlib import Path
from ingest.store.lock import FILE, Hold, alone, holder
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


def test_a_child_that_is_just_starting_keeps_nothing(home: Path) -> None:
    """Between its fork and its program it has a copy of every file of ours, that of the lock among them."""
    with alone(home):
        copy = next(os.dup(int(one.name)) for one in Path("/proc/self/fd").iterdir() if one.resolve() == (home / FILE).resolve())
    with alone(home) as free:
        assert free
    os.close(copy)


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


def test_the_lock_says_who_holds_it(home: Path) -> None:
    """Process and command are named; a lock of an earlier program, or none, is said in general words."""
    assert str(holder(home)) == "another process"
    with alone(home, "poll"):
        assert str(holder(home)) == f"process {os.getpid()} (`topicwire poll`)"
    (home / FILE).write_bytes(b"\xff\x00")
    assert str(holder(home)) == "another process"
    with alone(home):
        assert str(holder(home)) == f"process {os.getpid()}"


def test_what_is_kept_is_held_between_the_ticks(home: Path) -> None:
    """A service that keeps its home holds it until it closes; what it could not have at first it keeps when it gets it."""
    with closing(Hold(home, "run")) as hold:
        with alone(home) as free:
            assert free
            assert not hold.keep()
        with hold.shared() as free:
            assert free
        with alone(home) as free:
            assert not free
        with hold.shared() as one, hold.shared() as two:
            assert one
            assert two
        with alone(home) as free:
            assert not free
    with alone(home) as free:
        assert free


def test_a_second_service_says_who_holds_the_home_and_leaves(cli: Cli) -> None:
    """One line with the process, exit code 1, before it listens or polls."""
    with alone(cli.home, "run"):
        done = cli("run", "--no-serve")
    who = f"process {os.getpid()} (`topicwire run`)"
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == (f"topicwire: {who} holds {cli.home}; stop it first, or name another home with --home")
    assert not (cli.home / "public").exists()
