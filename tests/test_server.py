import gzip
import http.client
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import formatdate, parsedate_to_datetime
from pathlib import Path

import pytest
from making import home_at
from served_site import Site, served

from feeds.publication.atomic_files import replace
from feeds.server import files
from feeds.server.server import listen
from ingest.errors import TopicwireError, UsageError
from ingest.store.monitor import readable

ONLY_READ = b"This can only be read.\n"
FEED = b"<feed>" + b"the ferry in the harbour " * 100 + b"</feed>"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a folder with a feed, a page and some traps, with uvicorn on loopback."""
    folder = tmp_path_factory.mktemp("home") / "public"
    with served(home_at(folder.parent, {"service.base_url": "https://feeds.example"})) as made:
        _fill(folder)
        yield made


def _fill(folder: Path) -> None:
    for name in ("harbour.atom", "harbour.rss", "harbour.json", "sources.opml", "index.html", ".htaccess", ".topicwire-x1"):
        replace(folder / name, FEED)
    replace(folder / "harbour.atom.gz", gzip.compress(FEED))
    replace(folder / "sub" / ".hidden" / "page.html", FEED)
    replace(folder / "sub" / "index.html", FEED)
    (folder / "empty").mkdir()
    (folder.parent / "topicwire.db").write_bytes(b"secret")
    (folder / "out.atom").symlink_to(folder.parent / "topicwire.db")
    (folder / "outside").symlink_to(folder.parent)


# What a subscriber gets


def test_a_feed_is_served_with_its_type(site: Site) -> None:
    """A feed comes whole, as application/atom+xml in UTF-8."""
    answer = site.ask("/harbour.atom")
    assert (answer.status, answer.body) == (200, FEED)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["content-length"] == str(len(FEED))


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/harbour.rss", "application/rss+xml; charset=utf-8"),
        ("/harbour.json", "application/feed+json; charset=utf-8"),
        ("/sources.opml", "text/x-opml; charset=utf-8"),
        ("/index.html", "text/html; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/sub/", "text/html; charset=utf-8"),
    ],
)
def test_every_kind_of_file_has_its_type(site: Site, path: str, kind: str) -> None:
    """A browser and a reader are told what a file is; a folder shows its index."""
    answer = site.ask(path)
    assert (answer.status, answer.headers["content-type"]) == (200, kind)


def test_a_feed_says_how_to_ask_again(site: Site) -> None:
    """A feed has a strong ETag, a Last-Modified date and a time for which it is fresh."""
    headers = site.ask("/harbour.atom").headers
    assert headers["etag"].startswith('"')  # a strong one
    assert parsedate_to_datetime(headers["last-modified"]).timestamp() == int((site.folder / "harbour.atom").stat().st_mtime)
    assert headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_it_by_etag_gets_a_304(site: Site, method: str) -> None:
    """A matching ETag, alone or among others or as a star, is answered with 304 and no body."""
    etag = site.ask("/harbour.atom").headers["etag"]
    for tag in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        answer = site.ask("/harbour.atom", method, if_none_match=tag)
        assert (answer.status, answer.body) == (304, b"")
        assert (answer.headers["etag"], answer.headers["cache-control"]) == (etag, "public, max-age=300")
    assert site.ask("/harbour.atom", if_none_match='"other"').status == 200


def test_who_has_it_by_date_gets_a_304(site: Site) -> None:
    """The same date or a later one is answered with 304, an earlier one with the feed."""
    date = site.ask("/harbour.atom").headers["last-modified"]
    assert site.ask("/harbour.atom", if_modified_since=date).status == 304
    before = formatdate(parsedate_to_datetime(date).timestamp() - 60, usegmt=True)
    assert site.ask("/harbour.atom", if_modified_since=before).status == 200


def test_a_wrong_etag_outweighs_the_date(site: Site) -> None:
    """With both validators the ETag decides (RFC 9110, 13.2.2)."""
    date = site.ask("/harbour.atom").headers["last-modified"]
    assert site.ask("/harbour.atom", if_none_match='"other"', if_modified_since=date).status == 200


def test_a_changed_feed_has_another_etag(site: Site) -> None:
    """Who holds the old feed gets the new one."""
    path = site.folder / "changing.atom"
    replace(path, b"old")
    etag = site.ask("/changing.atom").headers["etag"]
    replace(path, b"new")
    os.utime(path, (0, 1_000_000))
    answer = site.ask("/changing.atom", if_none_match=etag)
    assert (answer.status, answer.body) == (200, b"new")


def test_the_etag_is_that_of_the_bytes(site: Site) -> None:
    """A file that is written again as it was keeps its ETag, on this computer and on another."""
    path = site.folder / "same.atom"
    replace(path, b"same")
    etag = site.ask("/same.atom").headers["etag"]
    path.unlink()
    replace(path, b"same")
    os.utime(path, (0, 1_000_000))
    assert site.ask("/same.atom", if_none_match=etag).status == 304


@pytest.mark.parametrize("after", [b"short", b"the new feed is longer than the old one was"])
def test_a_feed_that_is_replaced_while_it_is_asked_for_comes_whole(
    site: Site, monkeypatch: pytest.MonkeyPatch, after: bytes
) -> None:
    """A subscriber who asks in the very moment of a publication gets the new feed, not its first or only its last bytes."""
    path = site.folder / "lively.atom"
    replace(path, b"the old feed of the harbour")
    look_up = files.FileServer._regular

    def replaced(self: files.FileServer, name: str) -> os.stat_result | None:
        found = look_up(self, name)
        replace(path, after)
        return found

    monkeypatch.setattr(files.FileServer, "_regular", replaced)
    answer = site.ask("/lively.atom")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, after, str(len(after)))


def test_a_file_that_goes_while_it_is_asked_for_is_not_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that vanishes in that moment is a 404, no fault of the server."""
    path = site.folder / "going.atom"
    replace(path, FEED)
    look_up = files.FileServer._regular

    def gone(self: files.FileServer, name: str) -> os.stat_result | None:
        found = look_up(self, name)
        path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(files.FileServer, "_regular", gone)
    assert site.ask("/going.atom").status == 404


