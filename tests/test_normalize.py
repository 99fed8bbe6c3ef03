"""One normaliser for all formats: the same limits, defaults and repairs, whichever format a thing came in."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, TEXT

from ingest import normalize
from ingest.documents.document import parse_document
from ingest.documents.text import unwrapped
from ingest.formats.feed import parse_feed
from ingest.model import Author, Item, ParsedFeed
from ingest.text import dates
from ingest.text.sanitize import escape

URL: Final = "http://host.example/feeds/all.xml"
RSS_SPACES: Final = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:podcast="https://podcastindex.org/namespace/1.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
)


def xml(pairs: list[tuple[str, str]]) -> str:
    """Write elements, their texts escaped."""
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in pairs)


def rss(entry: str, end: str = "</channel></rss>") -> ParsedFeed:
    """Read an RSS document of one item."""
    return parse_feed(f'<rss version="2.0" {RSS_SPACES}><channel><item>{entry}</item>{end}'.encode(), {}, URL, NOON)


def broken(entry: str) -> ParsedFeed:
    """Read the same where only feedparser can."""
    feed = rss(entry, end="")
    assert feed.parser == "feedparser"
    return feed


def rdf(entry: str) -> ParsedFeed:
    """Read an RSS 1.0 document of one item."""
    body = (
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {RSS_SPACES}>'
        f"<channel/><item>{entry}</item></rdf:RDF>"
    )
    return parse_feed(body.encode(), {}, URL, NOON)


def atom(entry: str) -> ParsedFeed:
    """Read an Atom document of one entry."""
    return parse_feed(
        f'<feed xmlns="http://www.w3.org/2005/Atom" {RSS_SPACES}><entry>{entry}</entry></feed>'.encode(), {}, URL, NOON
    )


def json_feed(**entry: object) -> ParsedFeed:
    """Read a JSON Feed of one item."""
    body = {"version": "https://jsonfeed.org/version/1.1", "items": [entry]}
    return parse_feed(json.dumps(body).encode(), {}, URL, NOON)


def sitemap(entry: str) -> ParsedFeed:
    """Read a news sitemap of one page."""
    body = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">'
        f"<url><loc>http://host.example/1</loc>{entry}</url></urlset>"
    )
    return parse_feed(body.encode(), {}, URL, NOON)


def markdown(front: str) -> ParsedFeed:
    """Read a Markdown file with front matter."""
    return parse_document(f"---\n{front}\n---\n{TEXT}\n".encode(), "a.md", NOON)


def page(head: str) -> ParsedFeed:
    """Read a web page."""
    return parse_document(f"<html><head>{head}</head><body><article><p>{TEXT}</p></article></body></html>".encode(), "a.html", NOON)


def email(headers: str) -> ParsedFeed:
    """Read a message."""
    return parse_document(f"{headers}\nMIME-Version: 1.0\n\n{TEXT}\n".encode(), "a.eml", NOON)


def news(inner: str) -> ParsedFeed:
    """Read a news sitemap whose page says `inner` of itself."""
    return sitemap(f'<news:news xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{inner}</news:news>')


def only(feed: ParsedFeed) -> Item:
    """Return the one item of a document."""
    ((item, _),) = feed.items
    return item


Names = list[str]
AUTHORS: Final[dict[str, Callable[[Names], ParsedFeed]]] = {
    "rss": lambda names: rss(xml([("dc:creator", name) for name in names])),
    "broken rss": lambda names: broken(xml([("dc:creator", name) for name in names])),
    "rdf": lambda names: rdf(xml([("dc:creator", name) for name in names])),
    "atom": lambda names: atom("".join(f"<author>{xml([('name', name)])}</author>" for name in names)),
    "json": lambda names: json_feed(authors=[{"name": name} for name in names]),
    "markdown": lambda names: markdown(f"authors: {json.dumps(names)}"),
}
CATEGORIES: Final[dict[str, Callable[[Names], ParsedFeed]]] = {
    "rss": lambda names: rss(xml([("category", name) for name in names])),
    "broken rss": lambda names: broken(xml([("category", name) for name in names])),
    "rdf": lambda names: rdf(xml([("dc:subject", name) for name in names])),
    "atom": lambda names: atom("".join(f'<category term="{escape(name)}"/>' for name in names)),
    "json": lambda names: json_feed(tags=names),
    "sitemap": lambda names: news(xml([("news:title", "One"), ("news:keywords", ",".join(names))])),
    "markdown": lambda names: markdown(f"tags: {json.dumps(names)}"),
    "html": lambda names: page("".join(f'<meta property="article:tag" content="{escape(name)}">' for name in names)),
}
FILES: Final[dict[str, Callable[[Names], ParsedFeed]]] = {
    "rss": lambda urls: rss("".join(f'<enclosure url="{url}"/>' for url in urls)),
    "broken rss": lambda urls: broken("".join(f'<enclosure url="{url}"/>' for url in urls)),
    "media": lambda urls: rss("".join(f'<media:content url="{url}"/>' for url in urls)),
    "atom": lambda urls: atom("".join(f'<link rel="enclosure" href="{url}"/>' for url in urls)),
    "json": lambda urls: json_feed(attachments=[{"url": url} for url in urls]),
}
ESCAPED: Final = "Smith &amp; Sons"  # as it stands once the format's own escaping is undone: it was escaped twice


@pytest.mark.parametrize("read", AUTHORS.values(), ids=AUTHORS.keys())
def test_authors_are_alike_in_every_format(read: Callable[[Names], ParsedFeed]) -> None:
    """Each once, no more than the limit, read once more where they were escaped twice."""
    assert only(read(["Ann", ESCAPED, "Ann"])).authors == (Author("Ann"), Author("Smith & Sons"))


@pytest.mark.parametrize("read", [read for name, read in AUTHORS.items() if name != "markdown"])
def test_of_many_authors_the_first_are_taken(read: Callable[[Names], ParsedFeed]) -> None:
    """Three thousand authors are five hundred, whatever the format."""
    assert len(only(read([f"Ann {number}" for number in range(3_000)])).authors) == normalize.MOST_NAMES == 500


@pytest.mark.parametrize("read", CATEGORIES.values(), ids=CATEGORIES.keys())
def test_categories_are_alike_in_every_format(read: Callable[[Names], ParsedFeed]) -> None:
    """Each once, read once more where they were escaped twice."""
    assert [one.term for one in only(read(["Boats", ESCAPED, "Boats"])).categories] == ["Boats", "Smith & Sons"]


@pytest.mark.parametrize("read", [read for name, read in CATEGORIES.items() if name != "markdown"])
def test_of_many_categories_the_first_are_taken(read: Callable[[Names], ParsedFeed]) -> None:
    """Three thousand categories are five hundred, whatever the format."""
    assert len(only(read([f"tag {number}" for number in range(3_000)])).categories) == normalize.MOST_NAMES


@pytest.mark.parametrize("read", FILES.values(), ids=FILES.keys())
def test_enclosures_are_alike_in_every_format(read: Callable[[Names], ParsedFeed]) -> None:
    """Each address once, no more than the limit, none that is no address."""
    urls = [f"/{number}.mp3" for number in range(600)]
    found = only(read(["ftp://host.example/x", "{{ url }}", "/0.mp3", *urls])).enclosures
    assert [one.url for one in found] == [f"http://host.example/{number}.mp3" for number in range(normalize.MOST_NAMES)]


DATED: Final[dict[str, Callable[[str], ParsedFeed]]] = {
    "rss": lambda date: rss(xml([("title", "One"), ("pubDate", date)])),
    "broken rss": lambda date: broken(xml([("title", "One"), ("pubDate", date)])),
    "rdf": lambda date: rdf(xml([("title", "One"), ("dc:date", date)])),
    "atom": lambda date: atom(xml([("title", "One"), ("published", date)])),
    "json": lambda date: json_feed(title="One", date_published=date),
    "sitemap": lambda date: news(xml([("news:title", "One"), ("news:publication_date", date)])),
    "markdown": lambda date: markdown(f"date: {json.dumps(date)}"),
    "html": lambda date: page(f'<meta property="article:published_time" content="{escape(date)}">'),
    "email": lambda date: email(f"Date: {date}"),
}


@pytest.mark.parametrize("read", DATED.values(), ids=DATED.keys())
@pytest.mark.parametrize("date", ["Mon, 02 Mar 2026 08:00:00 GMT", "2 Smarch 2026 10:00", "-0001-11-30", "0000-00-00 00:00:00"])
def test_a_date_costs_no_entry(read: Callable[[str], ParsedFeed], date: str) -> None:
    """Whatever a date says, the entry stays, its text is kept, and what is no date gives none."""
    item = only(read(date))
    assert item.published_raw
    assert item.published_raw.startswith(date[:10])
    assert (item.published is not None) == date.endswith("GMT")


@pytest.mark.parametrize("read", DATED.values(), ids=DATED.keys())
def test_a_fault_of_reading_dates_costs_the_date(read: Callable[[str], ParsedFeed], monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception of ours costs one value, and is said: in a line for people, with the traceback for the log."""

    def fail(_raw: str, _now: object, _language: object) -> None:
        raise KeyError("marraskuu")

    monkeypatch.setattr(dates, "parse_date", fail)
    feed = read("Mon, 02 Mar 2026 08:00:00 GMT")
    assert only(feed).published is None
    assert only(feed).published_raw
    assert [fault.line for fault in feed.faults] == ["entry 1: a date left out: KeyError: 'marraskuu'"]
    assert feed.faults[0].line in feed.notes
    assert "Traceback" in feed.faults[0].trace


