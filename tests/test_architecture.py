"""The shape of the program: which room may know which, what is pure, where clock, chance, SQL and routes may stand."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from ingest.store.facts import IN_MEMORY, Facts

ROOT: Final = Path(__file__).resolve().parents[1]

# The arrows. Left: a room. Right: the rooms that it may import. ARCHITECTURE.md shows the same table.
GROUND: Final = "ingest.model ingest.poll_state ingest.raw ingest.faults ingest.errors ingest.home_files ingest.log"
ARROWS: Final = {
    # ingest: the world -> facts
    "ingest.errors": "",
    "ingest.home_files": "",
    "ingest.log": "ingest.errors",
    "ingest.faults": "ingest.errors",
    "ingest.raw": "ingest.faults ingest.errors",
    "ingest.model": "ingest.raw ingest.faults ingest.errors",
    "ingest.poll_state": "ingest.model ingest.faults ingest.errors",
    "ingest.text": "ingest.model ingest.errors",
    "ingest.alert_settings": "ingest.text ingest.errors",
    "ingest.settings": "ingest.alert_settings ingest.text ingest.poll_state ingest.home_files ingest.log ingest.errors",
    "ingest.identity": f"ingest.text {GROUND}",
    "ingest.normalize": f"ingest.identity ingest.text {GROUND}",
    "ingest.planner": f"ingest.text {GROUND}",
    "ingest.formats": f"ingest.normalize ingest.text {GROUND}",
    "ingest.documents": f"ingest.formats ingest.normalize ingest.identity ingest.text {GROUND}",
    "ingest.http": f"ingest.settings ingest.planner ingest.text {GROUND}",
    "ingest.store": f"ingest.identity ingest.planner ingest.text {GROUND}",
    "ingest.polling": f"ingest.http ingest.store ingest.formats ingest.documents ingest.normalize ingest.identity ingest.planner"
    f" ingest.settings ingest.text {GROUND}",
    "ingest.cli": f"ingest.polling ingest.http ingest.store ingest.formats ingest.documents ingest.planner ingest.settings"
    f" ingest.text {GROUND}",
    "ingest.__main__": "ingest.cli ingest.polling ingest.log",
    # feeds: facts -> classifications -> published feeds
    "feeds.model": f"ingest.text {GROUND}",
    "feeds.metrics": "feeds.model",
    "feeds.store": f"feeds.model ingest.store ingest.text {GROUND}",
    "feeds.tagging": f"feeds.store feeds.metrics feeds.model ingest.store ingest.identity ingest.settings ingest.text {GROUND}",
    "feeds.stories": f"feeds.store feeds.metrics feeds.model ingest.store ingest.text {GROUND}",
    "feeds.publication": f"feeds.tagging feeds.stories feeds.store feeds.model ingest.store ingest.identity ingest.settings"
    f" ingest.text {GROUND}",
    "feeds.search": f"feeds.publication feeds.tagging feeds.stories feeds.store feeds.model ingest.store ingest.text {GROUND}",
    "feeds.export": f"feeds.publication feeds.tagging feeds.stories feeds.store feeds.model ingest.store ingest.planner"
    f" ingest.settings ingest.text {GROUND}",
    "feeds.site": f"feeds.publication feeds.tagging feeds.stories feeds.store feeds.model ingest.store ingest.planner"
    f" ingest.settings ingest.text {GROUND}",
    "feeds.answers": "feeds.site feeds.export feeds.search feeds.publication feeds.tagging feeds.stories feeds.store feeds.model"
    f" ingest.store ingest.planner ingest.settings ingest.text {GROUND}",
    "feeds.assistants": "feeds.answers feeds.site feeds.search feeds.publication feeds.tagging feeds.model ingest.store"
    f" ingest.settings ingest.text {GROUND}",
    "feeds.alerts": "feeds.site feeds.search feeds.publication feeds.tagging feeds.stories feeds.store feeds.model ingest.store"
    f" ingest.planner ingest.alert_settings ingest.settings ingest.text {GROUND}",
    "feeds.server": "feeds.alerts feeds.answers feeds.export"
    f" feeds.site feeds.search feeds.publication feeds.tagging feeds.stories feeds.store feeds.model ingest.polling"
    f" ingest.store ingest.planner ingest.settings ingest.text {GROUND}",
    "feeds.cli": "feeds.alerts feeds.assistants feeds.answers feeds.server feeds.export"
    " feeds.site feeds.search feeds.publication feeds.tagging feeds.stories feeds.store feeds.metrics"
    " feeds.model ingest.cli ingest.polling ingest.store ingest.planner ingest.alert_settings ingest.settings"
    f" ingest.text {GROUND}",
    "feeds.__main__": "feeds.cli ingest.cli ingest.polling ingest.log",
    "topicwire_service": "everything",
    "scheduler": "everything",
}
FLOOR: Final = 14  # modules side by side in one folder
LONGEST_FUNCTION: Final = 40

# Purity. These rooms and modules may touch files, network, clock, processes or the database; whatever is not named here is pure.
EDGES: Final = (  # rooms
    "ingest.__main__ ingest.home_files ingest.settings ingest.log ingest.store ingest.http ingest.polling ingest.cli feeds.__main__"
    " feeds.store feeds.cli feeds.server scheduler topicwire_service"
).split()
EDGE_MODULES: Final = set(  # modules of pure rooms
    "feeds.publication.atomic_files feeds.publication.edition feeds.publication.files feeds.publication.publish"
    " feeds.publication.erasure.erasure feeds.publication.erasure.remains feeds.publication.erasure.retention"
    " feeds.publication.erasure.unfinished"
    " feeds.alerts.alerting feeds.alerts.channels feeds.alerts.collect feeds.alerts.delivery feeds.export.collect"
    " feeds.answers.items feeds.answers.reading feeds.answers.search feeds.answers.sources feeds.answers.stories"
    " feeds.answers.topics feeds.export.stories feeds.assistants.answering feeds.assistants.protocol"
    " feeds.publication.visible feeds.publication.websub feeds.search.search feeds.site.builder feeds.site.fingerprints"
    " feeds.site.listing feeds.site.publish feeds.site.sources feeds.site.stories feeds.stories.grouping"
    " feeds.stories.grouping_pass"
    " feeds.tagging.classification_ahead"
    " feeds.tagging.classification_pass feeds.tagging.preview_pass feeds.tagging.review feeds.tagging.review_list"
    " feeds.tagging.second_opinion feeds.tagging.suggestion_pass feeds.tagging.topic.cache feeds.tagging.topic.folders".split()
)
PURE_INSIDE: Final = set(  # pure modules of the rooms above
    "feeds.server.access feeds.server.connections feeds.server.negotiation feeds.server.supervision.progress"
    " ingest.http.conditional ingest.http.content_coding ingest.http.http1 ingest.http.message ingest.http.semantics"
    " ingest.polling.batch ingest.polling.offline ingest.polling.running.dealing".split()
)
IMPURE: Final = set(  # libraries of the world outside
    "aiohttp apscheduler asyncio click concurrent ctypes fcntl ftplib http httpx imaplib io.open logging multiprocessing os pebble"
    " pickle platform random requests secrets select selectors shutil signal smtplib socket socketserver sqlite3 sqlite_utils ssl"
    " starlette subprocess tempfile threading time urllib.request uvicorn".split()
)
HARMLESS: Final = {("time", "struct_time"), ("http", "HTTPStatus")}  # values, though they live beside the clock and the network
OPENS: Final = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "exec", "eval", "__import__", "input", "print"}
MAY_OPEN: Final = {  # everything else of these takes text
    "feeds.tagging.sentence_encoder",  # the weights in its package
    "feeds.tagging.topic.loader",  # a topic file
}
CHANCE: Final = {
    "datetime.now": {"ingest.polling.home"},
    "datetime.utcnow": set(),
    "datetime.today": set(),
    "date.today": set(),
    "time.time": set(),
    "time.monotonic": set(),
    "time.sleep": set(),
    "random.random": {"ingest.polling.passes"},
    "uuid4": {"ingest.store.instance"},
    "uuid1": set(),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def code() -> list[Path]:
    """Return every file of the program."""
    return [
        ROOT / "scheduler.py",
        ROOT / "topicwire_service.py",
        *(p for folder in ("ingest", "feeds") for p in sorted((ROOT / folder).rglob("*.py"))),
    ]


def name_of(path: Path) -> str:
    """Return a file's name as an import writes it."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES: Final = {name_of(path): path for path in code()}