def test_head_has_the_headers_alone(site: Site) -> None:
    """HEAD says of a feed what GET says, without sending it."""
    got, head = site.ask("/harbour.atom"), site.ask("/harbour.atom", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert all(head.headers[name] == got.headers[name] for name in ("content-type", "content-length", "etag", "last-modified"))


def test_a_feed_is_compressed_for_who_can_read_that(site: Site) -> None:
    """The compressed file beside a feed is sent as the same feed, and caches are told that it depends on the asker."""
    answer, plain = site.ask("/harbour.atom", accept_encoding="gzip, br"), site.ask("/harbour.atom")
    assert (answer.status, answer.headers["content-encoding"]) == (200, "gzip")
    assert gzip.decompress(answer.body) == FEED
    assert answer.headers["content-type"] == plain.headers["content-type"]
    assert "content-encoding" not in plain.headers
    assert answer.headers["vary"] == plain.headers["vary"] == "accept-encoding"


def test_each_coding_has_an_etag_of_its_own(site: Site) -> None:
    """A strong ETag is that of the bytes sent: the compressed feed has another, and each gets its 304 (RFC 9110, 8.8.3)."""
    plain, packed = (site.ask("/harbour.atom", accept_encoding=coding).headers["etag"] for coding in ("identity", "gzip"))
    assert plain != packed
    for coding, tag, other in (("gzip", packed, plain), ("identity", plain, packed)):
        assert site.ask("/harbour.atom", accept_encoding=coding, if_none_match=tag).status == 304
        assert site.ask("/harbour.atom", accept_encoding=coding, if_none_match=other).status == 200


def test_a_compressed_file_of_an_older_feed_is_not_sent(site: Site) -> None:
    """Between the writing of a feed and of its compressed copy the plain one is sent: never an older one."""
    path = site.folder / "half.atom"
    replace(path.with_suffix(".atom.gz"), gzip.compress(b"old"))
    os.utime(path.with_suffix(".atom.gz"), (0, 1_000_000))
    replace(path, b"new")
    answer = site.ask("/half.atom", accept_encoding="gzip")
    assert (answer.body, "content-encoding" in answer.headers) == (b"new", False)


def test_a_feed_names_itself(site: Site) -> None:
    """A feed's address is in its Link header; the index leads programs to what describes their interface; a page has none."""
    assert site.ask("/harbour.json").headers["link"] == '<https://feeds.example/harbour.json>; rel="self"'
    leads = '<https://feeds.example/api/openapi.json>; rel="service-desc"; type="application/json"'
    assert site.ask("/index.html").headers["link"] == leads
    assert "link" not in site.ask("/harbour.html").headers


def test_a_name_in_any_script_is_served(site: Site) -> None:
    """A file whose name is not ASCII is no fault of the server; its own address is written as addresses are."""
    replace(site.folder / "נמל.atom", FEED)
    answer = site.ask("/%D7%A0%D7%9E%D7%9C.atom")
    assert (answer.status, answer.headers["link"]) == (200, '<https://feeds.example/%D7%A0%D7%9E%D7%9C.atom>; rel="self"')


def test_a_part_of_a_file_is_not_served(site: Site) -> None:
    """Who asks for a range gets the whole, as one who asks for none."""
    for headers in ({"range": "bytes=0-2"}, {"range": "bytes=9-1"}, {"range": "bytes=0-,0-,0-", "if_range": '"x"'}):
        answer = site.ask("/harbour.atom", "GET", None, **headers)
        assert (answer.status, answer.body, "content-range" in answer.headers) == (200, FEED, False)


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /review HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT a:80 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
)
def test_what_two_servers_might_read_differently_is_refused(site: Site, raw: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    """Two lengths, folded or misspelt headers, other protocols: 400 and the end of the connection, without a trace in the log."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall(raw)
        assert b"".join(iter(lambda: client.recv(65_536), b"")).startswith(b"HTTP/1.1 400 ")
    assert "Traceback" not in capfd.readouterr().err


def test_long_headers_are_not_remembered(site: Site) -> None:
    """What is kept of requests, to be quick, does not grow with what askers send."""
    for number in range(20):
        etag = site.ask("/harbour.atom", accept_encoding="gzip," + f"x{number}," * 9_000).headers["etag"]
        assert site.ask("/harbour.atom", if_modified_since="x" * 50_000 + str(number)).status == 200
        assert site.ask("/harbour.atom", if_none_match=f"{etag}, " + '"x",' * 9_000, accept_encoding="gzip").status == 304


def test_what_is_served_can_run_nothing(site: Site) -> None:
    """Every file forbids scripts, frames, forms and guessing of types."""
    for path in ("/", "/harbour.atom"):
        headers = site.ask(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none';")
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"


def test_what_is_named_by_its_bytes_is_kept_for_ever(site: Site) -> None:
    """A style sheet's name changes with its bytes: a browser need not ask again."""
    replace(site.folder / "static" / "style.0a1b2c.css", b"body {}")
    answer = site.ask("/static/style.0a1b2c.css")
    assert (answer.headers["cache-control"], answer.headers["content-type"]) == (
        "public, max-age=31536000, immutable",
        "text/css; charset=utf-8",
    )


def test_what_a_page_names_is_there_before_a_publication(site: Site) -> None:
    """A new program draws pages before it has published: style, script and icon are answered, as their files will be."""
    page = site.ask("/nothing-here.html")
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    assert (page.status, sorted(name.rpartition(".")[2] for name in named)) == (404, ["css", "js", "svg"])
    for name in named:
        early = site.ask(name)
        assert early.status == 200
        assert site.ask(name, if_none_match=early.headers["etag"]).status == 304
        assert (site.ask(name, "HEAD").status, site.ask(name, "HEAD").body) == (200, b"")
        replace(site.folder / name[1:], early.body)
        filed = site.ask(name)
        (site.folder / name[1:]).unlink()
        assert filed.body == early.body
        assert filed.headers | {"date": ""} == early.headers | {"last-modified": filed.headers["last-modified"], "date": ""}
    assert site.ask(named[0].replace(".", ".0", 1)).status == 404


def test_the_same_bytes_on_one_connection_get_the_same_answer(site: Site) -> None:
    """A reader that asks again and again gets each time what holds at that moment, also between other requests."""
    path = site.folder / "again.atom"
    replace(path, b"first")
    etag = site.ask("/again.atom").headers["etag"]
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)

    def ask(method: str = "GET") -> tuple[int, bytes]:
        connection.request(method, "/again.atom", headers={"If-None-Match": etag})
        response = connection.getresponse()
        return response.status, response.read()

    assert [ask(), ask("HEAD"), ask(), ask("POST"), ask()] == [(304, b""), (304, b""), (304, b""), (405, ONLY_READ), (304, b"")]
    replace(path, b"second")
    assert [ask(), ask()] == [(200, b"second"), (200, b"second")]
    replace(path, b"first")
    assert ask() == (304, b"")
    connection.close()


