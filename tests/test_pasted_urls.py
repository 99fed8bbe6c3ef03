import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Cli
from support import Clock, FakeWeb, rss, rss_item

from ingest.http.client import FetchLimits
from ingest.http.client import open_client as open_web
from ingest.http.message import Request, Response
from ingest.http.ssrf_guard import SsrfGuard
from ingest.text.pasted_urls import PastedAddress, parse_pasted
from ingest.text.urls import feed_address

FEED = rss(rss_item("The ferry", "http://harbour.example/1"))


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command, in an empty home that may ask the web, by http and by https."""
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:https://a.example/rss", "https://a.example/rss"),
        ("feed://https://a.example/rss", "https://a.example/rss"),
        ("FEED:HTTP://A.example/rss", "http://a.example/rss"),
        ("feed:a.example/rss", "http://a.example/rss"),
        ("feeds://a.example/rss", "https://a.example/rss"),
        ("pcast://a.example/rss", "http://a.example/rss"),
        ("itpc://a.example/rss", "http://a.example/rss"),
        ("rss://a.example/rss?x=1#y", "http://a.example/rss?x=1"),
        (" \t<https://a.example/>\n", "https://a.example/"),
        ("<URL:https://a.example/>", "https://a.example/"),
        ('"https://a.example/"', "https://a.example/"),
        ("\u201chttps://a.example/\u201d", "https://a.example/"),
        ("\u00ab feed:https://a.example/ \u00bb", "https://a.example/"),
        ("\ufeffhttps://a.example/\u200b", "https://a.example/"),
        ("('https://a.example/')", "https://a.example/"),
    ],
)
def test_pasted_addresses_are_understood(text: str, url: str) -> None:
    """Schemes of feed readers, white space, brackets and quotes mean nothing."""
    assert parse_pasted(text) == PastedAddress(url)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("a.example", "a.example/"),
        ("www.a.example:8080/feed?x=1", "www.a.example:8080/feed?x=1"),
        ("//a.example/feed", "a.example/feed"),
        ("<a.example>", "a.example/"),
        ("localhost:8080/feed", "localhost:8080/feed"),
        ("intranet:8080/feed", "intranet:8080/feed"),
        ("10.0.0.1/feed", "10.0.0.1/feed"),
        ("b\u00fccher.example", "xn--bcher-kva.example/"),
    ],
)
def test_a_missing_scheme_is_https_then_http(text: str, rest: str) -> None:
    """And both are kept."""
    assert parse_pasted(text) == PastedAddress(f"https://{rest}", f"http://{rest}")


@pytest.mark.parametrize(
    "text",
    [None, "", " ", "feed:", "feed://", "feed:///etc/passwd", "feed:exec:ls", "feed:javascript:alert(1)", "feed:file:///etc/passwd",
     "exec:rm -rf ~", "mailto:ann@a.example", "ann@a.example", "/a.example", "../a.example", "nonsense", "v1.2",
     "feed.xml", "list.opml", "feed.xml/x", "C:\\a.xml",
     "C:/a.xml", "tel:112", "a.example b.example", "http://", "ftp://a.example/", "x" * 5_000],
)  # fmt: skip
def test_what_is_no_address_is_none(text: str | None) -> None:
    """Commands, files, mail and words stay what they are."""
    assert parse_pasted(text) is None


@given(st.text(max_size=60) | st.from_regex(r"(feed|rss)s?:(//)?[a-z.:/?@<>\"' ]{0,20}"))
def test_any_text_is_a_web_address_or_none(text: str) -> None:
    """What is given is in its one spelling, and means itself."""
    found = parse_pasted(text)
    if found:
        assert feed_address(found.url) == found.url
        assert (
            found.instead is None
            or found.url.partition("://")[2].partition("/")[2] == found.instead.partition("://")[2].partition("/")[2]
        )


def test_http_is_asked_where_https_gives_no_answer(web: FakeWeb) -> None:
    """The address that answers is the right one for good; https is asked first."""
    url = web.serve("/a", FEED)

    async def go() -> Response:
        async with open_web(SsrfGuard((web.allow,)), "topicwire", FetchLimits(seconds=5), Clock()) as fetch:
            return await fetch(Request(url.replace("http:", "https:"), instead=url))

    answer = asyncio.run(go())
    assert (answer.url, answer.body, answer.moved) == (url, FEED, url)


@pytest.mark.parametrize("command", [("sources", "add"), ("ingest",), ("try",)])
def test_commands_take_what_people_paste(cli: Cli, web: FakeWeb, command: tuple[str, ...]) -> None:
    """Without a scheme, and say what they take it for."""
    web.serve("/a", FEED)
    result = cli(*command, f' "{web.allow}/a" ')
    assert (result.exit_code, result.stderr.splitlines()[0]) == (
        0,
        f"no scheme: taken as https://{web.allow}/a; http is asked where https gives no answer",
    )
    assert web.paths() == ["/a"]
    assert cli(*command, f"feed://{web.allow}/a").exit_code == 0


def test_a_source_is_called_as_it_was_pasted(cli: Cli, web: FakeWeb) -> None:
    """It is stored once, under the address that answered, and removed by any of its names."""
    url = web.serve("/a", FEED)
    said = cli("sources", "add", f"{web.allow}/a").stderr
    assert f"https://{web.allow}/a: the answer came from {url}\n" in said
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [url]
    assert cli("sources", "add", f"{web.allow}/a", f"feed:{url}").stderr.endswith("0 added, 2 already there\n")
    assert cli("sources", "remove", f"{web.allow}/a").exit_code == 0
    assert cli.rows("sources", "list", "--json") == []


def test_lists_take_what_people_paste(cli: Cli, web: FakeWeb) -> None:
    """The owner's list, and one that is imported; the first pass finds which scheme answers."""
    url = web.serve("/a", FEED)
    (cli.home / "sources.opml").write_text(f'<opml><body><outline xmlUrl="{web.allow}/a"/></body></opml>', "utf-8")
    assert "line 1: no scheme: taken as https" in cli("poll").stderr
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [url]
    assert [row["title"] for row in cli.rows("items", "--json")] == ["The ferry"]
    cli("poll", "--all")
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [url]


def test_a_list_that_is_damaged_takes_nothing_away(cli: Cli, web: FakeWeb) -> None:
    """An owner's list that was cut off in the middle of writing loses no source."""
    outlines = "".join(f'<outline xmlUrl="{web.serve(f"/{n}", FEED)}"/>' for n in range(3))
    whole = f"<opml><body>{outlines}</body></opml>"
    (cli.home / "sources.opml").write_text(whole, "utf-8")
    cli("poll")
    (cli.home / "sources.opml").write_text(whole[: len(whole) // 2], "utf-8")
    assert "it is truncated" in cli("poll").stderr
    assert len(cli.rows("sources", "list", "--json")) == 3
