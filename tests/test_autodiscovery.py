import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import Cli
from support import Call, FakeWeb, Page, rss, rss_item

from ingest.formats.autodiscovery import header_links, read_page

URL: Final = "http://host.example/blog/post.html"
LINK: Final = '<link rel="alternate" type="application/rss+xml" href="/f">'
FEED: Final = rss(rss_item("The ferry", "http://harbour.example/1"))
HTML: Final = "text/html; charset=utf-8"


def feeds(page: str | bytes, **headers: str) -> list[str]:
    """Return the paths of the feeds that a page names, or their addresses on another host."""
    body = page if isinstance(page, bytes) else f"<!doctype html><html><head>{page}</head></html>".encode()
    found = read_page(body, headers, URL)
    return [address.removeprefix("http://host.example") for address in found.feeds]


# What names a feed


@pytest.mark.parametrize(
    "link",
    [
        LINK,
        "<LINK REL='Alternate home' TYPE='Application/RSS+XML; charset=utf-8' HREF='/f'>",
        '<link type="application/atom+xml;type=feed" href="/f" rel="alternate"/>',
        "<link href=/f rel=alternate type=application/feed+json>",
        '<link rel="feed" href="/f">',
        '<link rel="feed" type="application/rss+xml" href="/f">',
        '<a rel="alternate" type="application/rss+xml" href="/f">Feed</a>',
        '<base href="/"><link rel="alternate" type="application/rss+xml" href="f">',
        '<base target="x"><base href="http://host.example/x/"><base href="/y/"><link rel=alternate type="text/xml" href="../f">',
        '<link rel="alternate" type="application/rss+xml" href=" &#x2f;f&#10;">',
        f"<script>if (a < b) document.write('<link rel=x>')</script>{LINK}",
        f"<style>a > b</style><title>A <b> title</title>{LINK}",
        f"<body><p>{'<div>' * 300}{LINK}",
    ],
)
def test_a_feed_is_named(link: str) -> None:
    """By a link of a feed's type, in any order and spelling, wherever it stands; addresses resolve on base."""
    assert feeds(link) == ["/f"]


@pytest.mark.parametrize(
    "link",
    [
        f"<!-- {LINK} -->",
        f"<!--[if IE]>{LINK}<![endif]-->",
        f"<script>var a = '{LINK}'</script>",
        f"<textarea>{LINK}</textarea>",
        '<link rel="alternate" type="application/json" href="/wp-json/1">',
        '<link rel="alternate" type="application/json+oembed" href="/o">',
        '<link rel="alternate" type="text/html" hreflang="de" href="/de">',
        '<link rel="alternate stylesheet" type="text/xml" href="/s">',
        '<link rel="feed" type="text/html" href="/feeds">',
        '<link rel="search" type="application/rss+xml" href="/s">',
        '<link rel="alternate" type="application/rss+xml" href="javascript:x()">',
        '<link rel="alternate" type="application/rss+xml" href="">',
        f'<link rel="alternate" type="application/rss+xml" href="{URL}#top">',
        '<a href="/feed.xml">RSS</a>',
    ],
)
def test_what_names_no_feed(link: str) -> None:
    """Comments, scripts, other types, other relations and the page itself."""
    assert feeds(link) == []


def test_a_page_is_read_whole_and_fast() -> None:
    """A link behind megabytes counts, and a page made to be slow is not."""
    begin = time.process_time()
    assert feeds(f"{'<p>words and words</p>' * 100_000}{LINK}") == ["/f"]
    assert feeds("<div>" * 200_000 + LINK) in ([], ["/f"])
    assert feeds("<a rel=alternate " * 50_000) == []
    assert feeds(f"<p {'x=y ' * 20_000}>{LINK}") in ([], ["/f"])
    assert time.process_time() - begin < 3


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        (["/comments/feed/", "/feed/"], ["/feed/"]),
        (["/?feed=comments-rss2", "/?feed=rss2", "/x/comments/default"], ["/?feed=rss2"]),
        (["/1 Kommentatoren", "/2 Beiträge"], ["/1", "/2"]),
        (["/1 Post » Kommentare", "/2 Beiträge"], ["/2"]),
        (["/1 תגובות לפוסט", "/2 הבלוג"], ["/2"]),
        (["/comments/feed/"], ["/comments/feed/"]),
        (["/commentary.xml", "/feed"], ["/commentary.xml", "/feed"]),
    ],
)
def test_posts_go_before_comments(named: list[str], chosen: list[str]) -> None:
    """What readers say counts only where there is no other feed."""
    parts = [one.partition(" ") for one in named]
    page = "".join(f'<link rel=alternate type=application/rss+xml title="{title}" href="{url}">' for url, _, title in parts)
    assert feeds(page) == chosen


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ('</f>; rel="alternate"; type="application/rss+xml"', ["/f"]),
        ('</x>; rel=preload; as=style, </f>;type="application/atom+xml; charset=utf-8" ; rel="home alternate"', ["/f"]),
        ('</f,g;h>; title="a, b; \\"c\\""; rel=alternate; type=application/rss+xml', ["/f,g;h"]),
        ("<https://other.example/f>; rel=feed", ["https://other.example/f"]),
        ('</wp-json/>; rel="https://api.w.org/"', []),
        ('</f>; rel=alternate; type=application/rss+xml; anchor="/other"', []),
        ("nonsense; rel=alternate", []),
    ],
)
def test_the_link_header_names_feeds(value: str, named: list[str]) -> None:
    """As an element would; base has no say in it (RFC 8288)."""
    assert feeds('<base href="http://base.example/">', link=value) == named


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1255", "utf-16"])
def test_a_page_in_any_encoding(encoding: str) -> None:
    """Letters in an address are those that the page means."""
    page = '<html><head><meta charset="windows-1255"><link rel=alternate type=text/xml href="/רץ"></head></html>'
    typed = {} if encoding == "utf-16" else {"content-type": f"text/html; charset={encoding}"}
    assert feeds(page.encode(encoding), **typed) == ["/רץ"]
    assert feeds(page.encode(encoding)) == ["/רץ"]


