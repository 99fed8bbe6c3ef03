import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from typing import Final

import feedparser
import pytest
from making import HARBOUR, Cli, home_at, write_topic
from processes import ROOT, SOON, Started, comes, free_port, get, start
from support import TEXT, FakeWeb, rss, rss_item, wait_until

import topicwire_service
from feeds.server.server import listen
from ingest.model import Source
from ingest.polling.engine import Engine
from ingest.polling.home import Home
from ingest.polling.pipeline import Report
from ingest.store.facts import Facts

FERRY = rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT)


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command in a home with one topic, from which the fake web may be asked."""
    write_topic(home)
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


@pytest.fixture
def started() -> Iterator[Callable[..., Started]]:
    """Start commands as processes, and leave none behind."""
    running: list[Started] = []

    def begin(home: Path, *arguments: str, web: FakeWeb | None = None, **settings: str) -> Started:
        running.append(start(home, *arguments, web=web, settings=settings))
        return running[-1]

    yield begin
    for one in running:
        one.kill()


def alive(group: int) -> list[str]:
    """Return the processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(path.parent.name)
    return found


# As a process of its own


def test_the_service_publishes_and_stops(cli: Cli, web: FakeWeb, started: Callable[..., Started]) -> None:
    """It polls, reads seeds, serves the feed and its health, takes a new seed's topic change without restart, ends by SIGTERM."""
    cli.poll(web.serve("/a", rss(FERRY)))
    (cli.home / "seeds").mkdir()
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    port = free_port()
    service = started(cli.home, "run", web=web, **{"service.bind": f"127.0.0.1:{port}"})
    assert comes(port, "/harbour.atom", b"The ferry leaves the harbour")
    assert comes(port, "/harbour.atom", b"A boat")
    parsed = feedparser.parse(get(port, "/harbour.atom")[1])
    assert not parsed.bozo
    assert get(port, "/healthz") == (200, b'{"status":"ok"}')
    assert b"Harbour news" in get(port, "/")[1]
    assert get(port, "/topicwire.db")[0] == 404
    code, lines = service.stop()
    assert code == 0
    assert lines[1] == f"subscribe to http://127.0.0.1:{port}/harbour.atom"
    assert lines[-1] == "stopped"
    assert not [line for line in lines if "Traceback" in line or "Error" in line]
    assert wait_until(lambda: not alive(service.process.pid), SOON), "no child is left"
    cli.clock.set(datetime.now(UTC))  # the service's own: by the tests' clock all of this lies in the future
    assert cli("run", "--once").stderr.startswith("0 sources polled, 0 failed; 1 document read; 0 items new")


