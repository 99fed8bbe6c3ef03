"""The manual page and the shells' completion know every command."""

import os
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from making import HARBOUR, Cli, write_topic
from man_page import man_page

from ingest.cli.console import command

PAGE = Path(__file__).resolve().parents[1] / "docs" / "topicwire.1"


def test_the_manual_page_is_the_help_of_the_commands() -> None:
    """Each command, argument and option stands in it (TOPICWIRE_WRITE_DOCS=1 writes it anew)."""
    assert isinstance(command, click.Group)
    if os.environ.get("TOPICWIRE_WRITE_DOCS"):
        PAGE.write_text(man_page(command), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == man_page(command)


@pytest.mark.skipif(shutil.which("man") is None, reason="man-db is not installed")
def test_man_shows_the_page_without_a_warning() -> None:
    """The formatter that people have reads it."""
    wide = os.environ | {"MANWIDTH": "100"}
    done = subprocess.run(["man", "--warnings", "-l", PAGE], capture_output=True, text=True, check=True, env=wide)
    assert done.stderr == ""
    assert "sources add" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script(cli: Cli, shell: str) -> None:
    """`completion SHELL` writes what the shell evaluates."""
    script = cli("completion", shell).stdout
    assert f"_TOPICWIRE_COMPLETE={shell}_complete" in script
    if path := shutil.which(shell):
        subprocess.run([path, "-n"], input=script, text=True, check=True)


def completed(*words: str) -> list[str]:
    """Return what a shell is offered for the last word."""
    *before, begun = words
    return [one.value for one in ShellComplete(command, {}, "topicwire", "").get_completions(before, begun)]


def test_commands_and_topics_are_completed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A begun command gets its name, and TOPIC the names of the topics in this home."""
    write_topic(home, HARBOUR)
    monkeypatch.setenv("TOPICWIRE_HOME", str(home))
    monkeypatch.setenv("TOPICWIRE_TOPICS__SHIPPED", "false")
    assert completed("sto") == ["stories"]
    assert completed("topics", "suggest", "har") == ["harbour"]
    assert completed("--home", str(home / "none"), "topics", "suggest", "har") == []
    monkeypatch.setenv("TOPICWIRE_TOPICS__SHIPPED", "no-such-topic")
    assert completed("topics", "suggest", "har") == []
