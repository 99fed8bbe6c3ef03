"""The commands `backup` and `restore`: a verified copy of the database, and the way back; touches no file of the owner."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ingest.cli.console import say

if TYPE_CHECKING:
    from ingest.polling.home import Home

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=_FILE)
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@click.option("--json", "as_json", is_flag=True, help="One object: the file, its size, how much it holds.")
@click.pass_obj
def backup_command(home: Home, file: Path, *, force: bool, as_json: bool) -> None:
    """Copy the database to FILE, also while the service runs, and verify the copy.

    topicwire.toml, sources.opml, topics/ and seeds/ are files of your own: copy them as well.
    """
    import feeds.store.migrations  # noqa: F401 - so that the schema of judgements is known
    from ingest.store.upkeep.backup import back_up
    from ingest.store.watch.tallies import note_done

    home.require_folder()
    done = back_up(home.database_path, file, force=force)
    note_done(home.database_path, "backup", home.clock())
    if as_json:
        click.echo(json.dumps({"file": str(done.path), "bytes": done.size, "items": done.items, "sources": done.sources}))
    else:
        say(f"{done.path}: {done.items} items from {done.sources} sources, {done.size / 1e6:.1f} MB, verified")


@click.command("restore")
@click.argument("file", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="One object: how much was restored, where the replaced database is.")
@click.pass_obj
def restore_command(home: Home, file: Path, *, as_json: bool) -> None:
    """Put the backup FILE in the place of the database; the replaced database stays beside it under another name.

    Stop the service first. Run `topicwire publish` afterwards: it writes the feeds as they were.
    """
    import feeds.store.migrations  # noqa: F401 - so that a newer schema is recognised
    from ingest.errors import StoreError
    from ingest.store.lock import alone, holder
    from ingest.store.upkeep.restore import restore

    home.make()
    with alone(home.folder, "restore") as free:
        if not free:
            raise StoreError(f"{holder(home.folder)} holds {home.folder}", "stop it first")
        done = restore(file, home.database_path, home.clock())
    if as_json:
        replaced = str(done.replaced) if done.replaced else None
        click.echo(json.dumps({"items": done.items, "sources": done.sources, "replaced": replaced}))
    else:
        say(f"restored {done.items} items from {done.sources} sources; `topicwire publish` writes the feeds again")
        if done.replaced:
            say(f"the replaced database is {done.replaced}; delete it when all is well")
