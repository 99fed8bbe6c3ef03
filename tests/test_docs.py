"""What the README and the docs say is run, and what the program offers is in them."""

import ast
import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import Result
from making import Cli
from support import FakeWeb, rss, rss_item

import scheduler  # noqa: F401 - it joins the commands
from feeds.store.classifications import Classifications
from feeds.tagging.topic.loader import parse_topic
from ingest.alert_settings import Alert
from ingest.cli.console import command
from ingest.settings import Settings
from ingest.store.facts import Facts

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCS = {path.relative_to(ROOT / "docs").as_posix(): path.read_text("utf-8") for path in sorted((ROOT / "docs").rglob("*.md"))}
EVERYTHING = "\n".join([README, *DOCS.values()])
_SMALL = "holocaust-remembrance"  # a topic that loads quickly stands for the large one (tests/test_shipped_topics.py has that)
_NEVER_ENDS = {"serve", "run"}
_ASKS_A_SERVICE = {"health"}  # tests/test_wheel.py has one


def commands(text: str) -> list[str]:
    """Return the `topicwire` lines of the shell blocks of a page, without their remarks."""
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = (line.partition("  #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line.startswith("topicwire ")]


@pytest.fixture
def newcomer(home: Path, web: FakeWeb) -> Path:
    """Make a home like a fresh clone, with seeds, no starter list, and one stored item."""
    shutil.copytree(ROOT / "seeds", home / "seeds")
    (home / "sources.opml").write_text('<opml version="2.0"><body/></opml>', "utf-8")
    web.serve("/feed.xml", rss(rss_item()))
    shutil.copy(ROOT / "feeds" / "topics" / f"{_SMALL}.toml", home / "new.toml")
    (home / "rows.jsonl").write_text('{"id": 1, "label": "neg", "title": "Ferry late"}\n', "utf-8")
    return home


def execute(home: Path, web: FakeWeb, line: str) -> Result:
    """Run one documented command in the home folder; `processes.start` and the wheel's test have the real program."""
    with Facts(home / "topicwire.db") as facts:
        item = next((stored.id for stored in facts.items.all()), "none")
    topic = "antisemitism-online" if " learn " in line else _SMALL  # to learn takes more examples than the small one has
    real = line.replace("https://news.example/feed.xml", web.url("/feed.xml"))
    real = real.replace("ITEM", item).replace("TOPIC", topic).replace("antisemitism-online", topic).replace("…", "why")
    words, _, target = real.partition(" > ")
    cli = Cli(home, {"fetch.allow": web.allow, "fetch.host_pause": "0", "topics.shipped": f"{topic},platform-rules"})
    done = cli(*shlex.split(words)[1:])
    if target:
        (home / target).write_text(done.stdout, "utf-8")
    return done


@pytest.mark.parametrize("name", ["README.md", "topics.md"])
def test_every_documented_command_works(newcomer: Path, web: FakeWeb, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed in their order in a fresh home, the commands of a page all end well."""
    monkeypatch.setattr("feeds.tagging.second_opinion.installed_encoder", lambda: None)  # it takes seconds to load
    monkeypatch.chdir(newcomer)
    execute(newcomer, web, "topicwire run --once")
    for line in commands(README if name == "README.md" else DOCS[name]):
        if line.split()[1] not in _NEVER_ENDS | _ASKS_A_SERVICE or "--once" in line:
            done = execute(newcomer, web, line)
            assert done.exit_code == 0, f"{line}: {done.stderr}"


def test_every_command_of_the_tutorial_works(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typed in their order in an empty home, the commands of the tutorial all end well."""
    (home / "rows.jsonl").write_text('{"id": 1, "label": "neg", "title": "Ferry late"}\n', "utf-8")
    Facts(home / "topicwire.db").close()
    monkeypatch.chdir(home)
    cli = Cli(home)
    for line in commands(DOCS["topic-tutorial.md"]):
        done = cli(*shlex.split(line.partition(" > ")[0])[1:])
        assert done.exit_code == 0, f"{line}: {done.stderr}"


def test_the_readme_has_the_two_commands_that_ci_runs() -> None:
    """The run command ends in the service, the test command in pytest; .ci/run takes both from the README itself."""
    blocks = dict(re.findall(r"<!-- (run|test) -->\n```sh\n(.*?)\n```", README, re.DOTALL))
    assert blocks["run"].endswith("&& .venv/bin/topicwire run")
    assert " -m pytest" in blocks["test"]
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "$(readme run)" in ci
    assert "$(readme test)" in ci


def walk(group: click.Group, path: str = "topicwire") -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group, with the words that call it."""
    for name, one in group.commands.items():
        if isinstance(one, click.Group):
            yield from walk(one, f"{path} {name}")
        else:
            yield f"{path} {name}", one


def test_every_command_is_documented_and_has_help() -> None:
    """No command is hidden: each is called somewhere in the docs, and says what it does."""
    for words, one in walk(command):
        assert words in EVERYTHING, f"{words} is in no page"
        assert one.help, f"{words} has no help"


def test_every_setting_is_documented() -> None:
    """Each key stands in docs/settings.md, those of an alert in docs/alerts.md."""
    for key in fields(Alert):
        assert f"\n| `{key.name}` |" in DOCS["alerts.md"]
    for section in fields(Settings):
        if section.name == "alert":
            continue
        if section.name == "engine":  # which stands in no table
            assert "`engine`" in DOCS["settings.md"]
            continue
        for key in fields(type(getattr(Settings(), section.name))):
            assert f"`{section.name}.{key.name}`" in DOCS["settings.md"]


def events_of(call: ast.Call) -> list[str]:
    """Return the event that a call logs, if it logs one: the first text among its arguments that is a name."""
    called = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    passed = any(isinstance(one, ast.Name) and one.id == "log_event" for one in call.args)
    if not passed and called not in {"log_event", "announce", "_fails", "_tell"}:
        return []
    texts = (one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str))
    return [text for text in texts if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)][:1]


def test_every_event_of_the_log_is_documented() -> None:
    """What the service may write to its log stands in docs/operations.md."""
    files = [*ROOT.glob("*.py"), *(path for room in ("ingest", "feeds") for path in (ROOT / room).rglob("*.py"))]
    nodes = (node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))
    events = {event for call in nodes for event in events_of(call)}
    assert len(events) > 35
    assert {event for event in events if f"`{event}`" not in DOCS["operations.md"]} == set()


def test_every_table_is_documented(home: Path) -> None:
    """Each table and view of the database stands in docs/database.md, and the statements there can be run."""
    with Facts(home / "topicwire.db") as facts:
        Classifications(facts)
        names = {name for name in facts.database.schema.table_names() if not name.startswith(("_", "sqlite_", "version_fts_"))}
        views = set(facts.database.schema.view_names())
        for statement in re.findall(r"```sql\n(.*?)```", DOCS["database.md"], re.DOTALL):
            facts.database.execute(statement)
    assert names == set(re.findall(r"^\| `(\w+)` \|", DOCS["database.md"], re.MULTILINE))
    assert views == set(re.findall(r"^\| view `(\w+)` \|", DOCS["database.md"], re.MULTILINE))


def test_the_topic_in_the_docs_is_a_topic() -> None:
    """The file shown in docs/topics.md loads, and its own examples come out as declared."""
    shown = re.findall(r"```toml\n(.*?)```", DOCS["topics.md"], re.DOTALL)[0]
    topic = parse_topic(shown, "harbour", "docs/topics.md")
    assert len(topic.examples) == 2


def test_no_page_links_into_nothing() -> None:
    """Every link to a file of the project leads to one."""
    top = {path.name: path.read_text("utf-8") for path in ROOT.glob("*.md")}
    for name, text in {**top, **{f"docs/{name}": text for name, text in DOCS.items()}}.items():
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", text):
            assert ((ROOT / name).parent / target).exists(), f"{name} links to {target}"


def names_in_the_code() -> set[str]:
    """Return the names of all classes, functions and modules of the program."""
    files = [*ROOT.glob("*.py"), *(path for room in ("ingest", "feeds") for path in (ROOT / room).rglob("*.py"))]
    nodes = [node for path in files for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    defined = {node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)}
    return defined | {path.stem for path in files}


def paths_in(text: str) -> set[str]:
    """Return what a page names as a file or a folder of the project: words in backticks with a slash or a known ending."""
    words = re.findall(r"`([\w./-]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {word for word in words if re.match(r"(ingest|feeds|tests|docs|benchmarks|deploy|seeds|\.ci|\.github)/", word)}


def test_every_name_in_the_glossary_is_in_the_code() -> None:
    """The last column of docs/glossary.md names classes, functions, files and folders that exist."""
    cells = [line.rstrip(" |").rpartition(" | ")[2] for line in DOCS["glossary.md"].splitlines() if line.startswith("| ")]
    named = {word for cell in cells for word in re.findall(r"`([^`]+)`", cell)}
    code = names_in_the_code()
    assert len(named) > 60
    assert {word for word in named if not (ROOT / word).exists() and word not in code} == set()


def test_every_path_that_a_page_names_exists() -> None:
    """A path in backticks leads to a file or a folder; NAME stands for any name."""
    named = paths_in("\n\n".join([EVERYTHING, *(path.read_text("utf-8") for path in ROOT.glob("*.md"))]))
    assert len(named) > 80
    assert {path for path in named if "NAME" not in path and not (ROOT / path).exists()} == set()


def test_every_room_is_in_the_code_map() -> None:
    """ARCHITECTURE.md has a line for each folder of code."""
    rooms = {
        path.parent.relative_to(ROOT).as_posix() for part in ("ingest", "feeds") for path in (ROOT / part).rglob("__init__.py")
    }
    mapped = set(re.findall(r"^\| `([\w/]+)/` \|", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE))
    assert {room for room in rooms if "/" in room} <= mapped
    assert {room for room in mapped if not (ROOT / room).is_dir()} == set()


def test_the_newest_section_of_the_change_log_names_this_version() -> None:
    """The version in pyproject.toml has a dated section in the change log."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    log = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(rf"^## {re.escape(declared)} - \d{{4}}-\d\d-\d\d$", log, re.MULTILINE)


def test_no_rule_is_cited_by_a_code() -> None:
    """A comment or docstring names an RFC or says a rule in words: nobody could look up a code in brackets."""
    files = (path for part in ("ingest", "feeds", "tests", "benchmarks") for path in (ROOT / part).rglob("*.py"))
    code = re.compile(r"\((?:rules? )?[FSPDT]\d{1,2}(?:\W[^)\n]*)?\)")
    assert {path.name: found for path in files if (found := code.findall(path.read_text("utf-8")))} == {}


def test_each_threat_names_tests_that_exist() -> None:
    """Every row of the tables of threats in docs/security.md names tests, and each of them is in its file."""
    rows = [line.strip("| ").split(" | ") for line in DOCS["security.md"].splitlines() if line.startswith("| ") and "`" in line]
    held = {row[0]: re.findall(r"`([\w/]+)::(\w+)`", row[2]) for row in rows if len(row) == 3}
    assert len(held) > 20
    assert [threat for threat, tests in held.items() if not tests] == []
    names = {file: (ROOT / "tests" / f"{file}.py").read_text("utf-8") for tests in held.values() for file, _ in tests}
    assert {f"{file}::{name}" for tests in held.values() for file, name in tests if f"def {name}(" not in names[file]} == set()
