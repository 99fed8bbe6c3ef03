import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from ingest.store.facts import IN_MEMORY, Facts

ROOT: Final = Path(__file__).resolve().parents[1]
EDGES: Final = set(  # all that may touch files, network, clock, processes or the database; whatever is not named here is pure
    "feeds.__main__ feeds.cli.commands feeds.store.reviews feeds.store.boilerplate feeds.cli.grants feeds.store.grants"
    " feeds.publication.websub feeds.tagging.classification_pass feeds.site feeds.site.listing feeds.site.builder"
    " feeds.publication.edition feeds.publication.files feeds.store.ledger feeds.publication.atomic_files feeds.site.publish"
    " feeds.cli.review feeds.store.migrations feeds.search.search feeds.cli.search feeds.server.application feeds.cli.serve"
    " feeds.server.context feeds.server.files feeds.server.health feeds.server.private feeds.server.protocol"
    " feeds.server.review feeds.server.search feeds.server.server"
    " feeds.tagging.topic.cache feeds.store.classifications feeds.cli.stories feeds.stories.grouping"
    " feeds.stories.grouping_pass feeds.store.stories feeds.cli.topics feeds.cli.trial"
    " feeds.tagging.review feeds.tagging.topic.folders ingest.__main__ ingest.polling.adding"
    " ingest.polling.parsers ingest.cli.commands ingest.cli.console ingest.polling.home"
    " ingest.polling.discovery ingest.polling.engine"
    " ingest.http.failures ingest.http.client ingest.http.ssrf_guard ingest.store.lock ingest.log"
    " ingest.polling.oneoff ingest.http.host_limiter ingest.polling.passes ingest.polling.pipeline ingest.settings"
    " ingest.polling.sources ingest.cli.status"
    " ingest.store.facts ingest.store.instance ingest.store.items ingest.store.polls ingest.store.recorder"
    " ingest.store.database ingest.store.monitor ingest.store.documents ingest.store.notes"
    " feeds.store.monitor feeds.store.outbox feeds.store.published_files feeds.store.revisions"
    " feeds.store.search feeds.store.tagged"
    " ingest.store.migrations ingest.store.sources ingest.store.subscriptions"
    " ingest.store.turns ingest.polling.websub scheduler"
    " topicwire_service ingest.http.connections ingest.http.cookies"
    " ingest.http.tls ingest.polling.following feeds.site.fingerprints feeds.site.stories"
    " feeds.publication.visible feeds.publication.publish feeds.cli.home feeds.server.websub".split()
)
PURE: Final = set(  # those that the design names; they must exist and stay out of EDGES
    "feeds.publication.archive feeds.publication.formats.atom feeds.publication.document feeds.publication.entry"
    " feeds.publication.formats.envelope feeds.publication.formats.jsonfeed feeds.tagging.matching.lexicon"
    " feeds.publication.formats.xml feeds.tagging.matching.matcher feeds.site.charts"
    " feeds.site.highlighting feeds.site.models feeds.site.render feeds.site.views feeds.server.access"
    " feeds.server.connections feeds.tagging.topic.query feeds.tagging.quality.reports feeds.publication.formats.rss"
    " feeds.tagging.matching.segments feeds.tagging.matching.prefilter feeds.stories.features feeds.stories.story"
    " feeds.stories.evaluation feeds.stories.weekdays feeds.stories.clustering feeds.stories.guards"
    " feeds.stories.pair feeds.stories.sketch feeds.stories.alignment feeds.stories.vocabulary feeds.stories.words"
    " feeds.tagging.classifier feeds.tagging.topic.loader feeds.tagging.quality.trial"
    " feeds.publication.entry_view ingest.http.semantics ingest.http.conditional ingest.polling.batch ingest.text.charsets"
    " ingest.text.date_names ingest.text.date_grammar ingest.text.date_words ingest.text.dates ingest.documents.document"
    " ingest.documents.email ingest.documents.html ingest.documents.markdown ingest.documents.metadata"
    " ingest.documents.columns ingest.documents.mhtml ingest.documents.pdf ingest.documents.text ingest.documents.titles"
    " ingest.documents.saved_pages ingest.errors ingest.http.message ingest.text.folding ingest.formats.feed"
    " ingest.formats.xml.encodings ingest.formats.jsonfeed ingest.formats.xml.feedparser_reader ingest.formats.source_policy"
    " ingest.formats.newsboat ingest.formats.opml ingest.formats.xml.lxml_reader ingest.formats.sitemap"
    " ingest.formats.rss ingest.formats.atom ingest.formats.rdf ingest.formats.xml.vocabulary ingest.formats.xml.extensions"
    " ingest.formats.xml.parser"
    " ingest.formats.xml.reader ingest.planner.health ingest.identity ingest.model ingest.text.language.detection"
    " ingest.text.language.codes ingest.text.language.detector"
    " ingest.text.language.function_words ingest.planner.next_poll ingest.faults ingest.poll_state ingest.normalize"
    " ingest.text.url_placeholders ingest.raw ingest.text.redirectors ingest.text.sanitize"
    " ingest.text.urls ingest.planner.validators".split()
)
IMPURE: Final = set(  # libraries of the world outside
    "aiohttp apscheduler asyncio click concurrent ctypes fcntl ftplib http httpx imaplib io.open logging multiprocessing os"
    " pebble pickle platform random requests secrets select selectors shutil signal smtplib socket socketserver sqlite3"
    " sqlite_utils ssl starlette subprocess tempfile threading time urllib.request uvicorn".split()
)
HARMLESS: Final = {("time", "struct_time"), ("http", "HTTPStatus")}  # values, though they live beside the clock and a client
OPENS: Final = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "exec", "eval", "__import__", "input", "print"}
MAY_OPEN: Final = {"feeds.tagging.topic.loader"}  # a topic file; everything else of it takes text
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
LONGEST_FUNCTION: Final = 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def code() -> list[Path]:
    """Give every file of the program."""
    return [
        ROOT / "scheduler.py",
        ROOT / "topicwire_service.py",
        *(p for folder in ("ingest", "feeds") for p in sorted((ROOT / folder).rglob("*.py"))),
    ]


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


