import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
EDGES: Final = set(  # all that may touch files, network, clock, processes or the database; whatever is not named here is pure
    "scheduler ingest.__main__ ingest.commands ingest.console ingest.engine ingest.fetch ingest.guard ingest.lock"
    " ingest.oneoff ingest.passes ingest.pipeline ingest.settings ingest.sources ingest.store ingest.store.ids"
    " ingest.store.items ingest.store.reading ingest.store.schema ingest.store.sources feeds.__main__ feeds.commands"
    " feeds.decisions feeds.furniture feeds.judging feeds.pages feeds.pages.queries feeds.pages.site feeds.publish"
    " feeds.review_commands feeds.schema feeds.shelf feeds.store feeds.topic_commands feeds.search feeds.search_commands"
    " feeds.serve.application feeds.serve.desk feeds.serve.files feeds.serve.health feeds.serve.protocol"
    " feeds.serve.searching feeds.serve.server feeds.serve.site feeds.serve.private feeds.grants feeds.grant_commands"
    " feeds.serve.reviewing feeds.uncertain feeds.hub ingest.post feeds.serve.commands feeds.story.commands"
    " feeds.story.judging feeds.story.store ingest.adding ingest.discover ingest.lists ingest.pace ingest.status"
    " ingest.store.prices feeds.publication.edition feeds.publication.files feeds.publication.ledger feeds.publication.whole"
    " feeds.pages.folder ingest.store.subscriptions ingest.websub ingest.trial ingest.store.served feeds.trial_command".split()
)
PURE: Final = set(  # those that the design names; they must exist and stay out of EDGES
    "ingest.item ingest.errors ingest.text ingest.urls ingest.dates ingest.language ingest.fold ingest.identity"
    " ingest.formats ingest.formats.syndication ingest.formats.opml ingest.documents ingest.documents.text ingest.planner"
    " ingest.batch ingest.reader feeds.topic feeds.segments feeds.lexicon feeds.match feeds.tag feeds.entry feeds.atom"
    " feeds.pages.models feeds.pages.marks feeds.pages.charts feeds.pages.views feeds.pages.render feeds.reports feeds.query"
    " ingest.redirectors feeds.story.article feeds.story.pair feeds.story.guards feeds.story.group feeds.story.sketch"
    " feeds.story.vocabulary feeds.story.carriers feeds.story.measure feeds.story.evaluate ingest.formats.hints"
    " ingest.formats.manners ingest.formats.newsboat ingest.answers ingest.exchange ingest.asking ingest.validators"
    " ingest.health feeds.rss feeds.jsonfeed feeds.archive feeds.document feeds.envelope feeds.unit feeds.variant"
    " ingest.formats.quick ingest.formats.judge ingest.formats.translate ingest.formats.encodings ingest.draft"
    " ingest.formats.jsonfeed ingest.formats.sitemap ingest.documents.markdown ingest.documents.html"
    " ingest.documents.metadata ingest.documents.email ingest.documents.pdf feeds.trial".split()
)
IMPURE: Final = set(  # libraries of the world outside
    "aiohttp apscheduler asyncio click concurrent ctypes fcntl ftplib http httpx imaplib io.open logging multiprocessing os pebble"
    " pickle platform random requests secrets select selectors shutil signal smtplib socket socketserver sqlite3 sqlite_utils ssl"
    " starlette subprocess tempfile threading time urllib.request uvicorn".split()
)
HARMLESS: Final = {("time", "struct_time")}  # a value, though it lives beside the clock
OPENS: Final = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "exec", "eval", "__import__", "input", "print"}
MAY_OPEN: Final = {"feeds.topic"}  # a topic file; everything else of it takes text
CHANCE: Final = {
    "datetime.now": {"ingest.console"},
    "datetime.utcnow": set(),
    "datetime.today": set(),
    "date.today": set(),
    "time.time": set(),
    "time.monotonic": set(),
    "time.sleep": set(),
    "random.random": {"ingest.passes"},
    "uuid4": {"ingest.store.ids"},
    "uuid1": set(),
}
MOST_LINES: Final = 300
LONGEST_FUNCTION: Final = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def code() -> list[Path]:
    """Give every file of the program."""
    return [ROOT / "scheduler.py", *(p for folder in ("ingest", "feeds") for p in sorted((ROOT / folder).rglob("*.py")))]


def name_of(path: Path) -> str:
    """Give a file's name as an import writes it."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES: Final = {name_of(path): path for path in code()}


@cache
def tree(path: Path) -> ast.Module:
    """Read a file's syntax."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(name: str) -> Iterator[tuple[str, str]]:
    """Give all that a module imports, wherever in it: (module, name in it or nothing)."""
    for node in ast.walk(tree(MODULES[name])):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative imports hide the arrows"
            yield from ((node.module or "", alias.name) for alias in node.names)


def ours(name: str) -> set[str]:
    """Give the modules of ours that a module imports."""
    found = {f"{module}.{part}" if f"{module}.{part}" in MODULES else module for module, part in imports(name)}
    return {module for module in found if module in MODULES} - {name}


