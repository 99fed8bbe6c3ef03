import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from making import Cli
from support import Clock, FakeWeb, rss, rss_item

from ingest.errors import FetchError
from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard

PEM = Path(__file__).parent / "golden" / "tls" / "localhost.pem"  # a certificate of nobody's, with its key, for `localhost`


@pytest.fixture
def safe() -> Iterator[FakeWeb]:
    """Yield a web that speaks TLS; its addresses say `http` all the same."""
    with FakeWeb(name="localhost") as made:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        made.secure(context)
        yield made


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let that certificate be one that a client trusts."""
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", ssl.create_default_context(cafile=str(PEM)))


def get(request: Request, *webs: FakeWeb, ca_file: str | None = None) -> Response:
    """Ask, with these webs allowed under any name."""

    async def go() -> Response:
        allow = ("127.0.0.1", "::1", *(web.allow for web in webs))
        async with open_web(SsrfGuard(allow), "topicwire", FetchLimits(seconds=10), Clock(), ca_file=ca_file) as fetch:
            return await fetch(request)

    return asyncio.run(go())


def https(web: FakeWeb, path: str, name: str = "localhost") -> str:
    """Return the address of a path of a web that speaks TLS."""
    return f"https://{name}:{web.allow.partition(':')[2]}{path}"


def test_a_certificate_that_nobody_vouches_for_is_refused(safe: FakeWeb) -> None:
    """TLS is verified: nothing is asked, and the cause is said in words."""
    safe.serve("/", rss())
    with pytest.raises(FetchError, match="its certificate is not trusted: self-signed certificate"):
        get(Request(https(safe, "/")), safe)
    assert safe.calls == []


def test_the_cure_of_an_untrusted_certificate_is_said(safe: FakeWeb) -> None:
    """An authority of one's own can be named."""
    with pytest.raises(FetchError) as caught:
        get(Request(https(safe, "/")), safe)
    assert "name its file in fetch.ca_file or tw:ca" in caught.value.cure


def test_an_authority_of_ones_own_is_trusted(safe: FakeWeb) -> None:
    """For all sources, or for one; the others do not trust it."""
    safe.serve("/", rss())
    assert get(Request(https(safe, "/")), safe, ca_file=str(PEM)).status == 200
    assert get(Request(https(safe, "/"), ca_file=str(PEM)), safe).status == 200
    with pytest.raises(FetchError, match="its certificate is not trusted"):
        get(Request(https(safe, "/")), safe)


@pytest.mark.parametrize(("content", "why"), [(None, "No such file"), ("words", "no certificate in it")])
def test_a_file_without_authorities_is_said(home: Path, content: str | None, why: str) -> None:
    """At the start for all sources, and with its name."""
    if content:
        (home / "ca.pem").write_text(content, "utf-8")
    (home / "topicwire.toml").write_text('[fetch]\nca_file = "ca.pem"\n', "utf-8")
    result = Cli(home)("try", "https://a.example/")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert f"{home / 'ca.pem'}: {why}" in result.stderr


def test_a_source_may_name_its_authority(home: Path, safe: FakeWeb) -> None:
    """As a path from the home folder; a file that is not there fails this source alone."""
    (home / "ca.pem").write_bytes(PEM.read_bytes())
    safe.serve("/", rss(rss_item("The ferry", "http://harbour.example/1")))
    outlines = f'<outline xmlUrl="{https(safe, "/")}" tw:ca="ca.pem"/><outline xmlUrl="{https(safe, "/b")}" tw:ca="no.pem"/>'
    (home / "sources.opml").write_text(f"<opml><body>{outlines}</body></opml>", "utf-8")
    cli = Cli(home)
    cli.settings["fetch.allow"] = safe.allow
    cli("poll")
    one, two = cli.rows("sources", "list", "--json")
    assert (one["error"], [row["title"] for row in cli.rows("items", "--json")]) == (None, ["The ferry"])
    assert "no.pem: No such file" in two["error"]
    assert 'tw:ca="ca.pem"' in cli("sources", "export").stdout


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(safe: FakeWeb) -> None:
    """One that is trusted is good for its own name alone."""
    safe.serve("/", rss())
    assert get(Request(https(safe, "/")), safe).status == 200
    with pytest.raises(FetchError, match="its certificate is not trusted: IP address mismatch"):
        get(Request(https(safe, "/", "127.0.0.1")), safe)
    assert len(safe.calls) == 1


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("status", [301, 308])
def test_no_feed_moves_from_https_to_http(safe: FakeWeb, web: FakeWeb, status: int) -> None:
    """A redirect that gives up TLS is followed this time only, and no secret goes along."""
    web.serve("/open", rss())
    safe.redirect("/", web.url("/open"), status)
    answer = get(Request(https(safe, "/"), secrets=(("Authorization", "Basic eDp5"),)), safe, web)
    assert (answer.url, answer.moved) == (web.url("/open"), None)
    assert safe.calls[0].headers["authorization"] == "Basic eDp5"
    assert "authorization" not in web.calls[0].headers
