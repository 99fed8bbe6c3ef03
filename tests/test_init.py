"""A new home has files to edit that say what can be changed, and no file is written over."""

import os
import re
import tomllib
from pathlib import Path
from textwrap import wrap
from typing import Final

import pytest
from making import Cli

from feeds.cli.start.init import TEMPLATES
from feeds.tagging.topic.loader import parse_topic
from ingest.polling.sources import STARTER, read_list
from ingest.settings import Settings, load

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
_ROW: Final = re.compile(r"\| `(?:(\w+)\.)?(\w+)` \| (`[^`]*`|[^|]*?) \| (.*) \|")
_HEAD: Final = """\
# The settings of topicwire, each with its default. None needs a change, but please set fetch.contact.
# Take the sign # away before a setting to change it. `topicwire config` shows what is in force, and a running service
# reads this file again at SIGHUP. In the environment a setting is called TOPICWIRE_SECTION__KEY.
"""
_ALERT: Final = """
# Who is told of news: a digest by mail, at these times. It needs host and sender in [mail] above. `topicwire alerts
# test` sends a test, and `topicwire docs alerts` has everything else.
# [[alert]]
# name = "morning"
# topics = ["harbour"]
# at = ["07:30"]
# zone = "Europe/Berlin"
# mail = ["desk@example.org"]
"""
_EXAMPLES: Final = {  # of settings without a default
    "service.base_url": '"https://feeds.example.org"',
    "service.review_token": '"a long password"',
    "service.connections": "500",
    "fetch.allow": '["127.0.0.1:8765"]',
    "fetch.contact": '"mailto:desk@example.org"',
    "fetch.proxy": '"http://127.0.0.1:3128"',
    "fetch.ca_file": '"authorities.pem"',
    "polling.target_delay": "30",
    "publish.hub": '"https://hub.example.org/"',
    "mail.host": '"mail.example.org"',
    "mail.port": "587",
    "mail.user": '"topicwire"',
    "mail.password": '"env:MAIL_PASSWORD"',
    "mail.sender": '"topicwire@example.org"',
    "retention.untagged_days": "90",
    "retention.untagged_per_source": "1000",
    "retention.sources": '["https://news.example/feed.xml=30"]',
    "retention.days": "3650",
    "retention.topics": '["harbour=365"]',
}