@given(st.binary(max_size=300) | st.text("<link relatnf=\"/'>!-basemt0;url ", max_size=300).map(str.encode), st.text(max_size=50))
def test_any_bytes_are_a_page(body: bytes, header: str) -> None:
    """Nothing breaks the reading."""
    found = read_page(body, {"link": header, "refresh": header}, URL)
    assert all(address.startswith("http") for address in (*found.feeds, *([found.refresh] if found.refresh else [])))


def test_a_long_link_header_costs_little() -> None:
    """However it is made."""
    begin = time.process_time()
    for value in ("<a>" * 20_000, "<a>;" + " ;a=b" * 10_000, '<a>;b="' * 10_000, "<" * 60_000, "<a>; " + "x" * 60_000):
        list(header_links(value))
    assert time.process_time() - begin < 1


# Where it leads


@pytest.mark.parametrize(
    ("said", "target"),
    [
        ("0; url=/f", "/f"),
        ("0;URL='/f'", "/f"),
        ('5 ; url = "/f" more', "/f"),
        ("0,/f", "/f"),
        ("0 /f", "/f"),
        (".5;url=http://host.example/f", "/f"),
        ("300", None),
        ("0; url=", None),
        ("0; url=#top", None),
        ("url=/f", None),
        ("0; url=javascript:x()", None),
    ],
)
def test_a_refresh_leads_elsewhere(said: str, target: str | None) -> None:
    """As browsers read it, as an element or a header; a page that loads itself again leads nowhere."""
    quoted = said.replace('"', "&quot;")
    expected = target and f"http://host.example{target}"
    assert read_page(f'<meta http-equiv="Refresh" content="{quoted}">'.encode(), {}, URL).refresh == expected
    assert read_page(b"", {"refresh": said}, URL).refresh == expected
    assert read_page(f'<!-- <meta http-equiv="Refresh" content="{quoted}"> -->'.encode(), {}, URL).refresh is None


@pytest.fixture
def cli(home: Path, web: FakeWeb) -> Cli:
    """Return the command, in an empty home that may ask the web."""
    made = Cli(home)
    made.settings["fetch.allow"] = web.allow
    return made


def refresh(target: str) -> str:
    """Write a page that leads to another address."""
    return f'<html><head><meta http-equiv="refresh" content="0; url={target}"></head><body>Moved</body></html>'


def polled(cli: Cli, *urls: str) -> None:
    """Poll these sources, whatever was found at their addresses."""
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in urls)
    (cli.home / "sources.opml").write_text(f"<opml><body>{outlines}</body></opml>", "utf-8")
    cli("poll", "--all")


def test_a_page_that_leads_to_a_feed_is_followed_at_every_poll(cli: Cli, web: FakeWeb) -> None:
    """The source stays, its page keeps no validators, and the same feed again is nothing new."""
    url = web.serve("/old", refresh("/feed"), content_type=HTML, etag='"page"')
    web.serve("/feed", FEED)
    polled(cli, url)
    web.serve("/feed", rss(rss_item("The ferry", "http://harbour.example/1"), rss_item("The quay", "http://harbour.example/2")))
    polled(cli, url)
    polled(cli, url)
    assert web.paths() == ["/old", "/feed"] * 3
    assert sorted(row["title"] for row in cli.rows("items", "--json")) == ["The ferry", "The quay"]
    (row,) = cli.rows("sources", "list", "--json")
    assert (row["url"], row["error"], row["etag"]) == (url, None, None)


