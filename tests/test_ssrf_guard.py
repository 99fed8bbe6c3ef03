import asyncio
import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, FakeWeb, rss

from ingest.errors import FetchError, GuardError, SettingsError
from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard, is_private
from ingest.text.urls import feed_address

SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0x7f.0x0.0x0.0x1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "0.0.0.0",  # noqa: S104 - never bound here
    "0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "user:password@127.0.0.1",
    "127.0.0.1%2e",
    "[::1]",
    "[::]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "[fe80::1]",
    "[fd00::1]",
    "[fec0::1]",
    "255.255.255.255",
    "224.0.0.1",
    "[ff02::1]",
    "198.18.0.1",
    "240.0.0.1",
]


def get(url: str, allow: tuple[str, ...] = ()) -> Response:
    """Fetch an address through the SSRF guard."""

    async def go() -> Response:
        async with open_web(SsrfGuard(allow), "test", FetchLimits(seconds=5), lambda: NOON) as fetch:
            return await fetch(Request(url))

    return asyncio.run(go())


# Which addresses are private


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 127.255.255.254 0.0.0.0 10.1.2.3 172.31.0.1 192.168.0.1 169.254.169.254 100.64.0.1 192.0.0.8 192.0.0.192
    192.0.2.1 198.18.0.1
    198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 ::1 :: fe80::1 fc00::1 fdff::1 fec0::1 ff02::1
    ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::10.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:a00:1:: 2001:0:a00:1:: 2001:db8::1 100::1
    ::ffff:0:127.0.0.1 4000::1 5f00::1""".split(),
)
def test_private_addresses_are_known_in_every_disguise(address: str) -> None:
    """Private, loopback, link-local, shared, mapped, translated, tunnelled, reserved, multicast."""
    assert is_private(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_not_private(address: str) -> None:
    """What is of the public internet may be asked."""
    assert not is_private(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_what_it_maps(address: ipaddress.IPv4Address) -> None:
    """An IPv4 address is as private inside IPv6 as outside."""
    assert is_private(ipaddress.IPv6Address(f"::ffff:{address}")) == is_private(address)


# The door


@pytest.mark.parametrize("host", SPELLINGS)
@pytest.mark.parametrize("port", ["", ":1"])
def test_no_spelling_of_a_private_address_is_contacted(host: str, port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Decimal, hex, octal, short, mapped, named: no socket is opened for any of them."""
    real, opened = SsrfGuard.socket, []

    def noting(ssrf_guard: SsrfGuard, info: tuple[Any, ...]) -> socket.socket:
        made = real(ssrf_guard, info)
        opened.append(info)
        return made

    monkeypatch.setattr(SsrfGuard, "socket", noting)
    with pytest.raises(FetchError):
        get(f"http://{host}{port}/")
    assert opened == []


def test_the_refusal_names_the_cure() -> None:
    """The line names the address and what to write where; what it names works."""
    with pytest.raises(GuardError) as caught:
        get("http://127.0.0.1:1/")
    assert (
        str(caught.value) == 'the private address 127.0.0.1 may not be contacted; if it is yours, add "127.0.0.1:1" to fetch.allow'
    )
    with pytest.raises(GuardError) as caught:
        get("http://[::1]:1/")
    assert 'add "[::1]:1" to fetch.allow' in str(caught.value)
    SsrfGuard(("[::1]:1",)).check("::1", 1)


def test_a_public_address_passes() -> None:
    """The check raises nothing for the public internet."""
    SsrfGuard().check("8.8.8.8", 80)
    SsrfGuard().check("2606:4700::1111", 443)


def test_a_scope_is_no_disguise() -> None:
    """A link-local address with its interface is link-local."""
    with pytest.raises(GuardError):
        SsrfGuard().check("fe80::1%eth0", 80)


