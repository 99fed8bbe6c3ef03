"""Many connections and slow ones: who gives way, who is ended, and that everybody else is served meanwhile."""

import http.client
import re
import select
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Cli, home_at, write_topic
from processes import Started, comes, free_port, get, start
from served_site import Site, served
from support import TEXT, FakeWeb, rss, rss_item, wait_until

from feeds.publication.atomic_files import replace as put
from feeds.server.connections import ConnectionLimits, Phase, client_of, evicted, limits_for
from feeds.server.protocol import ServerProtocol

BRISK = ConnectionLimits(most=20, most_of_one=20, head=0.6, body=0.6, reading=0.6, ending=0.6, slowest=1 << 30)
FEED = b"<feed>" + b"the ferry in the harbour " * 100 + b"</feed>"
LARGE = b"the ferry in the harbour " * 1_000_000


@dataclass(frozen=True)
class Guest:
    """A connection as the rules see one."""

    address: str = "192.0.2.1"
    phase: Phase = Phase.WAITING
    since: float = 0.0
    number: int = 0


# The rules


@pytest.mark.parametrize(("descriptors", "most"), [(8, 8), (64, 32), (256, 128), (1_024, 512), (20_000, 2_000), (1 << 62, 2_000)])
def test_half_of_all_descriptors_are_left_for_the_work(descriptors: int, most: int) -> None:
    """Connections never take the files that polling and publishing need."""
    assert limits_for(descriptors).most == most


def test_the_owner_may_want_fewer_and_not_more_than_there_are() -> None:
    """The setting lowers the limit; it cannot raise it above half of what the process may open."""
    assert limits_for(1_024, 100, 7) == ConnectionLimits(most=100, most_of_one=7)
    assert limits_for(1_024, 5_000).most == 512


@pytest.mark.parametrize(
    ("host", "owner"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
    ],
)
def test_a_household_is_one_address(host: str, owner: str) -> None:
    """In IPv6 one line has billions of addresses: they are counted as one."""
    assert client_of(host) == owner


def test_while_there_is_room_nobody_gives_way() -> None:
    """Below the limits everybody comes in."""
    assert evicted("192.0.2.1", [Guest()] * 9, ConnectionLimits(most=10, most_of_one=10), 100) == ([], True)


def test_who_has_waited_longest_gives_way() -> None:
    """First those that have asked nothing whole, the oldest of them; then slow bodies; then slow readers."""
    limits = ConnectionLimits(most=3, most_of_one=3)
    reader, sender = Guest(phase=Phase.READING, since=1), Guest(phase=Phase.SENDING, since=2)
    young, old = Guest(since=50), Guest(since=40)
    assert evicted("192.0.2.9", [reader, young, old], limits, 100) == ([old], True)
    assert evicted("192.0.2.9", [reader, sender, reader], limits, 100) == ([sender], True)
    assert evicted("192.0.2.9", [reader] * 3, limits, 100) == ([reader], True)


def test_who_works_or_is_quick_keeps_its_place() -> None:
    """An answer under way and a body that has just begun are left alone: the new one is refused."""
    busy = [Guest(phase=Phase.WORKING), Guest(phase=Phase.SENDING, since=98), Guest(phase=Phase.READING, since=98)]
    assert evicted("192.0.2.9", busy, ConnectionLimits(most=3), 100) == ([], False)


def test_one_address_takes_no_places_of_others() -> None:
    """Whoever has its share gives way to itself; a proxy of this computer brings everybody, and has all places."""
    limits = ConnectionLimits(most=100, most_of_one=2)
    greedy, other = Guest("192.0.2.1", since=9), Guest("192.0.2.2", since=1)
    assert evicted("192.0.2.1", [greedy, other, greedy], limits, 100) == ([greedy], True)
    assert evicted("192.0.2.3", [greedy, other, greedy], limits, 100) == ([], True)
    assert evicted("127.0.0.1", [Guest("127.0.0.1")] * 99, limits, 100) == ([], True)


@given(
    st.lists(st.builds(Guest, st.sampled_from(["a", "192.0.2.1"]), st.sampled_from(list(Phase)), st.floats(0, 100)), max_size=12),
    st.integers(1, 12),
    st.integers(1, 12),
)
def test_there_are_never_more_than_the_limit(there: list[Guest], most: int, most_of_one: int) -> None:
    """Whoever comes in where it is full takes the place of one that is there."""
    slow, has_room = evicted("192.0.2.1", there, ConnectionLimits(most=most, most_of_one=most_of_one), 100)
    assert all(one in there for one in slow)
    assert not has_room or slow or len(there) < most