def test_a_refresh_is_followed_once(cli: Cli, web: FakeWeb) -> None:
    """A page behind a page is told of, and what it names."""
    web.serve("/a", refresh("/b"), content_type=HTML)
    web.serve("/b", refresh("/feed"), content_type=HTML)
    web.serve("/feed", FEED)
    result = cli("try", web.url("/a"))
    assert (result.exit_code, web.paths()) == (1, ["/a", "/b"])
    web.serve("/b", f"<html>{LINK}</html>", content_type=HTML)
    web.serve("/f", FEED)
    assert "The ferry" in cli("try", web.url("/a")).stdout


@pytest.mark.parametrize("target", ["http://169.254.169.254/", "file:///etc/passwd", "http://127.0.0.1:1/"])
def test_a_refresh_goes_behind_the_ssrf_guard(cli: Cli, web: FakeWeb, target: str) -> None:
    """No page leads to a private address."""
    url = web.serve("/a", refresh(target), content_type=HTML)
    result = cli("try", url)
    assert (result.exit_code, web.paths()) == (1, ["/a"])
    assert result.stderr.startswith(f"topicwire: {url}: an HTML page, not a feed")


def test_no_secret_follows_a_refresh(cli: Cli, web: FakeWeb) -> None:
    """What a source's own server may hear is no other's."""
    with FakeWeb() as other:
        cli.settings["fetch.allow"] = f"{web.allow},{other.allow}"
        other.serve("/feed", FEED)
        web.serve("/a", refresh(other.url("/feed")), content_type=HTML)
        outline = f'<outline xmlUrl="{web.url("/a")}" tw:auth="TOPICWIRE_HOME"/>'
        (cli.home / "sources.opml").write_text(f"<opml><body>{outline}</body></opml>", "utf-8")
        cli.settings["home"] = "ann:secret"
        cli("poll")
        assert ["authorization" in call.headers for call in (*web.calls, *other.calls)] == [True, False]


def test_adding_a_page_that_leads_to_a_feed_adds_the_feed(cli: Cli, web: FakeWeb) -> None:
    """It is said."""
    url = web.serve("/old", refresh("/feed"), content_type=HTML)
    web.serve("/feed", FEED)
    assert cli("sources", "add", url).stderr.splitlines()[0] == f"{url}: a page; its feed is {web.url('/feed')}"
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [web.url("/feed")]
    assert cli("ingest", url).stderr.startswith(f"{url}: a page; its feed is")


# An index of sitemaps


def news(*titles: str) -> str:
    """Write a news sitemap."""
    urls = "".join(
        f"<url><loc>http://harbour.example/{title}</loc><news:news><news:title>{title}</news:title></news:news></url>"
        for title in titles
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'


def index(*paths: str) -> str:
    """Write an index; the later ones are newer."""
    listed = "".join(f"<sitemap><loc>{path}</loc><lastmod>2026-02-0{n}</lastmod></sitemap>" for n, path in enumerate(paths, 1))
    return f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'


PAGES: Final = "<urlset><url><loc>http://harbour.example/about</loc></url></urlset>"


def test_the_news_sitemap_of_an_index_is_read(cli: Cli, web: FakeWeb) -> None:
    """By its name at once; the address of the index stays the source's."""
    url = web.serve("/index.xml", index("/news.xml.gz", "/pages.xml"))
    web.serve("/news.xml.gz", news("Ferry"))
    assert "sitemap index lists" in cli("try", url).stdout
    cli("sources", "add", url)
    web.serve("/news.xml.gz", news("Ferry", "Quay"))
    cli("poll", "--all")
    assert web.paths() == ["/index.xml", "/news.xml.gz"] * 3
    assert sorted(row["title"] for row in cli.rows("items", "--json")) == ["Ferry", "Quay"]
    assert [row["url"] for row in cli.rows("sources", "list", "--json")] == [url]


def test_without_a_name_the_newest_is_opened_first(cli: Cli, web: FakeWeb) -> None:
    """And what fails or holds no news is passed over, also by way of another index."""
    url = web.serve("/index.xml", index("/old.xml", "/more.xml", "/broken.xml", "/pages.xml"))
    web.serve("/pages.xml", PAGES)
    web.fail("/broken.xml", 500)
    web.serve("/more.xml", index("/deep.xml"))
    web.serve("/deep.xml", news("Ferry"))
    assert "Ferry" in cli("try", url).stdout
    assert web.paths() == ["/index.xml", "/pages.xml", "/broken.xml", "/more.xml", "/deep.xml"]


def test_an_index_costs_a_few_requests_at_most(cli: Cli, web: FakeWeb) -> None:
    """What was opened is counted, and the likeliest address is named."""
    web.script("/index.xml", lambda _: Page(body=index("/index.xml", *(f"/{n}.xml" for n in range(9))).encode()))
    for n in range(9):
        web.script(f"/{n}.xml", _another_index)
    result = cli("try", web.url("/index.xml"))
    assert (result.exit_code, len(web.calls)) == (1, 5)
    assert "of its sitemaps 4 were opened, and none holds news; give the address of its news sitemap: " in result.stderr


def _another_index(call: Call) -> Page:
    return Page(body=index("/index.xml", f"{call.path}x").encode())
