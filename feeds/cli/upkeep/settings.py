"""The command `config`: the settings in force and where each comes from; shows no secret."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ingest.polling.home import Home
    from ingest.settings import ExplainedSetting


@click.command("config")
@click.argument("keys", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="One object a line: key, value, origin, where, secret.")
@click.pass_obj
def config_command(home: Home, keys: tuple[str, ...], *, as_json: bool) -> None:
    """Show the settings in force and where each comes from; with KEYS (`fetch` or `fetch.timeout`) only these."""
    from ingest.settings import explained

    found = _chosen(explained(home.folder, home.environment), keys)
    lines = [_toml(one) for one in found]
    width = max(map(len, lines), default=0)
    for one, line in zip(found, lines, strict=True):
        if as_json:
            row = {"key": one.key, "value": one.value, "origin": one.origin, "where": one.where or None, "secret": one.is_secret}
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{line:{min(width, 60)}}  # {one.origin}{f': {one.where}' if one.where else ''}")


def _chosen(found: tuple[ExplainedSetting, ...], keys: tuple[str, ...]) -> tuple[ExplainedSetting, ...]:
    """Return the settings that keys or sections name. Raises SettingsError for a name that is none."""
    from ingest.errors import SettingsError, did_you_mean

    known = {name for one in found for name in (one.key, one.key.partition(".")[0])}
    for key in keys:
        if key not in known:
            raise SettingsError(f'there is no setting "{key}"', did_you_mean(key, known, "`topicwire config` lists them all"))
    return tuple(one for one in found if not keys or one.key in keys or one.key.partition(".")[0] in keys)


def _toml(one: ExplainedSetting) -> str:
    """Return a setting as a line of a TOML file; one without a value as a remark."""
    if one.value is None or one.value == "":
        return f"# {one.key} is not set"
    line = f"{one.key} = {json.dumps(one.value, ensure_ascii=False)}"
    return f"# {line}" if one.key.startswith("alert.") else line  # of a list of tables, which a line cannot write