def test_the_feeds_of_a_new_home_answer_while_its_first_pass_hangs(cli: Cli, web: FakeWeb, started: Callable[..., Started]) -> None:
    """Seeds come first, and no answer is ever 404: who asks too early waits until there is something to say."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY), delay=60) for number in range(3)])
    (cli.home / "seeds").mkdir()
    (cli.home / "seeds" / "boat.txt").write_text("A boat\n\nIt lies in the harbour.", encoding="utf-8")
    port = free_port()
    began = time.monotonic()
    service = started(cli.home, "run", web=web, **{"service.bind": f"127.0.0.1:{port}"})
    answers: list[tuple[int, bytes]] = []
    while (not answers or b"A boat" not in answers[-1][1]) and time.monotonic() - began < 30:
        answers.append(get(port, "/harbour.atom"))
        time.sleep(0.02)
    assert {status for status, _ in answers} == {0, 200}, "nobody listens yet, or the feed is there"
    assert b"A boat" in answers[-1][1]
    assert wait_until(lambda: bool(web.calls), 30), "only now is a source asked"
    code, lines = service.stop()
    assert (code, lines[-1]) == (0, "stopped")


def test_a_source_that_is_added_is_polled_at_once(cli: Cli, web: FakeWeb, started: Callable[..., Started]) -> None:
    """Before the tick of half a minute, also where its host has other sources."""
    cli.poll(*[web.serve(f"/{number}", rss(FERRY)) for number in range(3)])
    started(cli.home, "run", "--no-serve", web=web)
    assert wait_until(lambda: len(web.calls) == 3, 30)
    cli.clock.set(datetime.now(UTC))
    with home_at(cli.home, cli.settings, cli.clock).facts() as facts:
        facts.sources.add([Source(web.serve("/new", rss(FERRY)), origin="command")], cli.clock())
    assert wait_until(lambda: "/new" in web.paths(), 30)
    assert web.calls[-1].at - web.calls[0].at < 25


def test_an_interrupt_stops_it_in_the_middle_of_a_pass(cli: Cli, web: FakeWeb, started: Callable[..., Started]) -> None:
    """Ctrl-C, which reaches every child too, ends it at once though a server keeps it waiting; the source is still due."""
    cli.poll(web.serve("/slow", rss(FERRY), delay=60))
    service = started(cli.home, "run", "--no-serve", web=web)
    assert wait_until(lambda: bool(web.calls), 30)
    code, lines = service.stop(signal.SIGINT, group=True)
    assert (code, lines[-1], len(lines)) == (0, "stopped", 2)
    with home_at(cli.home).facts() as facts:
        assert [source.url for source, _ in facts.sources.due(cli.clock())] == [web.url("/slow")]


def test_a_stop_in_the_middle_of_many_documents_does_not_wait_for_them(cli: Cli, started: Callable[..., Started]) -> None:
    """Told to stop while it reads a large folder, it stops; the next start reads the rest."""
    cli.poll()
    (cli.home / "seeds").mkdir()
    for number in range(2000):
        (cli.home / "seeds" / f"{number}.txt").write_text(f"Boat number {number}\n\nIt lies in harbour {number}.", encoding="utf-8")
    service = started(cli.home, "run", "--no-serve")
    assert wait_until((cli.home / "topicwire.db").exists, 30)
    with home_at(cli.home).facts() as facts:
        assert wait_until(lambda: next(facts.items.all(), None) is not None, 30)
        code, lines = service.stop()
        assert (code, lines) == (0, ["stopped"])
        assert 0 < sum(1 for _ in facts.items.all()) < 2000


def test_clients_that_do_not_finish_are_no_news(cli: Cli, started: Callable[..., Started]) -> None:
    """Slow and broken questions, before the stop and during it, leave no trace in the log and keep nobody waiting."""
    cli.poll()
    port = free_port()
    service = started(cli.home, "run", **{"service.bind": f"127.0.0.1:{port}"})
    assert comes(port, "/harbour.atom", b"Harbour news")
    paths = ("/websub/abc", "/review", "/search", "/harbour.atom", "/private/x/harbour.atom")
    for one in [half_a_question(port, path) for path in paths]:
        one.close()
    assert get(port, "/healthz")[0] == 200
    left = [half_a_question(port, path) for path in paths]
    began = time.monotonic()
    code, lines = service.stop()
    assert (code, lines[1], lines[-1]) == (0, f"subscribe to http://127.0.0.1:{port}/harbour.atom", "stopped")
    assert [line for line in lines[2:-1] if not line.startswith("write topics at ")] == []
    assert time.monotonic() - began < 10
    for one in left:
        one.close()


def half_a_question(port: int, path: str) -> socket.socket:
    """Send the head of a form and three bytes of its thousand."""
    made = socket.create_connection(("127.0.0.1", port), timeout=10)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
    form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\na=b"
    made.sendall((head + form).encode())
    return made


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_command_that_is_stopped_leaves_in_order(
    cli: Cli, tmp_path: Path, started: Callable[..., Started], number: signal.Signals
) -> None:
    """`ingest` told to end in the middle of its work says nothing of semaphores and tracebacks, and leaves no process behind."""
    folder = tmp_path / "many"
    folder.mkdir()
    for document in range(2000):
        (folder / f"{document}.txt").write_text(f"Boat number {document}\n\nIt lies in harbour {document}.", encoding="utf-8")
    command = started(cli.home, "ingest", str(folder))
    assert wait_until((cli.home / "topicwire.db").exists, 30)
    with home_at(cli.home).facts() as facts:
        assert wait_until(lambda: next(facts.items.all(), None) is not None, 30)
    code, lines = command.stop(number)
    assert code in {143, 1}
    assert [line for line in lines if "semaphore" in line or "Traceback" in line or "warn" in line] == []
    assert wait_until(lambda: not alive(command.process.pid), SOON)


def test_a_command_that_cannot_listen_ends(cli: Cli) -> None:
    """A port that is taken is one line and exit code 1, before anything is polled; a bind that is none is exit code 2."""
    with listen("127.0.0.1:0") as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        cli.settings["service.bind"] = bind
        for command in ("run", "serve"):
            result = cli(command)
            assert result.exit_code == 1
            assert result.stderr == (
                f"topicwire: cannot listen on {bind}: Address already in use; stop what listens there or set service.bind\n"
            )
    cli.settings["service.bind"] = "8080"
    assert cli("run").exit_code == 2


def test_a_service_with_a_broken_topic_does_not_start(cli: Cli) -> None:
    """At the start a slip in a topic file is the owner's to mend: exit 2 in one line."""
    write_topic(cli.home, HARBOUR.replace('require = ["ship"', 'require = ["shp"'))
    result = cli("run")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)


