"""How a command talks: words to stderr, an error as one line and an exit code; knows the top command's options and no command."""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
import sys
import traceback
from contextlib import contextmanager
from inspect import cleandoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ingest.errors import OUT_OF_MEMORY, TopicwireError, database_failed, is_out_of_memory, system_failed
from ingest.log import LogFormat, configure, log_event, open_log, service_format
from ingest.polling.home import Home

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.model import StoredItem
    from ingest.store.facts import Facts

_LOG: Final = logging.getLogger(__name__)
_WIDEST_HELP: Final = 120  # columns, where the terminal has as many


def say(text: str) -> None:
    """Write a line for the person to stderr; stdout is for data."""
    click.echo(text, err=True)


def announce(event: str, text: str) -> None:
    """Write what a service says of itself: an event, in the form of all others."""
    log_event(_LOG, logging.INFO, event, text)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with what it counts, in the plural where it is not one: "1 term", "2 terms"."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def is_terminal() -> bool:
    """Return whether stderr is a terminal."""
    return sys.stderr.isatty()


def one_item(facts: Facts, name: str) -> StoredItem:
    """Return the item that a person means by `name`. Raises TopicwireError when it is none or several."""
    from ingest.text.sanitize import xml_safe

    found = facts.items.find(xml_safe(name))
    if not found:
        raise TopicwireError(f"no stored item is called {name!r}", "`topicwire items` lists them; give an id, address or guid")
    if len(found) > 1:
        ids = ", ".join(item.id for item in found[:5])
        raise TopicwireError(f"{name!r} may be any of {ids}", "give more of the id")
    return found[0]


@contextmanager
def progress_bar(length: int, label: str = "polling") -> Iterator[Callable[[int], object]]:
    """Show a progress bar for so many sources or items, on a terminal only; yield a function that takes how many more are done.

    Lines that are written to stderr meanwhile stand above the bar.
    """
    if not (length and is_terminal()):
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, force_terminal=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(label, total=length)
        yield lambda more: bar.advance(task, more)


class OneLineErrors(click.Command):
    """A command whose errors end in one line and the right exit code; the traceback is shown under `--debug` alone.

    The module of a command imports at its top no more than its declaration needs: whatever does the work is imported
    when the command runs, so that `--help` and small commands start at once.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except TopicwireError as fault:
            _fail(ctx, str(fault), fault.exit_code)
        except sqlite3.Error as fault:
            _fail(ctx, database_failed(fault))
        except OSError as fault:
            if fault.errno == errno.EPIPE:  # the reader has seen enough: click ends quietly
                raise
            _fail(ctx, system_failed(fault))
        except (MemoryError, RuntimeError) as fault:
            if not is_out_of_memory(fault):
                raise
            _fail(ctx, OUT_OF_MEMORY)


def _fail(ctx: click.Context, message: str, exit_code: int = 1) -> None:
    say(f"topicwire: {message}")
    if ctx.find_root().params.get("debug"):
        say(traceback.format_exc().rstrip())
    ctx.exit(exit_code)


class Commands(OneLineErrors, click.Group):
    """A group of such commands, listed with the whole first sentence of each."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - Click's signature
        """Write the commands of the group with what each does; Click would cut the sentences to one line."""
        rows = [(name, _first_sentence(one)) for name, one in sorted(self.commands.items()) if not one.hidden]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _first_sentence(one: click.Command) -> str:
    paragraph = " ".join(cleandoc(one.help or "").partition("\n\n")[0].split())
    return paragraph.partition(". ")[0].rstrip(".")


def home_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add --home to a command that stands alone; its function gets it as `folder`."""
    return click.option(
        "--home",
        "folder",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="TOPICWIRE_HOME",
        default=Path(),
        help="Folder with settings, database and public/.  [default: TOPICWIRE_HOME, else the current folder]",
    )(function)


def log_as_service(home: Home) -> None:
    """Write events as a service does from now on: as `log.format` says, unless the person named a form with the command."""
    given = click.get_current_context().find_root().params
    if given.get("log_format") is None:
        configure(service_format(home.settings.log.format, home.environment), debug=bool(given.get("debug")))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": _WIDEST_HELP})
@home_option
@click.option(
    "--log-format",
    type=click.Choice([one.value for one in LogFormat]),
    envvar="TOPICWIRE_LOG_FORMAT",
    help="How events are written to stderr.  [default: plain; for a service log.format]",
)
@click.option("--debug", is_flag=True, help="Show the tracebacks of errors.")
@click.version_option(package_name="topicwire", prog_name="topicwire")
@click.pass_context
def command(ctx: click.Context, folder: Path, log_format: str | None, *, debug: bool) -> None:
    """Many feeds in, one feed per topic out: each story once, with every source that carried it and why it is there."""
    configure(LogFormat(log_format or LogFormat.PLAIN), debug=debug)
    ctx.obj = ctx.obj or Home(folder, os.environ)
    open_log(ctx.obj.folder)
    if ctx.invoked_subcommand != "doctor":  # which reports an invalid setting among others
        ctx.obj.settings  # noqa: B018 - read now, so that every command reports an invalid setting