# SQL stays in the stores


STORES: Final = ("ingest.store", "feeds.store")
_SQL: Final = re.compile(
    r"\bselect\b.*\bfrom\b|\bdelete from\b|\binsert (or \w+ )?into\b|\bupdate \w+ set\b|\bpragma\b", re.DOTALL | re.IGNORECASE
)


def strings(name: str) -> Iterator[tuple[int, str]]:
    """Give the lines and values of the strings in a module that are no docstrings; what is put into one is left out of it."""
    docs = {id(node.value) for node in ast.walk(tree(MODULES[name])) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(MODULES[name])):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


def test_sql_stays_in_the_stores() -> None:
    """No module outside the two stores holds SQL or reaches into the open database."""
    outside = [name for name in MODULES if not name.startswith(STORES)]
    assert [f"{name}:{line}" for name in outside for line, value in strings(name) if _SQL.search(value)] == []
    reached = [name for name in outside for node in ast.walk(tree(MODULES[name])) if _is_database(node)]
    assert reached == [], "ask a part of Facts, or a class of feeds.store"
    assert [name for name in outside if "ingest.store.database" in ours(name)] == []


def _is_database(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "database"


def test_judgements_read_facts_through_views() -> None:
    """No statement of `feeds/store` names a table of facts: it joins the views that `ingest/store` publishes."""
    with Facts(IN_MEMORY) as facts:
        tables = facts.database.schema.table_names()
    named = re.compile(rf"\b(from|join|into|update)\s+({'|'.join(tables)})\b", re.IGNORECASE)
    stores = [name for name in MODULES if name.startswith("feeds.store.") and name != "feeds.store.migrations"]
    assert [f"{name}:{line}" for name in stores for line, value in strings(name) if named.search(value)] == []