def test_the_command_is_also_a_script() -> None:
    """`python scheduler.py` is the command, from any folder."""
    code, lines = start(ROOT / "tests", "--no-such-option").ended()
    assert code == 2
    assert any("No such option" in line for line in lines)


def test_a_hang_up_reads_settings_and_topics_again(cli: Cli, started: Callable[..., Started]) -> None:
    """SIGHUP brings new settings and topics into force, keeps port and home, and is refused where a file is broken."""
    cli.poll()
    port = free_port()
    service = started(cli.home, "run", **{"service.bind": f"127.0.0.1:{port}"})
    assert comes(port, "/harbour.atom", b"Harbour news")
    settings = cli.home / "topicwire.toml"
    settings.write_text("[publish]\nentries = 0\n", encoding="utf-8")
    service.process.send_signal(signal.SIGHUP)
    assert service.process.stderr is not None
    seen = iter(service.process.stderr.readline, "")
    refused = next(line for line in seen if line.startswith("topicwire: "))
    assert "publish.entries must be a whole number of at least 1, not 0; " in refused
    assert refused.endswith("the service goes on as it is\n")
    assert get(port, "/healthz")[0] == 200
    settings.write_text('[service]\nbase_url = "https://feeds.example"\n', encoding="utf-8")
    write_topic(cli.home, HARBOUR.replace("Harbour news", "Boats"), "boats")
    service.process.send_signal(signal.SIGHUP)
    assert next(line for line in seen if "read again" in line) == "settings, topics and sources are read again\n"
    told = [next(line for line in seen if line.startswith("subscribe to")) for _ in range(2)]
    assert told == [f"subscribe to https://feeds.example/{name}.atom\n" for name in ("boats", "harbour")]
    assert comes(port, "/boats.atom", b"https://feeds.example/boats.atom")
    code, lines = service.stop()
    assert (code, lines[-1]) == (0, "stopped")


STUBBORN: Final = """
import sys, time
import scheduler, topicwire_service
def read_seeds(*_):
    print("began", file=sys.stderr, flush=True)
    time.sleep(60)
topicwire_service.read_seeds = read_seeds
scheduler._STOP_SECONDS = 1.0
scheduler.main()
"""


