"""How commands talk: the home folder, words to stderr, errors as one line and an exit code; knows no command."""

import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import click

from ingest.errors import StoreError, TopicwireError, UsageError
from ingest.log import open_log
from ingest.model import StoredItem
from ingest.polling.engine import Engine
from ingest.settings import FILE, Settings, load
from ingest.store.facts import IN_MEMORY, Facts
from ingest.text.sanitize import xml_safe

_OURS: Final = (FILE, "topicwire.db", "sources.opml", "topics", "seeds")


def utc_now() -> datetime:
    """Read the clock: the one place of the program that does; everything else is told."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class App:
    """One home folder, and what the commands need of the world."""

    home: Path
    environment: Mapping[str, str]
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def settings(self) -> Settings:
        """The settings, read once, at the first need. Raises SettingsError."""
        return load(self.home, self.environment)

    @property
    def database(self) -> Path:
        """The file that everything known is in."""
        return self.home / "topicwire.db"

    @property
    def is_home(self) -> bool:
        """Whether somebody has made this folder a home: there is anything of ours in it."""
        return any((self.home / name).exists() for name in _OURS)

    def make(self) -> None:
        """Make the folder where there is none, and say so: perhaps its name is misspelt. Raises StoreError."""
        if self.home.is_dir():
            return
        try:
            self.home.mkdir(parents=True)
        except OSError as fault:
            raise StoreError(f"{self.home}: {fault.strerror}", "name a folder that can be written with --home") from fault
        say(f"{self.home}: no such folder; it is made now, as a new home")

    def facts(self) -> Facts:
        """Open the database to write to it; where there is none it is made. Raises StoreError."""
        self.make()
        return Facts(self.database)

    def stored(self, *, quiet: bool = False) -> Facts:
        """Open the database to ask it. Where there is none, none is made: an empty one in memory answers.

        Raises StoreError, and UsageError where there is not even a folder.
        """
        if self.database.exists():
            return Facts(self.database)
        self.require_folder()
        if not quiet and not self.is_home:
            say(f"nothing is stored in {self.home.resolve()}: there is no topicwire.db (--home names another folder)")
        return Facts(IN_MEMORY)

    def require_folder(self) -> None:
        """Refuse a home that is not there: what only reads makes none. Raises UsageError."""
        if not self.home.is_dir():
            raise UsageError(f"{self.home}: no such folder", "name your home folder with --home, or make one with `topicwire run`")

    def engine(self) -> Engine:
        """Make the engine for requests and parsing; faults of its parsers are logged in the home."""
        open_log(self.home)
        own = self.settings
        return Engine(own.fetch, self.clock, environment=self.environment, home=self.home, parsing=own.parsing)

    def one_item(self, facts: Facts, name: str) -> StoredItem:
        """Find the item that a person means. Raises TopicwireError when it is none or several."""
        found = facts.find(xml_safe(name))
        if not found:
            raise TopicwireError(f"no stored item is called {name!r}", "`topicwire items` lists them; give an id, address or guid")
        if len(found) > 1:
            ids = ", ".join(item.id for item in found[:5])
            raise TopicwireError(f"{name!r} may be any of {ids}", "give more of the id")
        return found[0]


def say(text: str) -> None:
    """Tell a person something: on stderr, since stdout is for data."""
    click.echo(text, err=True)


def is_terminal() -> bool:
    """Say whether a person is looking."""
    return sys.stderr.isatty()


def database_failed(fault: sqlite3.Error) -> str:
    """Say in one line what a fault of the database in the middle of the work means."""
    return f"the database failed: {fault}; check free space and rights, then run it again: nothing was lost"


class OneLineErrors(click.Command):
    """A command whose errors end in one line and the right exit code, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except TopicwireError as fault:
            say(f"topicwire: {fault}")
            ctx.exit(fault.exit_code)
        except sqlite3.Error as fault:
            say(f"topicwire: {database_failed(fault)}")
            ctx.exit(1)
        except OSError as fault:
            if fault.errno == errno.EPIPE:  # the reader has seen enough: click ends quietly
                raise
            say(f"topicwire: {fault}; check free space and rights, then run it again")
            ctx.exit(1)


class Commands(OneLineErrors, click.Group):
    """A group of such commands."""


def home_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --home to a command that stands alone."""
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TOPICWIRE_HOME",
        default=Path(),
        help="Folder with settings, database and public/.  [default: TOPICWIRE_HOME, else the current folder]",
    )(function)


@click.group(cls=Commands)
@home_option
@click.version_option(package_name="topicwire", prog_name="topicwire")
@click.pass_context
def command(ctx: click.Context, home: Path) -> None:
    """Many feeds in, one feed per topic out: each story once, with every source that carried it and why it is there."""
    ctx.obj = ctx.obj or App(home, os.environ)
    ctx.obj.settings  # noqa: B018 - a setting that is wrong is said at once, whatever the command
