"""The fixtures that tests share: a clock, a home folder with its database, and a web, all of them ours."""

import asyncio
import os
import shutil
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import uvicorn.server
from costs import CostReport
from hypothesis import settings
from making import Cli, home_at
from ready_schema import install, migrate_in_full
from support import Clock, FakeWeb

from feeds.store.classifications import Classifications
from ingest.store.database import Database
from ingest.store.facts import Facts

# No time limit for one example (a busy computer is no fault), and the same examples for everyone.
settings.register_profile("topicwire", deadline=None, derandomize=True)
settings.register_profile("few-examples", deadline=None, derandomize=True, max_examples=20)  # .ci/versions: the first has seen all
settings.load_profile(os.environ.get("TESTS_PROFILE", "topicwire"))

_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
_ROOM: Final = 1 << 30  # bytes that have to be free there; a run needs a twentieth
_HURRY: Final = 20  # so many times as often as in use a server looks whether it shall stop


def pytest_configure(config: pytest.Config) -> None:
    """Report what the tests cost, and keep their files in memory where there is room: no test is about a disk that is slow.

    A database waits for the disk at each commit: with thousands of commits that is a third of the time of all tests.
    """
    config.pluginmanager.register(CostReport())
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Start one worker more than there are processors for `-n auto`: tests of time limits wait, and leave theirs to others.

    Each takes one file after another: what the tests of a file share is made once.
    """
    if config.option.dist == "no":
        config.option.dist = "loadfile"
        config.option.loadscopereorder = False  # the files with few tests, which would come last, are not the quick ones
    return (os.cpu_count() or 1) + 1


class _Hurried(types.ModuleType):
    """asyncio as uvicorn's server sees it here: it looks every 5 ms whether it shall stop, not ten times a second."""

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / _HURRY)


install()
vars(uvicorn.server)["asyncio"] = _Hurried(asyncio.__name__)


@pytest.fixture
def clock() -> Clock:
    """Return a clock that stands at noon of 2 March 2026, UTC, until it is told otherwise."""
    return Clock()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty home folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def web() -> Iterator[FakeWeb]:
    """Yield a web of its own, over loopback HTTP; with `other_web` there are two hosts."""
    with FakeWeb() as fake:
        yield fake


@pytest.fixture
def other_web() -> Iterator[FakeWeb]:
    """Yield a second host: another port would be the same one."""
    with FakeWeb("localhost") as fake:
        yield fake


@pytest.fixture
def by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let new databases be made by the migrations, and have no table whose family was not asked for."""
    monkeypatch.setattr(Database, "migrate", migrate_in_full)


@pytest.fixture
def facts(home: Path) -> Iterator[Facts]:
    """Open the database of a home."""
    with home_at(home).facts() as opened:
        yield opened


@pytest.fixture
def classifications(facts: Facts) -> Classifications:
    """Open the tables of classifications."""
    return Classifications(facts)


@pytest.fixture
def cli(home: Path) -> Cli:
    """Return the command, in a home without topics of its own."""
    return Cli(home)