def test_a_stop_does_not_wait_for_ever(cli: Cli) -> None:
    """Work that neither ends nor can be interrupted is left after some seconds, and no process of the service stays."""
    cli.poll()
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN, "--home", str(cli.home), "run", "--no-serve"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as service:
        assert service.stderr is not None
        assert "began\n" in iter(service.stderr.readline, "")
        service.send_signal(signal.SIGTERM)
        assert service.wait(SOON) == 0
        assert "did not end within 1 seconds; it is left unfinished and is still due" in service.stderr.read()
        assert wait_until(lambda: not alive(service.pid), SOON)


# In this process


def stopped_by(number: signal.Signals, port: int, path: str, what: bytes) -> Thread:
    """Send ourselves a signal as soon as a service in this process answers: its handlers then stand."""

    def send() -> None:
        answered = comes(port, path, what)
        os.kill(os.getpid(), number)  # also where it never answers: a test ends
        assert answered

    thread = Thread(target=send)
    thread.start()
    return thread


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_run_serves_until_it_is_told_to_stop(cli: Cli, web: FakeWeb, number: signal.Signals) -> None:
    """The service says where to subscribe, serves what it published, and ends well by either signal."""
    cli.poll(web.serve("/a", rss(FERRY)))
    port = free_port()
    cli.settings |= {"service.bind": f"127.0.0.1:{port}", "service.base_url": "https://feeds.example/"}
    thread = stopped_by(number, port, "/harbour.atom", b"The ferry leaves the harbour")
    began = time.monotonic()
    result = cli("run")
    thread.join()
    assert result.exit_code == 0
    lines = result.stderr.splitlines()
    assert lines[:5] == [
        "open https://feeds.example/ in a browser",
        "subscribe to https://feeds.example/harbour.atom",
        "write topics and review: nobody, since the service is reached from elsewhere; set service.review_token",
        "polling 1 source now, then each when news is likely: 12 times a day on average",
        "1 source polled, 0 failed; 1 item new",
    ]
    assert lines[-1] == "stopped"
    assert time.monotonic() - began < 30


def test_run_asks_once_for_somebody_whom_publishers_can_reach(cli: Cli) -> None:
    """Without fetch.contact the servers that are asked are told of nobody."""
    (cli.home / "sources.opml").write_text("<opml><body/></opml>", encoding="utf-8")  # the starter list is not asked by a test
    cli.settings |= {"service.bind": f"127.0.0.1:{(port := free_port())}", "fetch.contact": ""}
    thread = stopped_by(signal.SIGTERM, port, "/healthz", b"ok")
    lines = cli("run").stderr.splitlines()
    thread.join()
    assert [line.partition(":")[0] for line in lines].count("fetch.contact is not set") == 1


def test_run_names_no_address_of_a_private_topic(cli: Cli) -> None:
    """It has none of its own: each subscriber is granted one."""
    write_topic(cli.home, HARBOUR.replace("[group.ship]", "[publish]\nprivate = true\n\n[group.ship]"))
    (cli.home / "sources.opml").write_text("<opml><body/></opml>", encoding="utf-8")  # the starter list is not asked by a test
    port = free_port()
    cli.settings["service.bind"] = f"127.0.0.1:{port}"
    thread = stopped_by(signal.SIGTERM, port, "/healthz", b"ok")
    result = cli("run")
    thread.join()
    assert "harbour.atom" not in result.stderr
    assert "harbour is private: `topicwire feeds grant` gives a reader an address" in result.stderr