def test_in_a_crowd_some_give_way_at_once() -> None:
    """One in sixteen: else a crowd that comes again and again would cost a look at all of it each time."""
    crowd = [Guest(since=number) for number in range(160)]
    assert evicted("192.0.2.9", crowd, ConnectionLimits(most=160, most_of_one=160), 1_000) == (crowd[:10], True)


def test_a_large_body_has_more_time() -> None:
    """What goes on at a fair pace is not ended, however long it is; what drips is."""
    limits = ConnectionLimits(body=20, slowest=1_000)
    assert not limits.has_timed_out(Phase.SENDING, 100, 90_000)
    assert limits.has_timed_out(Phase.SENDING, 100, 70_000)
    assert not limits.has_timed_out(Phase.WORKING, 10_000, 0)


# With real sockets


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Serve a folder to few, who must be brisk."""
    with brisk(tmp_path, monkeypatch) as made:
        yield made


@contextmanager
def brisk(home: Path, monkeypatch: pytest.MonkeyPatch, limits: ConnectionLimits = BRISK) -> Iterator[Site]:
    """Serve a home with other limits."""
    monkeypatch.setattr("feeds.server.server.limits_of", lambda _service: limits)
    with served(home_at(home)) as made:
        put(made.folder / "harbour.atom", FEED)
        put(made.folder / "large.txt", LARGE)
        yield made


def opened(stack: ExitStack, port: int, said: bytes = b"GET /harbour.atom HTTP/1.1\r\nHost: x\r\n") -> socket.socket:
    """Open a connection and say the beginning of something."""
    made = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
    made.sendall(said)
    return made


def ended(connection: socket.socket, seconds: float = 8) -> bytes | None:
    """Return all that a connection says until the server ends it, or None if it does not."""
    said, until = b"", time.monotonic() + seconds
    while time.monotonic() < until:
        if select.select([connection], [], [], 0.1)[0]:
            try:
                part = connection.recv(65_536)
            except ConnectionError:
                return said
            if not part:
                return said
            said += part
    return None


def dripping(connection: socket.socket, byte: bytes) -> bool:
    """Send a byte every moment until the server ends the connection; say whether it does."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        try:
            connection.sendall(byte)
            if select.select([connection], [], [], 0.05)[0] and not connection.recv(65_536):
                return True
        except OSError:
            return True
    return False


