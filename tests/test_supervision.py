import os
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from making import Cli, write_topic
from processes import ROOT, Started, free_port, start
from support import FakeWeb, rss, rss_item

import topicwire_service
from feeds.server.supervision.notify import ServiceManager
from feeds.server.supervision.progress import ProgressWatch, WorkerSign

_SECOND: Final = 1_000_000


class Manager:
    """The socket of a service manager, with what it was told."""

    def __init__(self, address: str) -> None:
        """Listen at a path, or at an abstract name after `@`."""
        self.address = address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(f"\0{address[1:]}" if address.startswith("@") else address)

    def told(self, seconds: float = 30) -> list[str]:
        """Wait for the next message; give its lines, or nothing when none comes."""
        self._socket.settimeout(seconds)
        try:
            return self._socket.recv(65_536).decode().split("\n")
        except TimeoutError:
            return []

    def waits_for(self, line: str) -> list[str]:
        """Wait for a message that begins with a line; give it."""
        while (message := self.told()) and message[0] != line:
            pass
        return message

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[Manager]:
    """Listen as a service manager does."""
    listening = Manager(str(tmp_path / "notify"))
    yield listening
    listening.close()


@pytest.fixture
def started(cli: Cli, manager: Manager, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Started]]:
    """Start the service in a home with one topic, under a manager with a watchdog of so many seconds."""
    running: list[Started] = []

    def begin(watchdog: float, web: FakeWeb, program: Path = ROOT / "scheduler.py") -> Started:
        write_topic(cli.home)
        monkeypatch.setenv("NOTIFY_SOCKET", manager.address)
        monkeypatch.setenv("WATCHDOG_USEC", f"{watchdog * _SECOND:.0f}")
        running.append(start(cli.home, "run", web=web, settings={"service.bind": f"127.0.0.1:{free_port()}"}, program=program))
        return running[-1]

    yield begin
    for one in running:
        one.kill()


# The protocol


@pytest.mark.parametrize("kind", ["path", "abstract name"])
def test_states_are_sent_as_datagrams(tmp_path: Path, kind: str) -> None:
    """Each state is one datagram of lines, to a socket with a path or with an abstract name."""
    name = tmp_path / "s"
    listening = Manager(str(name) if kind == "path" else f"@{name}")
    ours = ServiceManager({"NOTIFY_SOCKET": listening.address}, 1)
    ours.ready("serving")
    ours.status("two\nlines \x1b[31m")
    ours.alive()
    ours.starts_slowly(1.5)
    ours.reloading()
    ours.stopping()
    assert [listening.told() for _ in range(6)] == [
        ["READY=1", "STATUS=serving"],
        ["STATUS=two lines [31m"],
        ["WATCHDOG=1"],
        ["EXTEND_TIMEOUT_USEC=1500000"],
        ["RELOADING=1", "STATUS=reading settings, topics and sources again"],
        ["STOPPING=1", "STATUS=ending the work under way"],
    ]
    listening.close()


@pytest.mark.parametrize("address", ["", "relative", "vsock:2:1234", "/nobody/listens/here", "@nobody listens here"])
def test_without_a_manager_nothing_happens(address: str) -> None:
    """Where nobody listens, or the address is of a kind that we do not know, telling does nothing and raises nothing."""
    ServiceManager({"NOTIFY_SOCKET": address}, 1).ready("serving")


def test_a_manager_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    """When its socket is full, further messages are dropped."""
    listening = Manager(str(tmp_path / "s"))
    ours = ServiceManager({"NOTIFY_SOCKET": listening.address}, 1)
    for _ in range(2_000):
        ours.alive()
    assert listening.told() == ["WATCHDOG=1"]
    listening.close()


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "2500000"}, 2.5),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "7"}, 2.5),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "2500000", "WATCHDOG_PID": "8"}, None),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "soon"}, None),
        ({"NOTIFY_SOCKET": "/s", "WATCHDOG_USEC": "0"}, None),
        ({"NOTIFY_SOCKET": "/s"}, None),
        ({"WATCHDOG_USEC": "2500000"}, None),
    ],
)
def test_the_watchdog_is_ours_only_if_it_says_so(environment: Mapping[str, str], seconds: float | None) -> None:
    """Its time counts in microseconds, for the process that it names, and only where there is a manager."""
    assert ServiceManager(environment, 7).watchdog_seconds == seconds


# Progress


def watched(*signs: tuple[float, WorkerSign]) -> list[bool]:
    """Show the signs of a worker, whose ticks come every 30 seconds, at their times; say each time whether it has stalled."""
    watch = ProgressWatch({"polling": 30}, limit=10)
    return [bool(watch.stalled({"polling": sign}, now)) for now, sign in signs]


