"""The commands `feeds grant`, `revoke` and `list`: who reads a private feed; a token is shown once and kept nowhere."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from feeds.cli.home import topic_named
from ingest.cli.console import Commands, say
from ingest.errors import UsageError
from ingest.text.sanitize import one_line

if TYPE_CHECKING:
    from ingest.polling.home import Home

_FORMATS = ("atom", "json", "rss")


@click.group(cls=Commands)
def feeds() -> None:
    """Show and change who may read the private feeds."""


_topic = click.argument("topic")
_name = click.argument("name")


@feeds.command("grant")
@_topic
@_name
@click.pass_obj
def feeds_grant(home: Home, topic: str, name: str) -> None:
    """Give NAME personal addresses for a private TOPIC: they are shown once, here."""
    from feeds.publication.document import file_name
    from feeds.store.grants import Grants

    chosen, name = topic_named(home, topic), one_line(name)
    if not chosen.publish.private:
        raise UsageError(f"{chosen.name} is public", "to make it private, write `private = true` under [publish] in its file")
    if not name:
        raise UsageError("the subscriber has no name", "give a name that tells this address from others")
    token = secrets.token_urlsafe(32)
    with home.facts() as facts:
        Grants(facts).give(chosen.name, name, token, home.clock())
    for suffix in _FORMATS:
        click.echo(f"{home.settings.base_url}/private/{token}/{file_name(chosen.name, suffix=suffix)}")
    say(f"for {name} alone: whoever has one of these addresses can read {chosen.name}; they are not shown again")


@feeds.command("revoke")
@_topic
@_name
@click.pass_obj
def feeds_revoke(home: Home, topic: str, name: str) -> None:
    """Revoke the addresses of NAME for a private TOPIC, for good."""
    from feeds.store.grants import Grants

    with home.stored() as facts:
        Grants(facts).revoke(topic, one_line(name), home.clock())
    say(f"{one_line(name)} can no longer read {topic}: their addresses now answer 410")


@feeds.command("list")
@click.option("--json", "as_json", is_flag=True, help="One object a line.")
@click.pass_obj
def feeds_list(home: Home, *, as_json: bool) -> None:
    """Show who may read which private feed, since when, and when they last did."""
    from feeds.store.grants import Grants
    from ingest.text.dates import rfc3339

    with home.stored() as facts:
        for grant in Grants(facts).all():
            moments = {key: rfc3339(getattr(grant, key)) for key in ("given", "used", "revoked")}
            if as_json:
                click.echo(json.dumps(asdict(grant) | moments, ensure_ascii=False))
            else:
                state = f"revoked {moments['revoked']}" if grant.revoked else f"given {moments['given']}"
                click.echo(f"{grant.topic}  {grant.name}  [{state}, last used {moments['used'] or 'never'}]")
