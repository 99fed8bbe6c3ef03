"""Sources polled by workers of Dask, as processes over loopback: the same comes out, whatever is killed meanwhile."""

import asyncio
import gc
import logging
import random
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, Final, cast

import pytest
from forwarding import Forwarder
from machines import Machine, Machines, running
from making import HARBOUR, write_topic
from processes import start
from support import TEXT, Clock, FakeWeb, rss, rss_item, wait_until

from ingest.errors import EngineError
from ingest.log import configure
from ingest.model import Source
from ingest.poll_state import SourceState
from ingest.polling import pipeline
from ingest.polling.batch import Batch, Poll
from ingest.polling.home import Home

distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")

tcpclient = pytest.importorskip("tornado.tcpclient", reason="the extra dask is not installed")

from ingest.polling.running import cluster  # noqa: E402 - it needs the extra
from topicwire_service import make_pass  # noqa: E402 - and this stands beside it

HERE: Final = Path(__file__).parent
HOSTS: Final = 4
FEEDS: Final = 6  # of each host
LONG: Final = 60.0  # seconds that nobody waits on a quiet computer


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    """Run a scheduler and two workers, which die over a source that is called /deadly."""
    with running(Machines(tmp_path_factory.mktemp("machines"), HERE / "deadly.py"), 2) as started:
        yield started


@pytest.fixture
def webs() -> Iterator[list[FakeWeb]]:
    """Yield several hosts."""
    with ExitStack() as stack:
        yield [stack.enter_context(FakeWeb(f"127.0.0.{number}")) for number in range(1, HOSTS + 1)]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be passed by and nothing be given up because this computer is busy, and let chance stand still.

    Which batches share a commit depends on who is quick, and the index of the search keeps a piece for each commit: so none do.
    """
    monkeypatch.setattr(pipeline, "_PATIENCE", LONG)
    monkeypatch.setattr(pipeline, "_ENTRIES", 0)
    monkeypatch.setattr(cluster, "_PATIENCE", LONG)
    monkeypatch.setattr(random, "random", lambda: 0.5)
    configure()


def feed(web: FakeWeb, number: int, edition: int = 1) -> bytes:
    """Return a feed: it has an item for each edition, and its first item changes."""
    items = [
        rss_item(
            f"The harbour of {web.name}, part {part} of {number}, edition {edition if part == 1 else part}",
            f"http://site.example/{web.name}/{number}/{part}",
            guid=f"{web.name}-{number}-{part}",
            date=f"Mon, 02 Mar 2026 0{part}:00:00 GMT",
            text=f"{TEXT} {web.name} {number} {part}",
        )
        for part in range(1, edition + 1)
    ]
    return rss(*items, title=f"Post {web.name} {number}")


def serve(webs: list[FakeWeb], edition: int = 1, delay: float = 0.0) -> list[str]:
    """Serve an edition of every feed; return their addresses."""
    return [
        web.serve(f"/{number}", feed(web, number, edition), etag=f'"{edition}"', delay=delay)
        for number in range(FEEDS)
        for web in webs
    ]


@pytest.fixture
def first_home(tmp_path: Path, webs: list[FakeWeb]) -> Path:
    """Return a home that has published its empty feed, and then was given sources: it has all that is made by chance."""
    folder = tmp_path / "first"
    folder.mkdir()
    write_topic(folder, HARBOUR)
    list_sources(folder, [])
    make_pass(home_at(folder, "local:1"))
    list_sources(folder, serve(webs))
    return folder


def list_sources(folder: Path, urls: list[str]) -> None:
    """Write the home's list of sources."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (folder / "sources.opml").write_text(f'<opml version="2.0"><body>{outlines}</body></opml>', encoding="utf-8")


def home_at(folder: Path, engine: str, **more: str) -> Home:
    """Return a home with an engine, and with more settings."""
    known = {"FETCH__ALLOW": "127.0.0.0/8", "FETCH__HOST_PAUSE": "0", "TOPICS__SHIPPED": "false", "ENGINE": engine} | more
    return Home(folder, {f"TOPICWIRE_{key}": value for key, value in known.items()}, Clock())