def test_requests_that_come_at_once_are_answered_in_their_order(site: Site) -> None:
    """Three requests in one packet, the middle one for a whole feed, get three answers in that order."""
    etag = site.ask("/harbour.atom").headers["etag"]
    known = f"GET /harbour.atom HTTP/1.1\r\nHost: x\r\nIf-None-Match: {etag}\r\n\r\n"
    last = "GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall((known + "GET /harbour.rss HTTP/1.1\r\nHost: x\r\n\r\n" + known + last).encode())
        said = b"".join(iter(lambda: client.recv(65_536), b""))
    assert re.findall(rb"HTTP/1\.1 (\d+)", said) == [b"304", b"200", b"304", b"404"]


@pytest.mark.parametrize(
    "request_line", ["GET http://other.example/harbour.atom", "GET *", "GET /harbour.atom?x=1", "GET /harbour.atom#x", "GET /%"]
)
def test_odd_targets_are_no_fault(site: Site, request_line: str) -> None:
    """Whole addresses, stars, queries and fragments are answered or refused, each time alike."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall(f"{request_line} HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\nConnection: close\r\n\r\n".encode())
        said = b"".join(iter(lambda: client.recv(65_536), b""))
    assert re.match(rb"HTTP/1\.1 (304|400|404) ", said)


def test_a_request_that_never_ends_is_ended(site: Site) -> None:
    """Headers without end are refused before they fill the memory."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as client:
        client.sendall(b"GET /harbour.atom HTTP/1.1\r\nHost: x\r\n")
        with suppress(OSError):
            for number in range(100):
                client.sendall(b"X-%d: %s\r\n" % (number, b"a" * 4_000))
        with suppress(ConnectionResetError):
            assert client.recv(65_536).startswith(b"HTTP/1.1 400 ")
    assert site.ask("/harbour.atom").status == 200