def test_a_worker_may_work_for_long_while_it_gives_signs() -> None:
    """A tick that lasts is no standstill as long as steps end."""
    sign = WorkerSign().begun()
    assert watched((0, sign), (9, sign.given()), (18, sign.given().given()), (28, sign.given().given())) == [False] * 4


def test_a_worker_stalls_in_its_turn() -> None:
    """Without a sign for longer than the limit it has stalled; with the next sign it goes on."""
    sign = WorkerSign().begun()
    assert watched((0, sign), (10, sign), (10.1, sign), (50, sign), (51, sign.ended())) == [False, False, True, True, False]


def test_a_worker_whose_turn_never_comes_has_stalled() -> None:
    """Between two ticks it may rest for its interval and the limit: a timer that died is found."""
    sign = WorkerSign().begun().ended()
    assert watched((0, sign), (40, sign), (40.1, sign)) == [False, False, True]


def test_the_stalled_workers_are_named() -> None:
    """Only those that stand still are named."""
    watch = ProgressWatch({"polling": 30, "seeds": 30, "hub": 30}, limit=10)
    for now in range(0, 100, 5):
        signs = {"polling": WorkerSign().begun(), "hub": WorkerSign(now), "seeds": WorkerSign()}
        found = watch.stalled(signs, now)
    assert found == ("polling", "seeds")


# The service


def test_every_work_belongs_to_a_worker_that_is_watched() -> None:
    """Each kind of work has its words and its thread, and each thread the time until its next tick."""
    assert topicwire_service._WORKERS.keys() == topicwire_service._WORK.keys()
    assert set(topicwire_service._WORKERS.values()) == topicwire_service._INTERVALS.keys()


def test_the_service_tells_its_manager_of_its_life(
    cli: Cli, web: FakeWeb, manager: Manager, started: Callable[[float, FakeWeb], Started]
) -> None:
    """It asks for patience, is ready once the feeds answer, says what it polled, beats, reloads, refuses, and stops."""
    cli.poll(web.serve("/feed.xml", rss(rss_item())))
    service = started(20, web)
    assert manager.told()[0].startswith("EXTEND_TIMEOUT_USEC=")
    ready = manager.waits_for("READY=1")
    assert ready[1].startswith("STATUS=serving http://127.0.0.1:")
    assert (cli.home / "public" / "harbour.atom").exists()
    seen: list[str] = []
    while not {"WATCHDOG=1", "STATUS=last poll"} <= {line[:16] for line in seen}:
        seen += manager.told() or pytest.fail(f"only {seen}")
    assert "UTC: 1 source, 0 failed, 0 new items" in " ".join(seen)
    os.kill(service.process.pid, signal.SIGHUP)
    assert manager.waits_for("RELOADING=1")
    assert manager.waits_for("READY=1") == ready
    (cli.home / "topicwire.toml").write_text("[nonsense]\n", "utf-8")
    os.kill(service.process.pid, signal.SIGHUP)
    assert manager.waits_for("RELOADING=1")
    assert "goes on as it was" in manager.waits_for("READY=1")[1]
    (cli.home / "topicwire.toml").unlink()
    os.kill(service.process.pid, signal.SIGTERM)
    assert manager.waits_for("STOPPING=1")
    assert service.ended()[0] == 0


def standing_still(path: Path) -> Path:
    """Write the program with a worker that waits for ever where it reads sources.opml, as on a network disk that is gone."""
    path.write_text(
        f"""
import runpy, sys, threading
if __name__ == "__main__":
    sys.path.insert(0, {str(ROOT)!r})
    from ingest.polling import sources
    def synchronise(*_):
        threading.Event().wait()
    sources.synchronise = synchronise
    runpy.run_path({str(ROOT / "scheduler.py")!r}, run_name="__main__")
""",
        "utf-8",
    )
    return path


def test_a_service_that_hangs_is_silent(
    cli: Cli, web: FakeWeb, manager: Manager, started: Callable[..., Started], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that stands still ends the heartbeat, though all others go on. The log names it, and its end says where it stood."""
    monkeypatch.setenv("PYTHONFAULTHANDLER", "1")  # as the unit has it
    service = started(1, web, standing_still(cli.home / "still.py"))
    assert manager.waits_for("READY=1")
    assert manager.waits_for("WATCHDOG=1")
    assert manager.waits_for("STATUS=polling: no progress for 1 seconds")
    assert manager.told(1.5) == [], "the manager will end it"
    service.process.send_signal(signal.SIGABRT)  # what the watchdog sends
    code, lines = service.ended()
    assert code == -signal.SIGABRT
    assert "topicwire: polling: no progress for 1 seconds; restart the service" in "\n".join(lines)
    assert any("in synchronise" in line for line in lines)