def functions(path: Path) -> Iterator[Function]:
    """Give the functions and methods of a file."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def called(node: ast.Call) -> str:
    """Give the name that a call calls, with what stands before its last dot."""
    if isinstance(node.func, ast.Attribute):
        before = node.func.value
        return f"{before.id if isinstance(before, ast.Name) else ''}.{node.func.attr}"
    return node.func.id if isinstance(node.func, ast.Name) else ""


# The arrows


def test_facts_know_no_judgement() -> None:
    """The half that takes in facts imports neither the half that judges nor the root."""
    assert {name: bad for name in MODULES if name.startswith("ingest") if (bad := _outside(name, "ingest"))} == {}


def test_judgements_know_no_schedule() -> None:
    """The half that judges imports facts and itself, never the root."""
    assert {name: bad for name in MODULES if name.startswith("feeds") if (bad := _outside(name, "feeds", "ingest"))} == {}


def _outside(name: str, *allowed: str) -> set[str]:
    return {module for module in ours(name) if module.split(".")[0] not in allowed}


def test_no_modules_import_each_other() -> None:
    """There is no cycle of imports: every module can be understood after those that it imports."""
    try:
        order = tuple(TopologicalSorter({name: ours(name) for name in MODULES}).static_order())
    except CycleError as fault:
        pytest.fail(f"a cycle: {' -> '.join(fault.args[1])}; move what both need into a third module")
    assert order[-1] == "scheduler" or "scheduler" in order


# Purity


def test_the_edges_are_few_and_named() -> None:
    """What the design calls pure exists and is no edge; every edge exists."""
    assert MODULES.keys() >= PURE
    assert MODULES.keys() >= EDGES
    assert not PURE & EDGES


def pure() -> list[str]:
    """Give the names of the pure modules: all that are no edge."""
    return sorted(MODULES.keys() - EDGES)


@pytest.mark.parametrize("name", pure())
def test_a_pure_module_imports_only_pure_modules(name: str) -> None:
    """A pure module imports no edge of ours."""
    assert ours(name) & EDGES == set(), "pass the value as an argument, or name the module among the edges"


@pytest.mark.parametrize("name", pure())
def test_a_pure_module_touches_nothing(name: str) -> None:
    """A pure module imports no network, database, process or clock, and opens no file."""
    foreign = {module for module, part in imports(name) if (module, part) not in HARMLESS and _impure(module)}
    assert foreign == set()
    opened = {called(node).rpartition(".")[2] for node in ast.walk(tree(MODULES[name])) if isinstance(node, ast.Call)} & OPENS
    assert opened == set() or name in MAY_OPEN


def _impure(module: str) -> bool:
    return module in IMPURE or module.split(".", maxsplit=1)[0] in IMPURE


# Time and chance are arguments


@pytest.mark.parametrize("what", CHANCE)
def test_clock_and_chance_are_read_in_one_place(what: str) -> None:
    """The clock, chance and new names are each asked for in one place; all others are told."""
    last = what.rpartition(".")[2]
    users = {name for name, path in MODULES.items() for node in ast.walk(tree(path)) if _uses(node, what, last)}
    assert users == CHANCE[what]


def _uses(node: ast.AST, what: str, last: str) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" == what
    if isinstance(node, ast.ImportFrom):
        return f"{node.module}.{last}" in {what, f"uuid.{last}"} and any(alias.name == last for alias in node.names)
    return False


# Size and words


@pytest.mark.parametrize("path", code(), ids=name_of)
def test_a_file_opens_with_one_sentence(path: Path) -> None:
    """A module begins by saying in one sentence what it knows and what it does not."""
    said = (ast.get_docstring(tree(path)) or "").partition("\n")[0]
    assert said.endswith(".")
    assert not re.search(r"[.!?]\s+[A-Z]", said)


@pytest.mark.parametrize("path", code(), ids=name_of)
def test_a_file_is_short(path: Path) -> None:
    """A file has at most 300 lines."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES, "make a folder of the same name, a file for each part"


@pytest.mark.parametrize("path", code(), ids=name_of)
def test_a_function_is_short(path: Path) -> None:
    """A function has at most 40 lines."""
    long = {f.name: length for f in functions(path) if (length := (f.end_lineno or 0) - f.lineno + 1) > LONGEST_FUNCTION}
    assert long == {}, "give each step a name of its own"


def test_functions_are_mostly_very_short() -> None:
    """Half of all functions have no more than ten lines."""
    lengths = sorted((f.end_lineno or 0) - f.lineno + 1 for path in code() for f in functions(path))
    assert lengths[len(lengths) // 2] <= 10


# The tests themselves


def test_every_test_says_what_it_shows() -> None:
    """Every test has one line in plain words: together they are the specification."""
    silent = [
        f"{path.name}: {function.name}"
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for function in functions(path)
        if function.name.startswith("test_") and not (ast.get_docstring(function) or "").partition("\n")[0].endswith(".")
    ]
    assert silent == []


def test_no_file_names_a_place_of_one_computer() -> None:
    """No path of one developer's disk is in the code or the tests."""
    files = [*code(), *sorted((ROOT / "tests").rglob("*.py"))]
    assert [path.name for path in files if str(ROOT) in path.read_text(encoding="utf-8")] == []
