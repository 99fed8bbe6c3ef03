import asyncio
import gzip
import time
import tracemalloc
import zlib
from contextlib import ExitStack
from dataclasses import replace
from email.utils import format_datetime
from itertools import pairwise

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, Call, Clock, FakeWeb, Page, rss, rss_item

from ingest.errors import FetchError, GuardError
from ingest.http import client as fetching
from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.cookies import Cookies
from ingest.http.message import Request, Response
from ingest.http.semantics import retry_after
from ingest.http.ssrf_guard import SsrfGuard

SMALL = FetchLimits(size=1024 * 1024, seconds=10)
AGENT = "topicwire/0.1 (+https://contact.example/)"


def get(web: FakeWeb, request: Request | str, limits: FetchLimits = SMALL, clock: Clock | None = None) -> Response:
    """Make one request, to `web` alone."""

    async def go() -> Response:
        async with open_web(SsrfGuard((web.allow,)), AGENT, limits, clock or Clock()) as fetch:
            return await fetch(Request(request) if isinstance(request, str) else request)

    return asyncio.run(go())


def failure(web: FakeWeb, request: Request | str, limits: FetchLimits = SMALL, clock: Clock | None = None) -> FetchError:
    """Make one request that fails; give how."""
    with pytest.raises(FetchError) as caught:
        get(web, request, limits, clock)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


# Asking


def test_an_answer_is_given_as_served(web: FakeWeb) -> None:
    """Body, address, headers in lower case and validators are the server's own."""
    url = web.serve("/a", rss(), content_type="application/rss+xml", etag='"1"', last_modified="Mon, 02 Mar 2026 09:00:00 GMT")
    answer = get(web, url)
    assert (answer.url, answer.status, answer.body) == (url, 200, rss())
    assert answer.headers["content-type"] == "application/rss+xml"
    assert (answer.etag, answer.last_modified, answer.fresh) == ('"1"', "Mon, 02 Mar 2026 09:00:00 GMT", None)


def test_a_request_is_polite(web: FakeWeb) -> None:
    """It says who asks, what it likes, and nothing that follows or tires anyone."""
    get(web, web.serve("/a", rss()))
    (call,) = web.calls
    assert call.method == "GET"
    assert call.headers["user-agent"] == AGENT
    assert call.headers["accept-encoding"] == "gzip, deflate, br"
    assert call.headers["accept"].startswith("application/atom+xml, application/rss+xml")
    assert not {"cookie", "referer", "cache-control", "pragma", "if-none-match", "if-modified-since", "authorization"} & set(
        call.headers
    )


def ask(request: str, *webs: FakeWeb, times: int = 1) -> Response:
    """Ask, with these webs allowed under any name of the loopback address; give the last answer."""

    async def go() -> Response:
        async with open_web(SsrfGuard(("127.0.0.0/8", "::1", *(web.allow for web in webs))), AGENT, SMALL, Clock()) as fetch:
            for _ in range(times - 1):
                await fetch(Request(request))
            return await fetch(Request(request))

    return asyncio.run(go())


def test_a_cookie_lives_as_long_as_its_chain(web: FakeWeb) -> None:
    """What a redirect sets is sent back until the document is there, and forgotten before the next request."""
    web.put("/a", Page(302, headers=(("Location", "/b"), ("Set-Cookie", "seen=1; Path=/"), ("Set-Cookie", 'odd="a b"'))))
    url = web.serve("/b", rss(), headers={"Set-Cookie": "late=1"})
    assert ask(web.url("/a"), web, times=2).url == url
    assert [call.headers.get("cookie") for call in web.calls] == [None, 'seen=1; odd="a b"'] * 2


@pytest.mark.parametrize("value", ["b/c:d=e==", '{"k":1}', '"a b"', "x y", "1,2", "%7B", "\u05d0", ""])
def test_a_cookie_goes_back_as_it_came(value: str) -> None:
    """Its value is the server's own."""

    async def go() -> dict[str, str]:
        cookies = Cookies()
        cookies.keep((f"a={value}; DOMAIN=Harbour.example; path=/x",), "http://harbour.example/y")
        assert cookies.sent_to("http://harbour.example/y") == {}
        return cookies.sent_to("http://harbour.example/x/y")

    assert asyncio.run(go()) == {"Cookie": f"a={value}"}