# What nobody gets


def test_what_was_withdrawn_is_gone(site: Site) -> None:
    """Where a mark says that a file will not come back the answer is 410 with a page, and 404 elsewhere with another."""
    replace(site.folder / "old.atom.gone", b"")
    gone, missing = site.ask("/old.atom"), site.ask("/nothing.atom")
    assert (gone.status, missing.status) == (410, 404)
    assert gone.headers["content-type"] == missing.headers["content-type"] == "text/html; charset=utf-8"
    assert "This is gone" in gone.text
    assert "Page not found" in missing.text
    assert site.ask("/old.atom.gone").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/no-such.atom",
        "/.htaccess",
        "/.topicwire-x1",
        "/sub/.hidden/page.html",
        "/%2ehtaccess",
        "/../topicwire.db",
        "/sub/../../topicwire.db",
        "/..%2ftopicwire.db",
        "/%2e%2e/topicwire.db",
        "/%2e%2e%2ftopicwire.db",
        "/..\\topicwire.db",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/out.atom",
        "/outside/topicwire.db",
        "/harbour.atom%00.html",
        "/empty/",
        "/empty",
        "/harbour.atom/",
        "/sub//index.html",
        "/harbour.atom%0a",
        "/%ff.atom",
        "/%c0%ae%c0%ae/topicwire.db",
        "/%252e%252e/topicwire.db",
        "/%EF%BC%8E%EF%BC%8E/topicwire.db",
        "/sub/..%5c..%5ctopicwire.db",
        "/.%00./topicwire.db",
        "/sub%2f..%2f..%2ftopicwire.db",
        "/sub/%2e%2e%2f%2e%2e%2ftopicwire.db",
        "/public/../../topicwire.db",
        "/" + "a" * 5000,
    ],
)
def test_nothing_outside_or_hidden_is_served(site: Site, path: str) -> None:
    """Hidden and unfinished files, links out of the folder, and ways around it are not found."""
    answer = site.ask(path)
    assert answer.status == 404
    assert b"secret" not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed_over_http(site: Site, method: str) -> None:
    """The service is there to be read: any other method is refused, and the file stays."""
    assert site.ask("/harbour.atom", method).status == 405
    assert (site.folder / "harbour.atom").read_bytes() == FEED