ROOMS: Final = sorted(name for name, path in MODULES.items() if path.name == "__init__.py" and "." in name)


@cache
def tree(path: Path) -> ast.Module:
    """Parse a file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(name: str) -> str:
    """Return the room of a module: the first two parts of its name."""
    return ".".join(name.split(".")[:2])


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Return every node of a file."""
    return tuple(ast.walk(tree(path)))


@cache
def imports(name: str) -> tuple[tuple[str, str], ...]:
    """Return all that a module imports, wherever in it: (module, name in it or nothing)."""
    found: list[tuple[str, str]] = []
    for node in nodes(MODULES[name]):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative imports hide the arrows"
            found += [(node.module or "", alias.name) for alias in node.names]
    return tuple(found)


@cache
def ours(name: str) -> set[str]:
    """Return the modules of ours that a module imports."""
    found = {f"{module}.{part}" if f"{module}.{part}" in MODULES else module for module, part in imports(name)}
    return {module for module in found if module in MODULES} - {name}


def functions(path: Path) -> Iterator[Function]:
    """Yield the functions and methods of a file."""
    return (node for node in nodes(path) if isinstance(node, Function))


def called(node: ast.Call) -> str:
    """Return the name that a call calls, with what stands before its last dot."""
    if isinstance(node.func, ast.Attribute):
        before = node.func.value
        return f"{before.id if isinstance(before, ast.Name) else ''}.{node.func.attr}"
    return node.func.id if isinstance(node.func, ast.Name) else ""


