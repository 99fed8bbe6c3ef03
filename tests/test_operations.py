"""The commands in docs/operations.md, typed in their order by somebody who has nothing but that page."""

import re
import shlex
from pathlib import Path
from typing import Final

import pytest
from making import Cli, write_topic
from processes import ROOT
from support import TEXT, FakeWeb, rss, rss_item

PAGE: Final = (ROOT / "docs" / "operations.md").read_text("utf-8")
FENCED: Final = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
BLOCKS: Final = [block for language, block in FENCED if language in {"", "sh"}]
LINES: Final = [line.partition("  #")[0].strip() for block in BLOCKS for line in block.splitlines()]
OURS: Final = re.compile(r"(?:^|[( ])topicwire ((?:--home \S+ )?[a-z]+(?: [^)|]*)?)")
ELSEWHERE: Final = {"run", "health"}  # these are started as processes: tests/test_wheel.py and tests/test_service.py


def ours(line: str) -> str:
    """Return the words of our command in a line, or nothing where it calls another program alone."""
    if line.split(maxsplit=1)[0] in {"cp", "ln", "install", "systemctl", "podman", "pipx", "kill", "python3"} or "bin/pip" in line:
        return ""
    found = OURS.search(
        re.sub(r"^(\S+ ){5}topicwire  ", "", line).replace("sudo -u topicwire ", "").replace("$(date +\\%a)", "Mon")
    )
    return found[1] if found else ""


def test_every_command_for_an_operator_works(home: Path, web: FakeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From install to erase, each command of the page ends well in a home that lives: no word of it is out of date."""
    monkeypatch.chdir(tmp_path)
    backups = tmp_path / "backups"
    backups.mkdir()
    for folder in (home, tmp_path / "new"):
        write_topic(folder)
    cli, feed = (
        Cli(home),
        web.serve("/feed.xml", rss(rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT))),
    )
    cli.settings |= {"fetch.allow": web.allow, "fetch.contact": "desk@harbour-post.net", "topics.shipped": "false"}
    cli.poll(feed)
    assert cli("poll").exit_code == 0
    article = cli.rows("items", "--json")[0]["url"]
    typed = []
    for line in filter(None, LINES):
        words = ours(line).replace("/backups", str(backups))
        words = words.replace("https://news.example/feed.xml", feed).replace("https://news.example/article", article)
        words = words.replace("restore topicwire-monday.db", f"restore {backups}/topicwire-monday.db")
        place = home if "--home NEW" not in words else tmp_path / "new"
        parts = shlex.split(re.sub(r"--home \S+ ", "", words))
        if parts and parts[0] not in ELSEWHERE:
            parts += ["--yes"] if parts[0] == "forget" else []
            done = Cli(place, cli.settings)(*parts)
            assert done.exit_code == 0, f"{line}: {done.stdout} {done.stderr}"
            typed.append(parts[0])
    assert {"init", "doctor", "config", "backup", "restore", "publish", "forget"} <= set(typed)
    assert (tmp_path / "new" / "public" / "harbour.atom").exists(), "the home has moved"


def test_every_file_that_is_copied_is_there() -> None:
    """What the page takes from `deploy/` lies there under that name."""
    named = {path for line in LINES for path in re.findall(r"deploy/\S+", line)}
    assert len(named) >= 3
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_the_lines_for_cron_are_of_the_form_that_cron_reads() -> None:
    """Five fields of time, the user of the service, a command in which each percent sign is escaped."""
    example = [line for line in (ROOT / "deploy" / "crontab").read_text("utf-8").splitlines() if line[:1] != "#"]
    lines = [*(line for line in LINES if re.match(r"[*\d]", line)), *example]
    assert len(lines) >= 3
    for line in lines:
        *times, user, command = line.split(None, 6)
        assert all(re.fullmatch(r"(\*|\d+)(/\d+)?", time) for time in times), line
        assert user == "topicwire"
        assert not re.search(r"(?<!\\)%", command)
        assert "topicwire --home /var/lib/topicwire " in command
