import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import NOON, atom, atom_entry, rss, rss_item

from ingest.errors import ParseError
from ingest.model import Hints, ParsedFeed
from ingest.polling.parsers import Job, read
from ingest.text.sanitize import escape, xml_safe

URL = "http://a.example/feeds/news"


def parse(body: bytes, headers: dict[str, str] | None = None) -> ParsedFeed:
    """Read a document served at URL."""
    return read(Job(body, NOON, URL, headers=tuple((headers or {}).items())))


def hub_of(body: bytes, headers: dict[str, str] | None = None) -> tuple[str | None, str | None]:
    """Return the hub that a document names, and the address under which it knows itself."""
    feed = parse(body, headers)
    return feed.hub, feed.self_url


@pytest.mark.parametrize(
    ("extra", "hints"),
    [
        ("", Hints()),
        ("<ttl>60</ttl>", Hints(3_600)),
        ("<ttl> 15 </ttl>", Hints(900)),
        ("<ttl><![CDATA[5]]></ttl>", Hints(300)),
        ("<ttl>often</ttl><ttl/>", Hints()),
        ("<ttl>-5</ttl>", Hints()),
        ("<ttl>99999999999</ttl>", Hints(2_592_000)),
        ("<sy:updatePeriod>\n\thourly\t</sy:updatePeriod><sy:updateFrequency>\n 2 </sy:updateFrequency>", Hints(1_800)),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Hints(86_400)),
        ("<sy:updatePeriod>now and then</sy:updatePeriod>", Hints()),
        ("<ttl>10</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", Hints(3_600)),
        ("<skipHours><hour>0</hour><hour>5</hour><hour>24</hour><hour>77</hour></skipHours>", Hints(None, (0, 5))),
        ("<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", Hints()),
        ("<skipDays><day>Saturday</day><day>sunday</day><day>Someday</day></skipDays>", Hints(None, (), (5, 6))),
    ],
)
def test_a_feed_says_how_often_it_changes(extra: str, hints: Hints) -> None:
    """Ttl in minutes, the syndication module's period, hours and days to skip; what cannot be is nothing."""
    assert parse(rss(rss_item("One", extra="<ttl>1</ttl>"), extra=extra)).hints == hints


SAID = "<ttl>60</ttl><skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays>"


@pytest.mark.parametrize(
    "body",
    [
        rss(rss_item("One"), extra=SAID),
        rss(extra=f"{rss_item('One')}{SAID}"),
        rss(rss_item("One"), extra=SAID)[:-9],
        rss(rss_item("One"), extra=SAID).decode().encode("utf-16"),
        rss(rss_item("One"), extra=SAID).replace(b"<channel>", b"<channel><!-- <ttl>1</ttl> --><x><![CDATA[<ttl>1</ttl>]]></x>"),
    ],
    ids=["before items", "behind items", "broken", "in UTF-16", "not in a comment"],
)
def test_hints_are_read_with_the_items(body: bytes) -> None:
    """They come from the elements themselves, wherever these stand, in any charset and by both readers."""
    assert parse(body).hints == Hints(3_600, (3,), (0,))


@pytest.mark.parametrize(
    ("links", "found"),
    [
        ("", (None, None)),
        ('<link rel="hub" href="https://hub.example/?a=1&amp;b=2"/>', ("https://hub.example/?a=1&b=2", None)),
        (
            "<link href='https://hub.example/' rel='hub'/><link rel='self' href='news?x=1'/>",
            ("https://hub.example/", "http://a.example/feeds/news?x=1"),
        ),
        ('<link rel="self hub" href="http://b.example/"/>', ("http://b.example/", "http://b.example/")),
        ('<link rel="hub" href="javascript:alert(1)"/>', (None, None)),
        ('<link rel="hub" href="https://1.example/"/><link rel="hub" href="https://2.example/"/>', ("https://1.example/", None)),
    ],
)
def test_a_feed_names_its_hub(links: str, found: tuple[str | None, str | None]) -> None:
    """The first hub and the feed's own address, http(s) alone; links of entries mean nothing."""
    document = atom(atom_entry("One", extra='<link rel="hub" href="http://entry.example/"/>')).replace(
        b"<title>", links.encode() + b"<title>", 1
    )
    assert hub_of(document) == found


def test_the_link_header_comes_first() -> None:
    """A server may name the hub beside the document (WebSub 4)."""
    headers = {"link": '<https://hub.example/>; rel="hub", </self>; rel=self, <http://x.example/>; title="a"; rel="next"'}
    document = rss(extra='<link rel="hub" href="https://other.example/"/>')
    assert hub_of(document, headers) == ("https://hub.example/", "http://a.example/self")


def test_json_feed_names_its_hub_too() -> None:
    """Its hubs of WebSub and its own address (JSON Feed 1.1)."""
    body = b'{"version": "https://jsonfeed.org/version/1.1", "items": [], "feed_url": "/all.json", "hubs": [%b]}'
    hubs = b'{"type": "rssCloud", "url": "http://no.example/"}, {"type": "WebSub", "url": "https://hub.example/"}'
    assert hub_of(body % hubs) == ("https://hub.example/", "http://a.example/all.json")


@given(st.text(max_size=20), st.lists(st.text(max_size=5), max_size=30), st.text(max_size=100))
def test_any_words_are_hints_or_none(interval: str, parts: list[str], header: str) -> None:
    """Whatever stands there, what is believed is valid."""
    said = [escape(xml_safe(text)) for text in (interval, *parts)]
    extra = f"<ttl>{said[0]}</ttl><skipHours>{''.join(f'<hour>{part}</hour>' for part in said[1:])}</skipHours>"
    days = f"<skipDays>{''.join(f'<day>{part}</day>' for part in said[1:])}</skipDays>"
    try:
        feed = parse(rss(extra=extra + days), {"link": header})
    except ParseError:
        return
    assert feed.hints.interval is None or feed.hints.interval > 0
    assert set(feed.hints.skip_hours) < set(range(24))
    assert set(feed.hints.skip_days) < set(range(7))
    assert all(address is None or address.startswith(("http://", "https://")) for address in (feed.hub, feed.self_url))