@cache
def public_modules(room: str) -> set[str]:
    """Return the modules that a room lists as public, by their names in it."""
    for node in tree(MODULES[room]).body:
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


def only_filled(found: Mapping[str, Collection[object]]) -> dict[str, Collection[object]]:
    """Return what breaks a rule, by module: one test looks at all of them, since a test for each costs more than the look."""
    return {name: what for name, what in sorted(found.items()) if what}


# The arrows


def test_arrows_run_downwards() -> None:
    """A module imports its own room and the rooms that the table allows, no other."""
    foreign = {name: not_allowed(name) for name in MODULES.keys() - {"ingest", "feeds"}}
    assert only_filled(foreign) == {}, "move what both need down, or pass it as an argument"


def not_allowed(name: str) -> set[str]:
    """Return the modules that a module imports against the table."""
    allowed = ARROWS[room_of(name)].split()
    return set() if allowed == ["everything"] else {one for one in ours(name) if room_of(one) not in {room_of(name), *allowed}}


def test_the_table_has_no_cycle() -> None:
    """The rooms can be read one after another: each after those that it may import."""
    graph = {room: set(allowed.split()) for room, allowed in ARROWS.items() if allowed != "everything"}
    assert len(tuple(TopologicalSorter(graph).static_order())) == len(graph)


def test_no_modules_import_each_other() -> None:
    """There is no cycle of imports: every module can be understood after those that it imports."""
    try:
        order = tuple(TopologicalSorter({name: ours(name) for name in MODULES}).static_order())
    except CycleError as fault:
        pytest.fail(f"a cycle: {' -> '.join(fault.args[1])}; move what both need into a third module")
    assert "scheduler" in order


