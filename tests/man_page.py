"""Makes the manual page of the `topicwire` command from its help: `docs/topicwire.1`, for man-db and mandoc."""

import re
from collections.abc import Iterator
from inspect import cleandoc

import click

_HEAD = """\
.\\" Made from the help of the commands (tests/man_page.py).
.TH TOPICWIRE 1 "" "topicwire" "User Commands"
.SH NAME
topicwire \\- many feeds in, one tagged Atom feed per topic out
.SH SYNOPSIS
.B topicwire
[OPTIONS] COMMAND [ARGS]...
"""


def man_page(command: click.Group) -> str:
    """Return the page: the options, then each command with its arguments, options and help."""
    lines = [_HEAD.rstrip(), ".SH DESCRIPTION", *_paragraphs(command.help), ".SH OPTIONS", *_options(command), ".SH COMMANDS"]
    for path, one in _leaves(command, ""):
        usage = " ".join(one.collect_usage_pieces(click.Context(one)))
        lines += [f".SS {_text(path)} {_text(usage)}", *_paragraphs(one.help), *_options(one)]
    lines += [".SH SEE ALSO", "The documentation: topicwire docs"]
    return "\n".join(lines) + "\n"


def _leaves(group: click.Group, before: str) -> Iterator[tuple[str, click.Command]]:
    for name, one in sorted(group.commands.items()):
        path = f"{before}{name}"
        if isinstance(one, click.Group):
            yield from _leaves(one, f"{path} ")
        else:
            yield path, one


def _options(command: click.Command) -> Iterator[str]:
    ctx = click.Context(command)
    for one in command.params:
        record = one.get_help_record(ctx)
        if isinstance(one, click.Option) and record is not None:
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))


def _paragraphs(text: str | None) -> Iterator[str]:
    for number, paragraph in enumerate(re.split(r"\n\n+", cleandoc(text or "").strip())):
        if number:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))


def _text(text: str) -> str:
    """Escape what troff would obey."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