@pytest.mark.parametrize(
    ("said", "byte"),
    [
        (b"", b""),
        (b"GET /harbour.atom HTTP/1.1\r\nHost: x\r\nX-Slow: ", b"a"),
        (b"G", b""),
        (b"POST /review HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n", b"a"),
        (b"POST /review HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (b"POST /harbour.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n", b"a"),
        (b"GET /harbour.atom HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n", b"a"),
        (b"POST /websub/guess HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n", b"a"),
        (b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\nGET /slow HTTP/1.1\r\nX: ", b"a"),
    ],
)
def test_what_never_ends_is_ended(site: Site, said: bytes, byte: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """Silence, a head, a body and what follows a refusal each have a last moment, however the bytes drip; no log tells of it."""
    with ExitStack() as stack:
        connection = opened(stack, site.port, said)
        assert dripping(connection, byte) if byte else ended(connection) is not None
    assert site.ask("/harbour.atom").status == 200
    assert "Traceback" not in capfd.readouterr().err


def test_a_late_head_is_told_so(site: Site) -> None:
    """Whoever began to ask and did not end is answered with 408."""
    with ExitStack() as stack:
        assert (ended(opened(stack, site.port)) or b"").startswith(b"HTTP/1.1 408 ")


def test_who_does_not_take_an_answer_is_ended(site: Site) -> None:
    """A large file that its asker does not read is not kept for ever; one that reads gets all of it."""
    with ExitStack() as stack:
        deaf = opened(stack, site.port, b"GET /large.txt HTTP/1.1\r\nHost: x\r\n\r\n")
        assert wait_until(lambda: site.connections() == 1)
        assert wait_until(lambda: site.connections() == 0)
        taken = 0
        with suppress(ConnectionError):
            while part := deaf.recv(1 << 20):
                taken += len(part)
        assert taken < len(LARGE)
    assert site.ask("/large.txt").body == LARGE


@pytest.mark.parametrize("length", [1, 200_000, 3_000_000])
def test_a_refusal_reaches_who_still_sends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """A body that nobody wants is let go while its sender reads the answer, which says that the connection ends."""
    with brisk(tmp_path, monkeypatch, replace(BRISK, body=60, ending=60)) as site:
        for path in ("/harbour.atom", "/websub/guess", "/review"):
            answer = site.ask(path, "POST", b"a" * length)
            assert answer.status in {403, 404, 405}
            assert answer.headers["connection"] == "close"


def test_one_connection_cannot_ask_for_everything_at_once(site: Site) -> None:
    """Thousands of requests in one packet are not all kept waiting: the connection ends."""
    one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with ExitStack() as stack:
        said = ended(opened(stack, site.port, one * 5_000))
        assert said is not None
        assert said.count(b"HTTP/1.1 ") < 500
        few = opened(stack, site.port, one * 10)
        assert wait_until(lambda: few.recv(65_536, socket.MSG_PEEK).count(b"HTTP/1.1 ") == 10)


def test_a_crowd_of_slow_ones_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks at once is served though three times as many as there is room for have begun and do not end."""
    with brisk(tmp_path, monkeypatch, replace(BRISK, head=60)) as site, ExitStack() as stack:
        for _ in range(60):
            opened(stack, site.port)
            assert site.ask("/harbour.atom").status == 200


def test_a_crowd_that_sends_bodies_keeps_nobody_out_for_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While all places are taken by bodies that have just begun, a new one is told to come back; soon they are ended."""
    with brisk(tmp_path, monkeypatch) as site, ExitStack() as stack:
        for _ in range(25):
            opened(stack, site.port, b"POST /review HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9000\r\n\r\n")
        seen = set()

        def served_again() -> bool:
            with suppress(OSError, http.client.HTTPException):
                seen.add(site.ask("/harbour.atom").status)
            return 200 in seen

        assert wait_until(served_again, 10)
        assert seen <= {200, 503}


def test_there_are_never_more_connections_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest of the idle are ended when new ones come; the newest stay."""
    with brisk(tmp_path, monkeypatch, replace(BRISK, head=60)) as site, ExitStack() as stack:
        all_of_them = [opened(stack, site.port, b"") for _ in range(50)]
        assert wait_until(lambda: sum(_is_open(one) for one in all_of_them) <= BRISK.most)
        assert all(_is_open(one) for one in all_of_them[-10:])


def _is_open(connection: socket.socket) -> bool:
    if not select.select([connection], [], [], 0)[0]:
        return True
    try:
        return bool(connection.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def test_the_short_way_is_the_same_for_everybody() -> None:
    """The limits of one server are not those of another."""
    assert ServerProtocol.limits == ConnectionLimits()


# As a process of its own


@pytest.fixture
def service(home: Path, web: FakeWeb) -> Iterator[Callable[[int], Started]]:
    """Start the service with so many descriptors and no more."""
    running: list[Started] = []

    def begin(files: int, **settings: str) -> Started:
        running.append(start(home, "run", web=web, settings=settings, files=files))
        return running[-1]

    yield begin
    for one in running:
        one.kill()


def test_slow_connections_stop_nothing(home: Path, web: FakeWeb, service: Callable[..., Started]) -> None:
    """Three times as many as there are descriptors drip their heads: sources are polled, news published, feeds served."""
    write_topic(home)
    feed = rss(rss_item("The ferry leaves the harbour", "http://harbour.example/1", guid="urn:1", text=TEXT))
    Cli(home).poll(web.serve("/a", feed, delay=2))
    port = free_port()
    one = service(128, **{"service.bind": f"127.0.0.1:{port}"})
    assert wait_until(lambda: get(port, "/healthz")[0] > 0, 30)
    with ExitStack() as stack:
        crowd = [opened(stack, port) for _ in range(384)]
        assert get(port, "/harbour.atom")[0] in {200, 404}  # whether it is there yet or not
        for connection in crowd[-40:]:
            with suppress(OSError):
                connection.sendall(b"X")
        assert comes(port, "/harbour.atom", b"The ferry leaves the harbour")
        assert [get(port, "/harbour.atom")[0] for _ in range(20)] == [200] * 20
        assert _files(one) < 128
    code, lines = one.stop()
    assert code == 0
    assert not [line for line in lines if re.search("Traceback|Too many|Error", line)]


def _files(one: Started) -> int:
    return len(list(Path(f"/proc/{one.process.pid}/fd").iterdir()))