def copied(first: Path, name: str, engine: str) -> Home:
    """Copy a home, so that even what chance gave it is the same."""
    return home_at(Path(shutil.copytree(first, first.with_name(name))), engine)


def rows(home: Home) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, in order, but that with the times of folders on this disk."""
    with closing(sqlite3.connect(home.database_path)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        found = {name: list(db.execute(f'SELECT * FROM "{name}"')) for name in tables}  # noqa: S608 - our own tables
        return found | {"edition": [row for row in found["edition"] if row[0] != "folders"]}


def files(home: Home) -> dict[str, bytes]:
    """Return every published file."""
    public = home.folder / "public"
    return {str(path.relative_to(public)): path.read_bytes() for path in sorted(public.rglob("*")) if path.is_file()}


@contextmanager
def meanwhile(home: Home) -> Iterator[None]:
    """Make a pass in a thread beside what the test does; it has to succeed."""
    failed: list[BaseException] = []

    def work() -> None:
        try:
            make_pass(home, everything=True)
        except BaseException as fault:  # noqa: BLE001 - shown by the test
            failed.append(fault)

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()
    assert failed == []


def asked(webs: list[FakeWeb]) -> int:
    """Return how many requests there were."""
    return sum(len(web.calls) for web in webs)


def undisturbed(first: Path) -> Home:
    """Return a home that polled the same by itself."""
    home = copied(first, "undisturbed", "local:1")
    make_pass(home, everything=True)
    return home


def assert_same(home: Home, other: Home) -> None:
    """Check that two homes are equal, row by row and byte by byte."""
    found, expected = rows(home), rows(other)
    assert found.keys() == expected.keys()
    different = {name: (found[name], expected[name]) for name in found if found[name] != expected[name]}
    assert different == {}
    assert files(home) == files(other)


def test_every_engine_gives_the_same(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """One parser process, all of them, and two workers: equal databases, row by row, and equal feeds, byte by byte."""
    homes = [copied(first_home, name, engine) for name, engine in (("one", "local:1"), ("all", "local"), ("dask", machines.engine))]
    for edition in (1, 2, 2):  # all is new; all has changed; nothing has changed
        serve(webs, edition)
        before = asked(webs)
        for home in homes:
            make_pass(home, everything=True)
        assert asked(webs) - before == 3 * HOSTS * FEEDS
    assert len(rows(homes[0])["item"]) == 2 * HOSTS * FEEDS
    assert len(files(homes[0])) > 5
    assert_same(homes[1], homes[0])
    assert_same(homes[2], homes[0])


def test_a_worker_that_is_killed_costs_nothing(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """What it had is polled by the others: nothing lost, nothing doubled, in the same order."""
    serve(webs, delay=0.2)
    home = copied(first_home, "disturbed", machines.engine)
    with meanwhile(home):
        assert wait_until(lambda: asked(webs) >= 3, LONG)
        machines.workers[0].signal()
    assert_same(home, undisturbed(first_home))


def test_a_scheduler_that_is_killed_costs_nothing(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """Workers and coordinator find the new one by themselves, and the pass goes on."""
    serve(webs, delay=0.2)
    home = copied(first_home, "disturbed", machines.engine)
    with meanwhile(home):
        assert wait_until(lambda: asked(webs) >= 3, LONG)
        machines.scheduler.signal()
    assert_same(home, undisturbed(first_home))


def test_a_connection_that_is_lost_for_a_while_costs_nothing(
    machines: Machines, webs: list[FakeWeb], first_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The coordinator tries again until the network is back; one line says so, whatever the number of tries."""
    serve(webs, delay=0.2)
    with Forwarder(machines.port) as network, caplog.at_level(logging.WARNING):
        home = copied(first_home, "disturbed", f"dask://127.0.0.1:{network.port}")
        with meanwhile(home):
            assert wait_until(lambda: asked(webs) >= 3, LONG)
            network.cut()
            assert wait_until(lambda: "scheduler_lost" in [getattr(one, "event", "") for one in caplog.records], LONG)
            assert wait_until(lambda: network.refused >= 2, LONG)
            network.mend()
        lost = [one for one in caplog.records if getattr(one, "event", "") == "scheduler_lost"]
    assert len(lost) == 1
    assert_same(home, undisturbed(first_home))


