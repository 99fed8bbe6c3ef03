"""`python -m ingest SOURCE...`: one-off ingestion of facts alone; classifies and publishes nothing."""

import os
from pathlib import Path

import click

from ingest.cli.console import OneLineErrors, home_option, say
from ingest.log import configure
from ingest.polling.home import Home
from ingest.polling.oneoff import ingest_all, summary


@click.command(cls=OneLineErrors)
@click.argument("sources", nargs=-1, required=True)
@home_option
def main(sources: tuple[str, ...], folder: Path) -> None:
    """Fetch or read SOURCES (address, file, folder or -) and store their items."""
    configure()
    home = Home(folder, os.environ)
    with home.facts() as facts, home.engine() as engine:
        report = ingest_all(facts, engine, home.settings, sources)
    say(summary(report))
    raise SystemExit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