def test_a_wall_of_cookies_is_passed(web: FakeWeb) -> None:
    """A server that sends everybody to the same address again until its cookie comes back gives the feed."""

    def wall(call: Call) -> Page:
        passed = "seen=1" in call.headers.get("cookie", "")
        return Page(body=rss()) if passed else Page(301, headers=(("Location", "/a"), ("Set-Cookie", "seen=1")))

    answer = ask(web.script("/a", wall), web)
    assert (answer.status, answer.moved) == (200, None)


@pytest.mark.parametrize(
    "cookie",
    [
        "a=1",  # of this host alone
        "a=1; Domain=localhost",  # of another
        "a=1; Domain=com",  # of everybody
        "a=1; Path=/elsewhere",
        "a=1; Max-Age=0",
        "a=1; Secure; Domain=127.0.0.2",
    ],
)
def test_no_cookie_leaks(web: FakeWeb, cookie: str) -> None:
    """Host, path and age decide where a cookie goes (RFC 6265)."""
    port = web.allow.partition(":")[2]
    web.put("/a", Page(302, headers=(("Location", f"http://localhost:{port}/b"), ("Set-Cookie", cookie))))
    web.serve("/b", rss())
    ask(web.url("/a"), web)
    assert [call.headers.get("cookie") for call in web.calls] == [None, None]


@pytest.mark.parametrize(
    ("domain", "sent"),
    [("harbour.example", True), (".harbour.example", True), ("example", False), ("co.uk", False), ("other.example", False)],
)
def test_a_cookie_may_belong_to_a_domain(domain: str, *, sent: bool) -> None:
    """To its server's own, and to none that many owners share."""
    host = "co.uk" if domain == "co.uk" else "harbour.example"

    async def go() -> dict[str, str]:
        cookies = Cookies()
        cookies.keep((f"a=1; Domain={domain}; Secure",), f"https://one.{host}/")
        assert cookies.sent_to(f"http://one.{host}/") == {}
        return cookies.sent_to(f"https://two.{host}/x")

    assert asyncio.run(go()) == ({"Cookie": "a=1"} if sent else {})


def test_the_environment_lends_no_proxy(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests go where they are sent."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert get(web, web.serve("/a", rss())).status == 200


# Validators


@pytest.mark.parametrize(
    "etag",
    ['"abc"', 'W/"abc"', "abc", '""', '"a,b"', "'x'", '"ünï"', '"a b"', 'w/"x"', '"' + "x" * 500 + '"', "*"],
)
def test_validators_go_back_byte_for_byte(web: FakeWeb, etag: str) -> None:
    """Whatever the server calls its version is opaque: quotes, weakness and alphabet stay."""
    wire = etag.encode().decode("latin-1")
    url = web.serve("/a", rss(), etag=wire, last_modified="yesterday, I think")
    first = get(web, url)
    assert (first.etag, first.last_modified) == (etag, "yesterday, I think")
    second = get(web, Request(url, first.etag, first.last_modified))
    assert second.status == 304
    assert web.calls[1].headers["if-none-match"].encode("latin-1", "surrogateescape").decode() == etag
    assert web.calls[1].headers["if-modified-since"] == "yesterday, I think"


def test_a_validator_that_cannot_be_sent_back_exactly_is_none(web: FakeWeb) -> None:
    """Bytes that are no text are forgotten rather than changed."""
    assert get(web, web.serve("/a", rss(), etag='"\xff\xfe"')).etag is None
    assert get(web, web.serve("/a", rss(), etag='"a\x80"')).etag is None
    assert get(web, web.serve("/a", rss(), etag="")).etag is None


def test_a_304_is_a_success_with_nothing_new(web: FakeWeb) -> None:
    """It has no body, and its new validator is given."""
    web.put("/a", Page(304, headers=(("ETag", '"2"'), ("Cache-Control", "max-age=60"))))
    answer = get(web, Request(web.url("/a"), '"1"'))
    assert (answer.status, answer.body, answer.etag, answer.fresh) == (304, b"", '"2"', 60.0)


# Redirects


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
def test_redirects_are_followed(web: FakeWeb, status: int) -> None:
    """Relative and absolute, with the validators, to the address that answered."""
    web.redirect("/a/b", "../c?x=1", status)
    web.redirect("/c?x=1", web.url("/d"), status)
    web.serve("/d", rss())
    answer = get(web, Request(web.url("/a/b"), '"1"'))
    assert (answer.status, answer.url) == (200, web.url("/d"))
    assert [call.headers["if-none-match"] for call in web.calls] == ['"1"'] * 3


def test_ten_redirects_are_followed_and_no_eleventh(web: FakeWeb) -> None:
    """The number of hops is bounded."""
    for n in range(12):
        web.redirect(f"/{n}", f"/{n + 1}")
    web.serve("/12", rss())
    assert get(web, web.url("/2")).url == web.url("/12")
    assert failure(web, web.url("/1")).what == "more than 10 redirects"
    assert web.paths()[-11:] == [f"/{n}" for n in range(1, 12)]


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("/caf\u00e9.xml".encode().decode("latin-1"), "/caf%C3%A9.xml"),
        ("/caf\u00e9.xml", "/caf%E9.xml"),
        ("/my feed.xml", "/my%20feed.xml"),
        ("/a%2Cb?x=%7e%2F", "/a%2Cb?x=%7e%2F"),
        ("?page=2", "/a?page=2"),
        ("/b#part", "/b"),
        ("  /b  ", "/b"),
    ],
)
def test_targets_are_taken_as_browsers_take_them(web: FakeWeb, named: str, asked: str) -> None:
    """Raw letters are escaped, escapes stay, a fragment is not sent."""
    web.redirect("/a", named)
    web.serve(asked, rss())
    assert get(web, web.url("/a")).status == 200
    assert web.paths() == ["/a", asked]


