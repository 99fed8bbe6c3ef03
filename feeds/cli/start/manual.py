"""The command `docs`: the pages of the documentation that belong to the installed version; knows where they lie."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click

from ingest.errors import UsageError, did_you_mean

_PLACES: Final = (Path(__file__).parents[2] / "docs", Path(__file__).parents[3] / "docs")  # in a wheel; in a clone


@click.command("docs")
@click.argument("page", metavar="[PAGE]", required=False)
def docs_command(page: str | None) -> None:
    """List the pages of the documentation, or show PAGE (`topicwire docs settings`)."""
    pages = {path.stem: path for path in sorted(documentation().glob("*.md")) if path.stem != "README"}
    if page is None:
        for name, path in pages.items():
            click.echo(f"{name:{max(map(len, pages))}}  {_title(path)}")
        return
    name = page.removeprefix("docs/").removesuffix(".md")
    if name not in pages:
        raise UsageError(f'there is no page "{page}"', did_you_mean(name, pages, "`topicwire docs` lists them"))
    text = pages[name].read_text(encoding="utf-8")
    click.echo_via_pager(text) if sys.stdout.isatty() else click.echo(text, nl=False)


def documentation() -> Path:
    """Return the folder of the documentation of this version."""
    return next(place for place in _PLACES if place.is_dir())


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").strip()