# The rooms


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_and_what_is_public(room: str) -> None:
    """A room's first file has three lines about it and the names of its public modules, and no code."""
    path = MODULES[room]
    said = (ast.get_docstring(tree(path)) or "").splitlines()
    assert len(said) == 3, "what it knows and must not know; an empty line; what is public"
    assert all((path.parent / f"{one}.py").exists() or (path.parent / one / "__init__.py").exists() for one in public_modules(room))
    assert len(tree(path).body) <= 2, "a room's first file imports nothing, so that a command loads only what it needs"


def test_other_rooms_use_public_modules_alone() -> None:
    """What a module imports of another room is listed there in `__all__`, and no name of it is private."""
    assert only_filled({name: hidden_imports(name) for name in MODULES}) == {}


def hidden_imports(name: str) -> list[str]:
    """Return what a module imports that is not public where it lies."""
    private = [f"{module}.{part}" for module, part in imports(name) if module in MODULES and part.startswith("_")]
    foreign = [one.split(".") for one in ours(name) if room_of(one) != room_of(name)]
    doors = [(parts[:depth], parts[depth]) for parts in foreign for depth in range(2, len(parts))]
    return private + [f"{last} of {'.'.join(room)}" for room, last in doors if last not in public_modules(".".join(room))]


def test_no_floor_is_crowded() -> None:
    """A folder has no more modules than a reader can take in."""
    floors: defaultdict[Path, list[str]] = defaultdict(list)
    for path in MODULES.values():
        if path.name != "__init__.py":
            floors[path.parent].append(path.name)
    assert {str(floor): names for floor, names in floors.items() if len(names) > FLOOR} == {}