def test_a_loop_ends(web: FakeWeb) -> None:
    """An address that leads to itself is left after a few hops."""
    web.redirect("/a", "/b")
    web.redirect("/b", "/a")
    assert "redirects" in failure(web, web.url("/a")).what
    assert len(web.calls) == 11


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://127.0.0.1:1/",
        "http://[::1]/",
        "http://10.0.0.1/",
        "//192.168.0.1/",
        "http://2130706433/",
    ],
)
@pytest.mark.parametrize("status", [301, 302])
def test_a_redirect_to_a_private_address_is_refused(web: FakeWeb, target: str, status: int) -> None:
    """Each hop is checked where its socket opens."""
    web.redirect("/a", target, status)
    failure(web, web.url("/a"), replace(SMALL, seconds=3))
    assert web.paths() == ["/a"]


def test_the_refusal_of_a_private_hop_says_so(web: FakeWeb) -> None:
    """The error is that of the SSRF guard, not a failed connection."""
    web.redirect("/a", "http://169.254.169.254/")
    fault = failure(web, web.url("/a"))
    assert isinstance(fault, GuardError)
    assert "the private address 169.254.169.254 may not be contacted" in str(fault)


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://a.example/", "javascript:alert(1)", "gopher://a.example/", "data:,x", "http://", "http://[::1]@"],
)
def test_only_web_addresses_are_followed(web: FakeWeb, target: str) -> None:
    """Other schemes and broken addresses end the chain with a cause."""
    web.redirect("/a", target)
    fault = failure(web, web.url("/a"))
    assert fault.cure == "only http and https addresses are followed"
    assert fault.what.startswith("leads to ")


@pytest.mark.parametrize("headers", [{}, {"Location": ""}])
def test_a_redirect_to_nowhere_is_an_unusual_answer(web: FakeWeb, headers: dict[str, str]) -> None:
    """Without a Location there is nothing to follow."""
    web.fail("/a", 302, headers)
    assert failure(web, web.url("/a")).what == "the server answers with status 302"


def test_a_hostile_target_cannot_forge_lines(web: FakeWeb) -> None:
    """What a server names is shown short and in one line."""
    web.redirect("/a", "x:" + "y" * 500)
    assert len(str(failure(web, web.url("/a")))) < 200