def test_a_name_that_resolves_elsewhere_gains_nothing(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A public name with a private address is refused where the socket is opened."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **named: real("127.0.0.1", *rest, **named))
    web.serve("/", rss())
    with pytest.raises(GuardError, match=r"the private address 127\.0\.0\.1"):
        get(f"http://public.example:{web.allow.partition(':')[2]}/")
    assert web.calls == []


def test_the_connected_address_decides_whatever_was_looked_up_before(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public at the first look-up and private at the second is refused where the socket is opened."""
    real, answers = socket.getaddrinfo, ["8.8.8.8", "127.0.0.1"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **named: real(answers.pop(0), *rest, **named))
    web.serve("/", rss())
    url = f"http://rebinding.example:{web.allow.partition(':')[2]}/"
    asyncio.run(SsrfGuard().check_name(url))
    with pytest.raises(GuardError, match=r"the private address 127\.0\.0\.1"):
        get(url)
    assert (answers, web.calls) == ([], [])


# fetch.allow


def test_a_name_in_any_script_is_asked_under_its_ascii_form(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """`bücher.example` is allowed and asked as the name that servers know it by (IDNA)."""
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **named: real("127.0.0.1", *rest, **named))
    web.serve("/", rss())
    port = web.allow.partition(":")[2]
    url = feed_address(f"http://Bücher.example:{port}/")
    assert get(str(url), (f"bücher.example:{port}",)).status == 200
    assert web.calls[0].headers["host"] == f"xn--bcher-kva.example:{port}"


def test_an_allowed_address_is_contacted_on_its_port_alone(web: FakeWeb, other_web: FakeWeb) -> None:
    """One internal feed does not open its neighbours."""
    web.serve("/", rss())
    other_web.serve("/", rss())
    assert get(web.url(), (web.allow,)).status == 200
    with pytest.raises(GuardError):
        get(other_web.url(), (web.allow,))
    assert other_web.calls == []


def test_an_allowed_name_is_contacted_under_that_name(web: FakeWeb) -> None:
    """`localhost:8765` allows that name, not the address behind it."""
    web.serve("/", rss())
    port = web.allow.partition(":")[2]
    allow = (f"LocalHost:{port}",)
    assert get(f"http://localhost:{port}/", allow).status == 200
    with pytest.raises(GuardError):
        get(web.url(), allow)


def test_an_allowed_name_does_not_open_its_redirects(web: FakeWeb, other_web: FakeWeb) -> None:
    """Each hop is checked anew."""
    port = web.allow.partition(":")[2]
    web.redirect("/", other_web.url("/x"))
    with pytest.raises(GuardError):
        get(f"http://localhost:{port}/", (f"localhost:{port}",))
    assert other_web.calls == []


@pytest.mark.parametrize("network", ["127.0.0.0/8", "127.0.0.1", "127.0.0.1/32"])
def test_an_allowed_network_is_contacted(web: FakeWeb, network: str) -> None:
    """A network or a bare address allows all its ports."""
    web.serve("/", rss())
    assert get(web.url(), (f" {network} ",)).status == 200


def test_allowed_networks_may_be_of_both_kinds() -> None:
    """IPv4 and IPv6 networks and addresses stand side by side."""
    ssrf_guard = SsrfGuard(("10.0.0.0/8", "fd00::/8", "[fe80::1]:8080"))
    ssrf_guard.check("10.1.2.3", 80)
    ssrf_guard.check("fd12::1", 80)
    ssrf_guard.check("fe80::1%eth0", 8080)
    for address, port in (("192.168.0.1", 80), ("fe80::1", 80), ("::1", 8080)):
        with pytest.raises(GuardError):
            ssrf_guard.check(address, port)


@pytest.mark.parametrize(
    "entry", ["", "localhost", "host:", ":80", "host:http", "10.0.0.0/99", "10.0.0.1/8", "http://127.0.0.1:80/", "*"]
)
def test_an_entry_that_means_nothing_is_an_error(entry: str) -> None:
    """A mistake in fetch.allow is named, with the two forms it may have."""
    with pytest.raises(SettingsError) as caught:
        SsrfGuard((entry,))
    assert str(caught.value) == (
        f'fetch.allow: "{entry}" is neither host:port nor a network; write "127.0.0.1:8765" or "10.0.0.0/8"'
    )
