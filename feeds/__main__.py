"""`python -m feeds check|explain|preview|publish`: classification and publication alone, over stored facts."""

import os
from pathlib import Path

import click

from feeds.cli.commands import explain, publish_command
from feeds.cli.topics import topics_check, topics_match
from ingest.cli.console import Commands, home_option
from ingest.log import configure
from ingest.polling.home import Home


@click.group(cls=Commands)
@home_option
@click.pass_context
def main(ctx: click.Context, folder: Path) -> None:
    """Classify and publish what is stored; download nothing."""
    configure()
    ctx.obj = Home(folder, os.environ)


main.add_command(topics_check, "check")
main.add_command(topics_match, "preview")
main.add_command(explain)
main.add_command(publish_command)

if __name__ == "__main__":
    main()