# Refusals


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "asks for a password (401)"),
        (403, "refuses us (403)"),
        (404, "has nothing there (404)"),
        (410, "says the feed is gone for good (410)"),
        (418, "answers with status 418"),
        (204, "answers with status 204"),
        (429, "asks us to slow down (429)"),
        (500, "has trouble of its own (500)"),
        (503, "has trouble of its own (503)"),
    ],
)
def test_each_refusal_has_its_words_and_a_cure(web: FakeWeb, status: int, words: str) -> None:
    """A status is told in words, with what to do, and kept as a number."""
    fault = failure(web, web.fail("/a", status))
    assert fault.what == f"the server {words}"
    assert fault.cure
    assert fault.status == status
    assert fault.wait is None


@pytest.mark.parametrize("status", [201, 202, 203, 206, 226, 299])
def test_every_success_with_a_document_gives_it(web: FakeWeb, status: int) -> None:
    """A whole feed may come with any status of success (RFC 9110, 15.3); one without a document is an unusual answer."""
    assert (get(web, web.serve("/a", rss(), status=status)).body, web.calls[0].path) == (rss(), "/a")
    assert failure(web, web.serve("/b", b"\n", status=status)).what == f"the server answers with status {status}"


@pytest.mark.parametrize(("said", "whole"), [("bytes 0-99/100", True), ("bytes 0-99/*", True), ("bytes 0-99/500", False)])
def test_a_part_is_no_document(web: FakeWeb, said: str, *, whole: bool) -> None:
    """A 206 that nobody asked for counts when it holds everything."""
    url = web.serve("/a", rss(), status=206, headers={"Content-Range": said})
    assert get(web, url).body == rss() if whole else failure(web, url).what == "the server sent only a part of the document"


def test_a_password_that_is_missing_is_named(web: FakeWeb) -> None:
    """The cure says where to write it."""
    assert failure(web, web.fail("/a", 401)).cure == (
        "if you have one, name it in tw:auth (`topicwire docs settings`) or write user:password@ before the host"
    )


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("value", "seconds"), [("120", 120.0), ("Mon, 02 Mar 2026 12:05:00 GMT", 300.0), ("9" * 20, 86_400.0)])
def test_retry_after_reaches_the_planner(web: FakeWeb, status: int, value: str, seconds: float) -> None:
    """Seconds or a date, capped at a day, counted from our own clock."""
    assert failure(web, web.fail("/a", status, {"Retry-After": value})).wait == seconds


def test_a_server_that_is_not_there_is_one_line() -> None:
    """No connection is a failure with its cause."""
    with FakeWeb() as gone:
        url, allow = gone.url("/"), gone.allow

    async def go() -> None:
        async with open_web(SsrfGuard((allow,)), AGENT, SMALL, Clock()) as fetch:
            await fetch(Request(url))

    with pytest.raises(FetchError, match="no connection: connection refused; it is tried again later") as caught:
        asyncio.run(go())
    assert caught.value.status is None


def test_an_answer_that_is_no_http_is_one_line(web: FakeWeb) -> None:
    """Headers without an end are refused."""
    assert failure(web, web.serve("/a", rss(), headers={"X-Long": "x" * 100_000})).what.startswith("no answer in valid HTTP: ")


def test_a_body_cut_short_is_refused(web: FakeWeb) -> None:
    """Fewer bytes than promised are no document."""
    web.put("/a", Page(body=b"<rss>", headers=(("Content-Length", "500"),)))
    assert failure(web, web.url("/a")).what == "no answer: it broke off before its end"


@pytest.mark.parametrize(
    ("encoding", "body", "what"),
    [
        ("deflate", b"\x00\x01", "the server sent only a part of the document"),
        ("br", b"\xff\x01\x02" * 20, "no answer that can be unpacked"),
        ("gzip", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\xff" * 9, "no answer that can be unpacked"),
        ("zstd", b"\x28\xb5\x2f\xfd\x00", "packed in a way that was not asked for (zstd)"),
        ("", b"\x28\xb5\x2f\xfd\x00", "packed in a way that was not asked for (zstd)"),
        ("compress", b"\x1f\x9d\x90\x00", "packed in a way that was not asked for (compress)"),
    ],
)
def test_a_body_that_cannot_be_unpacked_is_refused(web: FakeWeb, encoding: str, body: bytes, what: str) -> None:
    """Broken and unasked packings are failures with their cause."""
    assert failure(web, web.serve("/a", body, headers={"Content-Encoding": encoding})).what.startswith(what)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "utf-8", "gzip, gzip"])
