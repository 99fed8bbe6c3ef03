"""`python -m ingest SOURCE...`: one-off ingestion of facts alone; judges and publishes nothing."""

import os
from pathlib import Path

import click

from ingest.cli.console import App, OneLineErrors, home_option, say
from ingest.polling.oneoff import ingest_all, summary


@click.command(cls=OneLineErrors)
@click.argument("sources", nargs=-1, required=True)
@home_option
def main(sources: tuple[str, ...], home: Path) -> None:
    """Fetch or read SOURCES (address, file, folder or -) and store their items."""
    app = App(home, os.environ)
    with app.facts() as facts, app.engine() as engine:
        report = ingest_all(facts, engine, app.settings, sources)
    say(summary(report))
    raise SystemExit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
