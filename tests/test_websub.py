import asyncio
import hashlib
import hmac
import tracemalloc
from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
from making import home_at, listed_poll
from starlette.applications import Starlette
from support import NOON, Clock, FakeWeb, Page, rss, rss_item

from feeds.server.websub import route
from ingest.polling.home import Home
from ingest.polling.websub import PingSignature, subscribe
from ingest.store.facts import Facts
from ingest.store.subscriptions import Subscription


class Call:
    """The service's own side: a hub calls it."""

    def __init__(self, made: Home) -> None:
        """Mount the route as the service does."""
        self.pieces = 1  # of a body, all alike
        self.body: bytes | None = b""  # None: it never comes
        self._site = Starlette(routes=[route(made.database_path, made.clock)])

    def __call__(self, path: str, query: dict[str, str] | None = None, body: bytes = b"", signature: str = "") -> tuple[int, bytes]:
        """Call it: GET with a query, else POST with a body; give status and answer."""
        sent: list[dict[str, object]] = []

        left = iter(range(self.pieces - 1, -1, -1))

        async def receive() -> dict[str, object]:
            assert self.body is not None, "nothing of a body may be asked for"
            return {"type": "http.request", "body": body, "more_body": next(left) > 0}

        async def send(message: MutableMapping[str, object]) -> None:
            sent.append(dict(message))

        scope = {
            "type": "http",
            "method": "POST" if query is None else "GET",
            "path": path,
            "raw_path": path.encode(),
            "query_string": urlencode(query or {}).encode(),
            "headers": [(b"x-hub-signature", signature.encode())],
        }
        asyncio.run(self._site(scope, receive, send))
        return int(str(sent[0]["status"])), b"".join(bytes(m.get("body", b"")) for m in sent[1:])  # type: ignore[call-overload]


@pytest.fixture
def made(home: Path, web: FakeWeb, clock: Clock) -> Home:
    """Return a home with a public address whose one feed names a hub, polled once."""
    feed = rss(
        rss_item("One", "http://a.example/1"),
        extra=f'<link rel="hub" href="{web.url("/hub")}"/><link rel="self" href="{web.url("/feed")}"/>',
    )
    web.serve("/feed", feed, etag='"1"')
    web.put("/hub", Page(202))
    one = home_at(home, {"fetch.allow": web.allow, "fetch.host_pause": "0", "service.base_url": "https://feeds.example"}, clock)
    listed_poll(one, web.url("/feed"))
    return one


@pytest.fixture
def asked(made: Home) -> Iterator[Subscription]:
    """Yield the subscription after the hub was asked."""
    with made.facts() as facts, made.engine() as engine:
        assert subscribe(made, facts, engine) == 1
        (one,) = [facts.subscriptions.by_token(row[0]) for row in facts.database.execute("select token from subscription")]
        assert one is not None
        yield one


def confirm(made: Home, one: Subscription, **changes: str) -> tuple[int, bytes]:
    """Send the hub's challenge."""
    query = {"hub.mode": "subscribe", "hub.topic": one.topic, "hub.challenge": "echo me", "hub.lease_seconds": "86400"}
    return Call(made)(f"/websub/{one.token}", query | {name.replace("_", ".", 1): value for name, value in changes.items()})


def signed(one: Subscription, body: bytes, method: str = "sha256") -> str:
    """Sign as the hub would."""
    return f"{method}={hmac.new(one.secret.encode(), body, getattr(hashlib, method)).hexdigest()}"


def test_a_feed_that_names_a_hub_is_subscribed_to(made: Home, asked: Subscription, web: FakeWeb) -> None:
    """The hub is asked once, with the topic, a secret and an address of ours that nobody could guess."""
    (call,) = [call for call in web.calls if call.path == "/hub"]
    form = {name: values[0] for name, values in parse_qs(call.body.decode()).items()}
    assert call.method == "POST"
    assert form == {
        "hub.mode": "subscribe",
        "hub.topic": web.url("/feed"),
        "hub.callback": f"https://feeds.example/websub/{asked.token}",
        "hub.secret": asked.secret,
        "hub.lease_seconds": "864000",
    }
    with made.facts() as facts, made.engine() as engine:
        assert subscribe(made, facts, engine) == 0
    assert len(asked.token) == 32


@pytest.mark.usefixtures("made")
def test_without_a_public_address_no_hub_is_asked(home: Path, web: FakeWeb, clock: Clock) -> None:
    """A hub could not reach us."""
    private = home_at(home, {"fetch.allow": web.allow}, clock)
    with private.facts() as facts, private.engine() as engine:
        assert subscribe(private, facts, engine) == 0
    assert "/hub" not in web.paths()


@pytest.mark.usefixtures("made")
def test_a_hub_on_a_private_network_is_never_asked(home: Path, web: FakeWeb, clock: Clock) -> None:
    """The SSRF guard covers hubs as it does feeds, and another try comes a day later."""
    closed = home_at(home, {"service.base_url": "https://feeds.example"}, clock)
    with closed.facts() as facts, closed.engine() as engine:
        assert [subscribe(closed, facts, engine) for _ in range(2)] == [0, 0]
    assert "/hub" not in web.paths()


def test_a_challenge_that_was_asked_for_is_echoed(made: Home, asked: Subscription) -> None:
    """Once: a second one was not asked for."""
    assert confirm(made, asked) == (200, b"echo me")
    assert confirm(made, asked)[0] == 404


