"""The settings in force are shown with their origin, and no secret is."""

import json
import re
from dataclasses import fields
from typing import Any

from making import Cli

from ingest.settings import Settings, load

TOML = """
[service]
bind = "127.0.0.1:9090"
review_token = "hush-hush"
[fetch]
timeout = 5
proxy = "http://me:hush-hush@127.0.0.1:3128"
allow = ["127.0.0.1:1", "10.0.0.0/8"]
"""


def by_key(cli: Cli, *keys: str) -> dict[str, dict[str, Any]]:
    """Return the settings in force by their keys."""
    return {row["key"]: row for row in cli.rows("config", "--json", *keys)}


def test_each_setting_says_where_it_comes_from(cli: Cli) -> None:
    """Every key has its value in force and its origin: default, file or environment; the environment wins."""
    (cli.home / "topicwire.toml").write_text(TOML, encoding="utf-8")
    cli.settings |= {"fetch.timeout": "7"}
    found = by_key(cli)
    sections = [one.name for one in fields(Settings) if one.name not in {"alert", "engine"}]
    assert list(found) == ["engine", *(f"{name}.{key.name}" for name in sections for key in fields(getattr(Settings(), name)))]
    where = str(cli.home / "topicwire.toml")
    assert found["fetch.timeout"] == {
        "key": "fetch.timeout",
        "value": 7.0,
        "origin": "environment",
        "where": "TOPICWIRE_FETCH__TIMEOUT",
        "secret": False,
    }
    assert [found["service.bind"][name] for name in ("value", "origin", "where")] == ["127.0.0.1:9090", "file", where]
    assert [found["publish.entries"][name] for name in ("value", "origin", "where")] == [100, "default", None]
    assert found["fetch.allow"]["value"] == ["127.0.0.1:1", "10.0.0.0/8"]


def test_secrets_are_not_shown(cli: Cli) -> None:
    """Neither form shows a password; that one is set can be seen."""
    (cli.home / "topicwire.toml").write_text(TOML, encoding="utf-8")
    for arguments in ((), ("--json",)):
        said = cli("config", *arguments).output
        assert "hush" not in said
        assert "127.0.0.1:3128" in said
    found = by_key(cli)
    assert (found["service.review_token"]["value"], found["service.review_token"]["secret"]) == ("(set)", True)
    assert not by_key(Cli(cli.home / "public"))["service.review_token"]["value"]


def test_alerts_are_shown_without_their_secrets(cli: Cli) -> None:
    """What an alert sets is shown by its name and key, as a remark; of what may be a secret only that it is set."""
    alert = '[[alert]]\nname = "desk"\nat = ["07:30"]\nwebhook = "https://hook.example/hush"\nsecret = "hush"\n'
    (cli.home / "topicwire.toml").write_text(alert, encoding="utf-8")
    said = cli("config", "alert").stdout
    assert "hush" not in said
    assert [line.partition("  #")[0].rstrip() for line in said.splitlines()] == [
        '# alert.desk.at = ["07:30"]',
        '# alert.desk.webhook = "(set)"',
        '# alert.desk.secret = "(set)"',
    ]


def test_the_lines_are_a_settings_file(cli: Cli) -> None:
    """What is printed can be put into a file: it gives the same settings."""
    cli.settings |= {"fetch.allow": "10.0.0.0/8", "service.base_url": "https://feeds.example/"}
    said = cli("config").stdout
    assert re.search(r"^publish\.hub", said, re.MULTILINE) is None
    made = load(cli.home, {f"TOPICWIRE_{key.upper().replace('.', '__')}": value for key, value in cli.settings.items()})
    (cli.home / "topicwire.toml").write_text(said, encoding="utf-8")
    again = load(cli.home, {})
    assert (again.fetch.allow, again.base_url, again.polling) == (made.fetch.allow, made.base_url, made.polling)


def test_some_settings_can_be_asked_for(cli: Cli) -> None:
    """By key or by section; an unknown name is refused with the nearest one."""
    assert list(by_key(cli, "publish.hub")) == ["publish.hub"]
    assert {key.partition(".")[0] for key in by_key(cli, "polling", "topics")} == {"polling", "topics"}
    done = cli("config", "fetch.timeuot")
    assert (done.exit_code, done.stderr) == (2, 'topicwire: there is no setting "fetch.timeuot"; did you mean "fetch.timeout"?\n')


def test_a_wrong_setting_is_one_line(cli: Cli) -> None:
    """The place and the key are named, as by every command."""
    (cli.home / "topicwire.toml").write_text("[fetch]\ntimeout = 0\n", encoding="utf-8")
    del cli.settings["fetch.timeout"]
    done = cli("config")
    assert (done.exit_code, done.stderr.count("\n"), json.dumps("x") in done.stdout) == (2, 1, False)
    assert "fetch.timeout must be a number above 0" in done.stderr
