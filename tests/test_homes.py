from pathlib import Path

import pytest
from making import Cli, home_at, write_topic
from served_site import served
from support import FakeWeb, rss, rss_item

import ingest.polling.sources

READING = [
    ("sources", "list"),
    ("sources", "list", "--json"),
    ("sources", "status"),
    ("sources", "status", "--json"),
    ("sources", "export"),
    ("sources", "remove", "http://a.example/"),
    ("items",),
    ("items", "--json"),
    ("items", "--topic", "antisemitism-online"),
    ("explain", "abc"),
    ("search", "ferry"),
    ("stories", "show", "abc"),
    ("stories", "split", "abc"),
    ("stories", "join", "abc", "def"),
    ("review", "list", "antisemitism-online"),
    ("review", "accept", "abc", "antisemitism-online"),
    ("review", "undo", "abc", "antisemitism-online"),
    ("review", "examples", "antisemitism-online"),
    ("feeds", "list"),
    ("topics", "list"),
    ("topics", "check"),
    ("topics", "diff", "antisemitism-online", "holocaust-remembrance"),
    ("config",),
]


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_command_that_reads_makes_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Neither a folder that is not there nor a database in one that is, whatever is asked."""
    missing, empty = tmp_path / "missing", tmp_path / "empty"
    empty.mkdir()
    for home in (missing, empty):
        Cli(home)(*arguments)
    assert not missing.exists()
    assert list(empty.iterdir()) == []


@pytest.mark.parametrize("arguments", [("items",), ("sources", "list"), ("sources", "status"), ("search", "ferry"), ("serve",)])
def test_a_home_that_is_not_there_is_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """One line, exit code 2: its name is misspelt, most likely."""
    home = tmp_path / "hmoe"
    result = Cli(home)(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"topicwire: {home}: no such folder; name your home folder with --home, or make one with `topicwire run`\n"
    )


@pytest.mark.parametrize("arguments", [("list",), ("check",), ("retire", "harbour")])
def test_the_commands_about_topics_make_no_home(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A home that is not there is said, and none is made."""
    home = tmp_path / "mistyped"
    result = Cli(home)("topics", *arguments)
    assert (result.exit_code, result.stderr.startswith(f"topicwire: {home}: no such folder")) == (2, True)
    assert not home.exists()


def test_a_topic_file_that_is_not_there_is_said(home: Path) -> None:
    """The path that was given is named, without the system's own words."""
    result = Cli(home)("topics", "check", "nosuch.toml")
    assert result.exit_code == 2
    assert result.stderr == "topicwire: nosuch.toml: no such topic file; check its path, or give a topic's name alone\n"


def test_an_empty_folder_holds_nothing_and_says_so(home: Path) -> None:
    """A list of nothing is no error, but it may be the wrong folder."""
    result = Cli(home)("items", "--json")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"nothing is stored in {home}: there is no topicwire.db (--home names another folder)\n"


@pytest.mark.parametrize("arguments", [("poll",), ("sources", "import", "LIST"), ("ingest", "LIST")])
def test_a_command_that_writes_says_that_it_makes_a_folder(
    tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new home may be meant: it is made, and said once, also by cron's command, which else is silent."""
    listed = tmp_path / "list.txt"
    listed.write_text("http://a.invalid/feed\n", encoding="utf-8")
    home = tmp_path / "new"
    cli = Cli(home)
    nobody = tmp_path / "new.opml"  # in place of the starter list, which no test may ask
    nobody.write_text("<opml><body/></opml>", encoding="utf-8")
    monkeypatch.setattr("ingest.polling.sources.STARTER", nobody)
    lines = cli(*[str(listed) if one == "LIST" else one for one in arguments]).stderr.splitlines()
    assert lines[0] == f"{home}: no such folder; it is made now, as a new home"
    assert sum("no such folder" in line for line in lines) == 1
    assert (home / "topicwire.db").exists()


def test_run_in_a_folder_that_is_no_home_says_what_it_is_about_to_do(
    home: Path, web: FakeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is made, where, and who is asked; in a home, and the second time, it says nothing of that."""
    starter = tmp_path / "starter.opml"
    starter.write_text(f'<opml><body><outline xmlUrl="{web.serve("/a", rss(rss_item("One")))}"/></body></opml>', encoding="utf-8")
    monkeypatch.setattr(ingest.polling.sources, "STARTER", starter)
    cli = Cli(home)
    cli.settings["fetch.allow"] = web.allow
    said = (
        f"{home} is not a topicwire home yet: topicwire.db and public/ are created there, and a starter list of 1 sources is polled"
        " (`topicwire init` writes settings, a list of sources and an example topic to edit; --home names another folder)"
    )
    assert cli("run", "--once").stderr.splitlines()[0] == said
    assert "no topicwire home" not in cli("run", "--once").stderr


def test_a_folder_that_somebody_prepared_is_a_home(home: Path) -> None:
    """A topic, a list of sources or settings are enough: that nothing is stored there yet is no news."""
    assert not home_at(home).is_home
    write_topic(home)
    assert home_at(home).is_home
    assert Cli(home)("items").output == ""


def test_serving_makes_nothing(home: Path) -> None:
    """Whatever is asked of a site without a database, no folder and no file comes of it."""
    with served(home_at(home)) as site:
        for path in ("/", "/search?q=ferry", "/search.atom?q=ferry", "/review", "/healthz", "/private/x/y.atom", "/websub/abc"):
            site.ask(path)
        site.post("/websub/abc", {"a": "b"})
        site.post("/review", {"item": "a"})
    assert list(home.iterdir()) == []