@pytest.mark.parametrize("changes", [{"hub_topic": "http://other.example/"}, {"hub_mode": "unsubscribe"}, {"hub_challenge": ""}])
def test_a_challenge_that_was_not_asked_for_is_not_echoed(made: Home, asked: Subscription, changes: dict[str, str]) -> None:
    """Another topic, another mode, nothing to echo: no."""
    assert confirm(made, asked, **changes)[0] == 404


def test_a_stranger_finds_nothing(made: Home, asked: Subscription) -> None:
    """Whoever does not know the address learns nothing from it."""
    call = Call(made)
    assert call("/websub/guess", {"hub.mode": "subscribe", "hub.topic": asked.topic, "hub.challenge": "x"})[0] == 404
    assert call("/websub/guess", body=b"news")[0] == call(f"/websub/{'0' * 32}", body=b"news")[0] == 404


def test_a_stranger_costs_nothing(made: Home, asked: Subscription) -> None:
    """Whoever does not know the address is told so before a byte of a body is read; in any home, and none is made."""
    bodiless = Call(made)
    bodiless.body = None
    for token in ("guess", "0" * 32, asked.token[:-1], asked.token + "a", asked.token.upper(), "%00"):
        assert bodiless(f"/websub/{token}")[0] == 404
    made.database_path.rename(made.folder / "elsewhere.db")
    assert bodiless(f"/websub/{asked.token}")[0] == 404
    assert not made.database_path.exists()


def test_a_long_ping_is_not_kept(made: Home, asked: Subscription, clock: Clock) -> None:
    """It is signed as it streams; one that is longer than any feed may be is refused."""
    confirm(made, asked)
    clock.forward(minutes=10)
    long = Call(made)
    long.pieces = 230  # of 64 kB
    whole = bytes(65_536 * 230)
    tracemalloc.start()
    assert long(f"/websub/{asked.token}", body=bytes(65_536), signature=signed(asked, whole))[0] == 202
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000
    assert due(made) == 1
    long.pieces = 250
    assert long(f"/websub/{asked.token}", body=bytes(65_536), signature=signed(asked, whole))[0] == 413


def due(made: Home) -> int:
    """Count the sources that are due."""
    with made.facts() as facts:
        return len(facts.sources.due(made.clock()))


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_signed_ping_means_poll_now(made: Home, asked: Subscription, clock: Clock, method: str) -> None:
    """The source is due at once, by each of the four signatures."""
    confirm(made, asked)
    clock.forward(minutes=10)
    assert due(made) == 0
    assert Call(made)(f"/websub/{asked.token}", body=b"news", signature=signed(asked, b"news", method))[0] == 202
    assert due(made) == 1
    with made.facts() as facts:
        assert len(facts.subscriptions.active(clock())) == 1


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=00", "md5=00", "sha256", "sha256=é"])
def test_a_ping_that_is_not_the_hubs_changes_nothing(made: Home, asked: Subscription, clock: Clock, signature: str) -> None:
    """Without a good signature it is answered and believed nothing."""
    confirm(made, asked)
    clock.forward(minutes=10)
    begun = PingSignature.of(asked, signature)
    if begun:
        begun.computed.update(b"news")
    assert begun is None or not begun.is_right()
    assert Call(made)(f"/websub/{asked.token}", body=b"news", signature=signature.encode("ascii", "replace").decode())[0] == 202
    assert due(made) == 0


def test_a_chattering_hub_makes_no_burst(made: Home, asked: Subscription, clock: Clock) -> None:
    """A ping right after a poll waits until a minute has passed since."""
    confirm(made, asked)
    Call(made)(f"/websub/{asked.token}", body=b"", signature=signed(asked, b""))
    assert due(made) == 0
    clock.forward(minutes=1)
    assert due(made) == 1


def test_a_failing_source_is_not_hurried(made: Home, asked: Subscription, clock: Clock, web: FakeWeb) -> None:
    """Who asked to wait is waited for, whatever a hub says."""
    web.fail("/feed", 429, {"Retry-After": "7200"})
    clock.forward(days=1)
    listed_poll(made, web.url("/feed"))
    clock.forward(minutes=30)
    Call(made)(f"/websub/{asked.token}", body=b"", signature=signed(asked, b""))
    assert due(made) == 0


def test_a_lease_is_renewed_before_it_ends(made: Home, asked: Subscription, clock: Clock, web: FakeWeb) -> None:
    """A day before its end the hub is asked again; until it answers nothing else changes."""
    confirm(made, asked, hub_lease_seconds="259200")
    asking = []
    with made.facts() as facts, made.engine() as engine:
        for _ in range(3):
            clock.forward(days=1)
            asking.append(subscribe(made, facts, engine))
    assert asking == [0, 0, 1]
    assert web.paths().count("/hub") == 2


def test_a_lapsed_lease_is_relied_on_no_more(made: Home, asked: Subscription, clock: Clock) -> None:
    """Without a renewal the source is polled as any other."""
    confirm(made, asked)
    Call(made)(f"/websub/{asked.token}", body=b"", signature=signed(asked, b""))
    with made.facts() as facts:
        assert len(facts.subscriptions.active(clock())) == 1
        assert facts.subscriptions.active(clock() + timedelta(days=1)) == frozenset()


def test_another_hub_begins_anew(made: Home, asked: Subscription, web: FakeWeb, clock: Clock, facts: Facts) -> None:
    """When a feed names another hub, the old one's address and secret are worth nothing."""
    confirm(made, asked)
    clock.forward(days=1)
    web.serve("/feed", rss(rss_item("Two"), extra=f'<link rel="hub" href="{web.url("/other")}"/>'), etag='"2"')
    listed_poll(made, web.url("/feed"))
    assert facts.subscriptions.by_token(asked.token) is None
    assert clock() > NOON
