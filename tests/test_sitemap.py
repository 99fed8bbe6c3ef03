import pytest
from support import NOON

from ingest.errors import ParseError
from ingest.formats.feed import parse_feed
from ingest.model import Category, ParsedFeed

URL = "http://host.example/news.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
NEWS = """<url><loc>http://host.example/1</loc><lastmod>2026-03-01T12:00:00Z</lastmod>
<news:news><news:publication><news:name>Der Hafen</news:name><news:language>de</news:language></news:publication>
<news:publication_date>2026-03-01T10:00:00+01:00</news:publication_date>
<news:title><![CDATA[Die letzte Fähre & ihr Kapitän]]></news:title><news:keywords>Hafen, Fähre,</news:keywords></news:news>
<image:image><image:loc>http://host.example/p.jpg</image:loc></image:image></url>"""
PAGE = "<url><loc>http://host.example/about</loc></url>"


def parse(*urls: str, root: str = "urlset") -> ParsedFeed:
    """Parse a sitemap of these pages."""
    return parse_feed(f'<?xml version="1.0" encoding="UTF-8"?><{root} {SPACES}>{"".join(urls)}</{root}>'.encode(), {}, URL, NOON)


def test_news_become_items() -> None:
    """Address, title, language, both dates and keywords; nothing is invented for the text."""
    feed = parse(NEWS)
    item = feed.items[0][0]
    assert (feed.title, feed.parser) == ("Der Hafen", "sitemap")
    assert (item.url, item.title, item.text) == ("http://host.example/1", "Die letzte Fähre & ihr Kapitän", "")
    assert (item.language, item.language_from, item.title_inferred) == ("de", "declared", False)
    assert (str(item.published), str(item.updated)) == ("2026-03-01 09:00:00+00:00", "2026-03-01 12:00:00+00:00")
    assert item.categories == (Category("Hafen"), Category("Fähre"))


def test_pages_that_are_no_news_are_counted() -> None:
    """They are left out with a note."""
    feed = parse(PAGE, NEWS, PAGE)
    assert len(feed.items) == 1
    assert feed.notes == ("2 pages left out: they are not marked as news",)


def test_news_without_an_address_are_counted() -> None:
    """News that lead nowhere are left out with a note."""
    assert parse(NEWS, NEWS.replace("<loc>http", "<loc>ftp")).notes == ("1 pages left out: they have no address",)


def test_a_sitemap_without_news_is_told_from_a_feed() -> None:
    """It says how many pages it lists, and what would help."""
    with pytest.raises(ParseError, match="a sitemap of 2 pages, none of them marked as news; such a list has no titles"):
        parse(PAGE, PAGE)


OLD, NEW = "<lastmod>2026-02-01</lastmod>", "<lastmod>2026-03-01T10:00:00+01:00</lastmod>"


@pytest.mark.parametrize(
    ("sitemaps", "order"),
    [
        (["<loc>/a.xml</loc>", "<loc>/b.xml</loc>"], "ab"),
        ([f"<loc>/a.xml</loc>{OLD}", f"<loc>/b.xml</loc>{NEW}", "<loc>/c.xml</loc>"], "bac"),
        ([f"<loc>/a.xml</loc>{NEW}", f"<loc>/b-news.xml.gz</loc>{OLD}", f"<loc>/c-newsletter.xml</loc>{OLD}"], "bac"),
        ([f"<loc>/a.xml</loc>{NEW}", "<loc>/b.xml</loc><news:news/>"], "ba"),
        ([f"<loc>/a.xml</loc>{NEW}", "<loc>/b/NewsSitemap?x</loc>", "<loc>ftp://host.example/c</loc>"], "ba"),
    ],
)
def test_an_index_tells_what_may_hold_news(sitemaps: list[str], order: str) -> None:
    """By name, by namespace, else the newest; the cure names the best (nothing is fetched here)."""
    with pytest.raises(ParseError) as caught:
        parse(*(f"<sitemap>{one}</sitemap>" for one in sitemaps), root="sitemapindex")
    assert caught.value.what == f"a sitemap index that lists {len(order)} sitemaps, not a feed"
    assert "".join(address.removeprefix("http://host.example/")[0] for address in caught.value.elsewhere) == order
    assert caught.value.cure.endswith(f"its news sitemap: {caught.value.elsewhere[0]}")
    assert caught.value.feeds is None


def test_a_broken_sitemap_is_read_as_far_as_it_goes() -> None:
    """What stands before the break is taken."""
    whole = parse(NEWS, NEWS.replace("/1<", "/2<"))
    broken = parse(NEWS, "<url><loc>&nope;")
    assert len(whole.items) == 2
    assert [item.url for item, _ in broken.items] == ["http://host.example/1"]


def test_entities_are_not_expanded() -> None:
    """What a document type names is not fetched: the reference stays as it was written."""
    body = (
        f'<!DOCTYPE urlset [<!ENTITY e SYSTEM "file:///etc/hostname">]><urlset {SPACES}>{NEWS.replace("Hafen,", "&e;,")}</urlset>'
    )
    item = parse_feed(body.encode(), {}, URL, NOON).items[0][0]
    assert item.categories == (Category("&e;"), Category("Fähre"))


def test_what_only_looks_like_a_sitemap_is_refused() -> None:
    """A word in a page of another kind makes no sitemap."""
    with pytest.raises(ParseError, match="not a sitemap that can be read"):
        parse_feed(b"<page><urlset/></page>", {}, URL, NOON)
