"""The command `export`: a topic's stories as data, with counts and a description; decides nothing about them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feeds.cli.home import readable_topics, target_of, topic_named, topic_names
from ingest.cli.console import say

if TYPE_CHECKING:
    from datetime import datetime

    from feeds.export.model import Export
    from ingest.polling.home import Home


@click.command("export")
@click.option("--topic", "name", metavar="TOPIC", shell_complete=topic_names, required=True, help="Whose stories are exported.")
@click.option("--as-of", "as_of", metavar="TIME", help="Leave out what was first seen later: 2026-11-30 or 2026-11-30T12:00:00Z.")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl", "atom", "parquet"]), default="jsonl", show_default=True)
@click.option("--counts", "only_counts", is_flag=True, help="Write only the counts, as one JSON object.")
@click.option(
    "--package",
    "folder",
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write a data package there: the stories, counts.json and datapackage.json.",
)
@click.pass_obj
def export_command(  # noqa: PLR0913 - its options
    home: Home, name: str, as_of: str | None, form: str, folder: Path | None, *, only_counts: bool
) -> None:
    """Write the stories of TOPIC, each once, as data: the same database gives the same bytes."""
    from feeds.export import package
    from feeds.export.formats import FORMATS, as_json
    from feeds.publication.atomic_files import replace

    export = _export(home, name, _moment(as_of))
    if folder is not None:
        for file, data in package.files(export, form).items():
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / file, data)
        say(f"{folder}: {export.counts.stories} stories, with counts.json and datapackage.json")
        return
    data = as_json(export.counts.as_json()) if only_counts else FORMATS[form](export)
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _export(home: Home, name: str, as_of: datetime | None) -> Export:
    from feeds.export.collect import collect

    wanted = topic_named(home, name)
    others = [topic for topic in readable_topics(home)[0] if topic.name != wanted.name]
    with home.stored() as facts:
        return collect(facts, [wanted, *others], wanted, target_of(home, facts), as_of)


def _moment(text: str | None) -> datetime | None:
    """Return a moment by its day (its end, UTC) or by RFC 3339. Raises UsageError."""
    from datetime import UTC, datetime, timedelta

    from ingest.errors import UsageError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of: {text!r} is no time", "write 2026-11-30 or 2026-11-30T12:00:00Z") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    is_day = len(text) == len("2026-11-30")
    return moment.astimezone(UTC) + (timedelta(days=1, microseconds=-1) if is_day else timedelta())
