"""The command `init`: a new home with files to edit; knows which files a home may have, and writes over none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from ingest.cli.console import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ingest.polling.home import Home

TEMPLATES: Final = Path(__file__).with_name("new_home")
_FOLDERS: Final = ("topics", "seeds")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new home: its path there, what it holds, and what it is for."""

    name: str
    content: bytes
    purpose: str


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--empty", is_flag=True, help="Write a list without sources instead of the starter list.")
@click.pass_obj
def init_command(home: Home, folder: Path | None, *, empty: bool) -> None:
    """Make a home in DIR (the home folder unless given): settings, a list of sources and an example topic to edit.

    A file that is there already is left as it is.
    """
    from dataclasses import replace

    from feeds.tagging.topic.folders import new_file
    from ingest.errors import StoreError

    chosen = replace(home, folder=folder or home.folder)
    try:
        for name in _FOLDERS:
            (chosen.folder / name).mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise StoreError(f"{fault.filename}: {fault.strerror}", "name another folder, or check its rights") from fault
    for file in _files(empty=empty):
        path = chosen.folder / file.name
        say(f"{path}: {file.purpose}" if new_file(path, file.content) else f"{path}: is there already and stays as it is")
    _say_what_is_next(chosen, folder)


def _files(*, empty: bool) -> Iterator[NewFile]:
    from ingest.polling.sources import STARTER, read_list

    count = 0 if empty else len(read_list(STARTER, "starter").sources)
    listed = (TEMPLATES / "sources.opml").read_bytes() if empty else STARTER.read_bytes()
    yield NewFile("topicwire.toml", (TEMPLATES / "topicwire.toml").read_bytes(), "every setting, explained; none needs a change")
    what = f"the {count} feeds that are polled; delete lines and add your own" if count else "the feeds that are polled: none yet"
    yield NewFile("sources.opml", listed, what)
    example = "an example; with a name that ends in .toml it is a topic"
    yield NewFile("topics/example.toml.txt", (TEMPLATES / "topics" / "example.toml.txt").read_bytes(), example)
    yield NewFile("README.md", (TEMPLATES / "README.md").read_bytes(), "what lies here and what to do next")


def _say_what_is_next(home: Home, folder: Path | None) -> None:
    """Say the commands that follow, with the option --home where this folder is not the current one."""
    where = "" if home.folder.resolve() == Path.cwd() else f" --home {folder or home.folder}"
    say("")
    site = home.settings.base_url
    for words, what in (
        (f"topicwire{where} sources add ADDRESS", "shows what a feed or the feed of a site holds, and keeps it"),
        (f"topicwire{where} run", f"polls, tags and serves until Ctrl+C; then open {site}/"),
        (f"{site}/topics/", "there you write a topic and see what it finds, while `run` is at work"),
        ("topicwire docs tutorial", "the first ten minutes, step by step"),
    ):
        say(f"{words:{len(where) + 29}} {what}")