def test_a_label_without_its_packing_means_nothing(web: FakeWeb, encoding: str) -> None:
    """A document that is plainly one is taken as it is."""
    assert get(web, web.serve("/a", rss(), headers={"Content-Encoding": encoding})).body == rss()


def test_validators_of_a_cut_answer_are_forgotten(web: FakeWeb) -> None:
    """What could be unpacked is given, and the whole is asked for again next time."""
    packed = gzip.compress(rss(*(rss_item(f"Title {n}", f"http://harbour.example/{n}") for n in range(200))))
    headers = {"Content-Encoding": "gzip"}
    whole = get(web, web.serve("/a", packed, etag='"1"', headers=headers))
    cut = get(web, web.serve("/b", packed[:-100], etag='"1"', last_modified="now", headers=headers))
    assert whole.body.startswith(cut.body)
    assert (whole.etag, cut.etag, cut.last_modified) == ('"1"', None, None)


# Bounds


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
def test_packed_answers_are_unpacked(web: FakeWeb, encoding: str) -> None:
    """What was asked for is understood."""
    packer = zlib.compressobj(wbits=31 if encoding == "gzip" else 15)
    body = brotli.compress(rss()) if encoding == "br" else packer.compress(rss()) + packer.flush()
    assert get(web, web.serve("/a", body, headers={"Content-Encoding": encoding})).body == rss()


def test_a_body_of_just_the_size_is_taken_and_no_byte_more(web: FakeWeb) -> None:
    """The cap is exact, and told in megabytes."""
    size = 1024 * 1024
    assert len(get(web, web.serve("/a", b"x" * size)).body) == size
    fault = failure(web, web.serve("/b", b"x" * (size + 1)))
    assert str(fault) == "larger than 1 MB after decompression; it was not read to its end; no feed needs that"


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_a_bomb_costs_little_memory(web: FakeWeb, encoding: str) -> None:
    """A small body that unpacks to a large one is left when it passes the cap, in bounded memory and time."""
    packed = brotli.compress(bytes(64 << 20), quality=1)
    url = web.bomb("/bomb", 200) if encoding == "gzip" else web.serve("/bomb", packed, headers={"Content-Encoding": "br"})
    begin = time.process_time()
    tracemalloc.start()
    try:
        fault = failure(web, url)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert fault.what.startswith(("larger than 1 MB", "no answer: "))
    assert peak < 20 * 1024 * 1024
    assert time.process_time() - begin < 5


def test_an_endless_body_is_left(web: FakeWeb) -> None:
    """A body without an end is left at the cap, and the connection closed."""
    begin = time.process_time()
    assert failure(web, web.endless("/a")).what == "larger than 1 MB after decompression"
    assert time.process_time() - begin < 5


def test_a_dripping_body_is_left_at_the_deadline(web: FakeWeb) -> None:
    """A byte now and then is no answer: the whole request has a deadline."""
    begin = time.monotonic()
    fault = failure(web, web.drip("/a", pause=0.02), replace(SMALL, seconds=0.3))
    assert str(fault) == "no complete answer within 0.3 s; it is tried again later"
    assert 0.25 < time.monotonic() - begin < 2


def test_a_silent_server_is_left_at_the_deadline(web: FakeWeb) -> None:
    """The deadline counts before the first byte too, and over all hops together."""
    web.serve("/slow", rss(), delay=0.25)
    web.put("/a", Page(302, headers=(("Location", "/slow"),), delay=0.25))
    assert "no complete answer within 0.4 s" in failure(web, web.url("/a"), replace(SMALL, seconds=0.4)).what


