import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

import scheduler  # noqa: F401 - it joins the commands
from ingest.cli.console import command

ROOT: Final = Path(__file__).resolve().parents[1]
HEAVY: Final = {
    "aiohttp", "apscheduler", "babel", "feedparser", "jinja2", "lxml", "numpy", "sklearn", "sqlite_utils", "starlette"
}  # fmt: skip
NETWORK_AND_PAGES: Final = {"aiohttp", "feedparser", "jinja2", "sklearn", "starlette", "apscheduler"}
CHILD: Final = """
import json, sys
sys.path.insert(0, {root!r})
import scheduler
for words in json.loads(sys.argv[1]):
    sys.argv = ["topicwire", *words]
    try:
        scheduler.main()
    except SystemExit as end:
        assert not end.code, words
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


def imported(commands: Sequence[Sequence[str]], home: Path) -> set[str]:
    """Run commands one after another in one child process and return the libraries that it imported."""
    lines = json.dumps([["--home", str(home), *words] for words in commands])
    child = [sys.executable, "-c", CHILD.format(root=str(ROOT)), lines]
    done = subprocess.run(child, capture_output=True, text=True, check=True, cwd=home)
    return {name.split(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


def paths(group: click.Group, *before: str) -> list[tuple[str, ...]]:
    """Return the words of every command and group."""
    found: list[tuple[str, ...]] = []
    for name, one in group.commands.items():
        found.append((*before, name))
        found += paths(one, *before, name) if isinstance(one, click.Group) else []
    return found


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    """Nothing that does the work of a command is imported to tell of it (`benchmarks/startup.py` measures the seconds)."""
    helps = [("--version",), ("--help",), *((*path, "--help") for path in paths(command))]
    assert len(helps) > 30
    assert imported(helps, tmp_path) & HEAVY == set()


def test_a_small_command_loads_neither_network_nor_pages(tmp_path: Path) -> None:
    """What only reads the database opens no connection, reads no feed and draws no page."""
    small = ("sources list", "sources status", "items", "sources export", "topics list", "feeds list")
    assert imported([words.split() for words in small], tmp_path) & NETWORK_AND_PAGES == set()


def test_what_reads_documents_loads_no_library_that_few_of_them_need() -> None:
    """The fork server of the parsers is ready sooner: feedparser, Markdown and e-mail wait for their first document."""
    code = "import sys, ingest.documents.document, ingest.formats.feed; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(done.stdout.split())
    assert "lxml.etree" in loaded
    assert loaded & {"feedparser", "markdown_it", "yaml", "ingest.documents.email", "ingest.documents.pdf"} == set()