def test_a_stop_waits_for_no_hub(cli: Cli) -> None:
    """A hub that does not answer is left at once when the service stops, and is told later."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cli.settings |= {"publish.hub": f"http://127.0.0.1:{silent.getsockname()[1]}/", "fetch.allow": "127.0.0.0/8"}
        cli("publish")
        made = home_at(cli.home, cli.settings)
        with made.engine() as engine:
            service = topicwire_service.ServiceTicks(made, engine)
            telling = Thread(target=service.hub)
            telling.start()
            unanswered, _ = silent.accept()
            service.stopping.set()
            engine.cancel()
            assert wait_until(lambda: service.is_idle, SOON)
            unanswered.close()
            telling.join()


def test_what_a_tick_begins_after_the_stop_is_cancelled_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick that goes on to its next request while the service stops is not waited for."""
    began = Event()

    def stubborn(_app: Home, _facts: Facts, engine: Engine, _after_each: Callable[[], None]) -> Report:
        began.set()
        for _ in range(3):
            with suppress(CancelledError):
                engine.submit(asyncio.sleep(30)).result()
        raise CancelledError

    monkeypatch.setattr(topicwire_service, "read_seeds", stubborn)
    cli.poll()

    def send() -> None:
        if began.wait(30):
            os.kill(os.getpid(), signal.SIGTERM)

    thread = Thread(target=send)
    thread.start()
    now = time.monotonic()
    result = cli("run", "--no-serve")
    thread.join()
    assert (result.exit_code, result.stderr) == (0, "stopped\n")
    assert time.monotonic() - now < 20


def test_a_stop_breaks_off_what_takes_too_long(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick that is deep in the database is undone after some seconds, without a word, and the service ends in time."""
    began = Event()

    def endless(_app: Home, facts: Facts, _engine: Engine, _after_each: Callable[[], None]) -> Report:
        began.set()
        with facts.transaction():
            facts.database.execute("insert into meta values ('half', 'done')")
            facts.database.execute(
                "with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n"
            ).fetchone()
        raise AssertionError

    monkeypatch.setattr(topicwire_service, "read_seeds", endless)
    monkeypatch.setattr(topicwire_service, "_GRACE", 0.5)
    cli.poll()

    def send() -> None:
        if began.wait(30):
            os.kill(os.getpid(), signal.SIGTERM)

    thread = Thread(target=send)
    thread.start()
    now = time.monotonic()
    result = cli("run", "--no-serve")
    thread.join()
    assert (result.exit_code, result.stderr) == (0, "stopped\n")
    assert time.monotonic() - now < 10
    with home_at(cli.home).facts() as facts:
        assert facts.notes.get("half") is None


def test_a_stop_under_load_is_quick_and_quiet(cli: Cli, started: Callable[..., Started]) -> None:
    """With slow bodies, slow heads, slow readers and long searches under way it is gone in time, and its log has no trace."""
    cli.poll()
    cli("publish")
    (cli.home / "public" / "large.txt").write_bytes(b"the ferry in the harbour " * 1_000_000)
    port = free_port()
    service = started(cli.home, "run", **{"service.bind": f"127.0.0.1:{port}"})
    assert comes(port, "/healthz", b"ok")
    body = b"POST /review HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 900\r\n\r\na"
    told = (body, body.replace(b"/review", b"/websub/x"), b"GET /", b"", b"GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n")
    with ExitStack() as stack:
        for said in told * 10:
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            client.sendall(said)
        for _ in range(20):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            client.sendall(b"GET /search?q=a* HTTP/1.1\r\nHost: x\r\n\r\n" * 20)
        service.process.send_signal(signal.SIGTERM)
        now = time.monotonic()
        code, lines = service.ended(30)
        assert time.monotonic() - now < 10
    assert (code, lines[-1]) == (0, "stopped")
    assert not [line for line in lines if "Traceback" in line or "Error" in line]


def test_serve_serves_and_polls_nothing(cli: Cli, web: FakeWeb) -> None:
    """The command `serve` shows what is published already, and asks no source."""
    cli.poll(web.serve("/a", rss(FERRY)))
    cli("run", "--once")
    asked = len(web.calls)
    port = free_port()
    cli.settings["service.bind"] = f"127.0.0.1:{port}"
    thread = stopped_by(signal.SIGTERM, port, "/harbour.atom", b"The ferry leaves the harbour")
    result = cli("serve")
    thread.join()
    site = f"http://127.0.0.1:{port}/"
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        f"serving {site}",
        (
            f"write topics at {site}topics/ and review at {site}review: this computer alone; "
            "a proxy in front needs service.review_token"
        ),
    ]
    assert len(web.calls) == asked