@pytest.mark.parametrize("limit", ["_HEAD_TIMEOUT", "_SILENCE_TIMEOUT"])
def test_silence_is_left_before_the_deadline(web: FakeWeb, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    """A server that says nothing for long, at the beginning or in the middle, is not waited for to the end."""
    monkeypatch.setattr(fetching, limit, 0.2)
    url = web.serve("/a", rss(), delay=3) if limit == "_HEAD_TIMEOUT" else web.drip("/a", pause=3)
    begin = time.monotonic()
    assert "no complete answer" in failure(web, url).what
    assert 0.15 < time.monotonic() - begin < SMALL.seconds


def test_a_slow_body_that_goes_on_is_read(web: FakeWeb, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece gives a server time for the next: the whole may take longer than any silence may."""
    monkeypatch.setattr(fetching, "_SILENCE_TIMEOUT", 0.7)
    begin = time.monotonic()
    assert "within 1 s" in failure(web, web.drip("/a", pause=0.05), replace(SMALL, seconds=1)).what
    assert time.monotonic() - begin > 0.9


def test_one_host_has_one_connection_at_a_time(web: FakeWeb) -> None:
    """However many requests are made at once, a host sees them in turn."""
    urls = [web.serve(f"/{n}", rss(), delay=0.03) for n in range(4)]

    async def go() -> None:
        async with open_web(SsrfGuard((web.allow,)), AGENT, SMALL, Clock()) as fetch:
            await asyncio.gather(*(fetch(Request(url)) for url in urls))

    asyncio.run(go())
    assert web.most_at_once == 1
    assert all(two.at - one.at >= 0.02 for one, two in pairwise(web.calls))


def test_a_request_that_waits_for_others_keeps_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its deadline begins when it is sent: where slow servers take all places, no other server is called silent."""
    monkeypatch.setattr(fetching, "_AT_ONCE", 1)

    async def go(webs: list[FakeWeb]) -> list[Response]:
        urls = [one.serve("/a", rss(), delay=0.25) for one in webs]  # together they take longer than each may
        async with open_web(SsrfGuard(("127.0.0.0/8",)), AGENT, replace(SMALL, seconds=1), Clock()) as fetch:
            return await asyncio.gather(*(fetch(Request(url)) for url in urls))

    with ExitStack() as stack:
        webs = [stack.enter_context(FakeWeb(f"127.0.0.{number}")) for number in range(1, 6)]
        assert [answer.status for answer in asyncio.run(go(webs))] == [200] * 5
        assert [one.most_at_once for one in webs] == [1] * 5


# How long an answer is fresh


@pytest.mark.parametrize(
    ("cache", "seconds"),
    [
        ("max-age=600", 600.0),
        ('public, Max-Age = "600"', 600.0),
        ("max-age=99999999999999999999", 9_999_999_999.0),
        ("max-age=0", 0.0),
        ("no-cache", None),
        ("max-age=-5", None),
        ("s-maxage=600", None),
        ("", None),
    ],
)
def test_max_age_reaches_the_planner(web: FakeWeb, cache: str, seconds: float | None) -> None:
    """A server may say for how long it has nothing new; how much of that is waited for is the planner's business."""
    assert get(web, web.serve("/a", rss(), headers={"Cache-Control": cache})).fresh == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("999999", 86_400.0),
        ("9" * 20, 86_400.0),
        ("9" * 5_000, 86_400.0),
        ("٣٠", 30.0),
        ("²", None),
        ("Mon, 02 Mar 2026 12:10:00 GMT", 600.0),
        ("Mon, 02 Mar 2026 13:10:00 +0100", 600.0),
        ("Mon, 02 Mar 2026 12:10:00", 600.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Tue, 02 Mar 2066 12:00:00 GMT", 86_400.0),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400.0),
        ("Mon, 30 Feb 2026 12:00:00 GMT", None),
    ],
)
def test_retry_after_in_all_its_forms(value: str | None, seconds: float | None) -> None:
    """Seconds or a date, never negative, never more than a day, else unknown."""
    assert retry_after(value, NOON) == seconds


@given(st.text(max_size=40) | st.from_regex(r"-?[0-9]{1,30}") | st.datetimes().map(format_datetime))
def test_any_retry_after_is_a_sane_wait(value: str) -> None:
    """No header breaks the reading."""
    wait = retry_after(value, NOON)
    assert wait is None or 0 <= wait <= 86_400
