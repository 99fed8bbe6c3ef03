import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import click
import pytest

import scheduler  # noqa: F401 - it joins the commands
from ingest.cli.console import command

ROOT: Final = Path(__file__).resolve().parents[1]
HEAVY: Final = {
    "aiohttp", "apscheduler", "babel", "feedparser", "jinja2", "lxml", "numpy", "sklearn", "sqlite_utils", "starlette"
}  # fmt: skip
NETWORK_AND_PAGES: Final = {"aiohttp", "feedparser", "jinja2", "sklearn", "starlette", "apscheduler"}
SECONDS, MEGABYTES = 0.4, 45
CHILD: Final = """
import json, resource, sys
sys.path.insert(0, {root!r})
import scheduler
try:
    scheduler.main()
except SystemExit as end:
    code = end.code
used = resource.getrusage(resource.RUSAGE_SELF)
status = open("/proc/self/status").read()  # what getrusage tells of memory begins with the parent's
megabytes = int(status.partition("VmHWM:")[2].split()[0]) / 1024
print(json.dumps([code or 0, sorted(sys.modules), used.ru_utime + used.ru_stime, megabytes]), file=sys.stderr)
"""


def started(*arguments: str, home: Path) -> tuple[set[str], float, float]:
    """Run the command in a child process; give the libraries it imported, its seconds of processor and its megabytes."""
    child = [sys.executable, "-c", CHILD.format(root=str(ROOT)), "--home", str(home), *arguments]
    done = subprocess.run(child, capture_output=True, text=True, check=True, cwd=home)
    code, modules, seconds, megabytes = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return {name.split(".")[0] for name in modules}, seconds, megabytes


def paths(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    """Give the words of every command and group."""
    found: list[tuple[str, ...]] = []
    for name, one in group.commands.items():
        found.append((*before, name))
        found += paths(one, *before, name) if isinstance(one, click.Group) else []
    return found


@pytest.mark.parametrize("words", [("--version",), ("--help",), *((*path, "--help") for path in paths(command))], ids=" ".join)
def test_help_starts_at_once(words: tuple[str, ...], tmp_path: Path) -> None:
    """Nothing that does the work of a command is imported to tell of it; the quickest of three starts counts."""
    runs: list[Any] = []
    while len(runs) < 3 and (not runs or runs[-1][1] > SECONDS):
        runs.append(started(*words, home=tmp_path))
    assert runs[0][0] & HEAVY == set()
    assert min(seconds for _, seconds, _ in runs) <= SECONDS
    assert min(megabytes for *_, megabytes in runs) <= MEGABYTES


@pytest.mark.parametrize("words", ["sources list", "sources status", "items", "sources export", "topics list", "feeds list"])
def test_a_small_command_imports_neither_network_nor_pages(words: str, tmp_path: Path) -> None:
    """What only reads the database opens no connection, reads no feed and draws no page."""
    assert started(*words.split(), home=tmp_path)[0] & NETWORK_AND_PAGES == set()