# Its health


def _no_tables(home: Path) -> None:
    (home / "topicwire.db").write_bytes(b"")


def _no_database(home: Path) -> None:
    (home / "topicwire.db").write_bytes(b"this is no database, though it is long enough to be looked at" * 9)


@pytest.mark.parametrize("spoil", [lambda _home: None, _no_tables, _no_database])
def test_a_database_that_does_not_answer_is_unhealthy(home: Path, spoil: Callable[[Path], None]) -> None:
    """A file that is absent, empty or no database is no healthy database; and asking makes none."""
    spoil(home)
    before = sorted(home.iterdir())
    assert not readable(home / "topicwire.db")
    assert sorted(home.iterdir()) == before


@pytest.mark.parametrize("name", ["home", "a b", "50%20", "what?", "a#b", "בית"])
def test_a_database_is_healthy_wherever_it_lies(tmp_path: Path, name: str) -> None:
    """The name of the home folder does not matter."""
    made = home_at(tmp_path / name)
    made.facts().__exit__()
    assert readable(made.database_path)


def test_a_database_is_healthy_by_a_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home that is named from where one stands is found."""
    monkeypatch.chdir(tmp_path)
    made = home_at(Path("home"))
    made.facts().__exit__()
    assert readable(made.database_path)


# Where it listens


def test_it_listens_where_it_is_told() -> None:
    """A name or an address, IPv4 or IPv6, and a port."""
    for bind in ("127.0.0.1:0", "localhost:0"):
        with listen(bind) as listening:
            assert listening.getsockname()[0] == "127.0.0.1"
    if socket.has_ipv6:
        with listen("[::1]:0") as listening:
            assert listening.getsockname()[0] == "::1"


@pytest.mark.parametrize("bind", ["", "8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", "localhost"])
def test_what_is_no_host_and_port_is_refused(bind: str) -> None:
    """A port alone does not open the service to every network: the setting must say host and port."""
    with pytest.raises(UsageError) as caught:
        listen(bind)
    assert str(caught.value) == f'service.bind: "{bind}" is not host:port; write "127.0.0.1:8080"'


def test_a_port_that_is_taken_is_one_clear_error() -> None:
    """Where another listens already, the error names the place, the cause and the cure."""
    with listen("127.0.0.1:0") as listening:
        bind = f"127.0.0.1:{listening.getsockname()[1]}"
        with pytest.raises(TopicwireError) as caught:
            listen(bind)
    assert str(caught.value) == f"cannot listen on {bind}: Address already in use; stop what listens there or set service.bind"


@pytest.mark.parametrize("bind", ["192.0.2.1:0", "no such host:8080"])
def test_a_place_that_is_not_ours_is_one_clear_error(bind: str) -> None:
    """A foreign address and a name that is none are said to be so, in one line."""
    with pytest.raises(TopicwireError, match="cannot listen on ") as caught:
        listen(bind)
    assert "\n" not in str(caught.value)
