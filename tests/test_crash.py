"""Commands that are killed at the worst steps: `benchmarks/crash.py` chooses them by chance, a thousand times."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from killing import Forking, Kill
from support import FakeWeb

from benchmarks.crash import SETTINGS, Crash, World, furnish


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crash]:
    """Yield a home with a web that changes, for all tests of this file."""
    home: Path = tmp_path_factory.mktemp("crash") / "home"
    with FakeWeb() as web:
        world = World(web, Random(20260302))
        furnish(home, world)
        with Forking(home, SETTINGS | {"fetch.allow": web.allow}) as run:
            yield Crash(home, world, run, world.chance, changes=3)


@pytest.mark.parametrize(
    ("operation", "before"),
    [
        ("pass, real parsers", "public/harbour.json"),  # some files are of the new state, this one is not
        ("publish", "COMMIT"),
        ("backup", "os.rename"),
        ("restore", "os.link"),
        ("forget", "public/harbour.json"),  # the database is without it, the feeds are not
        ("forget", "vacuum"),
        ("upgrade", "COMMIT"),
    ],
)
def test_a_killed_command_loses_doubles_and_spoils_nothing(crash: Crash, operation: str, before: str) -> None:
    """Files are whole and not older, no process is left, and the next pass makes all as if nothing had happened."""
    done = crash.measured(operation)
    crash.kill(operation, Kill(done.step(before)))
    assert crash.killed[operation]
    assert crash.faults == []