WHOLE: Final[dict[str, Callable[[], ParsedFeed]]] = {
    "rss": lambda: rss("<title>One</title></item><item><title>bomb</title></item><item><title>Two</title>"),
    "broken rss": lambda: broken("<title>One</title></item><item><title>bomb</title></item><item><title>Two</title></item>"),
    "rdf": lambda: rdf("<title>One</title></item><item><title>bomb</title></item><item><title>Two</title>"),
    "atom": lambda: atom("<title>One</title></entry><entry><title>bomb</title></entry><entry><title>Two</title>"),
    "json": lambda: parse_feed(
        b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"title": "One"}, {"title": "bomb"}, {"title": "Two"}]}',
        {},
        URL,
        NOON,
    ),
}


@pytest.mark.parametrize("where", ["ingest.normalize._title", "ingest.identity.keys"])
@pytest.mark.parametrize("read", WHOLE.values(), ids=WHOLE.keys())
def test_a_fault_costs_one_entry(read: Callable[[], ParsedFeed], where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong while one entry is made, its neighbours are read, and it is said which one is missing."""
    module, _, name = where.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)

    def fragile(*of: object) -> object:
        if "bomb" in repr(of):
            raise RuntimeError("boom")
        return real(*of)

    monkeypatch.setattr(where, fragile)
    feed = read()
    assert [item.title for item, _ in feed.items] == ["One", "Two"]
    assert [fault.line for fault in feed.faults] == ["entry 2: left out: RuntimeError: boom"]
    assert feed.faults[0].line in feed.notes


@pytest.mark.parametrize("read", [WHOLE[name] for name in ("rss", "rdf", "atom")])
def test_a_fault_of_our_reader_costs_one_entry(read: Callable[[], ParsedFeed], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same while the elements are read."""

    def fragile(_: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("ingest.formats.xml.lxml_entry.looks_like_html", fragile)
    monkeypatch.setattr("ingest.formats.xml.lxml_entry.EntryReader._identifier", lambda *_: fragile(0))
    feed = read()
    assert feed.parser == "topicwire"
    assert [fault.line for fault in feed.faults] in ([], [f"entry {n} left out: RuntimeError: boom" for n in (1, 2, 3)])


def test_a_fault_costs_one_message_of_several(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a digest of messages too only that is missing which could not be read."""
    inner = "".join(
        f"--x\nContent-Type: message/rfc822\n\nSubject: {subject}\nMIME-Version: 1.0\n\n{TEXT} {subject}\n"
        for subject in ("One", "bomb")
    )
    body = f"Subject: Digest\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n{inner}--x--\n"
    real = unwrapped

    def fragile(text: str) -> list[str]:
        if "bomb" in text:
            raise RuntimeError("boom")
        return real(text)

    monkeypatch.setattr("ingest.documents.email.unwrapped", fragile)
    feed = parse_document(body.encode(), "a.eml", NOON)
    assert [item.title for item, _ in feed.items] == ["One"]
    assert [fault.line for fault in feed.faults] == ["message 2 left out: RuntimeError: boom"]


def test_a_fault_in_the_feeds_own_values_costs_that_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """The items of a feed do not hang on what it says of itself."""
    monkeypatch.setattr("ingest.normalize.codes.primary", lambda _: 1 / 0)
    feed = rss("<title>One</title>", "<language>de</language></channel></rss>")
    assert [item.title for item, _ in feed.items] == ["One"]
    assert feed.notes[-1] == "the feed's language left out: ZeroDivisionError: division by zero"


def test_the_limits_are_those_of_the_docs() -> None:
    """docs/parsing.md says how much is taken."""
    said = (Path(__file__).resolve().parents[1] / "docs" / "parsing.md").read_text(encoding="utf-8")
    assert f"| authors, categories, enclosures, places of an entry | {normalize.MOST_NAMES:,} of each |" in said
    assert f"| entries | {normalize.MOST_ENTRIES:,} |" in said
    assert f"{normalize.MOST_TEXT:,} characters of HTML" in said


# Texts, by one order of preference


OWN: Final = "After ten years of talks the city signed the deal."
ORDER: Final = {
    "content:encoded": "<content:encoded>&lt;p&gt;The whole story.&lt;/p&gt;</content:encoded>",
    "description": f"<description>{OWN}</description>",
    "atom:summary": "<atom:summary>A summary in another vocabulary, longer than the description.</atom:summary>",
    "dc:description": "<dc:description>What Dublin Core says of it, at some length, as libraries do.</dc:description>",
    "itunes:summary": "<itunes:summary>For podcasts, a long text about all who took part in it.</itunes:summary>",
    "media:description": "<media:description>The mayor, left, at a dinner with others whom nobody knows.</media:description>",
}


@pytest.mark.parametrize("read", [rss, broken])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("best", range(1, len(ORDER)))
def test_the_text_follows_an_order_of_preference(read: Callable[[str], ParsedFeed], best: int, *, turned: bool) -> None:
    """The best of those that are there is the summary, wherever it stands; captions come last."""
    there = list(ORDER.values())[best:]
    item = only(read(xml([("title", "One")]) + "".join(there[::-1] if turned else there)))
    alone = only(rss(there[0]))
    assert (item.summary, item.content) == (alone.summary, "")
    assert item.text == alone.text


@pytest.mark.parametrize("read", [rss, broken])
def test_a_whole_text_is_the_content(read: Callable[[str], ParsedFeed]) -> None:
    """With a teaser beside it; a caption is no teaser."""
    item = only(read("".join(reversed(ORDER.values()))))
    assert (item.content, item.summary) == ("<p>The whole story.</p>", OWN)
    assert only(read(ORDER["media:description"] + ORDER["content:encoded"])).summary == ""


@pytest.mark.parametrize("where", ["{}", "<media:group>{}</media:group>", '<media:content url="/p.jpg">{}</media:content>'])
@pytest.mark.parametrize("read", [rss, broken, atom])
def test_media_describe_media(read: Callable[[str], ParsedFeed], where: str) -> None:
    """A picture's title, caption and credit are not the article's, wherever they stand."""
    media = where.format(
        "<media:title>IMG 7</media:title><media:credit>J. Doe</media:credit><media:description>A caption</media:description>"
    )
    summary = "summary" if read is atom else "description"
    item = only(read(f"{media}<{summary}>{OWN}</{summary}>{media}"))
    assert (item.title, item.title_inferred, item.text) == (OWN, True, OWN)


def test_where_there_is_nothing_else_the_media_speak() -> None:
    """A film's title and description are what an entry of films has."""
    item = only(
        rss("<media:group><media:title>Ferry film</media:title><media:description>It sails.</media:description></media:group>")
    )
    assert (item.title, item.title_inferred, item.text) == ("Ferry film", False, "It sails.")


def test_an_empty_description_yields() -> None:
    """An element without words does not stand before one with some; a picture alone has none."""
    assert only(rss(f"<description/>{ORDER['dc:description']}")).text.startswith("What Dublin Core")
    item = only(rss(f"<content:encoded>&lt;img src='/p.png'&gt;</content:encoded><description>{OWN}</description>"))
    assert (item.text, item.summary) == (OWN, OWN)


EXTENSION: Final = (
    '<x:object xmlns:x="urn:x"><id>urn:inner</id><title>Inner</title><link>http://x.example/inner</link><link href="/inner"/>'
    "<description>inner</description><summary>inner</summary><content>inner</content><author><name>Inner</name></author>"
    "<category>inner</category><pubDate>Mon, 02 Mar 2020 08:00:00 GMT</pubDate><enclosure url='/inner.mp3'/></x:object>"
)
PERSON: Final = (
    "<author><name>Ann</name><id>urn:ann</id><title>Mayor</title><summary>Her life.</summary>"
    '<link href="http://a.example/ann"/><published>2020-01-01T00:00:00Z</published></author>'
)


@pytest.mark.parametrize("read", [rss, broken, rdf, atom])
@pytest.mark.parametrize("other", [EXTENSION, f"<atom:contributor>{PERSON}</atom:contributor>", f"<source>{PERSON}</source>"])
def test_children_of_other_elements_are_not_the_entrys(read: Callable[[str], ParsedFeed], other: str) -> None:
    """Before or behind the entry's own elements, whatever is inside another element says nothing of it (RFC 4287, 6.4.2)."""
    own = f"<title>One</title><category>Boats</category>{PERSON}"
    alone = only(read(own))
    assert (alone.title, alone.authors, alone.url, alone.text) == ("One", (Author("Ann"),), None, "")
    assert only(read(other + own)) == only(read(own + other)) == alone


# Links


LINKS: Final = {
    "guid and link": ("<guid>/news/1</guid><link>/news/1</link>", "http://host.example/news/1"),
    "guid that is no link": (
        '<guid isPermaLink="false">http://host.example/g</guid><link>/news/1</link>',
        "http://host.example/news/1",
    ),
    "guid alone": ("<guid>http://host.example/g</guid>", "http://host.example/g"),
    "guid and empty link": ("<link/><guid>http://host.example/g</guid>", "http://host.example/g"),
    "relative guid alone": ("<guid>/news/1</guid>", None),
    "link beside atom's": ('<atom:link href="/other"/><link>/news/1</link>', "http://host.example/news/1"),
    "link behind a proxy": (
        "<link>http://proxy.example/1</link><feedburner:origLink>http://host.example/1</feedburner:origLink>",
        "http://host.example/1",
    ),
    "an unknown attribute": ('<link uri="at://did:plc:1/post">http://host.example/1</link><guid>x</guid>', "http://host.example/1"),
    "another type": (
        '<atom:link type="application/json" href="/1.json"/><atom:link type="text/html" href="/1"/>',
        "http://host.example/1",
    ),
    "two alike": ('<atom:link href="/1?print=yes"/><atom:link href="/1"/>', "http://host.example/1"),
    "comments": ("<comments>http://host.example/1#comments</comments><link>/1</link>", "http://host.example/1"),
}


@pytest.mark.parametrize("read", [rss, broken])
@pytest.mark.parametrize(("elements", "url"), LINKS.values(), ids=LINKS.keys())
def test_the_order_of_links_decides_nothing(read: Callable[[str], ParsedFeed], elements: str, url: str | None) -> None:
    """Which element is the address follows from what the elements are."""
    cut = elements.index("><", elements.index("/")) + 1 if "><" in elements else len(elements)
    first, second = elements[:cut], elements[cut:]
    assert only(read(f"<title>One</title>{first}{second}")).url == url
    assert only(read(f"{second}{first}<title>One</title>")).url == url


@pytest.mark.parametrize(
    "placeholder",
    [
        "<base-url-env-var-not-set>/diff/1", "{{ site.url }}/1", "${BASE_URL}/1", "https://{{site}}/1", "<%= url %>",
        "%BASE_URL%/1",
        "__URL__/1", "undefined/news/1", "null", "N/A", "#", "#top", "coming soon",
        "https://undefined/1", "http://host.example/{{slug}}",
        "%7B%7Bsite.url%7D%7D/1", "$url", "[url]/1", "-", "about:blank", "javascript:void(0)",
        "http://host.example/{id}", "http://host.example/{slug}/1", "http://host.example/undefined", "http://host.example/null/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", ["rss", "atom", "json"])
def test_a_placeholder_is_no_link(read: str, placeholder: str) -> None:
    """It would lead to a page beside the feed that nobody wrote; the entry stays."""
    feed = {
        "rss": lambda: rss(xml([("title", "One"), ("link", placeholder), ("guid", placeholder)])),
        "atom": lambda: atom(f'<title>One</title><link href="{escape(placeholder)}"/>'),
        "json": lambda: json_feed(title="One", url=placeholder),
    }[read]()
    assert (only(feed).title, only(feed).url) == ("One", None)


@pytest.mark.parametrize(
    "address",
    [
        "/1",
        "news/1",
        "1",
        "?p=1",
        "../1",
        "my page.html",
        "http://host.example/a_(b)/c%20d",
        "http://host.example/{1B4E28BA-2FA1-11D2-883F-0016D3CCA427}",
        "http://host.example/undefined/behaviour",
        "//host.example/1",
        "./1",
        "-/1.html",
        "/",
    ],
)
def test_an_unusual_address_is_one(address: str) -> None:
    """Relative addresses, brackets and dashes are no placeholders."""
    assert only(rss(xml([("link", address)]))).url


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_none(text: str) -> None:
    """Whatever stands there, what comes out is an address of the web."""
    url = only(json_feed(title="One", url=text)).url
    assert url is None or url.startswith(("http://", "https://", "HTTP"))


# The base of links in texts


PICTURE: Final = '<p><a href="map.html">Map</a><img src="wheels.png"></p>'


@pytest.mark.parametrize(
    ("feed", "base"),
    [
        (lambda: rss(xml([("description", PICTURE), ("link", "https://post.example/blog/1/")])), "https://post.example/blog/1/"),
        (lambda: broken(xml([("description", PICTURE), ("link", "https://post.example/blog/1/")])), "https://post.example/blog/1/"),
        (lambda: rdf(xml([("content:encoded", PICTURE), ("link", "/blog/1/")])), "http://host.example/blog/1/"),
        (lambda: json_feed(content_html=PICTURE, url="https://post.example/1/"), "https://post.example/1/"),
        (lambda: json_feed(content_html=PICTURE, external_url="https://other.example/1/"), "https://other.example/1/"),
        (lambda: rss(xml([("description", PICTURE)])), "http://host.example/feeds/"),
        (
            lambda: rss(f'<description xml:base="http://base.example/x/">{escape(PICTURE)}</description><link>/1</link>'),
            "http://base.example/x/",
        ),
        (lambda: atom(f'<link href="/1/"/><content type="html">{escape(PICTURE)}</content>'), "http://host.example/feeds/"),
    ],
    ids=["rss", "broken rss", "rdf", "json", "link blog", "no link", "xml:base", "atom"],
)
def test_a_texts_links_are_read_on_its_own_address(feed: Callable[[], ParsedFeed], base: str) -> None:
    """Of RSS and JSON Feed on the article's, of Atom on the feed's, and where the document declares a base on that."""
    item = only(feed())
    assert f'href="{base}map.html"' in item.content + item.summary
    assert f'src="{base}wheels.png"' in item.content + item.summary


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/blog/index.xml", "http://host.example/blog/one"),
        ("https://real.example/blog/", "https://real.example/blog/one"),
        ("http://localhost:8080/blog/", "http://host.example/feeds/one"),
        ("http://10.0.0.7/blog/", "http://host.example/feeds/one"),
        ("nonsense:", "http://host.example/feeds/one"),
    ],
)
def test_the_server_may_name_the_base(location: str, url: str) -> None:
    """`Content-Location` says where a document lies, unless it is a name behind a proxy (RFC 9110, 8.7)."""
    body = b'<rss version="2.0"><channel><item><link>one</link></item></channel></rss>'
    assert only(parse_feed(body, {"content-location": location}, URL, NOON)).url == url


# What is there is kept


@pytest.mark.parametrize(
    "date", ["dcterms:created", "dcterms:issued", "dcterms:dateSubmitted", "dcterms:available", "dc:date", "dcterms:date"]
)
def test_dates_have_many_names(date: str) -> None:
    """Dublin Core has a date for each step of a document's life."""
    item = only(rss(f"<title>One</title><{date}>2026-03-01T10:00:00Z</{date}>"))
    assert str(item.published) == "2026-03-01 10:00:00+00:00"


def test_a_date_that_is_none_yields_to_one_that_is() -> None:
    """Of several the first that is understood counts; where none is, the first text is kept."""
    later = "<dcterms:created>2026-03-01T10:00:00Z</dcterms:created>"
    item = only(rss(f"<title>One</title><pubDate>soon</pubDate>{later}"))
    assert (str(item.published), item.published_raw) == ("2026-03-01 10:00:00+00:00", "2026-03-01T10:00:00Z")
    assert only(rss("<title>One</title><dc:date>never</dc:date><pubDate>soon</pubDate>")).published_raw == "soon"


@pytest.mark.parametrize(
    "lone",
    [
        "<category>Boats</category>", "<author>Ann</author>", '<enclosure url="/a.mp3"/>', "<link>/1</link>", "<guid>1</guid>",
        "<title>One</title>", "<description>&lt;img src='/p.png'&gt;</description>", '<media:thumbnail url="/t.jpg"/>',
        "<dc:creator>Ann</dc:creator><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("read", [rss, broken])
def test_an_entry_with_one_lone_element_is_kept(read: Callable[[str], ParsedFeed], lone: str) -> None:
    """It says something, and nothing is invented for what is missing."""
    feed = read(lone)
    assert (len(feed.items), feed.faults) == (1, ())


@pytest.mark.parametrize(
    "nothing", ["", "<unknown/>", "<pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>", EXTENSION, "<category/>"]
)
def test_an_entry_that_says_nothing_is_left_out_with_a_note(nothing: str) -> None:
    """A date of nothing is nothing."""
    assert (rss(nothing).items, rss(nothing).notes) == ((), ("entry 1 left out: it says nothing",))


# Media


@pytest.mark.parametrize("read", [rss, broken, atom])
@pytest.mark.parametrize("around", ["{}", "<media:group>{}</media:group>", "<media:group/>{}<media:group/>"])
def test_media_are_enclosures(read: Callable[[str], ParsedFeed], around: str) -> None:
    """A film and its small picture, alone or in a group, with what is said of them."""
    media = (
        '<media:content url="https://tv.example/1.mp4" type="video/mp4" medium="video" duration="61" fileSize="77">'
        '<media:thumbnail url="/1.jpg"/></media:content><media:thumbnail url="/2.jpg"/>'
        '<media:content url="/photo" medium="image"/><media:content><media:player url="/player"/></media:content>'
    )
    found = only(read(around.format(media))).enclosures
    assert [(one.url, one.type, one.length, one.duration, one.kind) for one in found] == [
        ("https://tv.example/1.mp4", "video/mp4", 77, 61, None),
        ("http://host.example/1.jpg", None, None, None, "thumbnail"),
        ("http://host.example/2.jpg", None, None, None, "thumbnail"),
        ("http://host.example/photo", None, None, None, "image"),
    ]


@pytest.mark.parametrize("read", [rss, broken])
@pytest.mark.parametrize(
    ("said", "seconds"), [("1865", 1865), ("31:05", 1865), ("1:31:05", 5465), ("61.5", 61), ("soon", None), ("0", None)]
)
def test_a_podcasts_duration_and_words_are_kept(read: Callable[[str], ParsedFeed], said: str, seconds: int | None) -> None:
    """`itunes:duration` belongs to the sound, `podcast:transcript` is its words."""
    item = only(
        read(
            f'<itunes:duration>{said}</itunes:duration><enclosure url="/a.mp3" type="audio/mpeg" length="9"/>'
            '<podcast:transcript url="/a.vtt" type="text/vtt"/>'
        )
    )
    assert [(one.url, one.duration, one.kind) for one in item.enclosures] == [
        ("http://host.example/a.mp3", seconds, None),
        ("http://host.example/a.vtt", None, "transcript"),
    ]


def test_what_several_elements_say_of_one_file_is_put_together() -> None:
    """An enclosure and Media RSS often name the same file."""
    (one,) = only(rss('<enclosure url="/a.mp3"/><media:content url="/a.mp3" type="audio/mpeg" fileSize="9"/>')).enclosures
    assert (one.type, one.length) == ("audio/mpeg", 9)


# What a document is


COMMENT: Final = f"<!-- made for <html> readers {'x' * 10_000} -->"


@pytest.mark.parametrize("before", ["{}", '<?xml version="1.0"?>{}', "{0}\n{0}", '<?xml-stylesheet href="x.xsl" type="<html>"?>{}'])
def test_a_remark_makes_no_page(before: str) -> None:
    """Comments and processing instructions may name anything, at any length."""
    body = f"{before.format(COMMENT)}<rss version='2.0'><channel><item><title>Ferry</title></item></channel></rss>"
    assert only(parse_feed(body.encode(), {}, URL, NOON)).title == "Ferry"
    assert only(parse_document(body.encode(), "-", NOON)).title == "Ferry"