def test_a_coordinator_that_is_killed_costs_nothing(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """What was not committed is still due: the next one polls it, and every item is there once."""
    serve(webs, delay=0.2)
    home = copied(first_home, "disturbed", machines.engine)
    settings = {"engine": machines.engine, "fetch.allow": "127.0.0.0/8"}
    began = start(home.folder, "poll", settings=settings)
    assert wait_until(lambda: asked(webs) >= 3, LONG)
    began.kill()
    code, said = start(home.folder, "poll", "--all", settings=settings).ended(LONG)
    assert (code, [line for line in said if "failed" in line and " 0 failed" not in line]) == (0, [])
    found = rows(home)
    assert len(found["item"]) == len(found["version"]) == HOSTS * FEEDS
    assert len(found["sighting"]) == HOSTS * FEEDS


def test_a_source_that_kills_every_worker_is_found(
    machines: Machines, webs: list[FakeWeb], first_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It alone fails, with a cause that `sources status` shows; its neighbours are polled."""
    deadly = webs[0].serve("/deadly", feed(webs[0], 99))
    few = [deadly, *(web.url("/0") for web in webs[1:])]
    home = copied(first_home, "disturbed", machines.engine)
    list_sources(home.folder, few)
    before = sum(one.starts for one in machines.workers)
    with caplog.at_level(logging.ERROR):
        make_pass(home, everything=True)
    assert [getattr(one, "event", "") for one in caplog.records] == ["source_quarantined"]
    with home.stored() as facts:
        states = {source.url: state for source, state in facts.sources.due(None) if source.url in few}
        assert [url for url, state in states.items() if state.error] == [deadly]
        assert "each worker that polls it dies" in str(states[deadly].error)
        assert len(list(facts.items.all())) == len(few) - 1
    assert wait_until(lambda: sum(one.starts for one in machines.workers) - before in {3, 4}, LONG)


def test_a_worker_that_stands_still_loses_its_work_until_it_answers(
    tmp_path: Path, webs: list[FakeWeb], first_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Others poll what it had; when it goes on, it asks nobody any more for what it had, and is given work again."""
    monkeypatch.setattr(cluster, "_SILENCE", 3.0)
    urls, made = serve(webs, delay=0.2), Machines(tmp_path / "machines", HERE / "impatient.py")
    home = copied(first_home, "disturbed", made.engine)
    with caplog.at_level(logging.INFO), running(made, 2), home.engine() as engine:
        frozen = made.workers[0]
        with meanwhile(home):
            assert wait_until(lambda: asked(webs) >= 3 and len(joined(caplog)) == 2, LONG)
            frozen.signal(signal.SIGSTOP)
        caplog.clear()
        batch = Batch(tuple(Poll(Source(url), SourceState()) for url in urls))
        assert [one.error for one in engine.run(batch).result(LONG)] == [None] * len(urls)  # a new coordinator
        assert address(frozen) not in joined(caplog)
        before = asked(webs)
        frozen.signal(signal.SIGCONT)
        assert wait_until(lambda: address(frozen) in joined(caplog), LONG)
        assert asked(webs) == before
    assert_same(home, undisturbed(first_home))


def address(worker: Machine) -> str:
    """Return where a worker listens in its present life."""
    return str(re.findall(r"Start worker at: +(\S+)", worker.said)[-1])


def joined(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the workers that were given work, one after another."""
    return [getattr(one, "fields", {}).get("worker", "") for one in caplog.records if getattr(one, "event", "") == "worker_joined"]


def test_the_parsers_that_workers_replace_are_counted(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """Monitoring learns of them as it does of those of this process."""
    long = rss(*(rss_item(f"Part {part}", text=TEXT * 20) for part in range(500)))
    list_sources(first_home, [webs[0].serve("/long", long)])
    for number, engine in enumerate(("local:1", machines.engine), 1):
        home = home_at(first_home, engine, PARSING__SECONDS="0.001", PARSING__SECONDS_PER_MEGABYTE="0", PARSING__PATIENCE="10000")
        make_pass(home, everything=True)
        with home.stored() as facts:
            counted = {cause: many for (kind, cause), many in facts.tallies.all().items() if kind == "parser_restarts"}
        assert counted == {"processor": number}


def test_a_fault_in_a_worker_is_one_clear_line(machines: Machines, webs: list[FakeWeb], first_home: Path) -> None:
    """What fails there fails the pass here, without an answer for any source."""
    list_sources(first_home, [webs[0].serve("/faulty", feed(webs[0], 99))])
    with pytest.raises(EngineError, match=r"worker tcp://.*RuntimeError\('as no one expected'\)\); look at its log"):
        make_pass(home_at(first_home, machines.engine), everything=True)
    with home_at(first_home, "local").stored() as facts:
        assert [state.polls for _, state in facts.sources.due(None)] == [0]


def test_a_scheduler_that_stands_still_does_not_keep_the_coordinator_from_ending(
    machines: Machines, webs: list[FakeWeb], first_home: Path
) -> None:
    """It says farewell for a few seconds, and then ends without an answer."""
    batch = Batch((Poll(Source(webs[0].url("/0")), SourceState()),))
    with home_at(first_home, machines.engine).engine() as engine:
        (outcome,) = engine.run(batch).result(LONG)
        machines.scheduler.signal(signal.SIGSTOP)
        began = time.monotonic()
    machines.scheduler.signal(signal.SIGCONT)
    assert outcome.error is None
    assert time.monotonic() - began < 2 * cluster._FAREWELL


def test_an_engine_that_ends_while_it_connects_leaves_no_socket(first_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask forgets a connection that was made in the very moment in which it ends; here the moment is long."""
    connect = tcpclient.TCPClient.connect

    async def connect_slowly(*arguments: Any, **options: Any) -> Any:
        connected = await connect(*arguments, **options)
        await asyncio.sleep(LONG)
        return connected

    monkeypatch.setattr(tcpclient.TCPClient, "connect", connect_slowly)
    with ExitStack() as stack:
        silent = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        with home_at(first_home, f"dask://127.0.0.1:{silent.getsockname()[1]}").engine() as engine:
            waiting = engine.run(Batch((Poll(Source("http://127.0.0.1/0"), SourceState()),)))
            stack.enter_context(silent.accept()[0])
            before = open_sockets()
        assert waiting.cancelled()
        assert len(before - open_sockets()) == 1


POLL: Final = Batch((Poll(Source("http://127.0.0.1/0"), SourceState()),))


def test_a_pass_fails_in_time_where_somebody_listens_and_says_nothing(first_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dask sets no bound to what is said first, and would wait for ever."""
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = f"dask://127.0.0.1:{silent.getsockname()[1]}"
        with home_at(first_home, engine).engine() as opened, pytest.raises(EngineError, match="nothing is lost"):
            opened.run(POLL).result(LONG)


def test_a_worker_without_memory_does_not_keep_a_pass_for_ever(
    tmp_path: Path, first_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Dask pauses it: it answers and beats, and leaves untouched what it is given. So it is given nothing."""
    made = Machines(tmp_path / "small", environment={"DASK_DISTRIBUTED__WORKER__MEMORY__PAUSE": "0.001"})
    with running(made, 1), caplog.at_level(logging.INFO), home_at(first_home, made.engine).engine() as engine:
        assert wait_until(lambda: "Pausing worker" in made.workers[0].said, LONG)
        waiting, runner = engine.run(POLL), cast("cluster.DaskCluster", engine._runner)
        assert wait_until(lambda: bool(runner._resting), LONG)
        runner._deadline = 0.0  # patience is at its end
        with pytest.raises(EngineError, match=r"begins nothing, paused by Dask: it has too little memory \(--memory-limit\)"):
            waiting.result(LONG)
    assert joined(caplog) == []


def test_what_is_no_scheduler_is_one_clear_line(
    first_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing may listen there, or a socket that never says a word, or a web server: each is told, and it is tried again."""
    monkeypatch.setattr(cluster, "_CONNECTED", 1.5)
    monkeypatch.setattr(cluster, "_ANSWER", 1.0)
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        socket.create_server(("127.0.0.1", 0)) as web,
        ExitStack() as stack,
        caplog.at_level(logging.WARNING),
    ):
        for port in (1, silent.getsockname()[1], web.getsockname()[1]):
            stack.enter_context(home_at(first_home, f"dask://127.0.0.1:{port}").engine()).run(POLL)
        with web.accept()[0] as asking:
            asking.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        assert wait_until(lambda: len(caplog.records) == 3, LONG)
    said = [one.getMessage() for one in caplog.records]
    assert all("; it is tried again" in one for one in said)
    assert [one for one in said if "(Connection refused)" in one or "(no connection can be made)" in one]
    assert len([one for one in said if "(something listens there, and does not speak as a scheduler does)" in one]) == 2


def open_sockets() -> set[int]:
    """Return the TCP sockets of this process."""
    found = (one for one in gc.get_objects() if isinstance(one, socket.socket))
    return {one.fileno() for one in found if one.family == socket.AF_INET and one.fileno() != -1}


def test_what_dask_logs_is_shown_to_those_who_debug_alone(first_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It writes tracebacks to stderr about connections that are lost, of which our one line says all."""
    for debug in (False, True):
        configure(debug=debug)
        with home_at(first_home, "dask://127.0.0.1:1").engine():
            logging.getLogger("distributed.client").error("as Dask says it")
    assert capsys.readouterr().err.count("as Dask says it") == 1


def test_another_version_is_one_clear_line(tmp_path: Path, webs: list[FakeWeb], first_home: Path) -> None:
    """A worker with another topicwire, and one that may start no parsers, get no work; the command says why and how to mend it."""
    made = Machines(tmp_path / "old", HERE / "outdated.py")
    with running(made, 1):
        code, said = start(first_home, "poll", settings={"engine": made.engine, "fetch.allow": "127.0.0.0/8"}).ended(LONG)
    assert code == 1
    assert [line for line in said if "it has topicwire 0.0.1, and this is" in line and "; install" in line]
    assert "Traceback" not in "".join(said)
    assert asked(webs) == 0


def test_with_tls_only_those_whom_the_authority_signed_can_connect(
    tmp_path: Path, webs: list[FakeWeb], first_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scheduler, worker and coordinator speak TLS as soon as Dask's variables say so; one without a certificate is refused."""
    for name, value in signed(tmp_path).items():
        monkeypatch.setenv(name, value)
    made = Machines(tmp_path / "tls", scheme="tls")
    with running(made, 1):
        assert wait_until(lambda: "Registered to" in made.workers[0].said, LONG)
        settings = {"engine": made.engine, "fetch.allow": "127.0.0.0/8"}
        code, said = start(first_home, "poll", settings=settings).ended(LONG)
        assert (code, any("worker tls://" in line for line in said)) == (0, True)
        assert asked(webs) == HOSTS * FEEDS
        stranger = ssl.create_default_context(cafile=tmp_path / "ca.pem")  # it trusts the scheduler, and has no certificate
        with (
            socket.create_connection(("127.0.0.1", made.port)) as plain,
            pytest.raises(ssl.SSLError, match="required"),
            stranger.wrap_socket(plain, server_hostname="127.0.0.1") as refused,
        ):
            refused.recv(1)


def signed(folder: Path) -> dict[str, str]:
    """Make an authority and one certificate for all; return the variables that Dask reads."""
    trustme = pytest.importorskip("trustme", reason="the extra cluster is not installed")
    authority = trustme.CA()
    own = authority.issue_cert("127.0.0.1")
    for name, blob in (("ca", authority.cert_pem), ("own", own.private_key_and_cert_chain_pem)):
        blob.write_to_path(str(folder / f"{name}.pem"))
    prefix = "DASK_DISTRIBUTED__COMM__"
    parts = {
        f"{prefix}TLS__{part}__{what}": str(folder / "own.pem")
        for part in ("SCHEDULER", "WORKER", "CLIENT")
        for what in ("CERT", "KEY")
    }
    return parts | {f"{prefix}TLS__CA_FILE": str(folder / "ca.pem"), f"{prefix}REQUIRE_ENCRYPTION": "true"}