def settings_file() -> str:
    """Return the settings file of a new home, made from the table in docs/settings.md."""
    lines, section = [_HEAD], ""
    for name, key, default, meaning in _ROW.findall((DOCS / "settings.md").read_text(encoding="utf-8")):
        if name != section:
            lines += ["", f"[{name}]"]
            section = name
        text = re.sub(r"\(\[[^]]*\]\([^)]*\)\)|`", "", re.sub(r" \(\[[^]]*\]\([^)]*\)\)", "", meaning)).rstrip(".")
        plain = default.strip("`") if default.startswith("`") and default.endswith("`") and default.count("`") == 2 else ""
        without = "" if plain else f" (default: {default.replace('`', '')})"
        words = text if meaning.startswith("`") else text[0].upper() + text[1:]
        lines += [f"# {line}" for line in wrap(f"{words}{without}.", 116)]
        value = _EXAMPLES.get(f"{name}.{key}") or _toml(plain)
        lines += [f"# {key} = {value}", ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + f"\n{_ALERT}"


def _toml(value: str) -> str:
    """Return a number or truth value as it is, and a text in quotation marks."""
    return value if re.fullmatch(r"true|false|-?[0-9.]+", value) else f'"{value}"'


@pytest.fixture
def new(cli: Cli) -> Cli:
    """Return the command, in a home that `init` made."""
    assert cli("init").exit_code == 0
    return cli


def test_the_settings_file_of_a_new_home_is_the_documentation() -> None:
    """It holds every setting with its meaning and default (TOPICWIRE_WRITE_DOCS=1 writes it anew)."""
    path = TEMPLATES / "topicwire.toml"
    if os.environ.get("TOPICWIRE_WRITE_DOCS"):
        path.write_text(settings_file(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == settings_file()


def test_a_new_home_has_the_default_settings(new: Cli) -> None:
    """Nothing is set before somebody sets it."""
    assert load(new.home, {}) == Settings()


@pytest.mark.parametrize("line", re.findall(r"^# \w+ = .*", settings_file().removesuffix(_ALERT), re.MULTILINE))
def test_each_line_of_the_settings_file_can_be_used(line: str, tmp_path: Path) -> None:
    """With the sign # away, the line sets what it names."""
    text = settings_file()
    (tmp_path / "topicwire.toml").write_text(text.replace(f"\n{line}\n", f"\n{line[2:]}\n", 1), encoding="utf-8")
    ((section, values),) = ((name, one) for name, one in tomllib.loads((tmp_path / "topicwire.toml").read_text()).items() if one)
    if section == "engine":  # which stands in no table
        assert load(tmp_path, {}).engine == values
        return
    (key,) = values
    assert key == line[2:].partition(" ")[0]
    assert hasattr(getattr(load(tmp_path, {}), section), key)


def test_the_alert_of_the_settings_file_can_be_used(tmp_path: Path) -> None:
    """With the signs # away from its lines, and host and sender set, there is an alert."""
    (tmp_path / "topicwire.toml").write_text(
        settings_file().removesuffix(_ALERT) + 'host = "mail.example.org"\nsender = "topicwire@example.org"\n' + _lines(_ALERT)
    )
    (alert,) = load(tmp_path, {}).alert
    assert (alert.name, alert.at, alert.mail) == ("morning", ("07:30",), ("desk@example.org",))


def _lines(text: str) -> str:
    """Return the settings of a part that is a comment, in force."""
    return "".join(f"{line[2:]}\n" for line in text.splitlines() if re.match(r"# (\w+ = |\[)", line))


def test_a_new_home_polls_the_starter_list_until_it_is_edited(new: Cli) -> None:
    """The list that would be polled anyway lies there as a file."""
    assert read_list(new.home / "sources.opml", "opml").sources
    assert (new.home / "sources.opml").read_bytes() == STARTER.read_bytes()


def test_a_new_home_may_have_no_source(cli: Cli) -> None:
    """With --empty the list can be read and holds nothing; `sources list` shows none."""
    cli("init", "--empty")
    listed = read_list(cli.home / "sources.opml", "opml")
    assert (listed.sources, listed.messages) == ((), ())


def test_the_example_is_a_topic_and_not_in_force(new: Cli) -> None:
    """The example is the one of docs/topics.md; it is no topic until its name says so."""
    text = (new.home / "topics" / "example.toml.txt").read_text(encoding="utf-8")
    assert parse_topic(text, "example", "example.toml").examples
    assert text == re.findall(r"```toml\n(.*?)```", (DOCS / "topics.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    assert "example" not in new("topics", "list").stdout


def test_what_is_there_stays(cli: Cli) -> None:
    """A file that somebody wrote is not touched, and this is said; what is missing is added."""
    (cli.home / "topicwire.toml").write_text("[fetch]\ntimeout = 5\n", encoding="utf-8")
    done = cli("init")
    assert (cli.home / "topicwire.toml").read_text(encoding="utf-8") == "[fetch]\ntimeout = 5\n"
    assert "topicwire.toml: is there already and stays as it is" in done.stderr
    assert (cli.home / "sources.opml").exists()


def test_another_folder_may_be_named(cli: Cli) -> None:
    """`init DIR` makes the folder, and the next commands name it."""
    done = cli("init", str(cli.home / "new" / "desk"))
    assert (cli.home / "new" / "desk" / "README.md").exists()
    assert f"topicwire --home {cli.home / 'new' / 'desk'} run" in done.stderr


def test_a_folder_that_cannot_be_made_is_one_line(cli: Cli) -> None:
    """What is wrong and what to do is one line."""
    (cli.home / "desk").write_text("a file")
    done = cli("init", str(cli.home / "desk" / "below"))
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    assert "name another folder, or check its rights" in done.stderr


def test_the_documentation_can_be_read(cli: Cli) -> None:
    """`docs` lists the pages with their titles and shows one; a wrong name gets the nearest."""
    assert "settings" in cli("docs").stdout
    assert cli("docs", "settings").stdout == (DOCS / "settings.md").read_text(encoding="utf-8")
    assert cli("docs", "docs/topics.md").stdout.startswith("# Topics")
    assert cli("docs", "setings").exit_code == 2
    assert 'did you mean "settings"' in cli("docs", "setings").stderr
