"""The command `purge`: deletes what has been kept long enough by `[retention]`, as the service does once an hour."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

import click

from ingest.cli.console import say
from ingest.errors import SettingsError

if TYPE_CHECKING:
    from ingest.polling.home import Home

_MOST: Final = 1_000_000_000


@click.command("purge")
@click.option("--dry-run", is_flag=True, help="List what would be deleted, and delete nothing.")
@click.option("--compact", is_flag=True, help="Rewrite the database, so that its file becomes smaller.")
@click.option("--anyway", is_flag=True, help="Also where the clock is far ahead of the newest poll and item.")
@click.option("--json", "as_json", is_flag=True, help="One object with the number of items deleted, or one for each item.")
@click.pass_obj
def purge_command(home: Home, *, dry_run: bool, compact: bool, anyway: bool, as_json: bool) -> None:
    """Delete the items that have been kept long enough by the settings `retention.*`; archives of feeds stay."""
    from feeds.publication.erasure.retention import Purge, delete_expired, expired, refuse_leap
    from ingest.store.upkeep.erasure import Eraser

    rules = home.settings.retention
    if not rules.deletes and not compact:
        raise SettingsError(
            "nothing is ever deleted", "set retention.untagged_days, for example; `topicwire docs operations` says what each does"
        )
    purge = Purge(rules, home.clock(), secrets.token_bytes(16), _MOST)
    with home.facts() if not dry_run else home.stored() as facts:
        if dry_run:
            for one in Eraser(facts).traces(row for rows in expired(facts, purge) for row in rows):
                click.echo(json.dumps({"id": one.uid, "title": one.title}) if as_json else f"{one.uid}  {one.title}")
            return
        if not anyway:
            refuse_leap(facts, purge.now)
        deleted = delete_expired(facts, purge)
        if compact:
            Eraser(facts).compact()
    if as_json:
        click.echo(json.dumps({"deleted": deleted}))
    else:
        say(f"{deleted} items deleted")
