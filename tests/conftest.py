"""The fixtures that tests share: a clock, a home folder with its database, and a web, all of them ours."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from making import Cli, home_at
from support import Clock, FakeWeb

from feeds.store.classifications import Classifications
from ingest.store.facts import Facts

# No time limit for one example (a busy computer is no fault), and the same examples for everyone.
settings.register_profile("topicwire", deadline=None, derandomize=True)
settings.register_profile("few-examples", deadline=None, derandomize=True, max_examples=20)  # .ci/versions: the first has seen all
settings.load_profile(os.environ.get("TESTS_PROFILE", "topicwire"))


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