def test_a_class_name_means_one_thing() -> None:
    """No public class is defined twice."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, path in MODULES.items():
        for node in nodes(path):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].add(name)
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


# What stands in one place


STORES: Final = ("ingest.store", "feeds.store")
_SQL: Final = re.compile(
    r"\bselect\b.*\bfrom\b|\bdelete from\b|\binsert (or \w+ )?into\b|\bupdate \w+ set\b|\bpragma\b", re.DOTALL | re.IGNORECASE
)


def strings(name: str) -> Iterator[tuple[int, str]]:
    """Yield the lines and values of the strings in a module that are no docstrings; what is put into one is left out of it."""
    docs = {id(node.value) for node in nodes(MODULES[name]) if isinstance(node, ast.Expr)}
    for node in nodes(MODULES[name]):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_sql_stays_in_the_stores() -> None:
    """No module outside the two stores holds SQL or reaches into the open database."""
    outside = [name for name in MODULES if not name.startswith(STORES)]
    assert [f"{name}:{line}" for name in outside for line, value in strings(name) if _SQL.search(value)] == []
    reached = [name for name in outside for node in nodes(MODULES[name]) if _is_database(node)]
    assert reached == [], "ask a part of Facts, or a class of feeds.store"
    assert [name for name in outside if "ingest.store.database" in ours(name)] == []


def _is_database(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "database"


@pytest.mark.usefixtures("by_migrations")
def test_classifications_read_facts_through_views() -> None:
    """No statement of `feeds/store` names a table of facts: it joins the views that `ingest/store` publishes."""
    with Facts(IN_MEMORY) as facts:
        tables = facts.database.schema.table_names()
    named = re.compile(rf"\b(from|join|into|update)\s+({'|'.join(tables)})\b", re.IGNORECASE)
    stores = [name for name in MODULES if name.startswith("feeds.store.") and name != "feeds.store.migrations"]
    assert [f"{name}:{line}" for name in stores for line, value in strings(name) if named.search(value)] == []


def test_ingest_serves_nothing() -> None:
    """The half that takes in facts defines no HTTP route."""
    half = [(name, module) for name in MODULES if name.startswith("ingest") for module, _ in imports(name)]
    assert [pair for pair in half if pair[1].split(".")[0] in {"starlette", "uvicorn"}] == []


# Purity


def is_edge(name: str) -> bool:
    """Say whether a module may touch the world outside."""
    return name in EDGE_MODULES or (name not in PURE_INSIDE and room_of(name) in EDGES) or name in EDGES


def test_what_is_named_exists() -> None:
    """The lists above name modules that exist, and nothing twice."""
    assert MODULES.keys() >= EDGE_MODULES | PURE_INSIDE
    assert not EDGE_MODULES & PURE_INSIDE
    assert {room_of(name) for name in MODULES} - {"ingest", "feeds"} == ARROWS.keys()


PURE: Final = sorted(name for name in MODULES if not is_edge(name))


def test_a_pure_module_imports_only_pure_modules() -> None:
    """A pure module imports no edge of ours."""
    edges = {name: {module for module in ours(name) if is_edge(module)} for name in PURE}
    edges["feeds.tagging.topic.loader"] -= {"ingest.home_files"}  # it may open a topic file
    assert only_filled(edges) == {}, "pass the value as an argument, or name the module"


def test_a_pure_module_touches_nothing() -> None:
    """A pure module imports no network, database, process or clock, and opens no file."""
    foreign = {
        name: {module for module, part in imports(name) if (module, part) not in HARMLESS and _impure(module)} for name in PURE
    }
    assert only_filled(foreign) == {}
    calls = {name: {called(node) for node in nodes(MODULES[name]) if isinstance(node, ast.Call)} for name in PURE}
    opened = {name: {one.rpartition(".")[2] for one in names} & OPENS for name, names in calls.items()}
    assert only_filled(opened).keys() <= MAY_OPEN


def _impure(module: str) -> bool:
    return module in IMPURE or module.split(".", maxsplit=1)[0] in IMPURE


# Time and chance are arguments


@pytest.mark.parametrize("what", CHANCE)
def test_clock_and_chance_are_read_in_one_place(what: str) -> None:
    """The clock, chance and new names are each asked for in one place; all others are told."""
    last = what.rpartition(".")[2]
    users = {name for name, path in MODULES.items() for node in nodes(path) if _uses(node, what, last)}
    assert users == CHANCE[what]


def _uses(node: ast.AST, what: str, last: str) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" == what
    if isinstance(node, ast.ImportFrom):
        return f"{node.module}.{last}" in {what, f"uuid.{last}"} and any(alias.name == last for alias in node.names)
    return False


# Size and words


def test_a_file_opens_with_one_sentence() -> None:
    """A module begins by saying in one sentence what it knows and what it does not."""
    said = {name: (ast.get_docstring(tree(path)) or "").partition("\n")[0] for name, path in MODULES.items()}
    assert {name: line for name, line in said.items() if not line.endswith(".") or re.search(r"[.!?]\s+[A-Z]", line)} == {}


def test_a_function_is_short() -> None:
    """A function has at most 40 lines."""
    lengths = [(name, f.name, (f.end_lineno or 0) - f.lineno + 1) for name, path in MODULES.items() for f in functions(path)]
    assert [one for one in lengths if one[2] > LONGEST_FUNCTION] == [], "give each step a name of its own"


# The tests themselves


def test_every_test_says_what_it_shows() -> None:
    """Every test has one line in plain words: together they are the specification."""
    written = [
        (f"{path.name}: {one.name}", (ast.get_docstring(one) or "").partition("\n")[0])
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for one in tree(path).body
        if isinstance(one, Function) and one.name.startswith("test_")
    ]
    silent = [name for name, line in written if not line.endswith(".")]
    assert silent == []


def test_no_file_names_a_place_of_one_computer() -> None:
    """No path of one developer's disk is in the code or the tests."""
    files = [*code(), *sorted((ROOT / "tests").rglob("*.py"))]
    assert [path.name for path in files if str(ROOT) in path.read_text(encoding="utf-8")] == []
